"""Charts, all drawn here: the finding as title, series labelled directly, the table and its download below."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from markupsafe import Markup

from services.store.spreadsheet import defused

HEIGHT = 320
MOST_SERIES = 5

COLOURS = {
    "found": "#4f7fe8",
    "refused": "#c07020",
    "questions": "#4f7fe8",
    "answered": "#2b9469",
    "not found": "#c07020",
    "wrong": "#d0525c",
}
"""One colour for one thing on every page, at least 3:1 against the background of either theme."""

OTHERS = ("#4f7fe8", "#c07020", "#2b9469", "#9a6bd3", "#7d8694")
"""For what has no colour of its own, in order."""


@dataclass(frozen=True)
class Series:
    """One line: a value for each place along the chart, None where there is none.

    `thing` names its colour in `COLOURS`; "" takes the next of `OTHERS`.
    """

    name: str
    values: tuple[float | None, ...]
    thing: str = ""


def lines(key: str, title: str, places: Sequence[str], series: Sequence[Series], unit: str, most: float) -> None:
    """Draw lines over `places`, from 0 to `most`; `unit` names what is counted."""
    from plotly.graph_objects import Figure, Scatter  # type: ignore[import-untyped]

    figure = Figure()
    lowest = min(series, key=_last)
    for number, each in enumerate(series[:MOST_SERIES]):
        colour = _colour(each, number)
        known = [place for place, value in enumerate(each.values) if value is not None]
        labels = [html.escape(each.name) if known and place == known[-1] else "" for place in range(len(places))]
        figure.add_trace(
            Scatter(
                x=[html.escape(place) for place in places],
                y=each.values,
                name=html.escape(each.name),
                mode="lines+markers+text",
                text=labels,
                # The lowest is named below its line, so that two that end close together can both be read.
                textposition="bottom left" if each is lowest and len(series) > 1 else "top left",
                textfont={"color": colour},
                line={"color": colour, "width": 2},
                marker={"size": 8},
            )
        )
    _draw(figure, key, title, unit, most)


def draw_spec(key: str, title: str, spec: Mapping[str, Any]) -> None:
    """Draw what a service made ready for plotly, under its finding."""
    from plotly.graph_objects import Figure

    st.html(Markup('<h2 class="small-heading">{}</h2>').format(title))
    figure = Figure(data=spec["data"], layout=spec["layout"])
    st.plotly_chart(figure, key=key, width="stretch", height=HEIGHT, config={"displayModeBar": False}, alt=title)


def table(
    key: str,
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    file_name: str,
    shown: Sequence[Sequence[object]] | None = None,
) -> None:
    """Show a chart's figures as a table, and give all `rows` as a CSV file; nothing stands where a cell is None.

    `shown` are the rows of the screen where they are others: some of them, or with links in them.
    """
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(each) for each in head)
    lines_ = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(cell) for cell in row))
        for row in (rows if shown is None else shown)
    )
    st.html(
        Markup(
            '<div class="wide" tabindex="0"><table><caption>{}</caption><thead><tr>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(caption, heads, lines_)
    )
    st.download_button(
        "Download the table",
        as_csv(head, rows),
        file_name,
        "text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def as_csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write a table as CSV; no cell of it is taken for a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([defused("" if cell is None else str(cell)) for cell in row] for row in (head, *rows))
    return written.getvalue()


def _cell(cell: object) -> Markup:
    return Markup("<td>{}</td>").format("" if cell is None else cell)


def _last(series: Series) -> float:
    """Give the last value that there is; 0 where there is none."""
    return next((value for value in reversed(series.values) if value is not None), 0.0)


def _colour(series: Series, number: int) -> str:
    return COLOURS.get(series.thing, OTHERS[number % len(OTHERS)])


def _draw(figure: Any, key: str, title: str, unit: str, most: float) -> None:
    st.html(Markup('<h2 class="small-heading">{}</h2>').format(title))
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        showlegend=False,
        dragmode=False,
        xaxis={"type": "category", "fixedrange": True},
        yaxis={
            "title": {"text": html.escape(unit)},
            "fixedrange": True,
            "range": [0, max(1, most) * 1.15],
        },
    )
    st.plotly_chart(figure, key=key, width="stretch", height=HEIGHT, config={"displayModeBar": False}, alt=title)
