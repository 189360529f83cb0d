"""The life of a knowledge base: made as a draft, reviewed and approved by somebody else, changed, withdrawn."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, func, insert, select, update

from services.errors import BadInput, Conflict, NotAllowed, TooMany
from services.governance.governance import Governance
from services.governance.life_cycle import ApprovalState
from services.governance.request import Request
from services.knowledge.access import Access, not_found
from services.knowledge.knowledge_base import KnowledgeBase, Snapshot
from services.knowledge.passport_entries import (
    PassportEntries,
    entries_of,
    missing_for_approval,
    reach_of,
    with_reach,
)
from services.knowledge.rows import passport_row
from services.people.user import Role, User
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import knowledge_bases

APPROVAL = "approval"
APPROVED_DAYS = 365
"""How long an approval holds where nobody named a day, and at most."""

MOST_DRAFTS = 20
"""So many knowledge bases that nobody has approved one person may own."""

_APPROVED = (ApprovalState.APPROVED, ApprovalState.REVIEW_DUE)


@dataclass(frozen=True)
class ApprovalRequests:
    """Requests that a knowledge base be approved: its steward or the CDO's office decides, never its owner."""

    access: Access
    name: str = APPROVAL

    def title(self, connection: Connection, request: Request) -> str:
        """Give its name."""
        found = self.access.find(connection, request.object)
        return found.name if found else ""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` is its steward or of the CDO's office; any steward where the owner is the steward."""
        found = self.access.find(connection, request.object)
        if found is None or user.id == found.owner:
            return False
        stands_in = found.steward == found.owner and user.role is Role.STEWARD
        return user.id == found.steward or user.role is Role.CDO or stands_in

    def approve(self, connection: Connection, user: User, request: Request, until: date | None) -> None:
        """Approve it until a day, with the audience and classification that were asked for."""
        found = self.access.find(connection, request.object)
        if found is None:
            raise Conflict("It is not there any more.", "Nothing was decided.")
        today = self.access.now().date()
        last = today + timedelta(days=APPROVED_DAYS)
        if until is not None and until > last:
            raise BadInput("An approval holds for a year at most.", f"Choose a day up to {last:%d %B %Y}.")
        approved = replace(with_reach(found, request.facts), state=ApprovalState.APPROVED, approved_until=until or last)
        write_passport(connection, approved)

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Make it a draft again where it had not been approved before."""
        found = self.access.find(connection, request.object)
        if found is not None and found.state is ApprovalState.IN_REVIEW:
            write_passport(connection, replace(found, state=ApprovalState.DRAFT))


@dataclass(frozen=True)
class Approval:
    """What the owner and the steward of a knowledge base do with it. Every act is an entry of the audit."""

    database: Database
    governance: Governance
    access: Access
    now: Clock = utc_now

    def create(self, user: User, entries: PassportEntries) -> KnowledgeBase:
        """Make a draft that answers only for `user`. BadInput without a name or a purpose, TooMany with many drafts."""
        made = secrets.token_hex(8)
        draft = entries.checked().on(
            KnowledgeBase(
                id=made,
                name="",
                purpose="",
                owner=user.id,
                steward="",
                classification=entries.classification,
                audience=entries.audience,
                state=ApprovalState.DRAFT,
                approved_until=None,
                review_by=None,
                source="",
                licence="",
                questions=(),
                snapshot=Snapshot(made, 0),
                created_at=self.now(),
            )
        )
        with self.database.write() as connection:
            self._check_number(connection, user)
            connection.execute(insert(knowledge_bases).values(passport_row(draft) | {"snapshot": 0}))
            self._note(connection, user, "make a knowledge base", draft, {})
        return draft

    def change(self, user: User, knowledge_base_id: str, entries: PassportEntries, seen: int) -> KnowledgeBase:
        """Change the passport that `user` saw as revision `seen`; Conflict where somebody changed it meanwhile.

        Who may read what is approved changes only with another approval: until then the old audience holds.
        """
        entries = entries.checked()
        with self.database.write() as connection:
            found = self._to_change(connection, user, knowledge_base_id)
            if found.revision != seen:
                raise Conflict(
                    "Somebody changed this passport meanwhile.",
                    "Look at it as it is now, then change it again.",
                    yours=entries.purpose,
                    theirs=found.purpose,
                )
            changed = replace(entries.on(found), revision=found.revision + 1)
            reaches_others = reach_of(entries) != reach_of(entries_of(found))
            if found.state in _APPROVED and reaches_others:
                changed = with_reach(changed, reach_of(entries_of(found)))
                self._submit(connection, user, found, "Who may read it is to change.", None, reach_of(entries))
            write_passport(connection, changed)
            names = [name for name, value in vars(entries).items() if value != getattr(entries_of(found), name)]
            self._note(connection, user, "change a passport", found, {"changed": names})
        return changed

    def submit(self, user: User, knowledge_base_id: str, reason: str, until: date | None = None) -> Request:
        """Ask for an approval until a day; what was approved stays so meanwhile.

        BadInput names what the passport lacks, Conflict says that it waits already.
        """
        with self.database.write() as connection:
            found = self.access.to_change(connection, user, knowledge_base_id)
            if lacking := missing_for_approval(found):
                raise BadInput(f"Before it can be reviewed it needs {_listed(lacking)}.", "Add it on About.")
            if found.snapshot.number == 0:
                raise BadInput("There is nothing in it to review yet.", "Add a document first.")
            request = self._submit(connection, user, found, reason, until, {})
            if found.state not in _APPROVED:
                write_passport(connection, replace(found, state=ApprovalState.IN_REVIEW))
        return request

    def withdraw(self, user: User, knowledge_base_id: str, reason: str) -> KnowledgeBase:
        """Close it to everybody at once, for a reason: its owner, its steward or the CDO's office may.

        Whoever asked it from a notebook finds it in their news. A review that waits ends with it.
        """
        reason = " ".join(reason.split())
        if not reason:
            raise BadInput("A reason is missing.", "Say in a sentence why; whoever used it will read it.")
        with self.database.write() as connection:
            found = self.access.find(connection, knowledge_base_id)
            if found is None or self.access.rule(connection, user, found) is None or found.is_own_file:
                raise not_found()
            if user.id not in (found.owner, found.steward) and user.role is not Role.CDO:
                raise NotAllowed(
                    "Only its owner, its steward and the CDO's office can withdraw it.", "Ask one of them."
                )
            # Without a day it stays withdrawn also where its folder ships: a person has decided it.
            withdrawn = replace(found, state=ApprovalState.WITHDRAWN, approved_until=None)
            write_passport(connection, withdrawn)
            self.governance.requests.end_waiting(connection, APPROVAL, found.id)
            self._note(connection, user, "withdraw", found, {"reason": reason})
            used = Counter(person for _, person in self.governance.ledger.notebooks_that_asked(connection, found.id))
            for person, number in used.items():
                told = {"name": found.name, "by": user.id, "reason": reason, "notebooks": number}
                self.governance.requests.tell(connection, person, "withdrawn", found.id, told)
        return withdrawn

    def waiting(self, user: User, knowledge_base_id: str) -> Request | None:
        """Give the review that waits for a decision, None where none does. NotFound where `user` may not change it."""
        with self.database.read() as connection:
            self.access.to_change(connection, user, knowledge_base_id)
            return self.governance.requests.waiting_on(connection, APPROVAL, knowledge_base_id)

    def _to_change(self, connection: Connection, user: User, knowledge_base_id: str) -> KnowledgeBase:
        found = self.access.to_change(connection, user, knowledge_base_id)
        if found.shipped or found.is_own_file:
            raise NotAllowed(
                "What ships with Accelerate is described by its files.", "Change its passport.toml, then start again."
            )
        return found

    def _submit(
        self,
        connection: Connection,
        user: User,
        found: KnowledgeBase,
        reason: str,
        until: date | None,
        facts: dict[str, object],
    ) -> Request:
        version = found.snapshot.number
        return self.governance.requests.file(
            connection, user, APPROVAL, found.id, reason, version=version, until=until, facts=facts
        )

    def _check_number(self, connection: Connection, user: User) -> None:
        drafts = (ApprovalState.DRAFT.value, ApprovalState.IN_REVIEW.value)
        own = (knowledge_bases.c.owner == user.id) & knowledge_bases.c.state.in_(drafts)
        counted = select(func.count()).where(own, knowledge_bases.c.expires_at.is_(None))
        if connection.execute(counted).scalar_one() >= MOST_DRAFTS:
            raise TooMany(
                f"You own {MOST_DRAFTS} knowledge bases that are not approved, the most that one person may.",
                "Submit one of them, or withdraw one.",
            )

    def _note(
        self, connection: Connection, user: User, action: str, found: KnowledgeBase, facts: dict[str, object]
    ) -> None:
        self.governance.ledger.record_audit(user, action, found.id, facts, connection=connection)


def write_passport(connection: Connection, knowledge_base: KnowledgeBase) -> None:
    """Write what the passport says now; the snapshot is counted by publishing alone."""
    this = knowledge_bases.c.id == knowledge_base.id
    connection.execute(update(knowledge_bases).where(this).values(passport_row(knowledge_base)))


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
