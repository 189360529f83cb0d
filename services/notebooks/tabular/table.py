"""The table: named columns, each of one kind, and their rows, over a pandas frame."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any

import rfc8785

from services.errors import BadInput
from services.notebooks.markup import in_markdown, writable

ROWS_IN_TEXT = 20
COLUMNS_IN_TEXT = 20
LONGEST_IN_TEXT = 200
LONGEST_NAME = 120
DIGITS_SHOWN = 10

_NOISE = ((10, 1e-13), (13, 2e-15))
"""Digits of a short number, and how near to it, as a share of it, is the same number with noise."""

MISSING_LENGTH = -1
"""What stands in the canonical form for the length of a text that is not there."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    YES_NO = "yes/no"


DTYPES = {
    ColumnKind.NUMBER: "float64",
    ColumnKind.TEXT: "str",
    ColumnKind.DATE: "datetime64[us]",
    ColumnKind.YES_NO: "boolean",
}
"""How a frame holds each kind, with its own mark for an empty cell."""


@dataclass(frozen=True)
class Column:
    """One column; `unit` is what its numbers are in ("€", "%"), "" where nobody said.

    `remarks` say in plain sentences what was found and done as it was read or made: they go wherever it goes.
    """

    name: str
    kind: ColumnKind
    unit: str = ""
    remarks: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows under named columns. `frame` holds the cells as `DTYPES` says; nobody changes it in place.

    `said` says in plain sentences what was found and done as the table was read or made, and is about no one column.
    """

    name: str
    columns: tuple[Column, ...]
    frame: Any = field(repr=False)
    said: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of columns and cells in hexadecimal: the same content gives the same one on every machine.

        The canonical form is the columns and the number of rows as JSON (RFC 8785), then each column: numbers as
        IEEE 754 doubles, days as microseconds since 1970, yes/no as a byte, texts as their lengths and their UTF-8;
        whole numbers of eight bytes, the lowest byte first. The name and the remarks are no part of it.
        """
        found = hashlib.sha256()
        columns = [[each.name, each.kind.value, each.unit] for each in self.columns]
        found.update(rfc8785.dumps({"columns": columns, "rows": len(self)}))
        for each in self.columns:
            for part in _canonical(self.frame[each.name], each.kind):
                found.update(part)
        return found.hexdigest()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What there is to say of the table and of each of its columns, in sentences."""
        return (*self.said, *(remark for each in self.columns for remark in each.remarks))

    def column(self, name: str) -> Column | None:
        """Give the column of that name, None where there is none."""
        return next((each for each in self.columns if each.name == name), None)

    def values(self, name: str) -> tuple[object, ...]:
        """Give a column's cells from top to bottom: float, str, datetime or bool, None where one is empty."""
        return _values(self.frame[name])

    def rows(self, most: int = 100) -> tuple[tuple[str, ...], ...]:
        """Give the first rows as a screen shows them, each cell written."""
        head = self.frame.head(most)
        columns = [[written(value) for value in _values(head[each.name])] for each in self.columns]
        return tuple(zip(*columns, strict=True))

    def text(self, most: int = ROWS_IN_TEXT) -> str:
        """Write the table in Markdown: at most that many rows, every cell escaped, and in words what is left out."""
        shown = self.columns[:COLUMNS_IN_TEXT]
        lines = [[_heading(each) for each in shown], ["---"] * len(shown)]
        lines += [[_in_text(cell, of) for cell, of in zip(row, shown, strict=False)] for row in self.rows(most)]
        written_lines = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        left_out = [_more(len(self) - most, "row"), _more(len(self.columns) - len(shown), "column")]
        said = " and ".join(each for each in left_out if each)
        return f"{written_lines}\n\n…and {said}." if said else written_lines


def table_of(name: str, columns: Sequence[Column], cells: Sequence[Any], said: Iterable[str] = ()) -> Table:
    """Make a table of the cells of each column, from top to bottom; None is an empty one, and so is a text of nothing.

    Numbers that are none, or without end, are empty too.
    """
    import pandas as pd  # type: ignore[import-untyped]

    series = {each.name: fit(values, each.kind) for each, values in zip(columns, cells, strict=True)}
    if len(series) != len(columns):
        raise BadInput("Two columns of the table have the same name.", "Give each a name of its own.")
    return Table(name, tuple(columns), pd.DataFrame(series), tuple(said))


