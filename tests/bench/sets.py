"""Retrieval sets in the fixtures' formats, published as knowledge bases of a data folder of their own."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from services.bootstrap import KNOWLEDGE_BASES, Services, build
from services.knowledge.document import Page
from services.knowledge.expansion import forms_key, places_of
from services.knowledge.finding import Findings
from services.knowledge.glossary import read_sheet
from services.knowledge.preparation import Ready
from services.knowledge.rows import passport_row
from services.knowledge.splitting import embedded_text, split
from services.knowledge.waiting import new_document
from services.people.user import User
from services.settings import Settings
from services.store.moment import utc_now
from services.store.tables import knowledge_bases
from tests.bench.report import BUILD, ROOT
from tests.bench.vectors import remembered
from tests.passports import passport

SEED = 20_261_124
_LOCAL_NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
LOCAL_MODEL = Path(os.environ.get("LOCAL_MODEL_FILE") or ROOT / "data" / "models" / _LOCAL_NAME)
MOST_QUESTIONS = 300
ALL_CANDIDATES = 400
"""Both legs' 200 best: so many passages are asked for where documents are ranked, since one has many passages."""
DOCUMENTS_AT_ONCE = 100
SHIPPED_AS = {"hr-tts-handbook": "employee-handbook"}
"""Sets of the fixtures whose documents ship under another name."""


@dataclass(frozen=True)
class SetQuestion:
    """A question of a set. `relevant`: document → grade, above 0; `filter`: what a document's metadata must say.

    `answers` are the texts that each would be right, none where the set has no gold answers.
    """

    id: str
    text: str
    relevant: Mapping[str, float]
    is_answerable: bool
    filter: Mapping[str, Any]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class RetrievalSet:
    """A folder with corpus.jsonl, queries.jsonl and qrels.tsv; `corpus` holds its rows as they are.

    `glossary` is the text of its glossary.csv, empty where there is none.
    """

    name: str
    corpus: tuple[Mapping[str, Any], ...]
    questions: tuple[SetQuestion, ...]
    glossary: bytes = b""

    def judged(self) -> tuple[SetQuestion, ...]:
        """Give the questions that a document answers: at most `MOST_QUESTIONS`, seeded, or all where FULL=1."""
        return some([each for each in self.questions if each.is_answerable and each.relevant], MOST_QUESTIONS)

    def unanswerable(self) -> tuple[SetQuestion, ...]:
        """Give those that are marked as answered by nothing here."""
        return some([each for each in self.questions if not each.is_answerable], MOST_QUESTIONS)

    def in_other_words(self) -> tuple[SetQuestion, ...]:
        """Give the judged questions that name a term of the glossary, asked by the other names of it in turn.

        A question is asked as often as the term with most other names has such; all its terms change at once.
        """
        named = [(each.term, *each.also) for each in read_sheet(self.glossary)] if self.glossary else []
        return tuple(
            replace(question, text=text) for question in self.judged() for text in _other_wordings(question.text, named)
        )

    def shares_documents_with(self, other: RetrievalSet) -> bool:
        """Say whether they have documents or questions in common, as translations of one set do."""
        mine, theirs = ({row["id"] for row in each.corpus} for each in (self, other))
        asked, asked_there = ({each.id for each in one.questions} for one in (self, other))
        return self.name == other.name or bool(mine & theirs) or bool(asked & asked_there)


@dataclass(frozen=True)
class Published:
    """A set that was published as a knowledge base; `names` gives the set's document by the app's document id."""

    services: Services
    user: User
    knowledge_base_id: str
    names: Mapping[str, str]
    rows: Mapping[str, Mapping[str, Any]]

    def search(self, question: SetQuestion, *, without: Sequence[str] = (), limit: int = ALL_CANDIDATES) -> Findings:
        """Ask as the app does; a question's filter, or documents taken out, narrow it to the other documents."""
        knowledge = self.services.knowledge
        if not question.filter and not without:
            return knowledge.search(self.user, question.text, (self.knowledge_base_id,), limit=limit)
        kept = frozenset(
            document
            for document, name in self.names.items()
            if name not in without and _passes(question.filter, self.rows[name])
        )
        snapshot = knowledge.knowledge_base(self.user, self.knowledge_base_id).snapshot
        return knowledge.passage_search.search(question.text, [snapshot], kept, limit)

    def take_glossary(self, glossary: bytes) -> None:
        """Let its searches use these rows from now on, brought in as a steward does."""
        steward = self.services.people.user("sam")
        self.services.knowledge.glossary.bring(steward, self.knowledge_base_id, glossary)

    def documents_of(self, findings: Findings) -> tuple[str, ...]:
        """Give the set's documents by their best passage, in the order in which they were found."""
        return tuple(dict.fromkeys(self.names[each.passage.document_id] for each in findings.found))


def folder_of_sets() -> Path:
    """Give the folder that `DATA` names, else the fixtures, else the small set that comes with the tests."""
    if named := os.environ.get("DATA"):
        return Path(named)
    fixtures = ROOT.parent / "shared" / "fixtures"
    return fixtures if fixtures.is_dir() else ROOT / "tests" / "data"


