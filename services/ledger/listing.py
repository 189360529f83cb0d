"""The receipts behind a count, without person, text or notebook, each told no more closely than of five people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from services.ledger.counting import SMALLEST_GROUP, Count, questions_of_people, reports_in
from services.ledger.receipt import Outcome
from services.store.tables import feedback, ledger

MEASURES = ("questions", "answered", "not_found", "wrong")

LISTED = 200
"""At most so many receipts of a group are listed, the newest."""


@dataclass(frozen=True)
class Listed:
    """A receipt as Oversight may list it; `where` holds the ids of the knowledge bases it was asked of.

    `day`, `where` and `outcome` are None where they would tell of fewer than five people.
    """

    id: str
    week: str
    day: date | None
    outcome: Outcome | None
    where: tuple[str, ...] | None


@dataclass(frozen=True)
class _Row:
    """A receipt with who asked, which never leaves this module."""

    person: str
    listed: Listed


def list_receipts(connection: Connection, count: Count, measure: str) -> tuple[Listed, ...]:
    """List the receipts that one figure of a group counts, in no order that tells of persons: by their ids.

    `measure` is the name of the figure in `Count`. Empty where the figure may not be told.
    """
    if getattr(count, measure) is None:
        return ()
    this = ledger.c.line.in_(count.lines) & _matching(count.week, measure)
    # Numbers first, which the index holds: rows are large, and a week of a million receipts has many.
    numbers = sorted(connection.execute(select(ledger.c.number).where(this)).scalars())[-LISTED:]
    found = [_row(row) for row in connection.execute(select(ledger).where(ledger.c.number.in_(numbers)))]
    for coarser in (_without_day, _without_where, _without_outcome):
        found = _coarsened(found, coarser)
    if count.answered is None or any(each.listed.outcome is None for each in found):
        # There are but two outcomes: the one that is told gives the other away.
        found = [replace(each, listed=_without_outcome(each.listed)) for each in found]
    return tuple(sorted((each.listed for each in found), key=lambda listed: listed.id))


def _matching(week: str, measure: str) -> ColumnElement[bool]:
    if measure == "wrong":
        return ledger.c.id.in_(select(feedback.c.receipt_id).where(reports_in(week)))
    in_week = questions_of_people() & (ledger.c.week == week)
    outcomes = {"answered": Outcome.ANSWERED, "not_found": Outcome.NOT_FOUND}
    return in_week & (ledger.c.outcome == outcomes[measure].value) if measure in outcomes else in_week


def _row(row: Row[Any]) -> _Row:
    where = tuple(sorted(json.loads(row.body)["snapshots"]))
    return _Row(row.person, Listed(row.id, row.week, row.at.date(), Outcome(row.outcome), where))


def _coarsened(rows: Sequence[_Row], coarser: Callable[[Listed], Listed]) -> list[_Row]:
    """Tell less of those receipts that fewer than five people share all that is told of."""
    people: dict[Listed, set[str]] = {}
    for row in rows:
        people.setdefault(replace(row.listed, id=""), set()).add(row.person)
    return [
        replace(row, listed=coarser(row.listed)) if len(people[replace(row.listed, id="")]) < SMALLEST_GROUP else row
        for row in rows
    ]


def _without_day(listed: Listed) -> Listed:
    return replace(listed, day=None)


def _without_where(listed: Listed) -> Listed:
    return replace(listed, where=None)


def _without_outcome(listed: Listed) -> Listed:
    return replace(listed, outcome=None)
