"""What was run and what is reserved so far, read and written inside the transaction that admits a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from services.governance.run import Run, blank_receipt
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Kind, Money, Outcome, Receipt, new_receipt_id
from services.people.user import User
from services.store.tables import reservations


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

    def reserved(self, line: str, currency: str) -> Money:
        """The money that runs of a line of business hold at the moment."""
        held = select(reservations.c.amount).where(
            reservations.c.line == line, reservations.c.currency == currency, reservations.c.until > self.now
        )
        amounts = self.connection.execute(held).scalars()
        return Money(sum((Decimal(amount) for amount in amounts), Decimal(0)), currency)

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


def _lost(row: Row[Any]) -> Receipt:
    held = Money(Decimal(row.amount), row.currency)
    run = Run(Kind(row.kind), cause=Cause(row.cause), at_most=held)
    blank = blank_receipt(row.person, row.line, run, new_receipt_id(), row.at)
    return replace(blank, outcome=Outcome.FAILED, spent=held, parameters={"error": "the process ended"})


def release(connection: Connection, reservation_id: str) -> None:
    """Give back what a run held, in the transaction that writes its receipt."""
    connection.execute(delete(reservations).where(reservations.c.id == reservation_id))
