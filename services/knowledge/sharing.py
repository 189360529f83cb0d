"""Access beyond the audience: asked for with a reason, given until a day, and over by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from services.errors import BadInput, Conflict
from services.governance.governance import Governance
from services.governance.request import Request
from services.knowledge.access import Access, not_found
from services.knowledge.knowledge_base import KnowledgeBase, ReadingRule
from services.ledger.receipt import new_receipt_id
from services.people import grants
from services.people.grants import Grant
from services.people.user import User
from services.store.database import Database

ACCESS = "access"
LONGEST_DAYS = 365


@dataclass(frozen=True)
class Reading:
    """By which rule somebody may read a knowledge base, and until when, where it is by access that was given."""

    rule: ReadingRule
    until: datetime | None


@dataclass(frozen=True)
class AccessRequests:
    """Requests to read a knowledge base: its owner or its steward decides, with a last day."""

    access: Access
    name: str = ACCESS

    def title(self, connection: Connection, request: Request) -> str:
        """Give the name of the knowledge base."""
        found = self.access.find(connection, request.object)
        return found.name if found else ""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` is its owner or its steward."""
        found = self.access.find(connection, request.object)
        return found is not None and user.id in (found.owner, found.steward)

    def approve(self, connection: Connection, user: User, request: Request, until: date | None) -> None:
        """Give access to the end of a day, at most a year from now."""
        found = self.access.find(connection, request.object)
        if found is None or not found.is_listed_for(user):
            raise Conflict("It is not open to requests any more.", "Nothing was decided.")
        now = self.access.now()
        if until is None:
            raise BadInput("The last day is missing.", "Choose the last day of the access.")
        if until > (now + timedelta(days=LONGEST_DAYS)).date():
            raise BadInput("Access holds for a year at most.", "Choose an earlier day.")
        given = Grant(
            id=new_receipt_id(),
            request_id=request.id,
            person=request.person,
            object=request.object,
            granted_by=user.id,
            at=now,
            until=datetime.combine(until + timedelta(days=1), time(), UTC),
        )
        grants.give(connection, given)

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Nothing waited for it."""


@dataclass(frozen=True)
class Sharing:
    """Who may read a knowledge base though its audience does not include them."""

    database: Database
    governance: Governance
    access: Access

    def listed(self, user: User) -> tuple[KnowledgeBase, ...]:
        """Give what `user` may ask to read: show name, purpose, owner and classification alone."""
        with self.database.read() as connection:
            found = self.access.listed(connection, user)
        return tuple(sorted(found, key=lambda each: each.created_at))

    def ask(self, user: User, knowledge_base_id: str, reason: str, until: date) -> Request:
        """Ask to read one that is listed, until a day. BadInput without a reason, or for a day that is over.

        NotFound where it is not listed for `user`, Conflict where they have asked already or may read it anyway.
        """
        today = self.access.now().date()
        if not today <= until <= today + timedelta(days=LONGEST_DAYS):
            raise BadInput("Access can be asked for from today on, for a year at most.", "Choose another last day.")
        with self.database.write() as connection:
            found = self.access.find(connection, knowledge_base_id)
            if found is not None and self.access.rule(connection, user, found) not in (None, ReadingRule.GRANT):
                raise Conflict("You may read it already.", "Ask it on its page.")
            if found is None or not found.is_listed_for(user):
                raise not_found()
            return self.governance.requests.file(connection, user, ACCESS, found.id, reason, until=until)

    def reading(self, user: User, knowledge_base_id: str) -> Reading:
        """Say by which rule `user` may read it, and until when. NotFound where they may not."""
        with self.database.read() as connection:
            found = self.access.to_read(connection, user, knowledge_base_id)
            rule = self.access.rule(connection, user, found)
            assert rule is not None  # noqa: S101  (to_read has said so)
            held = self._holding(connection, found.id, user.id) if rule is ReadingRule.GRANT else []
        return Reading(rule, max((each.until for each in held), default=None))

    def grants(self, user: User, knowledge_base_id: str) -> tuple[Grant, ...]:
        """Give the access that holds, for those who answer for it. NotFound or NotAllowed for others."""
        with self.database.read() as connection:
            found = self.access.to_change(connection, user, knowledge_base_id)
            return tuple(self._holding(connection, found.id))

    def end(self, user: User, knowledge_base_id: str, grant_id: str) -> None:
        """End access before its day: those who answer for it may. Ending it twice changes nothing."""
        with self.database.write() as connection:
            found = self.access.to_change(connection, user, knowledge_base_id)
            held = [each for each in self._holding(connection, found.id) if each.id == grant_id]
            for each in held:
                grants.end(connection, each, user.id, self.access.now())
                facts = {"person": each.person, "grant": each.id}
                self.governance.ledger.record_audit(user, "end access", found.id, facts, connection=connection)
                told = {"name": found.name, "by": user.id}
                self.governance.requests.tell(connection, each.person, "access ended", found.id, told)

    def _holding(self, connection: Connection, knowledge_base_id: str, person: str = "") -> list[Grant]:
        now = self.access.now()
        found = grants.grants_on(connection, knowledge_base_id)
        return [each for each in found if each.holds_at(now) and person in ("", each.person)]
