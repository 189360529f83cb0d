"""Real rooms over a small real library: two shared knowledge bases, published through the app's own code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

import services
from services.answers.answers import Answers
from services.answers.questions import AnswerRequests
from services.answers.sent_copies import erase_sent
from services.backends.embedded.embedder import MiniLMEmbedder
from services.backends.embedded.index import EmbeddedIndex
from services.governance.governance import Governance
from services.governance.life_cycle import Classification
from services.governance.rules import Limits
from services.knowledge.access import Access
from services.knowledge.approval import ApprovalRequests
from services.knowledge.document import Document, Page, Stage
from services.knowledge.glossary import GlossaryRequests
from services.knowledge.knowledge import Knowledge
from services.knowledge.knowledge_base import Audience, KnowledgeBase
from services.knowledge.preparation import Ready
from services.knowledge.publishing import Publishing
from services.knowledge.rows import document_row, passport_row
from services.knowledge.search import PassageSearch
from services.knowledge.sharing import AccessRequests
from services.knowledge.splitting import embedded_text, split
from services.ledger.ledger import Ledger
from services.models.chat import ChatModel
from services.models.embedding import Embedder
from services.models.model_files import ModelFiles
from services.models.models import ModelRequests, Models, Passports
from services.notebooks.notebooks import Notebooks
from services.people.people import People, read_people
from services.prompts.prompts import Prompts
from services.store.database import Database
from services.store.moment import Clock
from services.store.tables import documents, knowledge_bases
from tests.passports import passport

CONTENT = Path(services.__file__).parent / "content"
EMBEDDER = MiniLMEmbedder()
NO_LIMIT = Limits(per_minute={})

LEAVE = """\
# Parental leave

Every employee who becomes a parent is entitled to 16 weeks of paid parental leave. The leave must begin
within twelve months of the birth or adoption. It can be taken in one piece or in parts of at least two weeks.

Employees on parental leave keep their health insurance. See [the form](https://forms.example/parental) for details.

## Sick leave

Tell your supervisor before 9 a.m. on the first day of illness. A doctor's certificate is needed from the
fourth day on. Up to 104 hours of **advanced** sick leave can be granted.

| Leave | Hours a year | Carried over |
|---|---|---|
| Sick leave | 104 | all of it |
| Annual leave | 160 | at most 240 hours |
"""

TRAVEL = """\
# Travel

- Every expense above $75 needs a receipt.
- Book flights at least 14 days ahead through the travel portal.

Trains are preferred for journeys under four hours. Taxis are reimbursed when no public transport runs.
"""

BOARD = """\
# Board memo

The acquisition of Zephyr Robotics closes on 3 March for 41 million dollars. Nobody outside the board may know of it.
"""


QUESTIONS = (
    "How many weeks of paid parental leave am I entitled to?",
    "Who keeps their health insurance?",
    "When must the parental leave begin?",
    "Which expenses need a receipt?",
)


@dataclass(frozen=True)
class Library:
    """The rooms, and what a test does behind their backs."""

    database: Database
    publishing: Publishing
    knowledge: Knowledge
    ledger: Ledger
    answers: Answers
    notebooks: Notebooks

    def add(self, knowledge_base: KnowledgeBase, files: Mapping[str, str]) -> None:
        """Publish files (name → text) in a new knowledge base."""
        with self.database.write() as connection:
            connection.execute(insert(knowledge_bases).values(passport_row(knowledge_base) | {"snapshot": 0}))
        for name, text in files.items():
            self.publish(knowledge_base.id, name, [text])

    def publish(self, knowledge_base_id: str, name: str, page_texts: Sequence[str]) -> None:
        """Publish one document with these pages."""
        document = _document(knowledge_base_id, name, page_texts)
        with self.database.write() as connection:
            connection.execute(insert(documents).values(document_row(document)))
        pages = tuple(Page(number, text) for number, text in enumerate(page_texts, start=1))
        passages = split(document, pages)
        embedder = self.publishing.embedder
        texts = [embedded_text(passage) for passage in passages]
        encoded = None if embedder.missing else tuple(embedder.encode_passages(texts))
        self.publishing.publish([Ready(document, pages, passages, encoded)])

    def change(self, knowledge_base_id: str, **values: Any) -> None:
        """Change columns of a knowledge base, as a steward's decision would."""
        with self.database.write() as connection:
            this = knowledge_bases.c.id == knowledge_base_id
            connection.execute(update(knowledge_bases).where(this).values(**values))


def library(
    database: Database,
    clock: Clock,
    *,
    embedder: Embedder = EMBEDDER,
    limits: Limits = NO_LIMIT,
    chats: Mapping[str, ChatModel] | None = None,
) -> Library:
    """Build the rooms, with nothing in the library yet; `chats` are the models within reach."""
    passports = Passports.read(CONTENT / "models")
    index = EmbeddedIndex(database)
    ledger = Ledger(database, clock, erase_sent)
    access = Access(clock)
    governance = Governance(
        ledger,
        clock,
        limits,
        (
            ApprovalRequests(access),
            AccessRequests(access),
            GlossaryRequests(access),
            AnswerRequests(access),
            ModelRequests(passports, clock),
        ),
    )
    nothing: Any = None
    publishing = Publishing(database, nothing, nothing, index, embedder, nothing, CONTENT, clock)
    search = PassageSearch(database, index, embedder)
    knowledge = Knowledge(database, governance, search, publishing, nothing, nothing, clock)
    people = People(read_people(CONTENT / "people.toml"), b"secret", clock)
    files = ModelFiles(ledger, passports.shipped, {}, database.path.with_name("models"))
    models = Models(governance, passports, chats or {}, files, clock)
    answers = Answers(knowledge, governance, ledger, people, Prompts.read(CONTENT / "templates"), models)
    notebooks = Notebooks(database, answers, knowledge, ledger, database.path.with_name("tables"), CONTENT, clock)
    return Library(database, publishing, knowledge, ledger, answers, notebooks)


def furnish(library: Library) -> None:
    """Add the handbook, which everybody may read, and the board's memo, which only the Data Office may."""
    handbook = passport("handbook", "Employee handbook", questions=QUESTIONS)
    library.add(handbook, {"leave.md": LEAVE, "travel.md": TRAVEL})
    board = passport(
        "board", "Board papers", audience=Audience(("office",)), classification=Classification.CONFIDENTIAL
    )
    library.add(board, {"memo.md": BOARD})


def _document(knowledge_base_id: str, name: str, page_texts: Sequence[str]) -> Document:
    text = "\f".join(page_texts)
    return Document(
        id=f"{knowledge_base_id}-{name}-{hashlib.sha256(text.encode()).hexdigest()[:6]}",
        knowledge_base_id=knowledge_base_id,
        name=name,
        title=page_texts[0].split("\n")[0].lstrip("# "),
        media="text/markdown",
        digest=hashlib.sha256(text.encode()).hexdigest(),
        size=len(text),
        stage=Stage.EMBEDDING,
        verdict="",
        done=0,
        total=0,
        pages=len(page_texts),
        passages=0,
        valid_from=None,
        valid_to=None,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
