"""Groups: rows with the same cells put together and measured, and rows put in the order of a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from services.errors import BadInput
from services.notebooks.tabular.columns import column_of, holds, listed, names_of
from services.notebooks.tabular.measures import How, column_after, fits, measured, name_of, not_counted
from services.notebooks.tabular.table import Column, Table, own_names, table_of

MOST_MEASURES = 20


@dataclass(frozen=True)
class Measure:
    """What is measured of each group: how, and of which column ("" counts rows)."""

    how: How
    column: str = ""


@dataclass(frozen=True)
class Group:
    """Put rows with the same cells together, in the order of those cells, and measure each group."""

    name: ClassVar[str] = "group"
    by: tuple[str, ...]
    measures: tuple[Measure, ...] = (Measure(How.COUNT),)

    @property
    def form(self) -> dict[str, object]:
        """The step as JSON."""
        measured_ = [{"how": each.how.value, "column": each.column} for each in self.measures]
        return {"step": self.name, "by": list(self.by), "measures": measured_}

    @property
    def sentence(self) -> str:
        """What it does, in words."""
        return f"Group by {listed(self.by)}: {', '.join(name_of(each.how, each.column) for each in self.measures)}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns of the groups, then those of the measures."""
        if not self.by:
            raise BadInput(f"Step {number} groups by no column.", f"Choose {names_of(columns)}.")
        if len(set(self.by)) != len(self.by):
            raise BadInput(f"Step {number} groups by a column twice.", "Choose each once.")
        if not 0 < len(self.measures) <= MOST_MEASURES:
            raise BadInput(f"Step {number} has {len(self.measures)} measures.", f"Choose 1 to {MOST_MEASURES} of them.")
        by = tuple(column_of(each, columns, number, "groups by") for each in self.by)
        of = [_measured_column(each, columns, number) for each in self.measures]
        names = own_names([name_of(each.how, each.column) for each in self.measures], self.by)
        made = (
            column_after(each.how, column, name) for each, column, name in zip(self.measures, of, names, strict=True)
        )
        return (*by, *made)

    def do(self, table: Table) -> Table:
        """Group the rows and measure each group."""
        columns = self.after(table.columns, 1)
        groups = groups_of(table, self.by)
        first = [int(group[0]) for group in groups]
        made = list(columns[: len(self.by)])
        cells: list[Any] = [table.frame[each].iloc[first] for each in self.by]
        for each, new in zip(self.measures, columns[len(self.by) :], strict=True):
            if not each.column:
                made.append(new)
                cells.append([float(len(group)) for group in groups])
                continue
            column = column_of(each.column, table.columns, 1, "measures")
            given = table.frame[each.column]
            made.append(replace(new, remarks=not_counted(each.how, each.column, given)))
            cells.append(measured(each.how, given, column.kind, groups))
        return table_of(table.name, made, cells)


def groups_of(table: Table, by: Sequence[str]) -> list[Any]:
    """Give the places of the rows of each group, the groups in the order of their cells, empty ones last."""
    import numpy as np

    if not len(table):
        return []
    ranks = [ranks_of(table.frame[each]) for each in by]
    order = np.lexsort(ranks[::-1])
    changes = np.zeros(len(order), dtype=bool)
    for each in ranks:
        changes[1:] |= each[order][1:] != each[order][:-1]
    return list(np.split(order, np.flatnonzero(changes)))


def ranks_of(cells: Any) -> Any:
    """Number cells by their place in the order of the different ones; empty ones come last."""
    import numpy as np

    codes, different = cells.factorize()
    keys = [_in_order(each) if isinstance(each, str) else each for each in different]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ranks = np.empty(len(keys) + 1, dtype="int64")
    ranks[order] = range(len(keys))
    ranks[-1] = len(keys)  # The code of an empty cell is -1.
    return ranks[codes]


def _in_order(text: str) -> str:
    return f"{text.casefold()}\x00{text}"


def _measured_column(measure: Measure, columns: Sequence[Column], number: int) -> Column | None:
    if not measure.column and measure.how is How.COUNT:
        return None
    fitting = [each for each in columns if fits(measure.how, each)]
    hint = f"Choose {names_of(fitting)}." if fitting else "Count the rows instead."
    column = next((each for each in columns if each.name == measure.column), None)
    if column is None:
        what = f"“{measure.column}”, which is not a column" if measure.column else "no column"
        raise BadInput(f"Step {number} takes the {measure.how} of {what}.", hint)
    if not fits(measure.how, column):
        raise BadInput(f"Step {number} takes the {measure.how} of “{column.name}”, which holds {holds(column)}.", hint)
    return column
