"""What is done with a table, step by step: columns chosen, rows filtered, grouped, sorted, a column computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from services.errors import BadInput
from services.notebooks.tabular import measures
from services.notebooks.tabular.formula import FORMULAS, MOST_PLACES, unit_of
from services.notebooks.tabular.measures import How, column_after, measured, name_of
from services.notebooks.tabular.recognised import day_in, number_in
from services.notebooks.tabular.table import LONGEST_NAME, Column, ColumnKind, Table, fit, own_names, table_of, written

Form = Mapping[str, object]
"""A step as it is kept: JSON, its member `step` names what it does."""

MOST_STEPS = 50
MOST_MEASURES = 20
MOST_NAMED = 20


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
        return f"Keep {_listed(self.columns)}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns that are kept."""
        if not self.columns:
            raise BadInput(f"Step {number} keeps no column.", "Choose at least one.")
        if len(set(self.columns)) != len(self.columns):
            raise BadInput(f"Step {number} keeps a column twice.", "Choose each once.")
        return tuple(_column(each, columns, number, "keeps") for each in self.columns)

    def do(self, table: Table) -> Table:
        """Keep the columns."""
        return Table(table.name, self.after(table.columns, 1), table.frame[list(self.columns)])


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
        values = " and ".join(f"“{each}”" for each in (self.value, self.to)[:takes])
        return f"Keep rows where “{self.column}” {self.test}{f' {values}' if values else ''}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns, which stay."""
        column = _column(self.column, columns, number, "filters by")
        if self.test not in TESTS:
            raise BadInput(f"Step {number} has no test “{self.test}”.", f"Choose {_listed(tuple(TESTS), 'or')}.")
        test = TESTS[self.test]
        if column.kind not in test.kinds:
            fitting = [each.name for each in columns if each.kind in test.kinds]
            raise BadInput(
                f"Step {number} asks whether “{self.column}” {self.test} something, and it holds {_what(column)}.",
                f"Choose {_listed(fitting, 'or')}." if fitting else "Choose another test.",
            )
        for value in (self.value, self.to)[: test.takes]:
            _value(value, column, number)
        return tuple(columns)

    def do(self, table: Table) -> Table:
        """Keep the rows."""
        column = _column(self.column, table.columns, 1, "filters by")
        takes = TESTS[self.test].takes
        values = [_value(value, column, 1) for value in (self.value, self.to)[:takes]]
        kept = TESTS[self.test].keeps(_compared(table.frame[self.column], column), *values)
        return Table(table.name, table.columns, table.frame[kept.to_numpy(dtype=bool)].reset_index(drop=True))


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
        return f"Group by {_listed(self.by)}: {', '.join(name_of(each.how, each.column) for each in self.measures)}"

    def after(self, columns: Sequence[Column], number: int) -> tuple[Column, ...]:
        """Give the columns of the groups, then those of the measures."""
        if not self.by:
            raise BadInput(f"Step {number} groups by no column.", f"Choose {_names(columns)}.")
        if len(set(self.by)) != len(self.by):
            raise BadInput(f"Step {number} groups by a column twice.", "Choose each once.")
        if not 0 < len(self.measures) <= MOST_MEASURES:
            raise BadInput(f"Step {number} has {len(self.measures)} measures.", f"Choose 1 to {MOST_MEASURES} of them.")
        by = tuple(_column(each, columns, number, "groups by") for each in self.by)
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
        cells: list[Any] = [table.frame[each].iloc[first] for each in self.by]
        for each in self.measures:
            if not each.column:
                cells.append([float(len(group)) for group in groups])
                continue
            column = _column(each.column, table.columns, 1, "measures")
            cells.append(measured(each.how, table.frame[each.column], column.kind, groups))
        return table_of(table.name, columns, cells)


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
        _column(self.column, columns, number, "sorts by")
        return tuple(columns)

    def do(self, table: Table) -> Table:
        """Sort the rows."""
        import numpy as np

        ranks = _ranks(table.frame[self.column])
        if self.descending:
            ranks = np.where(table.frame[self.column].notna(), -ranks, 1)
        order = np.argsort(ranks, kind="stable")
        return Table(table.name, table.columns, table.frame.iloc[order].reset_index(drop=True))


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
                f"Step {number} has no formula “{self.formula}”.", f"Choose {_listed(tuple(FORMULAS), 'or')}."
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
        return Table(table.name, columns, table.frame.assign(**{self.called: cells.array}))

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
        hint = f"Choose {_names(fitting)}." if fitting else f"There is no column of {_WHAT[kind]}."
        if column is None:
            what = f"with “{name}”, which is not a column" if name else "without a column that it needs"
            raise BadInput(f"Step {number} computes “{self.called}” {what}.", hint)
        if column.kind is not kind:
            raise BadInput(f"Step {number} computes “{self.called}” with “{name}”, which holds {_what(column)}.", hint)
        return column


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


