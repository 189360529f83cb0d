"""Values as canonical JSON can hold them (RFC 8785): Decimals and times become strings, tuples lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

Plain = Any  # a JSON value; mypy has no recursive alias that stays readable


def plain(value: object) -> Plain:
    """Give `value` as JSON holds it; TypeError for what has no plain form."""
    match value:
        case None | bool() | float():
            return value
        case Enum():
            return value.value
        case int():
            return int(value)
        case str():
            return writable(value)
        case Decimal():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): plain(member) for name, member in value.items()}
        case Sequence():
            return [plain(member) for member in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {member.name: plain(getattr(value, member.name)) for member in fields(value)}
    raise TypeError(f"a {type(value).__name__} has no place in the ledger")


def writable(text: str) -> str:
    """Replace half characters (lone surrogates), which neither UTF-8 nor a database can hold, by "?"."""
    return text.encode("utf-8", "replace").decode()
