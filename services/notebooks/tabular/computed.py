"""A computed column: one of the formulas that there are, over columns of a table and a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from services.errors import BadInput
from services.notebooks.tabular.columns import WHAT, holds, listed, names_of
from services.notebooks.tabular.formula import FORMULAS, MOST_PLACES, unit_of
from services.notebooks.tabular.measures import rows_have
from services.notebooks.tabular.table import LONGEST_NAME, Column, ColumnKind, Table, fit, written


@dataclass(frozen=True)
class Compute:
    """Add a column that is computed by one of `FORMULAS`; a cell that can't be computed is empty.

    `with_` is the second column, "" where there is none; `number` stands in its place where it is not None.
    """

    name: ClassVar[str] = "compute"
    called: str
    formula: str
    of: str
    with_: str = ""
    number: float | None = None

    @property
    def form(self) -> dict[str, object]:
        """The step as JSON."""
        form: dict[str, object] = {"step": self.name, "called": self.called, "formula": self.formula, "of": self.of}
        if self.with_:
            form["with"] = self.with_
        return form if self.number is None else form | {"number": self.number}

    @property
    def sentence(self) -> str:
        """What it does, in words."""
        other = f"“{self.with_}”" if self.with_ else written(self.number)
        says = FORMULAS[self.formula].says if self.formula in FORMULAS else "{of}"
        # Put in one after the other: what a column is called may hold signs that `format` would read.
        words = {"of": f"“{self.of}”", "with_": other}
        return f"Compute “{self.called}” as {says.format_map(words)}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns, and the new one."""
        if self.formula not in FORMULAS:
            raise BadInput(
                f"Step {number} has no formula “{self.formula}”.", f"Choose {listed(tuple(FORMULAS), 'or')}."
            )
        called = " ".join(self.called.split())
        if called != self.called or not 0 < len(called) <= LONGEST_NAME:
            raise BadInput(f"Step {number} computes a column without a name.", "Give it a word or two.")
        if any(each.name.casefold() == called.casefold() for each in columns):
            raise BadInput(f"Step {number} computes “{called}”, which is a column already.", "Give it another name.")
        of = self._column(self.of, FORMULAS[self.formula].of, columns, number)
        unit = unit_of(self.formula, of, self._second(columns, number))
        return (*columns, Column(called, FORMULAS[self.formula].gives, unit))

    def do(self, table: Table) -> Table:
        """Add the column."""
        columns = self.after(table.columns, 1)
        second = self._second(table.columns, 1)
        other = table.frame[second.name] if isinstance(second, Column) else second
        made = FORMULAS[self.formula].work(table.frame[self.of], other)
        cells = fit(made, columns[-1].kind)
        taken = (self.of, second.name) if isinstance(second, Column) else (self.of,)
        new = replace(columns[-1], remarks=self._empty(table, taken, cells))
        return Table(table.name, (*table.columns, new), table.frame.assign(**{self.called: cells.array}))

    def _empty(self, table: Table, names: Sequence[str], cells: Any) -> tuple[str, ...]:
        """Say in which rows nothing was computed, and why."""
        remarks, left = [], cells.isna().to_numpy()
        for name in dict.fromkeys(names):
            missing = table.frame[name].isna().to_numpy()
            left = left & ~missing
            if number := int(missing.sum()):
                remarks.append(f"{rows_have(number)} no “{name}”, so “{self.called}” is empty there.")
        if number := int(left.sum()):
            remarks.append(f"{rows_have(number)} no “{self.called}”, because it can't be computed there.")
        return tuple(remarks)

    def _second(self, columns: Sequence[Column], number: int) -> Column | float | None:
        formula = FORMULAS[self.formula]
        if formula.only_number and (self.number is None or self.number not in range(MOST_PLACES + 1)):
            raise BadInput(f"Step {number} needs a number of decimals.", f"Choose one from 0 to {MOST_PLACES}.")
        if formula.number and self.number is not None:
            return self.number
        if formula.with_ is None:
            return None
        return self._column(self.with_, formula.with_, columns, number)

    def _column(self, name: str, kind: ColumnKind, columns: Sequence[Column], number: int) -> Column:
        fitting = [each for each in columns if each.kind is kind]
        column = next((each for each in columns if each.name == name), None)
        hint = f"Choose {names_of(fitting)}." if fitting else f"There is no column of {WHAT[kind]}."
        if column is None:
            what = f"with “{name}”, which is not a column" if name else "without a column that it needs"
            raise BadInput(f"Step {number} computes “{self.called}” {what}.", hint)
        if column.kind is not kind:
            raise BadInput(f"Step {number} computes “{self.called}” with “{name}”, which holds {holds(column)}.", hint)
        return column
