"""The rules that every run must pass, in one list; a budget or a policy is one more object here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Protocol

from services.errors import AppError, BadInput, NotAllowed, NotFound, TooMany
from services.governance.books import Books
from services.governance.budget import Used, at_least, at_most, month_after, month_of
from services.governance.personal_data import PersonalKind, find
from services.governance.policy import Handling, Policy
from services.governance.run import Run
from services.ledger.receipt import Cause, Kind
from services.ledger.receipt import Money as Amount
from services.people.user import User

PERSONAL_DATA = "personal data"
"""The rule after whose refusal the question is not kept."""

_ASK_FOR_MORE = "Ask the CDO's office for a budget"
_ASKED = (Kind.ASK, Kind.SEARCH)  # the kinds that start from a typed question


@dataclass(frozen=True)
class Limits:
    """How much one person may do. `per_minute` gives runs a minute by kind; kinds that it leaves out have no limit.

    `longest` is how long a run that never ends holds its reservation, `keep_days` how long texts are kept.
    """

    question_characters: int = 4_000
    per_minute: Mapping[Kind, int] = field(
        default_factory=lambda: MappingProxyType({Kind.ASK: 30, Kind.SEARCH: 60, Kind.OPEN: 120})
    )
    longest: timedelta = timedelta(minutes=10)
    keep_days: int = 365


@dataclass(frozen=True)
class Remark:
    """What a rule says of a run that it lets pass; the sentence stands on the receipt."""

    sentence: str


class Rule(Protocol):
    """One thing that a run must satisfy; `name` stands in the verdict on the receipt."""

    @property
    def name(self) -> str:
        """A word or two."""

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Give the error that the person meets, or let the run pass: with a remark for its receipt, or with None."""


@dataclass(frozen=True)
class Access:
    """May this person read what the run names? Not there and not theirs read the same."""

    name: str = "access"

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Refuse what the person may not read."""
        if run.readable:
            return None
        if run.where:
            return NotFound("What you want to look in is not there, or not for you.", "Choose another place to look.")
        return NotAllowed("There are no documents that you may read yet.", "Ask your steward for access.")


@dataclass(frozen=True)
class Length:
    """Is there a question, and can it be read in one go?"""

    characters: int
    name: str = "length"

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Refuse a question without a word in it, and one that is too long."""
        if run.kind not in _ASKED:
            return None
        if len(run.question) > self.characters:
            return TooMany(
                f"The question has {len(run.question):,} characters; at most {self.characters:,} can be asked.",
                "Ask one thing at a time. A long text can be dropped on the question box as a file.",
            )
        if not any(character.isalnum() for character in run.question):
            return BadInput("There is no word in this question.", "Type what you want to know, in your own words.")
        return None


@dataclass(frozen=True)
class PersonalData:
    """Is there something of somebody's in the question that has no place in it?"""

    policy: Policy
    name: str = PERSONAL_DATA

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Refuse what the policy blocks and remark on what it warns of, by its kind and never in its words."""
        kinds = dict.fromkeys(found.kind for found in find(run.question))
        handled = {kind: self.policy.handling(run.classification, kind) for kind in kinds}
        if blocked := _listed(kind for kind in handled if handled[kind] is Handling.BLOCK):
            where = f", and what is searched is {run.classification}" if run.classification else ""
            return NotAllowed(
                f"This question was not asked and not kept: it holds what looks like {blocked}{where}.",
                "Leave it out, and ask again.",
            )
        if warned := _listed(kind for kind in handled if handled[kind] is Handling.WARN):
            return Remark(
                f"This question holds what looks like {warned}, which is kept with it: leave out what isn't needed."
            )
        return None


def _listed(kinds: Iterable[PersonalKind]) -> str:
    *others, last = [kind.in_words for kind in kinds] or [""]
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True)
class Words:
    """Is there a word in the question that says what to look for?"""

    name: str = "words"

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Refuse a question of small words alone: it would find anything."""
        if run.kind not in _ASKED or run.names_something:
            return None
        return BadInput(
            "This question has only small words in it, such as “what” or “the”.",
            "Name the thing you want to know about, for example “parental leave”.",
        )


@dataclass(frozen=True)
class Rate:
    """Does this person set off more runs a minute than one person can read?"""

    per_minute: Mapping[Kind, int]
    name: str = "rate"

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Refuse the run after the last that the minute allows; runs of schedules and tests have no such limit."""
        limit = self.per_minute.get(run.kind)
        if limit is None or run.cause is not Cause.PERSON:
            return None
        if books.runs_since(user, run.kind, books.now - timedelta(minutes=1)) < limit:
            return None
        return TooMany(
            f"You have reached the most that one person may do in a minute ({limit} times).",
            "Wait a minute, then try again.",
        )


@dataclass(frozen=True)
class Money:
    """Is there money for it, in the month of the line of business and in the day of the person?"""

    name: str = "money"

    def judge(self, user: User, run: Run, books: Books) -> AppError | Remark | None:
        """Refuse a run that could cost more than is left; one that costs nothing is not looked at."""
        if run.at_most.amount <= 0:
            return None
        budget = books.budget(user.line.id)
        if budget.per_month is None or budget.per_person_day is None:
            return NotAllowed(
                f"This costs money, and nobody has set what {user.line.name} may spend.",
                f"{_ASK_FOR_MORE}, or choose a model that costs nothing.",
            )
        currency = budget.per_month.currency
        if run.at_most.currency != currency:
            return NotAllowed(
                f"This is priced in {run.at_most.currency}, and {user.line.name} has its budget in {currency}.",
                f"{_ASK_FOR_MORE}, or choose another model.",
            )
        month, today = books.used_this_month(user.line.id, currency), books.used_today(user.id, currency)
        after = month_after(books.now)
        return _too_dear(
            run.at_most,
            budget.per_month,
            month,
            f"that {user.line.name} may spend in {month_of(books.now):%B} (UTC)",
            f"{_ASK_FOR_MORE}, choose a cheaper model, or wait until {after.day} {after:%B}.",
        ) or _too_dear(
            run.at_most,
            budget.per_person_day,
            today,
            "that you may spend today (UTC)",
            f"{_ASK_FOR_MORE}, choose a cheaper model, or wait until tomorrow.",
        )


def _too_dear(price: Amount, allowed: Amount, used: Used, whose: str, hint: str) -> AppError | None:
    left = used.left_of(allowed)
    if price.amount <= left.amount:
        return None
    held = f" while {at_most(Amount(used.held, allowed.currency))} is held by what runs now" if used.held else ""
    return TooMany(
        f"This can cost {at_most(price)}. Of the {at_most(allowed)} {whose}, {at_least(left)} is left{held}.", hint
    )


def rules(limits: Limits, policy: Policy) -> tuple[Rule, ...]:
    """All rules, in the order in which they are asked; the first that refuses ends it."""
    length, rate = Length(limits.question_characters), Rate(limits.per_minute)
    return Access(), length, PersonalData(policy), Words(), rate, Money()
