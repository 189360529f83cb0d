"""Counts for Oversight, in groups of at least five people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, Row, func, select

from services.ledger.receipt import Kind
from services.store.tables import ledger

SMALLEST_GROUP = 5
FEWER_THAN_FIVE = "fewer than five"


@dataclass(frozen=True)
class Count:
    """How many runs a line of business made in an ISO week ("2026-W48"), and how many people made them.

    Groups of fewer than five people are added up under the line `FEWER_THAN_FIVE`; where even those of a week are
    fewer than five together, `runs` and `people` are None.
    """

    week: str
    line: str
    runs: int | None
    people: int | None


def count_by_line_and_week(connection: Connection, kind: Kind | None) -> tuple[Count, ...]:
    """Count receipts (of one kind, or of all), by week and then line."""
    by_person = (
        select(ledger.c.line, ledger.c.week, ledger.c.person, func.count().label("runs"))
        .where(ledger.c.entry == "receipt", *([] if kind is None else [ledger.c.kind == kind.value]))
        .group_by(ledger.c.line, ledger.c.week, ledger.c.person)
        .subquery()
    )
    groups = select(
        by_person.c.line,
        by_person.c.week,
        func.sum(by_person.c.runs).label("runs"),
        func.count().label("people"),
        func.aggregate_strings(by_person.c.person, "\n").label("names"),
    ).group_by(by_person.c.line, by_person.c.week)
    rows = sorted(connection.execute(groups), key=lambda row: (row.week, row.line))
    return tuple(count for week, group in groupby(rows, key=lambda row: row.week) for count in _week(week, group))


def _week(week: str, rows: Iterable[Row[tuple[str, str, int, int, str]]]) -> list[Count]:
    counts, small = [], []
    for row in rows:
        if row.people >= SMALLEST_GROUP:
            counts.append(Count(week, row.line, row.runs, row.people))
        else:
            small.append(row)
    if small:
        people = len({name for row in small for name in row.names.split("\n")})
        told = people >= SMALLEST_GROUP
        runs = sum(row.runs for row in small)
        counts.append(Count(week, FEWER_THAN_FIVE, runs if told else None, people if told else None))
    return counts
