"""A filter: the rows whose cell in one column passes a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from typing import Any, ClassVar

from services.errors import BadInput
from services.notebooks.references import REFERENCE
from services.notebooks.tabular.columns import column_of, holds, listed
from services.notebooks.tabular.recognised import day_in, number_in
from services.notebooks.tabular.table import Column, ColumnKind, Table

_EXAMPLES: Mapping[ColumnKind, str] = MappingProxyType(
    {
        ColumnKind.NUMBER: "a number, such as 1,250.5",
        ColumnKind.TEXT: "a word, or ask whether it is empty",
        ColumnKind.DATE: "a day, such as 2026-03-31",
        ColumnKind.YES_NO: "yes or no",
    }
)


@dataclass(frozen=True)
class Filter:
    """Keep the rows whose cell passes a test; upper and lower case of a text are one, a day is the whole day."""

    name: ClassVar[str] = "filter"
    column: str
    test: str
    value: str = ""
    to: str = ""

    @property
    def form(self) -> dict[str, object]:
        """The step as JSON."""
        form: dict[str, object] = {"step": self.name, "column": self.column, "test": self.test}
        takes = TESTS[self.test].takes if self.test in TESTS else 2
        return form | dict(list({"value": self.value, "to": self.to}.items())[:takes])

    @property
    def sentence(self) -> str:
        """What it does, in words."""
        takes = TESTS[self.test].takes if self.test in TESTS else 1
        # A reference is put in quotation marks where its name is put in its place.
        values = " and ".join(
            each if REFERENCE.fullmatch(each.strip()) else f"“{each}”" for each in (self.value, self.to)[:takes]
        )
        return f"Keep rows where “{self.column}” {self.test}{f' {values}' if values else ''}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns, which stay."""
        column = column_of(self.column, columns, number, "filters by")
        if self.test not in TESTS:
            raise BadInput(f"Step {number} has no test “{self.test}”.", f"Choose {listed(tuple(TESTS), 'or')}.")
        test = TESTS[self.test]
        if column.kind not in test.kinds:
            fitting = [each.name for each in columns if each.kind in test.kinds]
            raise BadInput(
                f"Step {number} asks whether “{self.column}” {self.test} something, and it holds {holds(column)}.",
                f"Choose {listed(fitting, 'or')}." if fitting else "Choose another test.",
            )
        for value in (self.value, self.to)[: test.takes]:
            _value(value, column, number)
        return tuple(columns)

    def do(self, table: Table) -> Table:
        """Keep the rows."""
        column = column_of(self.column, table.columns, 1, "filters by")
        takes = TESTS[self.test].takes
        values = [_value(value, column, 1) for value in (self.value, self.to)[:takes]]
        kept = TESTS[self.test].keeps(_compared(table.frame[self.column], column), *values)
        return Table(table.name, table.columns, table.frame[kept.to_numpy(dtype=bool)].reset_index(drop=True))


@dataclass(frozen=True)
class _Test:
    """A test of a filter: what kinds it fits, how many values it takes, and which rows it keeps."""

    keeps: Callable[..., Any]
    kinds: frozenset[ColumnKind] = frozenset(ColumnKind)
    takes: int = 1


_TEXTS = frozenset({ColumnKind.TEXT})
_SIZES = frozenset({ColumnKind.NUMBER, ColumnKind.DATE})

TESTS: Mapping[str, _Test] = MappingProxyType(
    {
        "is": _Test(lambda cells, value: (cells == value).fillna(False)),
        "is not": _Test(lambda cells, value: ~(cells == value).fillna(False)),
        "contains": _Test(lambda cells, value: cells.str.contains(value, regex=False, na=False), _TEXTS),
        "does not contain": _Test(lambda cells, value: ~cells.str.contains(value, regex=False, na=False), _TEXTS),
        "is less than": _Test(lambda cells, value: cells < value, _SIZES),
        "is at least": _Test(lambda cells, value: cells >= value, _SIZES),
        "is more than": _Test(lambda cells, value: cells > value, _SIZES),
        "is at most": _Test(lambda cells, value: cells <= value, _SIZES),
        "is between": _Test(lambda cells, low, high: (cells >= low) & (cells <= high), _SIZES, 2),
        "is empty": _Test(lambda cells: cells.isna(), takes=0),
        "is not empty": _Test(lambda cells: cells.notna(), takes=0),
    }
)
"""The tests of a filter, in the order of a menu; an empty cell is not anything, contains nothing, and has no size."""


def _compared(cells: Any, column: Column) -> Any:
    if column.kind is ColumnKind.TEXT:
        return cells.str.casefold()
    return cells.dt.normalize() if column.kind is ColumnKind.DATE else cells


def _value(text: str, column: Column, number: int) -> object:
    """Give what a cell is compared with. Raises BadInput where it can't be compared with the column."""
    value: object = text.strip().casefold()
    if column.kind is ColumnKind.NUMBER:
        value = number_in(text)
    elif column.kind is ColumnKind.DATE:
        day = day_in(text)
        value = None if day is None else datetime.combine(day.date(), time())
    elif column.kind is ColumnKind.YES_NO:
        value = {"yes": True, "true": True, "no": False, "false": False}.get(str(value))
    if value is None or value == "":
        raise BadInput(
            f"Step {number} compares “{column.name}” with “{text}”, and it holds {holds(column)}.",
            f"Give {_EXAMPLES[column.kind]}.",
        )
    return value
