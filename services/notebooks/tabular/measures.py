"""What a group of rows is measured by: sum, mean, median, lowest, highest, how many, how many different."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, cast

from services.notebooks.tabular.table import Column, ColumnKind


class How(StrEnum):
    """How a group's cells become one."""

    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    COUNT_DIFFERENT = "count different"


WORDS: Mapping[How, str] = MappingProxyType(
    {
        How.SUM: "sum of",
        How.MEAN: "mean of",
        How.MEDIAN: "median of",
        How.MIN: "lowest",
        How.MAX: "highest",
        How.COUNT: "number of",
        How.COUNT_DIFFERENT: "number of different",
    }
)
"""How each is said before a column's name: "sum of revenue"."""

ROWS = "number of rows"

_CALLED: Mapping[How, str] = MappingProxyType(
    {How.SUM: "sum", How.MEAN: "mean", How.MEDIAN: "median", How.MIN: "minimum", How.MAX: "maximum"}
)
"""What leaves empty cells out, as a noun; to count the filled ones is to say how many are not."""

_LONGEST_FIRST = sorted(WORDS.items(), key=lambda each: -len(each[1]))
_SAME = frozenset({(How.SUM, How.SUM), (How.SUM, How.COUNT), (How.MIN, How.MIN), (How.MAX, How.MAX)})
"""What may be measured of what was measured by groups, as if there had been none: a mean of means is another one."""

_KINDS: Mapping[How, frozenset[ColumnKind]] = MappingProxyType(
    {
        How.SUM: frozenset({ColumnKind.NUMBER}),
        How.MEAN: frozenset({ColumnKind.NUMBER}),
        How.MEDIAN: frozenset({ColumnKind.NUMBER}),
        How.MIN: frozenset({ColumnKind.NUMBER, ColumnKind.DATE}),
        How.MAX: frozenset({ColumnKind.NUMBER, ColumnKind.DATE}),
        How.COUNT: frozenset(ColumnKind),
        How.COUNT_DIFFERENT: frozenset(ColumnKind),
    }
)


def fits(how: How, column: Column) -> bool:
    """Say whether a column can be measured so."""
    return column.kind in _KINDS[how]


def name_of(how: How, column: str) -> str:
    """Name what a measure gives: "sum of revenue", "number of rows" where no column is measured."""
    return f"{WORDS[how]} {column}" if column else ROWS


def meant(how: How, column: str, *, alone: bool) -> tuple[How, str]:
    """Give what a measure of a column measures in truth, where the column is a measure itself.

    The sum of "sum of Open" is that of Open, and the sum of "number of rows" is that number. Where each group has one
    row `alone`, whatever is taken of it is what stands there.
    """
    named = next(
        ((each, column.removeprefix(f"{word} ")) for each, word in _LONGEST_FIRST if _says(column, word)), None
    )
    named = (How.COUNT, "") if column == ROWS else named
    keeps = alone and how not in (How.COUNT, How.COUNT_DIFFERENT)
    return named if named is not None and (keeps or (how, named[0]) in _SAME) else (how, column)


def not_counted(how: How, column: str, cells: Any) -> tuple[str, ...]:
    """Say how many rows a measure of a column leaves out, their cell being empty; nothing where all are counted."""
    missing = int(cells.isna().sum()) if how in _CALLED else 0
    if not missing:
        return ()
    are = "is" if missing == 1 else "are"
    return (f"{rows_have(missing)} no “{column}” and {are} not counted in its {_CALLED[how]}.",)


def rows_have(number: int) -> str:
    """Begin a sentence about some rows: "1 row has", "1,204 rows have"."""
    return f"{number:,} {'row has' if number == 1 else 'rows have'}"


def column_after(how: How, column: Column | None, name: str) -> Column:
    """Give the column that a measure makes: its kind, and the unit that what is measured has."""
    if column is None or how in (How.COUNT, How.COUNT_DIFFERENT):
        return Column(name, ColumnKind.NUMBER)
    return Column(name, column.kind, column.unit)


def measured(how: How, cells: Any, kind: ColumnKind, groups: Sequence[Any]) -> list[object]:
    """Measure each group of a column's cells; `groups` are the places of its rows, empty cells do not count.

    A group that holds nothing has no sum, mean, median, lowest or highest: None. Sums are rounded once (`math.fsum`),
    so that they are the same on every machine and in whatever order the rows stand.
    """
    if how is How.COUNT_DIFFERENT:
        codes = cells.factorize()[0]
        return [float(len({each for each in codes[group].tolist() if each >= 0})) for group in groups]
    if how is How.COUNT:
        filled = cells.notna().to_numpy()
        return [float(filled[group].sum()) for group in groups]
    if kind is ColumnKind.DATE:
        days = cells.reset_index(drop=True)
        return [_day(days.iloc[group].dropna(), how) for group in groups]
    values = cells.to_numpy()
    return [_number([each for each in values[group].tolist() if each == each], how) for group in groups]


def _says(column: str, word: str) -> bool:
    return column.startswith(f"{word} ") and len(column) > len(word) + 1


def _day(days: Any, how: How) -> object:
    if not len(days):
        return None
    return cast(object, (days.min() if how is How.MIN else days.max()).to_pydatetime())


def _number(values: list[float], how: How) -> float | None:
    return _NUMBERS[how](values) if values else None


def _sum(values: list[float]) -> float | None:
    try:
        return math.fsum(values)
    except OverflowError:
        return None


def _mean(values: list[float]) -> float | None:
    total = _sum(values)
    return None if total is None else total / len(values)


def _median(values: list[float]) -> float | None:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else ordered[middle - 1] / 2 + ordered[middle] / 2


_NUMBERS: Mapping[How, Callable[[list[float]], float | None]] = MappingProxyType(
    {How.SUM: _sum, How.MEAN: _mean, How.MEDIAN: _median, How.MIN: min, How.MAX: max}
)