def apply(table: Table, steps: Sequence[Step]) -> Table:
    """Do steps one after the other. Raises BadInput that names the first that can't be done and what to choose."""
    columns_after(table.columns, steps)
    for step in steps:
        table = step.do(table)
    return table


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


def groups_of(table: Table, by: Sequence[str]) -> list[Any]:
    """Give the places of the rows of each group, the groups in the order of their cells, empty ones last."""
    import numpy as np

    if not len(table):
        return []
    ranks = [_ranks(table.frame[each]) for each in by]
    order = np.lexsort(ranks[::-1])
    changes = np.zeros(len(order), dtype=bool)
    for each in ranks:
        changes[1:] |= each[order][1:] != each[order][:-1]
    return list(np.split(order, np.flatnonzero(changes)))


def _ranks(cells: Any) -> Any:
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
            f"Step {number} compares “{column.name}” with “{text}”, and it holds {_what(column)}.",
            f"Give {_EXAMPLES[column.kind]}.",
        )
    return value


_WHAT: Mapping[ColumnKind, str] = MappingProxyType(
    {
        ColumnKind.NUMBER: "numbers",
        ColumnKind.TEXT: "text",
        ColumnKind.DATE: "days",
        ColumnKind.YES_NO: "yes or no",
    }
)
_EXAMPLES: Mapping[ColumnKind, str] = MappingProxyType(
    {
        ColumnKind.NUMBER: "a number, such as 1,250.5",
        ColumnKind.TEXT: "a word, or ask whether it is empty",
        ColumnKind.DATE: "a day, such as 2026-03-31",
        ColumnKind.YES_NO: "yes or no",
    }
)


def _what(column: Column) -> str:
    return _WHAT[column.kind]


def _column(name: str, columns: Sequence[Column], number: int, does: str) -> Column:
    column = next((each for each in columns if each.name == name), None)
    if column is None:
        raise BadInput(f"Step {number} {does} “{name}”, which is not a column.", f"Choose {_names(columns)}.")
    return column


def _measured_column(measure: Measure, columns: Sequence[Column], number: int) -> Column | None:
    if not measure.column and measure.how is How.COUNT:
        return None
    fitting = [each for each in columns if measures.fits(measure.how, each)]
    hint = f"Choose {_names(fitting)}." if fitting else "Count the rows instead."
    column = next((each for each in columns if each.name == measure.column), None)
    if column is None:
        what = f"“{measure.column}”, which is not a column" if measure.column else "no column"
        raise BadInput(f"Step {number} takes the {measure.how} of {what}.", hint)
    if not measures.fits(measure.how, column):
        raise BadInput(f"Step {number} takes the {measure.how} of “{column.name}”, which holds {_what(column)}.", hint)
    return column


def _names(columns: Sequence[Column]) -> str:
    return _listed([each.name for each in columns], "or")


def _listed(names: Sequence[str], word: str = "and") -> str:
    quoted = [f"“{each}”" for each in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        return f"{', '.join(quoted)}, …"
    return f" {word} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


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
