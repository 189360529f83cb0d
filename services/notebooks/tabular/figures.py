"""A chart drawn from a table: the finding as its title, the figures behind it, and how plotly draws it."""

from __future__ import annotations

import html
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import pairwise
from typing import Any, cast

from services.errors import BadInput
from services.notebooks.tabular.chart_form import ADDING, ChartForm, ChartType
from services.notebooks.tabular.findings import (
    day_label,
    of_categories,
    of_pairs,
    of_places,
    of_series,
    of_values,
)
from services.notebooks.tabular.groups import Group, Measure
from services.notebooks.tabular.measures import meant, name_of, not_counted
from services.notebooks.tabular.steps import apply
from services.notebooks.tabular.table import Column, ColumnKind, Table, own_names, table_of, without_noise, written

HEIGHT = 320
MOST_SERIES = 5
MOST_BARS = 30
MOST_PLACES = 400
MOST_POINTS = 2_000
MOST_BINS = 30
MOST_MARKED = 60
"""From more places on, a line is drawn without a mark at each."""

OTHERS = "Others"
EMPTY = "(empty)"

_GRAINS = ("moment", "day", "month", "year")


@dataclass(frozen=True)
class Series:
    """One line, one colour of bars or points: its places along the chart and its values, None where there is none."""

    name: str
    places: tuple[object, ...]
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Figure:
    """A chart: what it finds, its figures, and what stands at its axes. All its words are plain text.

    `remarks` say what is not drawn.
    """

    form: ChartForm
    finding: str
    table: Table
    x_name: str
    y_name: str
    series: tuple[Series, ...]
    remarks: tuple[str, ...] = ()

    def plotly(self, colours: Sequence[str], height: int = HEIGHT) -> dict[str, Any]:
        """Give the chart as plotly's JSON, with `colours` for its series in order; the mode bar is left to the page.

        Every word in it is escaped: plotly takes some HTML for its own.
        """
        traces = [self._trace(each, colours[number % len(colours)]) for number, each in enumerate(self.series)]
        kind = self._axis
        along = {"type": kind, "fixedrange": True, "automargin": True, "title": {"text": html.escape(self.x_name)}}
        if kind == "category":
            # Plotly would put the places of the second series behind those of the first.
            along |= {"categoryorder": "array", "categoryarray": [_place(each, kind) for each in self.series[0].places]}
        up = {"title": {"text": html.escape(self.y_name)}, "fixedrange": True, "automargin": True}
        if self.form.type not in (ChartType.LINE, ChartType.SCATTER):
            up["rangemode"] = "tozero"
        layout: dict[str, Any] = {
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
            "showlegend": self._has_legend,
            "dragmode": False,
            "xaxis": along,
            "yaxis": up,
        }
        if self._has_legend:
            layout["legend"] = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"}
        if self.form.type is ChartType.BAR:
            layout["barmode"] = "relative" if self.form.how in ADDING else "group"
        if self.form.type is ChartType.HISTOGRAM:
            layout["bargap"] = 0.05
        return {"data": traces, "layout": layout}

    @property
    def _has_legend(self) -> bool:
        """Among points, on areas and in narrow bars names can't be read; elsewhere each stands where it is drawn."""
        beside = self.form.type is ChartType.BAR and self.form.how not in ADDING
        return len(self.series) > 1 and (beside or self.form.type in (ChartType.SCATTER, ChartType.AREA))

    @property
    def _axis(self) -> str:
        places = self.series[0].places
        if all(isinstance(each, datetime) for each in places):
            return "date"
        numbers = self.form.type is not ChartType.BAR and all(isinstance(each, float) for each in places)
        return "linear" if numbers else "category"

    def _trace(self, series: Series, colour: str) -> dict[str, Any]:
        trace: dict[str, Any] = {
            "name": html.escape(series.name),
            "x": [_place(each, self._axis) for each in series.places],
            "y": [None if each is None else without_noise(each) for each in series.values],
        }
        named = len(self.series) > 1 and not self._has_legend
        labelled = _labelled(series, self.form.type) if named else None
        if labelled is not None:
            trace["text"] = [html.escape(series.name) if at == labelled else "" for at in range(len(series.places))]
        if self.form.type in (ChartType.BAR, ChartType.HISTOGRAM):
            inside = {"textposition": "inside", "textangle": 0} if labelled is not None else {}
            return trace | {"type": "bar", "marker": {"color": colour}} | inside
        # The lowest is named below its line, so that two that end close together can both be read.
        side = "bottom left" if series is min(self.series, key=_end) else "top left"
        text = {"textposition": side, "textfont": {"color": colour}} if labelled is not None else {}
        marked = self.form.type is ChartType.SCATTER or len(series.places) <= MOST_MARKED
        mode = [] if self.form.type is ChartType.SCATTER else ["lines"]
        mode += ["markers"] if marked else []
        mode += ["text"] if labelled is not None else []
        trace |= {"type": "scatter", "mode": "+".join(mode), "marker": {"size": 8, "color": colour}} | text
        if self.form.type is not ChartType.SCATTER:
            trace["line"] = {"color": colour, "width": 2}
        if self.form.type is ChartType.AREA:
            trace |= {"stackgroup": "all"} if len(self.series) > 1 else {"fill": "tozeroy"}
        return trace


