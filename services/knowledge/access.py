"""Who may read and who may change a knowledge base: the one check that every verb of every room asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from services.errors import NotAllowed, NotFound
from services.knowledge.document import Document
from services.knowledge.knowledge_base import KnowledgeBase, ReadingRule
from services.knowledge.rows import document_in, knowledge_base_in
from services.people.grants import granted_to
from services.people.user import User
from services.store.moment import Clock, utc_now
from services.store.tables import documents, knowledge_bases


@dataclass(frozen=True)
class Access:
    """Answers in the caller's transaction, at the moment of the question: a grant ends by itself."""

    now: Clock = utc_now

    def readable(self, connection: Connection, user: User) -> list[KnowledgeBase]:
        """Give everything that `user` may read."""
        granted = granted_to(connection, user.id, self.now())
        found = (self._as_today(row) for row in connection.execute(select(knowledge_bases)))
        return [each for each in found if self._rule(user, each, granted)]

    def listed(self, connection: Connection, user: User) -> list[KnowledgeBase]:
        """Give what `user` may not read but may know of: show name, purpose, owner and classification alone."""
        granted = granted_to(connection, user.id, self.now())
        found = (self._as_today(row) for row in connection.execute(select(knowledge_bases)))
        return [each for each in found if each.is_listed_for(user) and not self._rule(user, each, granted)]

    def to_read(self, connection: Connection, user: User, knowledge_base_id: str) -> KnowledgeBase:
        """Give one that `user` may read; NotFound where it is not there or not for them, and the two read the same."""
        found = self.find(connection, knowledge_base_id)
        if found is None or self.rule(connection, user, found) is None:
            raise not_found()
        return found

    def to_change(self, connection: Connection, user: User, knowledge_base_id: str) -> KnowledgeBase:
        """Give one that `user` answers for, also when it is withdrawn; NotAllowed where they may only read it.

        NotFound otherwise. What ships is described by its files, so that only its documents' readers change it there.
        """
        found = self.find(connection, knowledge_base_id)
        if found is None or (not found.is_changed_by(user) and self.rule(connection, user, found) is None):
            raise not_found()
        if not found.is_changed_by(user):
            raise NotAllowed(
                "Only its owner and its steward may change it.", "Ask them; their names stand on its first page."
            )
        return found

    def document(self, connection: Connection, user: User, document_id: str) -> tuple[KnowledgeBase, Document]:
        """Give a document that is or was published, and its knowledge base, where `user` may read it; else NotFound."""
        this = (documents.c.id == document_id) & documents.c.valid_from.is_not(None)
        row = connection.execute(select(documents).where(this)).first()
        if row is None:
            raise not_found()
        document = document_in(row)
        return self.to_read(connection, user, document.knowledge_base_id), document

    def rule(self, connection: Connection, user: User, knowledge_base: KnowledgeBase) -> ReadingRule | None:
        """Give the rule by which `user` may read it now, None where they may not."""
        return self._rule(user, knowledge_base, granted_to(connection, user.id, self.now()))

    def find(self, connection: Connection, knowledge_base_id: str) -> KnowledgeBase | None:
        """Give one as it stands today, whoever asks: for decisions, which check by themselves."""
        row = connection.execute(select(knowledge_bases).where(knowledge_bases.c.id == knowledge_base_id)).first()
        return self._as_today(row) if row is not None else None

    def _rule(self, user: User, knowledge_base: KnowledgeBase, granted: frozenset[str]) -> ReadingRule | None:
        # An own file whose time is over is gone, even if it has not been deleted yet.
        if knowledge_base.expires_at is not None and knowledge_base.expires_at <= self.now():
            return None
        return knowledge_base.rule_for(user, knowledge_base.id in granted)

    def _as_today(self, row: Row[Any]) -> KnowledgeBase:
        return knowledge_base_in(row).as_on(self.now().date())


def not_found() -> NotFound:
    """What is not there and what is not for somebody read the same."""
    return NotFound("It is not there, or not for you.", "Go back to Knowledge to see what you may read.")
