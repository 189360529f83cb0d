"""Whether the chain is whole: every link, every copy of it in a column, every text, and the tail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from services.ledger.body import digests_in
from services.ledger.chain import HEADER, Head, link_digest, spent_columns, week_of
from services.ledger.texts import ERASE, read_texts, text_digest
from services.store.tables import ledger


@dataclass(frozen=True)
class ErasedText:
    """A text that is gone: whose receipt (`number`), which text, and the audit entry that explains it."""

    number: int
    name: str
    explained_by: int


@dataclass(frozen=True)
class Verification:
    """What was found. `fault` is "" for a whole chain, else one sentence naming the first fault (`broken_at`)."""

    head: Head
    receipts: int
    audit_entries: int
    erased: tuple[ErasedText, ...]
    fault: str = ""
    broken_at: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, cut or lost."""
        return not self.fault


class _Broken(Exception):
    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


@dataclass
class _Walk:
    """Where the walk along the chain stands; `gone` are texts that are not there, `erasures` digest → audit entry."""

    head: Head = field(default=Head(0, ""))
    receipts: int = 0
    audit_entries: int = 0
    gone: list[tuple[int, str, str]] = field(default_factory=list)
    erasures: dict[str, int] = field(default_factory=dict)


def verify_chain(connection: Connection, heads: Mapping[str, Head]) -> Verification:
    """Walk the whole chain. `heads` are newest links kept elsewhere, by a name for the place ("the backup's head")."""
    walk = _Walk()
    fault, broken_at = "", None
    try:
        for row in _links(connection):
            _step(connection, row, walk, heads)
        _check_tail(walk, heads)
        _check_gone(walk)
    except _Broken as broken:
        fault, broken_at = str(broken), broken.number
    erased = tuple(ErasedText(n, name, walk.erasures[held]) for n, name, held in walk.gone if held in walk.erasures)
    return Verification(walk.head, walk.receipts, walk.audit_entries, erased, fault, broken_at)


def _step(connection: Connection, row: Row[Any], walk: _Walk, heads: Mapping[str, Head]) -> None:
    _check_link(row, walk.head)
    for place, head in heads.items():
        if head.number == row.number and head.digest != row.digest:
            raise _Broken(row.number, f"Entry {row.number} is not the one that {place} names: the chain was rewritten.")
    body = json.loads(row.body)
    _check_copies(row, body)
    if row.entry == "receipt":
        walk.receipts += 1
        walk.gone += _check_texts(connection, row.number, body)
    else:
        walk.audit_entries += 1
        if row.kind == ERASE:
            walk.erasures |= dict.fromkeys(body["facts"]["digests"], row.number)
    walk.head = Head(row.number, row.digest)


def _links(connection: Connection) -> Iterator[Row[Any]]:
    statement = select(ledger).order_by(ledger.c.number).execution_options(yield_per=1000)
    yield from connection.execute(statement)


def _check_link(row: Row[Any], previous: Head) -> None:
    if row.number != previous.number + 1:
        raise _Broken(previous.number + 1, f"Entry {previous.number + 1} is missing.")
    if row.previous != previous.digest:
        raise _Broken(row.number, f"Entry {row.number} does not follow on entry {previous.number}.")
    if link_digest(row.previous, row.body) != row.digest:
        raise _Broken(row.number, f"Entry {row.number} was changed: its digest no longer fits.")


def _check_copies(row: Row[Any], body: Mapping[str, Any]) -> None:
    for name in HEADER:
        said = datetime.fromisoformat(body[name]) if name == "at" else body[name]
        if said != getattr(row, name):
            raise _Broken(row.number, f"Column {name} of entry {row.number} was changed: its body says otherwise.")
    for name, value in spent_columns(body).items():
        if value != getattr(row, name):
            raise _Broken(row.number, f"Column {name} of entry {row.number} was changed: its body says otherwise.")
    if body["number"] != row.number or week_of(row.at) != row.week:
        raise _Broken(row.number, f"The number or the week of entry {row.number} was changed: its body says otherwise.")


def _check_texts(connection: Connection, number: int, body: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    named = digests_in(body).named()
    kept = read_texts(connection, named.values())
    for name, digest in named.items():
        if digest in kept and text_digest(*kept[digest]) != digest:
            raise _Broken(number, f"The {name} of entry {number} was changed: its digest no longer fits.")
    return [(number, name, digest) for name, digest in named.items() if digest not in kept]


def _check_tail(walk: _Walk, heads: Mapping[str, Head]) -> None:
    end = walk.head.number
    for place, head in sorted(heads.items(), key=lambda item: item[1].number):
        if head.number > end:
            raise _Broken(
                end + 1, f"The tail is cut: the chain ends at entry {end}, and {place} names entry {head.number}."
            )


def _check_gone(walk: _Walk) -> None:
    for number, name, digest in walk.gone:
        if digest not in walk.erasures:
            raise _Broken(number, f"The {name} of entry {number} is missing, and no erasure explains it.")