@dataclass(frozen=True)
class _Split:
    """The series of each row; `others` is the one that holds all smaller ones, "" where there is none."""

    cells: Sequence[str]
    others: str = ""

    @property
    def names(self) -> list[str]:
        """The series in their order, the others last."""
        return sorted(set(self.cells), key=lambda each: (each == self.others, each.casefold(), each))


def draw(table: Table, form: ChartForm) -> Figure:
    """Draw a table. Raises BadInput where its columns can't be drawn so, or there is nothing to draw."""
    form.check(table.columns)
    if form.type is ChartType.SCATTER:
        return _scatter(table, form)
    if form.type is ChartType.HISTOGRAM:
        return _histogram(table, form)
    return _measured(table, form)


def _measured(table: Table, form: ChartForm) -> Figure:
    remarks: list[str] = []
    along, grain, cells = _along(table, form, remarks)
    split = _split(table, form, remarks)
    kept = [place for place, each in enumerate(cells) if each is not None]
    names = own_names([along.name, form.split or "split", form.measure or "measure"])
    columns = [Column(names[0], along.kind), Column(names[1], ColumnKind.TEXT)]
    picked: list[Any] = [[cells[place] for place in kept], [split.cells[place] for place in kept]]
    measure = table.column(form.measure)
    if measure is not None:
        columns.append(Column(names[2], measure.kind, measure.unit))
        picked.append(table.frame[measure.name].iloc[kept])
        remarks += not_counted(form.how, measure.name, picked[-1])
    rows = table_of(table.name, columns, picked)
    measures = (Measure(form.how, names[2] if measure is not None else ""),)
    totals = apply(rows, [Group((names[0],), measures)])
    drawn = _drawn(totals, form, along, remarks)
    grouped = apply(rows, [Group(names[:2] if form.split else names[:1], measures)])
    figures = _in_order(grouped, drawn, split.names)
    if not figures:
        raise BadInput("There is nothing to draw: no row has both.", "Choose other columns, or fewer filters.")
    unit = grouped.columns[-1].unit
    alone = len(rows) == len(totals if form.type is ChartType.BAR else grouped)
    how, of = meant(form.how, form.measure, alone=alone)
    y_name = name_of(how, of) + (f" ({unit})" if unit else "")
    series = _series(figures, split.names, drawn)
    ahead = [each for each in series if each.name != split.others] if form.split else []
    said = _finding(totals, ahead, drawn, replace(form, how=how, measure=of), along, grain, unit)
    called = own_names([along.name, *([form.split] if form.split else []), name_of(how, of)])
    kinds = [along.kind, *([ColumnKind.TEXT] if form.split else []), ColumnKind.NUMBER]
    shown = table_of(
        table.name,
        [
            Column(name, kind, unit if place == len(called) - 1 else "")
            for place, (name, kind) in enumerate(zip(called, kinds, strict=True))
        ],
        [list(each) for each in zip(*figures, strict=True)],
    )
    x_name = along.name + (f" ({along.unit})" if along.unit else "")
    return Figure(form, said, shown, x_name, y_name, series, tuple(remarks))


