"""What was run and what is reserved so far, read and written inside the transaction that admits a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, delete, func, select

from services.governance.run import Run
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Kind, Money
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

    def reserve(self, user: User, run: Run, reservation_id: str, lasting: timedelta) -> None:
        """Hold the most that the run can cost until it is settled, or for `lasting` if its process dies."""
        self.connection.execute(delete(reservations).where(reservations.c.until <= self.now))
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


def release(connection: Connection, reservation_id: str) -> None:
    """Give back what a run held, in the transaction that writes its receipt."""
    connection.execute(delete(reservations).where(reservations.c.id == reservation_id))
