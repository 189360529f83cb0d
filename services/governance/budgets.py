"""Budgets: who sets what a line of business may spend, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from services.errors import BadInput, NotAllowed
from services.governance.books import Books, budget_in
from services.governance.budget import Budget
from services.ledger.ledger import Ledger
from services.ledger.receipt import Money
from services.people.user import Role, User
from services.store.dialect import upsert
from services.store.moment import Clock, utc_now
from services.store.tables import budgets

MOST = Decimal(1_000_000_000)


@dataclass(frozen=True)
class Left:
    """What a line of business may still spend in this month (UTC), and one person of it today; None: nothing is set.

    What runs now counts at the most that it can cost.
    """

    budget: Budget
    this_month: Money | None
    today: Money | None


@dataclass(frozen=True)
class Budgets:
    """What each line of business may spend in a month, and each of its people in a day."""

    ledger: Ledger
    now: Clock = utc_now

    def set(self, user: User, line: str, per_month: Money | None, per_person_day: Money | None) -> Budget:
        """Set what a line of business may spend from now on, this month included; None: nothing may be spent.

        What was spent in another currency does not count against it. NotAllowed outside the CDO's office, BadInput
        for an amount that is none or for two currencies.
        """
        _check_cdo(user)
        for each in (per_month, per_person_day):
            _check(each)
        if per_month and per_person_day and per_month.currency != per_person_day.currency:
            raise BadInput("The two amounts are in different currencies.", "Give both in the same one.")
        budget = Budget(line, per_month, per_person_day, user.id, self.now())
        with self.ledger.database.write() as connection:
            before = self._books(connection).budget(line)
            upsert(connection, budgets, _row_of(budget))
            facts = {**_told(budget), "before": _told(before)}
            self.ledger.record_audit(user, "set budget", line, facts, connection=connection)
        return budget

    def left(self, user: User, line: str) -> Left:
        """What is left for a line in this month and for `user` today; NotAllowed for a line that is not theirs."""
        if line != user.line.id:
            _check_cdo(user)
        with self.ledger.database.read() as connection:
            books = self._books(connection)
            budget = books.budget(line)
            month, day = budget.per_month, budget.per_person_day
            return Left(
                budget,
                books.used_this_month(line, month.currency).left_of(month) if month else None,
                books.used_today(user.id, day.currency).left_of(day) if day else None,
            )

    def all(self, user: User) -> tuple[Budget, ...]:
        """Every budget that was ever set, by line. NotAllowed outside the CDO's office."""
        _check_cdo(user)
        with self.ledger.database.read() as connection:
            return tuple(budget_in(row) for row in connection.execute(select(budgets).order_by(budgets.c.line)))

    def has_cap(self, line: str) -> bool:
        """Whether both amounts are set for a line: no model that costs money may be switched on for it before."""
        with self.ledger.database.read() as connection:
            return self._books(connection).budget(line).is_cap

    def _books(self, connection: Connection) -> Books:
        return Books(connection, self.ledger, self.now())


def _row_of(budget: Budget) -> dict[str, object]:
    set_one = budget.per_month or budget.per_person_day
    return {
        "line": budget.line,
        "per_month": str(budget.per_month.amount) if budget.per_month else None,
        "per_person_day": str(budget.per_person_day.amount) if budget.per_person_day else None,
        "currency": set_one.currency if set_one else "",
        "set_by": budget.set_by,
        "at": budget.at,
    }


def _told(budget: Budget) -> dict[str, object]:
    return {"per_month": budget.per_month, "per_person_day": budget.per_person_day}


def _check(money: Money | None) -> None:
    if money is None:
        return
    if not money.amount.is_finite() or not 0 <= money.amount <= MOST:
        raise BadInput("This is no amount to spend.", f"Give one from 0 to {MOST:,}.")
    if len(money.currency) != 3 or not (money.currency.isascii() and money.currency.isalpha()):
        raise BadInput("This is no currency.", "Give its three letters, such as USD.")
    if money.currency != money.currency.upper():
        raise BadInput("A currency is written in capital letters.", f"Write {money.currency.upper()}.")


def _check_cdo(user: User) -> None:
    if user.role is not Role.CDO:
        raise NotAllowed("Only the CDO's office may see and set the budgets of all lines.", "Ask the CDO's office.")
