"""Searches that somebody tries by hand: the one search with its settings, and a receipt for each."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from sqlalchemy import Connection, select

from services.errors import NotFound
from services.governance.governance import Governance
from services.governance.run import Run
from services.knowledge.access import Access, not_found
from services.knowledge.document import Document
from services.knowledge.finding import Findings
from services.knowledge.rows import document_in
from services.knowledge.setting import AS_ASK, By, Filters, Setting
from services.knowledge.used import source_used
from services.ledger.receipt import Kind, Outcome
from services.people.user import User
from services.store.database import Database
from services.store.tables import documents

SOURCES = 8
"""How many sources a search shows, and the walker holds for read: as many as Ask reads (its template's `sources`)."""


class Search(Protocol):
    """The search of the knowledge room, which checks what `user` may read."""

    def __call__(
        self,
        user: User,
        question: str,
        where: tuple[str, ...] = (),
        *,
        snapshots: Mapping[str, int] | None = None,
        documents: frozenset[str] | None = None,
        by: By = By.BOTH,
        limit: int = SOURCES,
    ) -> Findings:
        """Find passages (see `Knowledge.search`)."""
        ...


@dataclass(frozen=True)
class Trials:
    """Tries a question on one knowledge base. Nothing is searched otherwise than by Ask but what a setting says."""

    database: Database
    governance: Governance
    access: Access
    find: Search

    def search(
        self, user: User, knowledge_base_id: str, question: str, setting: Setting = AS_ASK, limit: int = SOURCES
    ) -> Findings:
        """Find the best `limit` passages under `setting`, and write a receipt of kind `search`.

        BadInput, NotFound or TooMany where the question can't be asked; that too leaves a receipt.
        """
        readable = True
        try:
            among = self.narrowed(user, knowledge_base_id, setting.filters)
        except NotFound:
            among, readable = None, False
        run = Run(Kind.SEARCH, question, (knowledge_base_id,), readable)
        with self.governance.admit(user, run) as admission:
            started = time.perf_counter()
            versions = {} if setting.version is None else {knowledge_base_id: setting.version}
            findings = self.find(
                user, question, run.where, snapshots=versions, documents=among, by=setting.by, limit=limit
            )
            snapshots = {each.knowledge_base_id: each.number for each in findings.snapshots}
            receipt = replace(
                admission.blank,
                outcome=Outcome.DONE if findings.found else Outcome.NOT_FOUND,
                inputs=admission.blank.inputs | {"filters": _kept(setting.filters)},
                parameters={"sources": limit, "by": setting.by.value},
                snapshots=snapshots,
                sources=tuple(source_used(each, snapshots) for each in findings.found),
                milliseconds=round((time.perf_counter() - started) * 1000),
            )
            admission.settle(receipt)
        return findings

    def documents(self, user: User, knowledge_base_id: str) -> tuple[Document, ...]:
        """Give every document that a search may be narrowed to, also of older versions, in the order of arrival."""
        with self.database.read() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            return tuple(_ever_published(connection, knowledge_base_id))

    def narrowed(self, user: User, knowledge_base_id: str, filters: Filters) -> frozenset[str] | None:
        """Give the ids of the documents that `filters` let through, None where all are searched."""
        found = self.documents(user, knowledge_base_id)
        if not {*filters.documents} <= {each.id for each in found}:
            raise not_found()
        return None if filters.is_empty else frozenset(each.id for each in found if filters.lets(each))


def _ever_published(connection: Connection, knowledge_base_id: str) -> Sequence[Document]:
    this = (documents.c.knowledge_base_id == knowledge_base_id) & documents.c.valid_from.is_not(None)
    there = select(documents).where(this, documents.c.erased_at.is_(None))
    return [document_in(row) for row in connection.execute(there.order_by(documents.c.created_at, documents.c.name))]


def _kept(filters: Filters) -> dict[str, object]:
    """Give filters as a receipt keeps them: ids, kinds and days."""
    kept = asdict(filters)
    return {name: value if isinstance(value, tuple) else str(value) for name, value in kept.items() if value}
