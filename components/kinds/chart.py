"""A chart: the finding as its title, the drawing, and the figures behind it with their download."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import TypeVar

import streamlit as st
from markupsafe import Markup

from components.charts import HEIGHT, OTHERS, draw_spec, table
from components.kinds.screen import WIDE, Here, Screen, pick_cell
from components.text import dated, one_line, plain
from services.notebooks.kinds.chart import drawn_as, table_of
from services.notebooks.output import Gives
from services.notebooks.references import key_of
from services.notebooks.tabular.chart_form import ChartForm, ChartType
from services.notebooks.tabular.figures import Figure
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.suggestions import are_amounts, suggest
from services.notebooks.tabular.table import Table, written

ROWS_BELOW = 30
OWN = "Something else"
_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")


_Choice = TypeVar("_Choice", bound=str)


def _form(here: Here) -> dict[str, object]:
    tables = {
        each.name: each.name
        for each in here.notebook.cells
        if (output := here.view.output_or_none(each)) is not None and output.gives is Gives.TABLE
    }
    reference = pick_cell(here, "table", "Table", tables)
    found = _table(here, reference)
    if found is None:
        st.text("Bring a table first: a chart draws one." if not tables else "This step gives no table.")
        return {"table": reference}
    suggested = {each.sentence: each for each in suggest(found)}
    now = drawn_as(here.cell.form)
    at = next((place for place, each in enumerate(suggested.values()) if each == now), 0 if now is None else None)
    chosen = st.radio(
        "Chart",
        [*suggested, OWN],
        len(suggested) if at is None else at,
        key=f"playground.chart.{here.cell.id}.{key_of(table_of({'table': reference}))}",
        format_func=plain,
    )
    return {"table": reference} | (suggested[chosen].form if chosen in suggested else _own(here, found, now))


def _own(here: Here, found: Table, drawn: ChartForm | None) -> dict[str, object]:
    names = [each.name for each in found.columns]
    now = drawn or ChartForm(ChartType.BAR, next(iter(names), ""), "", How.SUM, "")
    with st.container(horizontal=True):
        kind = _pick(here, "type", "Type", list(ChartType), now.type)
        dimension = _pick(here, "dimension", "Along it", names, now.dimension)
        measure = _pick(here, "measure", "Measured", ["", *names], now.measure, "number of rows")
        how = _pick(here, "how", "As", list(How), now.how) if measure else How.COUNT
        split = _pick(here, "split", "Split by", ["", *names], now.split, "nothing")
    return ChartForm(kind, dimension, measure, how, split).form


def _pick(here: Here, field: str, label: str, options: list[_Choice], now: _Choice, none: str = "") -> _Choice:
    return st.selectbox(
        label,
        options,
        options.index(now) if now in options else 0,
        key=f"playground.{here.cell.id}.{field}",
        format_func=lambda each: one_line(each) or none,
        width=WIDE,
    )


def _table(here: Here, reference: str) -> Table | None:
    name = table_of({"table": reference})
    cell = next((each for each in here.notebook.cells if key_of(each.name) == key_of(name)), None)
    output = here.view.output_or_none(cell) if cell is not None else None
    return output.content if output is not None and isinstance(output.content, Table) else None


def _show(here: Here) -> None:
    figure = here.view.output(here.cell).content
    if not isinstance(figure, Figure):
        return
    draw_spec(f"playground-chart-{here.cell.id}", figure.finding, figure.plotly(OTHERS, HEIGHT))
    if figure.remarks:
        st.html(Markup('<p class="soft small-print">{}</p>').format(" ".join(figure.remarks)))
    figures = st.expander("The figures", type="compact", key=f"playground.figures.{here.cell.id}", on_change="rerun")
    if figures.open:
        with figures:
            rows = figure.table.rows(len(figure.table))
            first = shown_rows(figure.table, ROWS_BELOW)
            table(
                f"playground-figures-{here.cell.id}",
                figure.form.sentence,
                [each.name for each in figure.table.columns],
                rows,
                f"{here.cell.name}.csv",
                first,
            )


def shown_rows(found: Table, most: int) -> Sequence[Sequence[str]]:
    """Give the first rows as the page writes them: "1,234.5", "1 December 2026"."""
    columns = [
        [_shown_cell(value, are_amounts(each)) for value in found.values(each.name)[:most]] for each in found.columns
    ]
    return list(zip(*columns, strict=True))


def _shown_cell(value: object, is_amount: bool) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return dated(value)
    if not is_amount:
        return written(value)
    whole, point, decimals = written(value).partition(".")
    return f"{_THOUSANDS.sub(',', whole)}{point}{decimals}"


SCREEN = Screen(":material/bar_chart:", _form, _show, opens_filled=True)
