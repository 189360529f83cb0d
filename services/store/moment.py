"""Moments in time: aware UTC in Python, fixed-width ISO 8601 text in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Tell the time; services take it as their `now`, so that a test can hand them another."""
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """An aware datetime kept as `2026-11-24T09:30:00.000000+00:00`, which sorts as it reads on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write in UTC; a naive moment is a mistake and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read back as aware UTC."""
        return None if value is None else datetime.fromisoformat(value)
