"""The insight room: what the counts say, what is due for review, and who may read what, for Oversight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from services.answers.answers import Answers
from services.errors import NotAllowed
from services.governance.governance import Governance
from services.governance.life_cycle import ApprovalState
from services.knowledge.knowledge import Knowledge
from services.knowledge.knowledge_base import KnowledgeBase, ReadingRule
from services.knowledge.rows import knowledge_base_in
from services.ledger.counting import Count, Counts
from services.ledger.ledger import Ledger
from services.ledger.listing import Listed
from services.ledger.receipt import Outcome
from services.people.grants import grants_of
from services.people.people import People
from services.people.user import Role, User
from services.store.moment import Clock, utc_now
from services.store.tables import knowledge_bases

WEEKS = 12
DUE_WITHIN = timedelta(days=30)
_OVERSIGHT = (Role.STEWARD, Role.CDO)


@dataclass(frozen=True)
class Due:
    """A knowledge base whose review is due on `day`, or was; `readable`: whoever looks may open it."""

    id: str
    name: str
    owner: str
    day: date
    is_over: bool
    readable: bool


@dataclass(frozen=True)
class Overview:
    """What people asked in the last `WEEKS` whole weeks up to `until`, and what is due for review, the first first.

    `groups` are what is told of a line in a week; the totals are sums of these alone.
    """

    until: date
    groups: tuple[Count, ...]
    people: int
    due: tuple[Due, ...]

    @property
    def told(self) -> tuple[Count, ...]:
        """The groups of at least five people."""
        return tuple(each for each in self.groups if each.people is not None)

    @property
    def hidden(self) -> int:
        """The number of weeks in which people asked who may not be counted, being fewer than five."""
        return len(self.groups) - len(self.told)

    @property
    def questions(self) -> int:
        """The sum of all that may be told."""
        return sum(each.questions or 0 for each in self.groups)

    @property
    def answered(self) -> int:
        """The sum of all that may be told."""
        return sum(each.answered or 0 for each in self.groups)

    @property
    def not_found(self) -> int:
        """The sum of all that may be told."""
        return sum(each.not_found or 0 for each in self.groups)

    @property
    def wrong(self) -> int:
        """The sum of all that may be told."""
        return sum(each.wrong or 0 for each in self.groups)

    @property
    def not_told_apart(self) -> int:
        """The questions of which it may not be told how they ended."""
        return self.questions - self.answered - self.not_found


@dataclass(frozen=True)
class Opened:
    """A receipt of somebody that was opened with a reason: what was asked and answered, as its reader may read it.

    `quotes` are (words, title) of what the reader may read; `withheld` others are not for them, or were erased.
    """

    id: str
    at: datetime
    person: str
    line: str
    outcome: Outcome
    strength: str
    question: str
    quotes: tuple[tuple[str, str], ...]
    withheld: int


@dataclass(frozen=True)
class Reading:
    """Whether a person may read a knowledge base, and by which rule; `until` where access ends by itself."""

    name: str
    owner: str
    state: ApprovalState
    rule: ReadingRule | None
    until: datetime | None = None


@dataclass(frozen=True)
class Insight:
    """What Oversight sees. Every verb is for stewards and the CDO's office; NotAllowed for anybody else."""

    ledger: Ledger
    governance: Governance
    knowledge: Knowledge
    answers: Answers
    people: People
    now: Clock = utc_now

    def overview(self, user: User, weeks: int = WEEKS) -> Overview:
        """Say what people asked in the last whole weeks, and what is due for review."""
        counts: Counts = self.ledger.counts_by_line_and_week(user, weeks)
        today = self.now().date()
        with self.knowledge.database.read() as connection:
            due = self._due(connection, user, today)
        return Overview(today - timedelta(days=today.isoweekday()), counts.groups, counts.people, due)

    def receipts(self, user: User, week: str, line: str, measure: str) -> tuple[Listed, ...]:
        """List the receipts that a figure of the overview counts, without person, text or notebook.

        A knowledge base is named only where its name is told to Oversight, by `names`. NotFound where the figure is
        not there or may not be told.
        """
        return self._named(user, self.ledger.listed(user, week, line, measure))

    def all_receipts(self, user: User, measure: str, weeks: int = WEEKS) -> tuple[Listed, ...]:
        """List the receipts behind a total of the overview: those of every group whose figure it adds up.

        NotFound where no group tells the figure.
        """
        return self._named(user, self.ledger.listed_in_all(user, measure, weeks))

    def _named(self, user: User, listed: Sequence[Listed]) -> tuple[Listed, ...]:
        shared = self.names(user)
        return tuple(
            replace(each, where=each.where if each.where is None or {*each.where} <= shared.keys() else None)
            for each in listed
        )

    def names(self, user: User) -> dict[str, str]:
        """Give the names of all shared knowledge bases by id: what is no draft and nobody's own file."""
        _check_oversight(user)
        with self.knowledge.database.read() as connection:
            return {each.id: each.name for each in self._shared(connection)}

    def open_receipt(self, user: User, receipt_id: str, reason: str) -> Opened:
        """Open a receipt that `receipts` lists. It is an entry of the audit, and its asker is told who did, and why.

        What `user` may not read of the answer is withheld. BadInput without a reason, NotFound where it is not listed.
        """
        with self.ledger.database.write() as connection:
            receipt = self.ledger.open_with_reason(user, receipt_id, reason, connection=connection)
            facts = {"by": user.id, "reason": reason.strip(), "asked_at": receipt.at.isoformat()}
            facts |= {"notebook": receipt.notebook_id or ""}
            self.governance.requests.tell(connection, receipt.person, "receipt opened", receipt.id, facts)
        answer = self.answers.as_readable(user, receipt).answer
        told = [each for each in answer.citations if each.quote]
        return Opened(
            id=receipt.id,
            at=receipt.at,
            person=receipt.person,
            line=receipt.line,
            outcome=receipt.outcome,
            strength=answer.strength.value,
            question=receipt.question,
            quotes=tuple((each.quote, each.document_title) for each in told),
            withheld=len(receipt.quotes) - len(told),
        )

    def access_check(self, user: User, person_id: str) -> tuple[Reading, ...]:
        """Say of each shared knowledge base whether a person may read it now, and by which rule.

        Drafts and files of their own are theirs alone and are not listed. It is an entry of the audit. NotFound where
        there is no such person.
        """
        _check_oversight(user)
        person = self.people.user(person_id)
        with self.ledger.database.write() as connection:
            access = self.knowledge.access
            until = {each.object: each.until for each in grants_of(connection, person.id) if each.holds_at(self.now())}
            found = [(each, access.rule(connection, person, each)) for each in self._shared(connection)]
            self.ledger.record_audit(user, "check access", person.id, {}, connection=connection)
        return tuple(
            Reading(each.name, each.owner, each.state, rule, until.get(each.id) if rule is ReadingRule.GRANT else None)
            for each, rule in sorted(found, key=lambda pair: (pair[1] is None, pair[0].name.casefold()))
        )

    def _shared(self, connection: Connection) -> list[KnowledgeBase]:
        today = self.now().date()
        of_all = select(knowledge_bases).where(
            knowledge_bases.c.expires_at.is_(None), knowledge_bases.c.state != ApprovalState.DRAFT.value
        )
        return [knowledge_base_in(row).as_on(today) for row in connection.execute(of_all)]

    def _due(self, connection: Connection, user: User, today: date) -> tuple[Due, ...]:
        due = []
        for each in self._shared(connection):
            days = [day for day in (each.approved_until, each.review_by) if day is not None]
            if each.state in (ApprovalState.APPROVED, ApprovalState.REVIEW_DUE) and days:
                day, readable = min(days), self.knowledge.access.rule(connection, user, each) is not None
                due.append(Due(each.id, each.name, each.owner, day, day < today, readable))
        return tuple(sorted((each for each in due if each.day <= today + DUE_WITHIN), key=lambda each: each.day))


def _check_oversight(user: User) -> None:
    if user.role not in _OVERSIGHT:
        raise NotAllowed("Only stewards and the CDO's office may see that.", "Ask your steward.")
