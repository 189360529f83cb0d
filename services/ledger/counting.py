"""Counts for Oversight: what people asked by week and line of business, in groups of at least five people.

Three rules keep a count from telling of fewer than five people, also by the difference of two counts:

1. A group is a line of business in a week. Smaller ones are added up, and are not told where even those are too few.
   Nothing is ever counted that is not such a group: a total is the sum of the groups that are told.
2. Only whole weeks are told. Two looks at a week that goes on would differ by what one person just asked.
3. Within a group, what fewer than five people met is not told, nor what would give it away by subtraction. The groups
   of a week in which it is not told are added up, and told together where that makes five.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from services.ledger.receipt import Cause, Kind, Outcome
from services.store.tables import feedback, ledger

SMALLEST_GROUP = 5
FEWER_THAN_FIVE = "fewer than five"
TOGETHER = " + "
"""Stands between the lines of groups that are told as one."""

HELPED = "helped"
"""The one opinion of an answer that reports nothing wrong."""


@dataclass(frozen=True)
class Count:
    """What a group asked in an ISO week ("2026-W48"): so many people, questions, and how these ended.

    `line` is `FEWER_THAN_FIVE` where several small groups were added up, and names several (`TOGETHER`) where what may
    not be told of each is told of them as one; `lines` are those it consists of. None is what may not be told, or is
    told elsewhere: everything where the people are fewer than five, else what fewer than five of them met. `wrong`
    counts answers that were reported wrong in that week.
    """

    week: str
    line: str
    lines: tuple[str, ...]
    people: int | None
    questions: int | None
    answered: int | None
    not_found: int | None
    wrong: int | None


@dataclass(frozen=True)
class Counts:
    """What several groups asked; `people` are those in the groups that are told, each counted once."""

    groups: tuple[Count, ...]
    people: int


def questions_of_people() -> ColumnElement[bool]:
    """Match the receipts that are counted: what people asked, and what was answered or not found."""
    return and_(
        ledger.c.entry == "receipt",
        ledger.c.kind == Kind.ASK.value,
        ledger.c.cause == Cause.PERSON.value,
        ledger.c.outcome.in_([Outcome.ANSWERED.value, Outcome.NOT_FOUND.value]),
    )


def start_of(week: str) -> datetime:
    """Give the moment in UTC at which an ISO week begins; ValueError where it is none."""
    year, _, number = week.partition("-W")
    return datetime.fromisocalendar(int(year), int(number), 1).replace(tzinfo=UTC)


def reports_in(week: str) -> ColumnElement[bool]:
    """Match what was reported wrong in an ISO week."""
    start = start_of(week)
    return and_(feedback.c.verdict != HELPED, feedback.c.at >= start, feedback.c.at < start + timedelta(days=7))


def count_by_line_and_week(connection: Connection, first_week: str, week_after: str) -> Counts:
    """Count from `first_week` up to, not including, `week_after`; by week and then line."""
    rows = sorted(_asked(connection, first_week, week_after), key=lambda row: (row.week, row.line))
    wrong = _reported(connection, first_week, week_after) if rows else {}
    weeks = {week: list(group) for week, group in groupby(rows, key=lambda row: row.week)}
    groups = tuple(count for week, group in weeks.items() for count in _week(week, group, wrong))
    told = {(each.week, line) for each in groups if each.people is not None for line in each.lines}
    return Counts(groups, len(_names(row.names for row in rows if (row.week, row.line) in told)))


def _asked(connection: Connection, first_week: str, week_after: str) -> Iterable[Row[Any]]:
    answered = func.sum(case((ledger.c.outcome == Outcome.ANSWERED.value, 1), else_=0)).label("answered")
    by_person = (
        select(ledger.c.line, ledger.c.week, ledger.c.person, func.count().label("questions"), answered)
        .where(questions_of_people(), ledger.c.week >= first_week, ledger.c.week < week_after)
        .group_by(ledger.c.line, ledger.c.week, ledger.c.person)
        .subquery()
    )
    asked, got = by_person.c.questions, by_person.c.answered
    groups = select(
        by_person.c.line,
        by_person.c.week,
        func.count().label("people"),
        func.sum(asked).label("questions"),
        func.sum(got).label("answered"),
        # Names, because a small group is added to others and somebody may be in both.
        func.aggregate_strings(by_person.c.person, "\n").label("names"),
        func.aggregate_strings(case((got > 0, by_person.c.person)), "\n").label("answered_names"),
        func.aggregate_strings(case((asked > got, by_person.c.person)), "\n").label("not_found_names"),
    ).group_by(by_person.c.line, by_person.c.week)
    return connection.execute(groups).all()


def _reported(connection: Connection, first_week: str, week_after: str) -> Mapping[tuple[str, str], list[str]]:
    """Give who reported something wrong, once for each answer, by week and by the line that had asked."""
    reports = (
        select(feedback.c.at, feedback.c.person, ledger.c.line)
        .join(ledger, ledger.c.id == feedback.c.receipt_id)
        .where(feedback.c.verdict != HELPED)
        .where(feedback.c.at >= start_of(first_week), feedback.c.at < start_of(week_after))
    )
    found: dict[tuple[str, str], list[str]] = {}
    for row in connection.execute(reports):
        year, week, _ = row.at.isocalendar()
        found.setdefault((f"{year}-W{week:02}", row.line), []).append(row.person)
    return found


def _week(week: str, rows: Sequence[Row[Any]], wrong: Mapping[tuple[str, str], list[str]]) -> list[Count]:
    small = [row for row in rows if row.people < SMALLEST_GROUP]
    groups = [(row.line, [row]) for row in rows if row.people >= SMALLEST_GROUP]
    groups += [(FEWER_THAN_FIVE, small)] if small else []
    counts = [_count(week, line, each, wrong) for line, each in groups]
    told = [(count, each) for count, (_, each) in zip(counts, groups, strict=True) if count.people is not None]
    return [*counts, *_together(week, told, wrong)]


def _together(
    week: str, told: Sequence[tuple[Count, Sequence[Row[Any]]]], wrong: Mapping[tuple[str, str], list[str]]
) -> list[Count]:
    """Tell of several groups as one how their questions ended, or what was reported, where neither tells it alone.

    The groups that tell it alone are left out: otherwise one could be taken from the other.
    """
    outcomes = [row for count, rows in told if count.answered is None for row in rows]
    reports = [row for count, rows in told if count.wrong is None for row in rows]
    found = []
    if outcomes and (count := _count(week, _named(outcomes), outcomes, wrong)).answered is not None:
        found.append(replace(count, questions=None, wrong=count.wrong if reports == outcomes else None))
    if not reports or (found and reports == outcomes):
        return found
    if (count := _count(week, _named(reports), reports, wrong)).wrong is not None:
        found.append(replace(count, questions=None, answered=None, not_found=None))
    return found


def _named(rows: Sequence[Row[Any]]) -> str:
    return TOGETHER.join(row.line for row in rows)


def _count(week: str, line: str, rows: Sequence[Row[Any]], wrong: Mapping[tuple[str, str], list[str]]) -> Count:
    lines = tuple(row.line for row in rows)
    people = len(_names(row.names for row in rows))
    if people < SMALLEST_GROUP:
        return Count(week, line, lines, None, None, None, None, None)
    questions, answered = sum(row.questions for row in rows), sum(row.answered for row in rows)
    told = all(_may_be_told(len(_names(names))) for names in _outcomes(rows))
    reports = [person for each in lines for person in wrong.get((week, each), [])]
    return Count(
        week=week,
        line=line,
        lines=lines,
        people=people,
        questions=questions,
        # What was not answered was not found: one of the two gives the other away.
        answered=answered if told else None,
        not_found=questions - answered if told else None,
        wrong=len(reports) if _may_be_told(len(set(reports))) else None,
    )


def _outcomes(rows: Sequence[Row[Any]]) -> tuple[list[str | None], list[str | None]]:
    return [row.answered_names for row in rows], [row.not_found_names for row in rows]


def _names(joined: Iterable[str | None]) -> set[str]:
    return {name for names in joined if names for name in names.split("\n")}


def _may_be_told(people: int) -> bool:
    return people == 0 or people >= SMALLEST_GROUP
