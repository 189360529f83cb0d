"""A model that may write answers, and the passport that says what it is for, who answers for it and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_UP, Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path

from services.content.toml_file import TomlFile
from services.governance.life_cycle import ApprovalState, Classification
from services.ledger.receipt import Money

KEYS = frozenset(
    {
        "name",
        "purpose",
        "place",
        "leaves",
        "endpoint",
        "model",
        "owner",
        "steward",
        "evidence",
        "highest",
        "approved_until",
        "currency",
        "price_in",
        "price_out",
        "most_tokens",
    }
)
MILLION = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")
"""Money is counted in millionths, rounded up: what was spent is never told too small."""


class Endpoint(StrEnum):
    """How a model is reached."""

    BEDROCK = "bedrock"
    OPENAI = "openai"
    LOCAL = "local"
    EXTRACTIVE = "extractive"


class Leaves(StrEnum):
    """Whether what is sent leaves the company."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, read and written."""

    currency: str
    tokens_in: Decimal
    tokens_out: Decimal

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return not self.tokens_in and not self.tokens_out

    def of(self, tokens_in: int, tokens_out: int) -> Money:
        """Give what so many tokens cost."""
        amount = (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / MILLION
        return Money(amount.quantize(SMALLEST, ROUND_UP), self.currency)


@dataclass(frozen=True)
class Model:
    """The passport of a model. `id` is the name of its file, `place` says where it runs in words that go on from "at".

    `leaves` says whether what is sent leaves the company, `highest` is the highest classification that it may see.
    `model` is what the endpoint calls it; `most_tokens` the longest answer. `state` is as it was decided; `as_on` gives
    it as it stands on a day.
    """

    id: str
    name: str
    purpose: str
    place: str
    leaves: bool
    endpoint: Endpoint
    model: str
    owner: str
    steward: str
    evidence: str
    highest: Classification
    approved_until: date | None
    price: Price
    most_tokens: int
    state: ApprovalState = ApprovalState.APPROVED

    def as_on(self, day: date) -> Model:
        """Give it as it stands on `day`: what is approved is due for review once its last approved day is over."""
        is_over = self.approved_until is not None and self.approved_until < day
        return replace(self, state=ApprovalState.REVIEW_DUE) if self.is_approved and is_over else self

    @property
    def is_built_in(self) -> bool:
        """Whether it is how this app quotes, which everything else stands on: it can't be withdrawn."""
        return self.endpoint is Endpoint.EXTRACTIVE

    @property
    def is_approved(self) -> bool:
        """Whether it may be chosen."""
        return self.state is ApprovalState.APPROVED

    def may_see(self, classification: Classification) -> bool:
        """Say whether sources of this classification may be sent to it."""
        order = list(Classification)
        return order.index(classification) <= order.index(self.highest)


def read_model(path: Path) -> Model:
    """Read the passport in a TOML file; Misconfigured names the file, the key and the rule that it breaks."""
    entries = TomlFile.read(path, KEYS)
    return Model(
        id=path.stem,
        name=entries.text("name", longest=60),
        purpose=entries.text("purpose", longest=120),
        place=entries.text("place", longest=80),
        leaves=entries.choice("leaves", Leaves) is Leaves.YES,
        endpoint=entries.choice("endpoint", Endpoint),
        model=entries.text("model", longest=200) if entries.has("model") else "",
        owner=entries.text("owner"),
        steward=entries.text("steward"),
        evidence=entries.text("evidence", longest=300),
        highest=entries.choice("highest", Classification),
        approved_until=entries.day("approved_until"),
        price=Price(entries.text("currency", longest=3), _price(entries, "price_in"), _price(entries, "price_out")),
        most_tokens=entries.number("most_tokens", 16, 8_000),
    )


def _price(entries: TomlFile, key: str) -> Decimal:
    try:
        price = Decimal(entries.text(key))
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        raise entries.fault(key, "must be an amount from 0 on, in quotation marks")
    return price