def _along(table: Table, form: ChartForm, remarks: list[str]) -> tuple[Column, str, list[object]]:
    """Give the column along the chart, its grain where it holds days, and its cells as they are drawn."""
    column = _column(table, form.dimension)
    cells = list(table.values(column.name))
    if column.kind is ColumnKind.YES_NO or column.kind is ColumnKind.TEXT:
        words = [EMPTY if each is None else written(each) for each in cells]
        return Column(column.name, ColumnKind.TEXT), "", list(words)
    if missing := cells.count(None):
        remarks.append(f"{_rows(missing)} without “{column.name}” {'is' if missing == 1 else 'are'} left out.")
    if column.kind is not ColumnKind.DATE:
        return column, "", cells
    most = MOST_BARS if form.type is ChartType.BAR else MOST_PLACES
    days = [cast(datetime, each) for each in cells if each is not None]
    fine = "moment" if any(each.time() != time() for each in days) else _finest(days)
    for grain in _GRAINS[_GRAINS.index(fine) :]:
        if len({_to_grain(each, grain) for each in days}) <= most:
            break
    if grain != fine:
        remarks.append(f"“{column.name}” has too many different days to draw: they are put together by {grain}.")
    return column, grain, [None if each is None else _to_grain(cast(datetime, each), grain) for each in cells]


def _finest(days: Sequence[datetime]) -> str:
    if any(each.day != 1 for each in days):
        return "day"
    return "month" if any(each.month != 1 for each in days) else "year"


def _to_grain(day: datetime, grain: str) -> datetime:
    if grain == "moment":
        return day
    if grain == "day":
        return datetime.combine(day.date(), time())
    return datetime(day.year, day.month if grain == "month" else 1, 1)  # noqa: DTZ001 - a cell has no time zone


def _split(table: Table, form: ChartForm, remarks: list[str]) -> _Split:
    """Give the series of each row: at most `MOST_SERIES`, the smaller ones together as the last."""
    if not form.split:
        return _Split([""] * len(table))
    cells = [EMPTY if each is None else written(each) for each in table.values(form.split)]
    different = set(cells)
    if len(different) <= MOST_SERIES:
        return _Split(cells)
    measure = table.column(form.measure)
    columns = [Column("series", ColumnKind.TEXT)] + ([Column("measure", measure.kind)] if measure else [])
    picked = [cells] + ([table.frame[form.measure]] if measure else [])
    how = Measure(form.how, "measure" if measure else "")
    sizes = apply(table_of("", columns, picked), [Group(("series",), (how,))])
    names, values = sizes.values("series"), sizes.values(sizes.columns[-1].name)
    ordered = sorted(zip(names, values, strict=True), key=lambda each: (-_size(each[1]), str(each[0])))
    largest = {str(name) for name, _ in ordered[: MOST_SERIES - 1]}
    others = OTHERS if OTHERS not in largest else f"All other {form.split}"
    remarks.append(
        f"The {MOST_SERIES - 1} largest of {len(different):,} “{form.split}” are drawn; the rest are “{others}”."
    )
    return _Split([each if each in largest else others for each in cells], others)


def _size(value: object) -> float:
    return abs(value) if isinstance(value, float) else -1.0


def _drawn(totals: Table, form: ChartForm, along: Column, remarks: list[str]) -> list[object]:
    """Give the places that are drawn, in their order: bars of words by their height, all else as it stands."""
    places, values = totals.values(totals.columns[0].name), totals.values(totals.columns[-1].name)
    if form.type is ChartType.BAR and along.kind is not ColumnKind.DATE:
        pairs = zip(places, values, strict=True)
        highest = [place for place, _ in sorted(pairs, key=lambda each: -_value(each[1]))]
        if len(places) > MOST_BARS:
            remarks.append(f"The {MOST_BARS} highest of {len(places):,} “{along.name}” are drawn.")
            highest = highest[:MOST_BARS]
        return highest if along.kind is ColumnKind.TEXT else sorted(highest, key=places.index)
    most = MOST_BARS if form.type is ChartType.BAR else MOST_PLACES
    if len(places) > most:
        remarks.append(f"The last {most} of {len(places):,} “{along.name}” are drawn.")
    return list(places[-most:])