def fit(values: Any, kind: ColumnKind) -> Any:
    """Give values as a series that a frame of a table may hold, under row numbers from 0."""
    import numpy as np
    import pandas as pd

    series = pd.Series(values, dtype=None if isinstance(values, pd.Series) else DTYPES[kind])
    series = series.astype(DTYPES[kind]).reset_index(drop=True)
    if kind is ColumnKind.NUMBER:
        # -0.0 is 0.0, and there is one way of being no number.
        return series.where(np.isfinite(series), np.nan) + 0.0
    if kind is ColumnKind.TEXT:
        if series.str.contains(_UNWRITABLE.pattern, regex=True, na=False).any():
            series = series.map(writable, na_action="ignore").astype(DTYPES[kind])
        return series.where(series != "", np.nan)
    return series


def written(value: object) -> str:
    """Write a cell's value as a person would: whole numbers without a point, days without an hour.

    Other numbers have ten digits, and two decimals at least where they have them.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        whole = len(str(int(abs(value)))) if abs(value) < 1e13 else 13
        return f"{value:.{max(DIGITS_SHOWN, whole + 2)}g}"
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(" ", "seconds" if value.second or value.microsecond else "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def without_noise(value: float) -> float:
    """Give a number without what computing with fractions of two adds to it: 49.9 for 49.900000000000006.

    A number is left as it is where it is not that near to one of few digits.
    """
    for digits, near in _NOISE:
        short = float(f"{value:.{digits}g}")
        if abs(short - value) <= near * abs(value):
            return short
    return value


def exactly(value: float) -> str:
    """Write a number with all its digits, but for the noise of computing; a whole one without a point."""
    short = without_noise(value)
    return str(int(short)) if short.is_integer() and abs(short) < 2**53 else repr(short)


def own_names(names: Sequence[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Give tidy names that no two share, nor one of `taken`: "Column 2" for an empty one, "Sales 2" for a second."""
    used = {each.casefold() for each in taken}
    found = []
    for number, each in enumerate(names, start=1):
        stem = " ".join(writable(each).split())[:LONGEST_NAME].strip() or f"Column {number}"
        name, copy = stem, 2
        while name.casefold() in used:
            name, copy = f"{stem} {copy}", copy + 1
        used.add(name.casefold())
        found.append(name)
    return tuple(found)


def _values(series: Any) -> tuple[object, ...]:
    import pandas as pd

    if series.dtype.kind == "M":
        return tuple(None if each is pd.NaT else each.to_pydatetime() for each in series)
    return tuple(series.astype(object).where(series.notna(), None).tolist())


def _canonical(series: Any, kind: ColumnKind) -> Iterable[bytes]:
    import numpy as np

    if kind is ColumnKind.NUMBER:
        values = series.to_numpy(dtype="<f8", copy=True)
        values[np.isnan(values)] = np.nan  # One pattern of bits for all of them.
        yield values.tobytes()
    elif kind is ColumnKind.DATE:
        yield series.to_numpy().astype("datetime64[us]").astype("<i8").tobytes()
    elif kind is ColumnKind.YES_NO:
        yield series.astype("Int8").fillna(-1).to_numpy(dtype="int8").tobytes()
    else:
        encoded = [None if each is None else str(each).encode() for each in _values(series)]
        lengths = [MISSING_LENGTH if each is None else len(each) for each in encoded]
        yield np.array(lengths, dtype="<i8").tobytes()
        yield b"".join(each for each in encoded if each is not None)


def _heading(column: Column) -> str:
    return in_markdown(f"{column.name} ({column.unit})" if column.unit else column.name)


def _in_text(cell: str, column: Column) -> str:
    if column.kind is not ColumnKind.TEXT:
        return cell  # Written by us: digits and what stands between them.
    return in_markdown(cell if len(cell) <= LONGEST_IN_TEXT else f"{cell[: LONGEST_IN_TEXT - 1]}…")


def _more(number: int, noun: str) -> str:
    return "" if number <= 0 else f"{number:,} more {noun}{'' if number == 1 else 's'}"
