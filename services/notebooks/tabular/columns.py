"""The columns that a step or a chart is about: found by name, or refused with those to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.errors import BadInput
from services.notebooks.tabular.table import Column, ColumnKind

MOST_NAMED = 20

WHAT: Mapping[ColumnKind, str] = MappingProxyType(
    {
        ColumnKind.NUMBER: "numbers",
        ColumnKind.TEXT: "text",
        ColumnKind.DATE: "days",
        ColumnKind.YES_NO: "yes or no",
    }
)
"""What a column of each kind holds, in words."""


def holds(column: Column) -> str:
    """Say what a column holds: "numbers"."""
    return WHAT[column.kind]


def column_of(name: str, columns: Sequence[Column], number: int, does: str) -> Column:
    """Give a column that a step is about. Raises BadInput, which says what the step `does` with it, for no column."""
    column = next((each for each in columns if each.name == name), None)
    if column is None:
        raise BadInput(f"Step {number} {does} “{name}”, which is not a column.", f"Choose {names_of(columns)}.")
    return column


def names_of(columns: Sequence[Column]) -> str:
    """Name columns to choose from: “Region”, “Day” or “Paid”."""
    return listed([each.name for each in columns], "or")


def listed(names: Sequence[str], word: str = "and") -> str:
    """Write names one after the other: “Region”, “Day” and “Paid”."""
    quoted = [f"“{each}”" for each in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        return f"{', '.join(quoted)}, …"
    return f" {word} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