def _value(value: object) -> float:
    return value if isinstance(value, float) else -math.inf


def _in_order(grouped: Table, drawn: Sequence[object], names: Sequence[str]) -> list[tuple[object, ...]]:
    """Give the figures that are drawn, in the order of their places and series; those without a value are none."""
    places = {each: number for number, each in enumerate(drawn)}
    series = {each: number for number, each in enumerate(names)}
    rows = zip(*(grouped.values(each.name) for each in grouped.columns), strict=True)
    kept = [row for row in rows if row[0] in places and row[-1] is not None]
    return sorted(kept, key=lambda row: (places[row[0]], series.get(str(row[1]), 0)))


def _series(figures: Sequence[tuple[object, ...]], names: Sequence[str], drawn: Sequence[object]) -> tuple[Series, ...]:
    found: dict[str, dict[object, float]] = {each: {} for each in names}
    for row in figures:
        found[str(row[1]) if len(row) == 3 else ""][row[0]] = cast(float, row[-1])
    return tuple(
        Series(name, tuple(drawn), tuple(values.get(place) for place in drawn))
        for name, values in found.items()
        if values
    )


def _finding(
    totals: Table,
    series: Sequence[Series],
    drawn: Sequence[object],
    form: ChartForm,
    along: Column,
    grain: str,
    unit: str,
) -> str:
    places, values = totals.values(totals.columns[0].name), totals.values(totals.columns[-1].name)
    known = [(place, value) for place, value in zip(places, values, strict=True) if isinstance(value, float)]
    numbers = [value for _, value in known]
    if along.kind is ColumnKind.TEXT and form.type is ChartType.BAR:
        return of_categories([str(place) for place, _ in known], numbers, form.how, form.measure, along.name, unit)
    if len(series) > 1 and form.type is not ChartType.BAR:
        ends = [(each.name, each.values[-1]) for each in series]
        here = [(name, value) for name, value in ends if value is not None]
        if here:
            where = _where(drawn[-1], along, grain)
            return of_series(
                where, [each[0] for each in here], [each[1] for each in here], form.how, form.measure, unit
            )
    kept = set(drawn)
    labels = [_where(place, along, grain) for place, _ in known if place in kept]
    return of_places(labels, [value for place, value in known if place in kept], form.how, form.measure, unit)


def _where(place: object, along: Column, grain: str) -> str:
    if isinstance(place, datetime):
        return f"{'in' if grain in ('month', 'year') else 'on'} {day_label(place, grain)}"
    return f"at {written(place)}" if isinstance(place, float) else f"in {place}"


