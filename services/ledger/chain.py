"""The one hash chain: each link's digest is SHA-256 over the previous digest and the canonical JSON of its body."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import rfc8785
from sqlalchemy import Connection, select

from services.errors import BadInput
from services.ledger.plain import plain
from services.store.database import after_commit
from services.store.tables import ledger

# The members of a body that stand in columns of their own as well.
HEADER = ("id", "entry", "kind", "cause", "person", "line", "environment", "outcome", "notebook_id", "at")


@dataclass(frozen=True)
class Head:
    """The number and the digest of the newest link; (0, "") before the first. Kept elsewhere it shows a cut tail."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def parse_head(text: str) -> Head:
    """Read `number:digest`; BadInput when it is not that."""
    number, _, digest = text.strip().partition(":")
    if not number.isdecimal() or (digest and len(digest) != 64):
        raise BadInput(
            "A head is written as the number of an entry, a colon and its digest.",
            "Copy the whole line that an earlier verification or a backup gave.",
        )
    return Head(int(number), digest)


@dataclass(frozen=True)
class Entry:
    """What one link says: the members that every entry has (columns for counting) and `details`, its own members."""

    id: str
    entry: str
    kind: str
    cause: str
    person: str
    line: str
    environment: str
    outcome: str
    at: datetime
    details: Mapping[str, object]
    notebook_id: str | None = None


def week_of(at: datetime) -> str:
    """The ISO week of a moment in UTC, as `2026-W48`."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


def spent_columns(body: Mapping[str, Any]) -> dict[str, object]:
    """What an entry cost as it stands in columns, read from its body: millionths, rounded up, and their currency."""
    spent = body.get("spent") or {"amount": "0", "currency": ""}
    millionths = int((Decimal(spent["amount"]) * 1_000_000).to_integral_value(ROUND_CEILING))
    return {"spent_millionths": millionths, "spent_currency": spent["currency"] if millionths else ""}


def head_of(connection: Connection) -> Head:
    """Read the newest link's number and digest."""
    row = connection.execute(select(ledger.c.number, ledger.c.digest).order_by(ledger.c.number.desc()).limit(1)).first()
    return Head(row.number, row.digest) if row else Head(0, "")


def link_digest(previous: str, body: str) -> str:
    """SHA-256, in hexadecimal, over the previous link's digest followed by the body."""
    return hashlib.sha256(previous.encode() + body.encode()).hexdigest()


def append(connection: Connection, entry: Entry, head_file: Path) -> Head:
    """Add a link. `connection` is in a write transaction: nobody else can read the head until it ends."""
    previous = head_of(connection)
    number = previous.number + 1
    columns = {name: plain(getattr(entry, name)) for name in HEADER}
    members = {**plain(entry.details), **columns, "number": number}
    body = rfc8785.dumps(members).decode()
    head = Head(number, link_digest(previous.digest, body))
    row: dict[str, Any] = {**columns, **spent_columns(members), "at": entry.at, "week": week_of(entry.at)}
    row |= {"number": number, "body": body, "previous": previous.digest, "digest": head.digest}
    connection.execute(ledger.insert(), row)
    after_commit(connection, lambda: write_head(head_file, head))
    return head


def write_head(file: Path, head: Head) -> None:
    """Keep the head in a small file beside the database: one write of fixed width, so that a reader sees it whole.

    It may lag behind when two processes write at once, which is harmless: any earlier head must be in the chain too.
    """
    with suppress(OSError):  # what is committed is committed; the next entry tries again
        descriptor = os.open(file, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.pwrite(descriptor, f"{head.number:012}:{head.digest}\n".encode(), 0)
        finally:
            os.close(descriptor)


def read_head(file: Path) -> Head | None:
    """The head kept beside the database; None when there is none that can be read."""
    try:
        return parse_head(file.read_text())
    except (OSError, ValueError, BadInput):
        return None
