"""Erasing a document for good: asked for with a reason, decided by somebody else, gone from every version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select, update

from services.errors import Conflict, NotAllowed
from services.governance.request import Request
from services.governance.requests import Requests
from services.knowledge.access import Access, not_found
from services.knowledge.document import Document
from services.knowledge.index import PassageIndex
from services.knowledge.kept_files import KeptFiles
from services.knowledge.knowledge_base import KnowledgeBase, Snapshot
from services.knowledge.publication import name_snapshot, next_snapshot
from services.knowledge.rows import document_in
from services.ledger.ledger import Ledger
from services.people.user import Role, User
from services.store.database import Database
from services.store.dialect import delete_for_good, empty_the_write_ahead_log
from services.store.tables import documents, pages, passages, projections, token_vectors

ERASING = "erasing"
TITLE = "Erased document"


@dataclass(frozen=True)
class ErasingRequests:
    """Requests to erase a document: a steward or the CDO's office decides, and never who asked.

    `object` is "KNOWLEDGE_BASE:DOCUMENT". What is erased is every version of the document's name.
    """

    database: Database
    access: Access
    ledger: Ledger
    index: PassageIndex
    files: KeptFiles
    name: str = ERASING

    def title(self, connection: Connection, request: Request) -> str:
        """Give the document's title; once it is erased it has none."""
        document = _document(connection, request.object.rpartition(":")[2])
        return document.title if document else ""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` is a steward or of the CDO's office, or answers for the knowledge base."""
        found = self.access.find(connection, request.object.partition(":")[0])
        return found is not None and (user.role is not Role.CITIZEN or user.id in (found.owner, found.steward))

    def approve(self, connection: Connection, user: User, request: Request, until: date | None) -> Callable[[], None]:
        """Erase text, vectors and quotes in the caller's transaction; what is to be done after it is given back."""
        document = _document(connection, request.object.rpartition(":")[2])
        if document is None or document.erased_at is not None:
            raise Conflict("It is gone already.", "Nothing was erased.")
        erased = _versions(connection, document)
        ids = [each.id for each in erased]
        texts = _texts(connection, ids)
        facts = {"reason": request.reason, "second_person": request.person, "documents": ids}
        self.ledger.erase_quotes(
            connection, user, request.object, facts, ids, lambda quote: any(quote in text for text in texts)
        )
        delete_for_good(connection)
        for table in (pages, passages, projections, token_vectors):
            connection.execute(delete(table).where(table.c.document_id.in_(ids)))
        self._leave_traces(connection, document.knowledge_base_id, user, erased)
        return lambda: self._afterwards(document.knowledge_base_id, {each.digest for each in erased})

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Nothing waited for it."""

    def _leave_traces(
        self, connection: Connection, knowledge_base_id: str, user: User, erased: Sequence[Document]
    ) -> None:
        """Leave the rows without a word of the documents; what was current ends with a version of its own."""
        now = self.access.now()
        this = documents.c.id.in_([each.id for each in erased])
        blank = {"name": "", "title": TITLE, "verdict": "", "reason": "", "unread": [], "erased_at": now}
        connection.execute(update(documents).where(this).values(blank))
        number = next_snapshot(connection, knowledge_base_id)
        current = this & documents.c.valid_from.is_not(None) & documents.c.valid_to.is_(None)
        connection.execute(update(documents).where(current).values(valid_to=number))
        connection.execute(delete(documents).where(this, documents.c.valid_from.is_(None)))
        name_snapshot(connection, Snapshot(knowledge_base_id, number), user.id, now)

    def _afterwards(self, knowledge_base_id: str, digests: set[str]) -> None:
        self.index.forget(knowledge_base_id)
        self.files.forget_unheld(digests)
        empty_the_write_ahead_log(self.database.engine)


@dataclass(frozen=True)
class Erasure:
    """Where erasing is asked for: by those who answer for a knowledge base."""

    database: Database
    access: Access
    requests: Requests

    def ask(self, user: User, document_id: str, reason: str) -> Request:
        """Ask that every version of a document be erased; somebody else has to decide it.

        NotFound where it is not there or not for `user`, NotAllowed where it ships, BadInput without a reason.
        """
        with self.database.write() as connection:
            document = _document(connection, document_id)
            if document is None or document.erased_at is not None:
                raise not_found()
            found = self._to_change(connection, user, document)
            return self.requests.file(
                connection, user, ERASING, f"{found.id}:{document.id}", reason, version=found.snapshot.number
            )

    def _to_change(self, connection: Connection, user: User, document: Document) -> KnowledgeBase:
        found = self.access.to_change(connection, user, document.knowledge_base_id)
        if found.is_own_file:
            raise NotAllowed("A file of your own needs no second person.", "Delete it on its first page.")
        if found.shipped and not document.added_by:
            raise NotAllowed("This document ships with Accelerate.", "Take its file out of its folder.")
        return found


def _document(connection: Connection, document_id: str) -> Document | None:
    row = connection.execute(select(documents).where(documents.c.id == document_id)).first()
    return document_in(row) if row is not None else None


def _versions(connection: Connection, document: Document) -> list[Document]:
    same = (documents.c.knowledge_base_id == document.knowledge_base_id) & (documents.c.name == document.name)
    return [document_in(row) for row in connection.execute(select(documents).where(same))]


def _texts(connection: Connection, ids: Sequence[str]) -> list[str]:
    return list(connection.execute(select(pages.c.text).where(pages.c.document_id.in_(ids))).scalars())
