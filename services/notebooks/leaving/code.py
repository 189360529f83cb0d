"""Code that shows what a step gave, anywhere: data stands in it as literals, so that no text ever becomes code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from itertools import chain
from pprint import pformat
from typing import Any

from services.notebooks.tabular.figures import Figure
from services.notebooks.tabular.table import ColumnKind, Table, exactly

_DTYPES = {ColumnKind.NUMBER: "float64", ColumnKind.TEXT: "string", ColumnKind.YES_NO: "boolean"}


def literal(value: object) -> str:
    """Give a value as Python writes it. What turns the direction of text, or can't be seen, stands there escaped."""
    return pformat(value, width=100, compact=True, sort_dicts=False)


def code_of_text(text: str) -> str:
    """Give code that prints a text."""
    lines = [f"{line}\n" for line in text.split("\n")]
    return f"print(\n{_strings(lines)},\n    end='',\n)"


def code_of_table(table: Table, room: int) -> str:
    """Give code that makes the table again as a pandas frame called `table`, of as many rows as there is `room` for.

    `room` is in characters; where it is too little for all rows, a remark in the code says how many there are.
    """
    lines, length = list[str](), 0
    # A row takes a sign for each column at least.
    head = table.frame.head(room // len(table.columns) + 1) if table.columns else table.frame
    for line in _lines(Table(table.name, table.columns, head)):
        length += len(line)
        if lines and length > room:
            break
        lines.append(line)
    rows = len(lines) - 1
    said = f"# The first {rows:,} of {len(table):,} rows.\n" if rows < len(table) else ""
    days = [each.name for each in table.columns if each.kind is ColumnKind.DATE]
    types = {each.name: _DTYPES[each.kind] for each in table.columns if each.kind in _DTYPES}
    return (
        f"import io\n\nimport pandas as pd\n\n{said}csv = ''.join([\n{_strings(lines, ',')}\n])\n"
        "table = pd.read_csv(\n    io.StringIO(csv),\n"
        f"    dtype={literal(types)},\n"
        f"    parse_dates={literal(days)},\n"
        "    date_format='ISO8601',\n"
        "    keep_default_na=False,\n"
        "    na_values=[''],\n"
        "    skip_blank_lines=False,\n"
        ")"
    )


def code_of_figure(figure: Figure, spec: Mapping[str, Any], room: int) -> str:
    """Give code that makes the figures of a chart again, says what it finds, and draws it."""
    return (
        f"{code_of_table(figure.table, room)}\n\nimport plotly.graph_objects as go\n\n"
        f"print({literal(figure.finding)})\nfigure = go.Figure({literal(dict(spec))})\nfigure"
    )


def _strings(lines: Sequence[str], end: str = "") -> str:
    return "\n".join(f"    {line!r}{end}" for line in lines)


def _lines(table: Table) -> Iterator[str]:
    """Write CSV record by record; a record may have several lines."""
    rows = zip(*(table.values(each.name) for each in table.columns), strict=True)
    for row in chain([tuple(each.name for each in table.columns)], rows):
        file = io.StringIO()
        csv.writer(file, lineterminator="\n").writerow([_written(value) for value in row])
        yield file.getvalue()


def _written(value: object) -> str:
    """Write a cell so that reading it gives the very same one, but for the noise of computing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return exactly(value) if isinstance(value, float) else str(value)