def read_sets(folder: Path) -> list[RetrievalSet]:
    """Read every set below `folder`. Raises SystemExit where there is none."""
    found = [path.parent for path in sorted(folder.rglob("corpus.jsonl")) if (path.parent / "qrels.tsv").is_file()]
    if not found:
        raise SystemExit(f"There is no set (corpus.jsonl, queries.jsonl, qrels.tsv) below {folder}: name one by DATA=.")
    return [read_set(each) for each in found]


def read_set(folder: Path) -> RetrievalSet:
    """Read the three files of one set, as `../shared/fixtures/README.md` describes them."""
    relevant: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        question, document, grade = line.split("\t")[:3]
        if question != "query-id" and float(grade) > 0:
            relevant.setdefault(question, {})[document] = float(grade)
    questions = tuple(
        SetQuestion(
            id=str(row["id"]),
            text=row["text"],
            relevant=relevant.get(str(row["id"]), {}),
            is_answerable=row.get("answerable", True) is not False,
            filter=row.get("filter") or {},
            answers=_answers(row),
        )
        for row in _rows(folder / "queries.jsonl")
    )
    corpus = tuple(row | {"id": str(row["id"])} for row in _rows(folder / "corpus.jsonl"))
    return RetrievalSet(folder.name, corpus, questions, _glossary(folder))


def _answers(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the gold answers of a question: one or a list, of texts or numbers."""
    held = row.get("answers") or row.get("answer") or ()
    listed = held if isinstance(held, list) else [held]
    return tuple(str(each).strip() for each in listed if isinstance(each, str | int | float) and str(each).strip())


def _glossary(folder: Path) -> bytes:
    """Give the glossary beside a set, or the one that ships with the same documents; nothing where there is none."""
    shipped = KNOWLEDGE_BASES / SHIPPED_AS.get(folder.name, folder.name) / "glossary.csv"
    return next((path.read_bytes() for path in (folder / "glossary.csv", shipped) if path.is_file()), b"")


def _other_wordings(question: str, named: Sequence[Sequence[str]]) -> tuple[str, ...]:
    places = [each for each in places_of(question, named) if forms_key(each.name) == forms_key(each.names[0])]
    wordings: dict[str, None] = {}
    for turn in range(max((len(each.names) - 1 for each in places), default=0)):
        text = question
        for each in reversed(places):
            others = each.names[1:]
            if others:
                text = text[: each.start] + others[turn % len(others)] + text[each.end :]
        wordings[text] = None
    return tuple(wordings)


def some(all_of_them: Sequence[SetQuestion], most: int) -> tuple[SetQuestion, ...]:
    """Draw so many, always the same ones, in their order; all where FULL=1."""
    if os.environ.get("FULL") == "1" or len(all_of_them) <= most:
        return tuple(all_of_them)
    places = random.Random(SEED).sample(range(len(all_of_them)), most)
    return tuple(all_of_them[place] for place in sorted(places))


@contextmanager
def data_folder(name: str) -> Iterator[Services]:
    """Build the app on an empty data folder of its own, which is removed afterwards.

    The local model is within reach where `make model` has brought its file, or LOCAL_MODEL_FILE names it.
    """
    data = BUILD / f"{name}-data"
    shutil.rmtree(data, ignore_errors=True)
    if LOCAL_MODEL.is_file():
        (data / "models").mkdir(parents=True)
        (data / "models" / _LOCAL_NAME).symlink_to(LOCAL_MODEL.resolve())
    services = build(Settings(data=data, backend="embedded"))
    try:
        yield services
    finally:
        services.close()
        shutil.rmtree(data, ignore_errors=True)


def tell(progress: str) -> None:
    """Say how far it has come, beside the table."""
    print(progress, file=sys.stderr)


def publish(
    services: Services, published: RetrievalSet, *, vectors: Path = BUILD / "vectors", say: Callable[[str], None] = tell
) -> Published:
    """Publish every row of the corpus as a document of a knowledge base named after the set.

    Vectors are kept in the folder `vectors`; `say` is told how far their making has come.
    """
    knowledge = services.knowledge
    publishing = knowledge.publishing
    _open_knowledge_base(services, published.name)
    names: dict[str, str] = {}
    embed = remembered(publishing.embedder, vectors / f"{published.name}.npz")
    rows = [row for row in published.corpus if row["text"].strip()]
    ready: list[Ready] = []
    for row in rows:
        new = new_document(published.name, row["id"], "text/markdown", _digest(row["text"]), len(row["text"]), utc_now)
        with knowledge.database.write() as connection:
            document = publishing.add(connection, replace(new, title=row.get("title") or ""))
        page = Page(1, row["text"])
        ready.append(Ready(document, (page,), split(document, (page,)), None))
        names[document.id] = row["id"]
    encoded = iter(embed([embedded_text(passage) for each in ready for passage in each.passages], say))
    ready = [replace(each, encoded=tuple(next(encoded) for _ in each.passages)) for each in ready]
    for first in range(0, len(ready), DOCUMENTS_AT_ONCE):
        publishing.publish(ready[first : first + DOCUMENTS_AT_ONCE])
    user = services.people.user("ana")
    return Published(services, user, published.name, names, {row["id"]: row for row in published.corpus})


def _open_knowledge_base(services: Services, knowledge_base_id: str) -> None:
    knowledge_base = passport(knowledge_base_id)
    with services.knowledge.database.write() as connection:
        connection.execute(insert(knowledge_bases).values(passport_row(knowledge_base) | {"snapshot": 0}))


def _passes(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(row.get(field) == value for field, value in wanted.items())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
