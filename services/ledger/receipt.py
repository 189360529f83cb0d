"""One immutable record of one run of anything (DESIGN §1)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What ran."""

    ASK = "ask"
    SEARCH = "search"
    OPEN = "open"


class Cause(StrEnum):
    """Who or what set it off."""

    PERSON = "person"
    SCHEDULE = "schedule"
    TEST = "test"


class Environment(StrEnum):
    """Where it ran: in a draft, or in something others use."""

    DRAFT = "draft"
    APP = "app"


class Outcome(StrEnum):
    """How it ended, for counting."""

    ANSWERED = "answered"
    NOT_FOUND = "not found"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Verdict:
    """What one rule of `admit` said of the run: allowed, or refused with a sentence."""

    rule: str
    allowed: bool
    sentence: str


@dataclass(frozen=True)
class Money:
    """An amount with its currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class SourceUsed:
    """A passage that a run used: where it stands, the SHA-256 of its text, and its rank in each leg (None: not in it).

    `scores` holds the scores per leg as strings with six decimals.
    """

    knowledge_base_id: str
    snapshot: int
    document_id: str
    document_digest: str
    passage_id: str
    page: int
    digest: str
    rank: int
    ranks: dict[str, int | None] = field(default_factory=dict)
    scores: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What a run was, used, cost and gave. `question`, `answer` and `quotes` are texts beside the chain.

    `answer` is a JSON text written by the room that made it (answers/answer.py); the chain holds digests of the three
    only, each salted, so that each can be erased alone. `inputs`, `parameters` and `claims` stay in the chain for ever:
    they hold ids, numbers and settings, and name a quote by its place in `quotes`, never by its words.
    `milliseconds` is the whole run. `number`, `digest` (its link of the chain), `erased` and `erased_at` are set by the
    ledger: `erased` names the texts that were erased and now read as "" ("question", "answer", "quote 2").
    """

    id: str
    kind: Kind
    cause: Cause
    at: datetime
    person: str
    line: str
    purpose: str
    environment: Environment
    outcome: Outcome
    question: str
    answer: str
    inputs: dict[str, object]
    template: str
    template_version: int
    model: str
    parameters: dict[str, object]
    snapshots: dict[str, int]
    sources: tuple[SourceUsed, ...]
    claims: tuple[dict[str, object], ...]
    verdicts: tuple[Verdict, ...]
    tokens_in: int
    tokens_out: int
    reserved: Money
    spent: Money
    milliseconds: int
    notebook_id: str | None = None
    notebook_revision: int | None = None
    cell_id: str | None = None
    built_on: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    schema: int = 1
    number: int = 0
    digest: str = ""
    erased: tuple[str, ...] = ()
    erased_at: datetime | None = None


def new_receipt_id() -> str:
    """Make the id of a run that is about to start; random, so that one tells nothing about another."""
    return secrets.token_hex(8)
