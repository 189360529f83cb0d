"""How a knowledge base divides its documents: seen on one of them first, then used for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from services.errors import Conflict, NotAllowed
from services.governance.governance import Governance
from services.knowledge.access import Access
from services.knowledge.document import Page, Passage, Stage
from services.knowledge.knowledge_base import KnowledgeBase, Splitting
from services.knowledge.progress import UNFINISHED
from services.knowledge.publishing import Publishing
from services.knowledge.rows import document_in
from services.knowledge.splitting import split
from services.knowledge.waiting import waiting_again
from services.people.user import User
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import documents, knowledge_bases, pages


@dataclass(frozen=True)
class Resplitting:
    """Chooses the splitting of a knowledge base; only those who answer for it do."""

    database: Database
    governance: Governance
    access: Access
    publishing: Publishing
    now: Clock = utc_now

    def preview(self, user: User, document_id: str) -> Mapping[Splitting, tuple[Passage, ...]]:
        """Divide one document in every way without indexing anything. NotFound where `user` may not read it."""
        with self.database.read() as connection:
            _, document = self.access.document(connection, user, document_id)
            found = select(pages).where(pages.c.document_id == document_id).order_by(pages.c.number)
            held = [Page(row.number, row.text, row.label) for row in connection.execute(found)]
        return {splitting: split(document, held, splitting) for splitting in Splitting}

    def use(self, user: User, knowledge_base_id: str, splitting: Splitting) -> int:
        """Divide every document this way from now on, and read those that are there again; gives how many.

        Each document takes the place of its older self as soon as it is read; until then the older answers. Older
        versions stay divided as they were. Conflict where it is divided so already, or documents are being read, which
        could still come divided the old way.
        """
        with self.database.write() as connection:
            found = self._to_change(self.access.to_change(connection, user, knowledge_base_id))
            if found.splitting is splitting:
                raise Conflict("It is divided this way already.", "Choose another way.")
            here = documents.c.knowledge_base_id == knowledge_base_id
            under_way = select(documents.c.id).where(here, documents.c.stage.in_(UNFINISHED)).limit(1)
            if connection.scalar(under_way) is not None:
                raise Conflict("Documents are being read.", "Wait until they are ready, or stop them.")
            this = knowledge_bases.c.id == knowledge_base_id
            connection.execute(update(knowledge_bases).where(this).values(splitting=splitting.value))
            read = select(documents).where(
                here, documents.c.valid_to.is_(None), documents.c.stage == Stage.PUBLISHED.value
            )
            rows = connection.execute(read.order_by(documents.c.created_at, documents.c.name)).all()
            waiting = [self.publishing.add(connection, waiting_again(document_in(row), self.now)) for row in rows]
            facts = {"splitting": splitting.value, "documents": len(waiting)}
            self.governance.ledger.record_audit(
                user, "divide documents otherwise", knowledge_base_id, facts, connection=connection
            )
        self.publishing.submit([each.id for each in waiting])
        return len(waiting)

    def _to_change(self, found: KnowledgeBase) -> KnowledgeBase:
        if found.shipped or found.is_own_file:
            raise NotAllowed("What ships is divided as its vectors were made.", "Make a knowledge base of your own.")
        return found
