"""Questions, answers and quotes beside the chain: each under a salted digest, readable until it is erased."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select

from services.ledger.plain import writable
from services.store.dialect import delete_for_good
from services.store.tables import erasures, texts

ERASE = "erase"  # the action of the audit entry that a trigger asks for before a text may go
_AT_ONCE = 1_000  # SQLite takes 32,766 parameters in a statement


def text_digest(salt: str, text: str) -> str:
    """SHA-256 over salt and text. Without its salt the digest of a short text could be found by trying texts."""
    return hashlib.sha256((salt + text).encode()).hexdigest()


def keep_texts(connection: Connection, held: Sequence[str], keep_until: date) -> list[str]:
    """Keep texts and give, in their order, the digests that stand for them; "" for no text."""
    salted = [(secrets.token_hex(16), writable(text)) for text in held]
    digests = [text_digest(salt, text) if text else "" for salt, text in salted]
    rows = [
        {"digest": digest, "salt": salt, "text": text, "keep_until": keep_until}
        for digest, (salt, text) in zip(digests, salted, strict=True)
        if digest
    ]
    if rows:
        connection.execute(texts.insert(), rows)
    return digests


def read_texts(connection: Connection, digests: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Salt and text of those of `digests` that are still there."""
    return {row.digest: (row.salt, row.text) for row in _rows(connection, texts, digests)}


def read_erasures(connection: Connection, digests: Iterable[str]) -> dict[str, datetime]:
    """When those of `digests` that were erased were erased."""
    return {row.digest: row.at for row in _rows(connection, erasures, digests)}


def _rows(connection: Connection, table: Table, digests: Iterable[str]) -> Iterator[Row[Any]]:
    wanted = sorted({digest for digest in digests if digest})
    for start in range(0, len(wanted), _AT_ONCE):
        yield from connection.execute(select(table).where(table.c.digest.in_(wanted[start : start + _AT_ONCE])))


def erase_texts(connection: Connection, digests: Iterable[str], number: int, at: datetime) -> None:
    """Delete texts, overwriting them; `number` is the audit entry that says why (a trigger asks for it)."""
    delete_for_good(connection)
    for digest in digests:
        connection.execute(erasures.insert().values(digest=digest, number=number, at=at))
        connection.execute(delete(texts).where(texts.c.digest == digest))
