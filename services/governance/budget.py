"""What a line of business may spend, what it has spent, and how an amount is said. Days and months are those of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from services.ledger.receipt import Money


@dataclass(frozen=True)
class Budget:
    """What a line of business may spend in a month, and each person of it in a day; None: nothing.

    Both are in one currency. `set_by` and `at` say who set it last and when; nobody did where `at` is None.
    """

    line: str
    per_month: Money | None = None
    per_person_day: Money | None = None
    set_by: str = ""
    at: datetime | None = None

    @property
    def is_cap(self) -> bool:
        """Whether both amounts are set: without one of them nothing may be spent."""
        return self.per_month is not None and self.per_person_day is not None


@dataclass(frozen=True)
class Used:
    """What was spent by receipts, and what runs that have not ended hold: each at the most that it can cost."""

    spent: Decimal = Decimal(0)
    held: Decimal = Decimal(0)

    def left_of(self, allowed: Money) -> Money:
        """What is left of `allowed`; nothing where more was used."""
        return Money(max(Decimal(0), allowed.amount - self.spent - self.held), allowed.currency)


def month_of(moment: datetime) -> datetime:
    """When the month of a moment began."""
    return day_of(moment).replace(day=1)


def month_after(moment: datetime) -> datetime:
    """When the month after that of a moment begins."""
    return month_of(month_of(moment) + timedelta(days=31))


def day_of(moment: datetime) -> datetime:
    """When the day of a moment began."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def at_most(money: Money) -> str:
    """Say a price, never less than it is: "0.0313 USD", "12.50 USD"."""
    return _said(_rounded(money, ROUND_CEILING))


def at_least(money: Money) -> str:
    """Say what is left, never more than it is; "nothing" where that is nothing."""
    left = _rounded(money, ROUND_FLOOR)
    return _said(left) if left.amount else "nothing"


def _rounded(money: Money, rounding: str) -> Money:
    """Round to hundredths from one upwards; below that to as many places as it takes, from two to six."""
    step = Decimal("0.01")
    while money.amount < 1 and step > Decimal("0.000001") and money.amount % step:
        step /= 10
    return Money(money.amount.quantize(step, rounding), money.currency)


def _said(money: Money) -> str:
    return f"{money.amount:,f} {money.currency}"
