"""What is done with a table, step by step: columns chosen, rows filtered, grouped, sorted, a column computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Protocol

from services.errors import BadInput
from services.notebooks.tabular.columns import column_of, listed
from services.notebooks.tabular.computed import Compute
from services.notebooks.tabular.filters import Filter
from services.notebooks.tabular.groups import Group, Measure, ranks_of
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.recognised import number_in
from services.notebooks.tabular.table import Column, Table

Form = Mapping[str, object]
"""A step as it is kept: JSON, its member `step` names what it does."""

MOST_STEPS = 50


class Step(Protocol):
    """One step: it says what it does, what columns there are after it, and does it."""

    @property
    def form(self) -> dict[str, object]:
        """The step as JSON; `step_of` gives it back."""
        ...

    @property
    def sentence(self) -> str:
        """What it does, in words that are no markup."""
        ...

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns that there are afterwards. Raises BadInput, with its `number`, where it can't be done."""
        ...

    def do(self, table: Table) -> Table:
        """Do it with a table whose columns it fits."""
        ...


@dataclass(frozen=True)
class Choose:
    """Keep some columns, in this order."""

    name: ClassVar[str] = "choose"
    columns: tuple[str, ...]

    @property
    def form(self) -> dict[str, object]:
        """The step as JSON."""
        return {"step": self.name, "columns": list(self.columns)}

    @property
    def sentence(self) -> str:
        """What it does, in words."""
        return f"Keep {listed(self.columns)}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns that are kept."""
        if not self.columns:
            raise BadInput(f"Step {number} keeps no column.", "Choose at least one.")
        if len(set(self.columns)) != len(self.columns):
            raise BadInput(f"Step {number} keeps a column twice.", "Choose each once.")
        return tuple(column_of(each, columns, number, "keeps") for each in self.columns)

    def do(self, table: Table) -> Table:
        """Keep the columns."""
        return Table(table.name, self.after(table.columns, 1), table.frame[list(self.columns)])


@dataclass(frozen=True)
class Sort:
    """Put rows in the order of a column; those with the same cell stay as they were, empty cells come last."""

    name: ClassVar[str] = "sort"
    column: str
    descending: bool = False

    @property
    def form(self) -> dict[str, object]:
        """The step as JSON."""
        return {"step": self.name, "column": self.column, "descending": self.descending}

    @property
    def sentence(self) -> str:
        """What it does, in words."""
        return f"Sort by “{self.column}”, {'highest' if self.descending else 'lowest'} first"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns, which stay."""
        column_of(self.column, columns, number, "sorts by")
        return tuple(columns)

    def do(self, table: Table) -> Table:
        """Sort the rows."""
        import numpy as np

        ranks = ranks_of(table.frame[self.column])
        if self.descending:
            ranks = np.where(table.frame[self.column].notna(), -ranks, 1)
        order = np.argsort(ranks, kind="stable")
        return Table(table.name, table.columns, table.frame.iloc[order].reset_index(drop=True))


def apply(table: Table, steps: Sequence[Step]) -> Table:
    """Do steps one after the other. Raises BadInput that names the first that can't be done and what to choose.

    What was said of the table as a whole stays with it, what was said of a column goes with the column.
    """
    columns_after(table.columns, steps)
    made = table
    for step in steps:
        made = step.do(made)
    return made if made is table else replace(made, said=table.said)


def columns_after(columns: Sequence[Column], steps: Sequence[Step]) -> tuple[Column, ...]:
    """Give the columns that there are after some steps, without a row being touched."""
    if len(steps) > MOST_STEPS:
        raise BadInput(f"A table takes at most {MOST_STEPS} steps.", "Take some out.")
    for number, step in enumerate(steps, start=1):
        columns = step.after(columns, number)
    return tuple(columns)


def step_of(form: object) -> Step:
    """Give a step from JSON. Raises BadInput where it is none, as in a file that somebody edited."""
    name = form.get("step") if isinstance(form, Mapping) else None
    if not isinstance(form, Mapping) or name not in _READERS:
        raise BadInput(f"There is no step “{name}”.", f"There are: {', '.join(_READERS)}.")
    try:
        return _READERS[str(name)](form)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"A step “{name}” is not complete.", "Fill it in, or take it out.") from error


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise TypeError
    return tuple(value)


def _number_of(value: object) -> float | None:
    if value is None or value == "":
        return None
    number = number_in(str(value))
    if number is None or isinstance(value, bool):
        raise ValueError
    return number


def _measures(value: object) -> tuple[Measure, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return tuple(Measure(How(each["how"]), str(each.get("column", ""))) for each in value)


_READERS: Mapping[str, Callable[[Form], Step]] = MappingProxyType(
    {
        Choose.name: lambda form: Choose(_strings(form["columns"])),
        Filter.name: lambda form: Filter(
            *(str(form["column"]), str(form["test"]), str(form.get("value", "")), str(form.get("to", "")))
        ),
        Group.name: lambda form: Group(
            _strings(form["by"]), _measures(form["measures"]) if form.get("measures") else (Measure(How.COUNT),)
        ),
        Sort.name: lambda form: Sort(str(form["column"]), bool(form.get("descending", False))),
        Compute.name: lambda form: Compute(
            str(form["called"]),
            str(form["formula"]),
            str(form["of"]),
            str(form.get("with", "")),
            _number_of(form.get("number")),
        ),
    }
)
