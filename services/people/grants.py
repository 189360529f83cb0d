"""Time-boxed rights: who was granted access to what, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, insert, select, update

from services.store.tables import grants


@dataclass(frozen=True)
class Grant:
    """The right of `person` to read `object` (a knowledge base) from `at` to `until`; `ended_at` where it ended sooner.

    `request_id` is the request that was approved, `granted_by` who did.
    """

    id: str
    request_id: str
    person: str
    object: str
    granted_by: str
    at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str = ""

    def holds_at(self, moment: datetime) -> bool:
        """Say whether it gives the right at `moment`: it ends by itself."""
        return self.ended_at is None and self.at <= moment < self.until


def give(connection: Connection, grant: Grant) -> None:
    """Write a grant; one that `person` already holds on the same thing is ended by it."""
    this = (grants.c.person == grant.person) & (grants.c.object == grant.object) & grants.c.ended_at.is_(None)
    connection.execute(update(grants).where(this).values(ended_at=grant.at, ended_by=grant.granted_by))
    connection.execute(insert(grants).values(asdict(grant)))


def end(connection: Connection, grant: Grant, by: str, at: datetime) -> Grant:
    """End a grant before its time; ending it twice changes nothing."""
    this = (grants.c.id == grant.id) & grants.c.ended_at.is_(None)
    connection.execute(update(grants).where(this).values(ended_at=at, ended_by=by))
    return replace(grant, ended_at=grant.ended_at or at, ended_by=grant.ended_by or by)


def granted_to(connection: Connection, person: str, moment: datetime) -> frozenset[str]:
    """Give what `person` may read at `moment` by a grant."""
    return frozenset(connection.execute(_GRANTED, {"person": person, "moment": moment}).scalars())


def grants_on(connection: Connection, object: str) -> tuple[Grant, ...]:
    """Give every grant on something, also those that are over, the newest first."""
    return _read(connection, grants.c.object == object)


def grants_of(connection: Connection, person: str) -> tuple[Grant, ...]:
    """Give every grant that `person` was given, also those that are over, the newest first."""
    return _read(connection, grants.c.person == person)


def grant(connection: Connection, grant_id: str) -> Grant | None:
    """Give one, or None."""
    return next(iter(_read(connection, grants.c.id == grant_id)), None)


def _hold(moment: datetime | BindParameter[datetime]) -> Sequence[ColumnElement[bool]]:
    return grants.c.ended_at.is_(None), grants.c.at <= moment, grants.c.until > moment


# Put together once: every verb of every room asks it.
_GRANTED = select(grants.c.object).where(
    grants.c.person == bindparam("person"), *_hold(bindparam("moment", type_=grants.c.at.type))
)


def _read(connection: Connection, this: ColumnElement[bool]) -> tuple[Grant, ...]:
    rows: Any = connection.execute(select(grants).where(this).order_by(grants.c.at.desc(), grants.c.id))
    return tuple(Grant(**{each.name: getattr(row, each.name) for each in fields(Grant)}) for row in rows)
