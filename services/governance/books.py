"""What was run and what is reserved so far, read and written inside the transaction that admits a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select

from services.governance.budget import Budget, Used, day_of, month_of
from services.governance.run import Run, blank_receipt
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Kind, Money, Outcome, Receipt, new_receipt_id
from services.people.user import User
from services.store.tables import budgets, reservations


@dataclass(frozen=True)
class Books:
    """The ledger and the open reservations as they are now; nobody else admits a run until the transaction ends."""

    connection: Connection
    ledger: Ledger
    now: datetime

    def runs_since(self, user: User, kind: Kind, since: datetime) -> int:
        """How many runs of this kind `user` set off since, with those that are still running."""
        running = select(func.count()).where(
            reservations.c.person == user.id,
            reservations.c.kind == kind.value,
            reservations.c.cause == Cause.PERSON.value,
            reservations.c.until > self.now,
        )
        ended = self.ledger.count_since(user, kind, since, connection=self.connection)
        return ended + self.connection.execute(running).scalar_one()

    def budget(self, line: str) -> Budget:
        """What a line of business may spend; nothing where nobody has set it."""
        row = self.connection.execute(select(budgets).where(budgets.c.line == line)).first()
        return budget_in(row) if row is not None else Budget(line)

    def used_this_month(self, line: str, currency: str) -> Used:
        """What the runs of a line of business that began in this month have cost, and what they hold."""
        since = month_of(self.now)
        spent = self.ledger.spent_since(since, currency, line=line, connection=self.connection)
        return Used(spent, self._held(since, currency, reservations.c.line == line))

    def used_today(self, person: str, currency: str) -> Used:
        """What the runs that a person has set off today have cost, and what they hold."""
        since = day_of(self.now)
        spent = self.ledger.spent_since(since, currency, person=person, connection=self.connection)
        return Used(spent, self._held(since, currency, reservations.c.person == person))

    def _held(self, since: datetime, currency: str, whose: ColumnElement[bool]) -> Decimal:
        # Also by runs whose process died: when their time is over, what they held counts as spent.
        held = select(reservations.c.amount).where(
            whose, reservations.c.currency == currency, reservations.c.at >= since
        )
        return sum((Decimal(amount) for amount in self.connection.execute(held).scalars()), Decimal(0))

    def abandoned(self) -> tuple[Receipt, ...]:
        """Give back what runs held whose process died, with the receipt that each of them never wrote.

        What it held counts as spent: nobody knows how far the run came.
        """
        gone = reservations.c.until <= self.now
        rows = self.connection.execute(select(reservations).where(gone)).all()
        if rows:
            self.connection.execute(delete(reservations).where(gone))
        return tuple(_lost(row) for row in rows)

    def reserve(self, user: User, run: Run, reservation_id: str, lasting: timedelta) -> None:
        """Hold the most that the run can cost until it is settled, or for `lasting` if its process dies."""
        self.connection.execute(
            reservations.insert().values(
                id=reservation_id,
                person=user.id,
                line=user.line.id,
                kind=run.kind.value,
                cause=run.cause.value,
                amount=str(run.at_most.amount),
                currency=run.at_most.currency,
                at=self.now,
                until=self.now + lasting,
            )
        )


def budget_in(row: Row[Any]) -> Budget:
    """Read a budget from its row."""

    def money(amount: str | None) -> Money | None:
        return Money(Decimal(amount), row.currency) if amount is not None else None

    return Budget(row.line, money(row.per_month), money(row.per_person_day), row.set_by, row.at)


def _lost(row: Row[Any]) -> Receipt:
    held = Money(Decimal(row.amount), row.currency)
    run = Run(Kind(row.kind), cause=Cause(row.cause), at_most=held)
    blank = blank_receipt(row.person, row.line, run, new_receipt_id(), row.at)
    return replace(blank, outcome=Outcome.FAILED, spent=held, parameters={"error": "the process ended"})


def release(connection: Connection, reservation_id: str) -> None:
    """Give back what a run held, in the transaction that writes its receipt."""
    connection.execute(delete(reservations).where(reservations.c.id == reservation_id))
