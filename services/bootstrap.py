"""The one place that builds the app: settings in, the rooms with their collaborators out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from services.answers.answers import Answers
from services.answers.extractive import ExtractiveChat
from services.answers.questions import AnswerRequests
from services.answers.sent_copies import erase_sent
from services.backends.aws.bedrock_chat import BedrockChat, bedrock_client
from services.backends.embedded.embedder import MiniLMEmbedder
from services.backends.embedded.index import EmbeddedIndex
from services.backends.embedded.local_chat import LocalChat
from services.backends.embedded.local_model.published import read_published
from services.backends.embedded.local_model.runtime import LocalRuntime
from services.backends.embedded.local_model.weights import FolderWeights
from services.backends.openai_chat import OpenAIChat
from services.governance.governance import Governance
from services.insight.insight import Insight
from services.knowledge.access import Access
from services.knowledge.approval import ApprovalRequests
from services.knowledge.durable_work import DurableWork
from services.knowledge.erasure import ErasingRequests
from services.knowledge.glossary import GlossaryRequests
from services.knowledge.kept_files import KeptFiles
from services.knowledge.knowledge import Knowledge
from services.knowledge.originals import Originals
from services.knowledge.own_files import OwnFiles
from services.knowledge.pictures import Pictures
from services.knowledge.publishing import Publishing
from services.knowledge.reading.reader import Reader
from services.knowledge.search import PassageSearch
from services.knowledge.sharing import AccessRequests
from services.knowledge.shipped import Shipped
from services.ledger.ledger import Ledger
from services.log import close_log, open_log
from services.models.chat import ChatModel
from services.models.model import Endpoint
from services.models.model_files import ModelFiles
from services.models.models import ModelRequests, Models, Passports
from services.notebooks.notebooks import Notebooks
from services.people.ended_visits import EndedVisits
from services.people.people import People, read_people, read_secret
from services.prompts.prompts import Prompts
from services.settings import Settings
from services.store.database import Database, open_database
from services.store.folder import hold_folder
from services.store.schema import bring_up_to_date

CONTENT = Path(__file__).parent / "content"
KNOWLEDGE_BASES = CONTENT / "knowledge_bases"


@dataclass(frozen=True)
class Services:
    """Every room of the app, built once and shared by all visits."""

    settings: Settings
    people: People
    ledger: Ledger
    governance: Governance
    prompts: Prompts
    models: Models
    knowledge: Knowledge
    answers: Answers
    notebooks: Notebooks
    insight: Insight
    start: Callable[[], None]
    """Begins what goes on in the background: bringing in what ships, reading, loading the model. Call it once."""
    announce: Callable[[str], None]
    """Leaves in the data folder at which address the app runs, for a second start on the same folder."""
    close: Callable[[], None]
    """Stops what runs and lets go of the data folder; calling it twice does nothing."""


def build(settings: Settings) -> Services:
    """Build every room on `settings.data`, made when it is absent. What was opened is closed again on an error.

    Raises Unavailable where the folder can't be used or another process has it, Misconfigured where a newer version
    wrote it or a file of content breaks a rule.
    """
    with ExitStack() as opened:
        folder = hold_folder(settings.data)
        opened.callback(folder.release)
        opened.callback(close_log, open_log(folder.path / "log"))
        database = open_database(folder.path / "accelerate.sqlite")
        opened.callback(database.engine.dispose)
        bring_up_to_date(database)

        people = People(
            read_people(CONTENT / "people.toml"),
            read_secret(folder.path / "secret"),
            ended=EndedVisits.read(folder.path / "ended"),
        )
        prompts = Prompts.read(CONTENT / "templates")
        ledger = Ledger(database, erase_copies=erase_sent)
        access = Access()
        index = EmbeddedIndex(database)
        # A child of its own for what somebody waits for: a picture is not held up by a long document being read.
        pictures = Pictures(folder.path / "pictures", Originals(folder.path / "files"), Reader())
        opened.callback(pictures.reader.close)
        passports = Passports.read(CONTENT / "models")
        kinds = (
            ApprovalRequests(access),
            ModelRequests(passports),
            AccessRequests(access),
            GlossaryRequests(access),
            AnswerRequests(access),
            ErasingRequests(database, access, ledger, index, KeptFiles(database, pictures)),
        )
        governance = Governance(ledger, kinds=kinds)
        embedder = MiniLMEmbedder()
        opened.callback(embedder.close)
        knowledge = _knowledge(folder.path, database, governance, embedder, index, pictures)
        opened.callback(knowledge.publishing.stop)
        weights = _weights(folder.path / "models", passports)
        runtimes = {each: LocalRuntime(kept.name, kept.find) for each, kept in weights.items()}
        for runtime in runtimes.values():
            opened.callback(runtime.close)
        files = ModelFiles(ledger, passports.shipped, weights, folder.path / "models")
        opened.callback(files.close)
        models = Models(governance, passports, _chats(settings, passports, embedder, runtimes), files)
        answers = Answers(knowledge, governance, ledger, people, prompts, models)
        opened.callback(answers.quality.close)
        notebooks = Notebooks(database, answers, knowledge, ledger, folder.path / "tables", CONTENT)
        opened.callback(notebooks.runs.close)
        return Services(
            settings=settings,
            people=people,
            ledger=ledger,
            governance=governance,
            prompts=prompts,
            models=models,
            knowledge=knowledge,
            answers=answers,
            notebooks=notebooks,
            insight=Insight(ledger, governance, knowledge, answers, people),
            start=lambda: _start(knowledge, answers, notebooks, ledger, embedder, files, runtimes),
            announce=folder.announce,
            close=opened.pop_all().close,
        )


def _weights(folder: Path, passports: Passports) -> dict[str, FolderWeights]:
    """Give the files of the models that run here, by the id of their passport, whose `model` says what is published."""
    return {
        each.id: FolderWeights(each.name, folder, read_published(CONTENT / "local-model" / f"{each.model}.toml"))
        for each in passports.shipped.values()
        if each.endpoint is Endpoint.LOCAL
    }


def _chats(
    settings: Settings, passports: Passports, embedder: MiniLMEmbedder, runtimes: Mapping[str, LocalRuntime]
) -> dict[str, ChatModel]:
    """Give the models that this app was told how to reach, by the id of their passport."""
    chats: dict[str, ChatModel] = {}
    client = bedrock_client(settings.bedrock_region) if settings.bedrock_region else None
    for each in passports.shipped.values():
        if each.endpoint is Endpoint.OPENAI and settings.chat_url:
            chats[each.id] = OpenAIChat(each.name, settings.chat_url, settings.chat_model, settings.chat_key)
        elif each.endpoint is Endpoint.BEDROCK and client is not None:
            chats[each.id] = BedrockChat(each.name, client, each.model)
        elif each.endpoint is Endpoint.EXTRACTIVE:
            chats[each.id] = ExtractiveChat(each.name, embedder)
        elif each.id in runtimes:
            chats[each.id] = LocalChat(each.name, runtimes[each.id].lend)
    return chats


def _knowledge(
    data: Path,
    database: Database,
    governance: Governance,
    embedder: MiniLMEmbedder,
    index: EmbeddedIndex,
    pictures: Pictures,
) -> Knowledge:
    originals = pictures.originals
    work = DurableWork(data / "work.sqlite")
    publishing = Publishing(database, originals, Reader(), index, embedder, work, KNOWLEDGE_BASES)
    return Knowledge(
        database=database,
        governance=governance,
        passage_search=PassageSearch(database, index, embedder),
        publishing=publishing,
        pictures=pictures,
        own_files=OwnFiles(database, originals, pictures, publishing, index),
    )


def _start(
    knowledge: Knowledge,
    answers: Answers,
    notebooks: Notebooks,
    ledger: Ledger,
    embedder: MiniLMEmbedder,
    files: ModelFiles,
    runtimes: Mapping[str, LocalRuntime],
) -> None:
    def tend() -> None:
        for runtime in runtimes.values():
            runtime.tend()
        knowledge.remove_expired()
        ledger.erase_expired()
        knowledge.pictures.make_room()
        answers.quality.repeat_changed()
        answers.questions.review_changed()
        notebooks.watching.ask_again()

    publishing = knowledge.publishing
    Shipped(knowledge.database, publishing.originals, publishing, KNOWLEDGE_BASES).bring_in()
    publishing.start(tend)
    files.resume()
    notebooks.runs.resume()
    threading.Thread(target=embedder.warm, name="embedder", daemon=True).start()