def _scatter(table: Table, form: ChartForm) -> Figure:
    remarks: list[str] = []
    split = _split(table, form, remarks)
    pairs = zip(table.values(form.dimension), table.values(form.measure), split.cells, strict=True)
    rows = [(x, y, name) for x, y, name in pairs if isinstance(x, float) and isinstance(y, float)]
    if not rows:
        raise BadInput("There is nothing to draw: no row has both numbers.", "Choose other columns, or fewer filters.")
    if missing := len(table) - len(rows):
        remarks.append(f"{_rows(missing)} without one of the two numbers {'is' if missing == 1 else 'are'} left out.")
    finding = of_pairs(form.dimension, form.measure, [row[0] for row in rows], [row[1] for row in rows])
    if len(rows) > MOST_POINTS:
        remarks.append(
            f"{MOST_POINTS:,} of {len(rows):,} rows are drawn, evenly spread; the finding is of all of them."
        )
        rows = [rows[place * len(rows) // MOST_POINTS] for place in range(MOST_POINTS)]
    series = []
    for name in split.names:
        points = [row for row in rows if row[2] == name]
        series.append(Series(name, tuple(row[0] for row in points), tuple(row[1] for row in points)))
    columns = [_column(table, each) for each in (form.dimension, form.measure)]
    cells: list[Any] = [[row[0] for row in rows], [row[1] for row in rows]]
    if form.split:
        columns.append(Column(form.split if form.split != form.measure else f"{form.split} 2", ColumnKind.TEXT))
        cells.append([row[2] for row in rows])
    x_name, y_name = (each.name + (f" ({each.unit})" if each.unit else "") for each in columns[:2])
    shown = table_of(table.name, columns, cells)
    drawn = tuple(each for each in series if each.places)
    return Figure(form, finding, shown, x_name, y_name, drawn, tuple(remarks))


def _histogram(table: Table, form: ChartForm) -> Figure:
    column = _column(table, form.dimension)
    values = [each for each in table.values(column.name) if isinstance(each, float)]
    if not values:
        raise BadInput(f"There is nothing to draw: “{column.name}” is empty.", "Choose another column.")
    missing = len(table) - len(values)
    left_out = f"{_rows(missing)} without “{column.name}” {'is' if missing == 1 else 'are'} left out."
    edges = bins(values)
    counts = [0.0] * (len(edges) - 1)
    for each in values:
        counts[_bin(each, edges)] += 1
    middles = tuple((low + high) / 2 for low, high in pairwise(edges))
    name = column.name + (f" ({column.unit})" if column.unit else "")
    shown = table_of(
        table.name,
        [
            Column("from", ColumnKind.NUMBER, column.unit),
            Column("below", ColumnKind.NUMBER, column.unit),
            Column("number of rows", ColumnKind.NUMBER),
        ],
        [edges[:-1], edges[1:], counts],
    )
    series = (Series("", middles, tuple(counts)),)
    finding = of_values(column, values)
    return Figure(form, finding, shown, name, "number of rows", series, (left_out,) if missing else ())


def bins(values: Sequence[float]) -> list[float]:
    """Give the edges of at most `MOST_BINS` equal bins of a round width (1, 2 or 5 times a power of ten)."""
    low, high = min(values), max(values)
    wanted = max(5, min(MOST_BINS, round(math.sqrt(len(values)))))
    step = (high - low) / wanted
    if not math.isfinite(step) or step <= abs(high) * 1e-12:
        width = max(abs(low), 1.0) if math.isfinite(step) else math.inf
        if not math.isfinite(width):
            return [low, 0.0, high]
        return [low - width / 2, low + width / 2] if low == high else [low, high]
    power = 10.0 ** math.floor(math.log10(step))
    width = next(power * times for times in (1, 2, 5, 10) if power * times >= step)
    first = math.floor(low / width)
    edges = [(first + number) * width for number in range(math.floor(high / width) - first + 2)]
    # Dividing may lose what a value is below the edge by.
    return [min(edges[0], low), *edges[1:-1], max(edges[-1], high)]


def _bin(value: float, edges: Sequence[float]) -> int:
    return min(max(bisect_right(edges, value) - 1, 0), len(edges) - 2)


def _labelled(series: Series, type_: ChartType) -> int:
    """Give where a series is named: a line at its end, bars at their highest."""
    known = [place for place, value in enumerate(series.values) if value is not None]
    return max(known, key=lambda place: abs(series.values[place] or 0.0)) if type_ is ChartType.BAR else known[-1]


def _end(series: Series) -> float:
    return next(value for value in reversed(series.values) if value is not None)


def _place(place: object, axis: str) -> object:
    """Give a place as plotly takes it: a number as it is between numbers, a day as ISO 8601, words escaped."""
    if isinstance(place, datetime):
        return place.isoformat()
    if axis == "linear" and isinstance(place, float):
        return without_noise(place)
    return html.escape(written(place))


def _column(table: Table, name: str) -> Column:
    return next(each for each in table.columns if each.name == name)


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"
