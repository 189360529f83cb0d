"""A chart: the finding as its title, the drawing, and the figures behind it with their download."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.charts import HEIGHT, OTHERS, draw_spec, table
from components.kinds.screen import Here, Screen, pick_cell
from components.text import plain
from services.notebooks.kinds.chart import drawn_as, table_of
from services.notebooks.output import Gives
from services.notebooks.references import key_of
from services.notebooks.tabular.chart_form import ChartForm, ChartType
from services.notebooks.tabular.figures import Figure
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.suggestions import suggest
from services.notebooks.tabular.table import Table

ROWS_BELOW = 30
OWN = "Something else"


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


def _own(here: Here, found: Table, now: ChartForm | None) -> dict[str, object]:
    names = [each.name for each in found.columns]
    key = f"playground.{here.cell.id}"
    types, hows = list(ChartType), list(How)
    with st.container(horizontal=True):
        kind = st.selectbox(
            "Type", types, types.index(now.type) if now else 0, key=f"{key}.type", format_func=lambda each: each.value
        )
        dimension = st.selectbox(
            "Along it", names, _place(names, now.dimension if now else ""), key=f"{key}.dimension", format_func=plain
        )
        measure = st.selectbox(
            "Measured",
            ["", *names],
            _place(["", *names], now.measure if now else ""),
            key=f"{key}.measure",
            format_func=lambda each: plain(each) or "number of rows",
        )
        how = st.selectbox(
            "As", hows, hows.index(now.how) if now else 0, key=f"{key}.how", format_func=lambda each: str(each.value)
        )
        split = st.selectbox(
            "Split by",
            ["", *names],
            _place(["", *names], now.split if now else ""),
            key=f"{key}.split",
            format_func=lambda each: plain(each) or "nothing",
        )
    return ChartForm(kind, dimension, measure, how if measure else How.COUNT, split).form


def _place(names: list[str], name: str) -> int:
    return names.index(name) if name in names else 0


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
            table(
                f"playground-figures-{here.cell.id}",
                figure.form.sentence,
                [each.name for each in figure.table.columns],
                rows,
                f"{here.cell.name}.csv",
                rows[:ROWS_BELOW] if len(rows) > ROWS_BELOW else None,
            )


SCREEN = Screen(":material/bar_chart:", _form, _show, opens_filled=True)
