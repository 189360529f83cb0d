"""Tables that tests make."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st

from services.notebooks.tabular.table import Column, ColumnKind, Table, table_of

NUMBERS = st.none() | st.integers(-10_000, 10_000) | st.floats(allow_nan=False, allow_infinity=False, width=32)
WORDS = st.none() | st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(["West", "East", "=1+1", "-"])
DAYS = st.none() | st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001
ANSWERS = st.none() | st.booleans()

COLUMNS = (
    Column("Region", ColumnKind.TEXT),
    Column("Revenue", ColumnKind.NUMBER, "€"),
    Column("Day", ColumnKind.DATE),
    Column("Paid", ColumnKind.YES_NO),
)


def table(*rows: tuple[object, ...]) -> Table:
    """Make a table with `COLUMNS` of its rows."""
    return table_of("Sales", COLUMNS, [[row[place] for row in rows] for place in range(len(COLUMNS))])


TABLES = st.lists(st.tuples(WORDS, NUMBERS, DAYS, ANSWERS), max_size=25).map(lambda rows: table(*rows))
