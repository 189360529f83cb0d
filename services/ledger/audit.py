"""Audit entries: who did what to what, on the same chain as the receipts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from services.store.spreadsheet import defused
from services.store.tables import ledger


@dataclass(frozen=True)
class AuditEntry:
    """One act. `object` names what it was done to; `facts` hold ids, numbers and reasons, never what somebody asked."""

    id: str
    at: datetime
    person: str
    line: str
    action: str
    object: str
    facts: Mapping[str, Any]
    number: int
    digest: str


@dataclass(frozen=True)
class Wanted:
    """Which entries are looked for: of a person, an act, an object, from and to a day (both included). "" is any."""

    person: str = ""
    action: str = ""
    object: str = ""
    first: date | None = None
    last: date | None = None


EVERYTHING = Wanted()


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Give what the rows of the wanted entries satisfy."""
    found: list[ColumnElement[bool]] = []
    if wanted.person:
        found.append(ledger.c.person == wanted.person)
    if wanted.action:
        found.append(ledger.c.kind == wanted.action)
    if wanted.object:
        found.append(ledger.c.body.contains(json.dumps(wanted.object)[1:-1], autoescape=True))
    if wanted.first is not None:
        found.append(ledger.c.at >= datetime.combine(wanted.first, time(), UTC))
    if wanted.last is not None:
        found.append(ledger.c.at < datetime.combine(wanted.last + timedelta(days=1), time(), UTC))
    return found


def as_csv(entries: Iterable[AuditEntry]) -> str:
    """Write entries as CSV for a spreadsheet; a cell that would be a formula there begins with an apostrophe."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["number", "at", "person", "line", "act", "object", "facts", "digest"])
    for each in entries:
        facts = json.dumps(each.facts, ensure_ascii=False, sort_keys=True)
        cells = (each.number, each.at.isoformat(), each.person, each.line, each.action, each.object, facts, each.digest)
        rows.writerow([defused(str(cell)) for cell in cells])
    return written.getvalue()


def as_json(entries: Iterable[AuditEntry]) -> str:
    """Write entries as a JSON list."""
    held = [{**vars(each), "at": each.at.isoformat(), "facts": dict(each.facts)} for each in entries]
    return json.dumps(held, ensure_ascii=False, indent=2)


def audit_entry_in(body: Mapping[str, Any], digest: str) -> AuditEntry:
    """Read an audit entry back from its link."""
    return AuditEntry(
        id=body["id"],
        at=datetime.fromisoformat(body["at"]),
        person=body["person"],
        line=body["line"],
        action=body["kind"],
        object=body["object"],
        facts=body["facts"],
        number=body["number"],
        digest=digest,
    )


@dataclass(frozen=True)
class Erasure:
    """Texts that were erased: their digests, and the number of the audit entry that says why."""

    number: int
    at: datetime
    digests: tuple[str, ...]
