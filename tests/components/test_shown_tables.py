"""How tables are written on the screen: nothing where nothing is, marks of thousands, days as people say them."""

from __future__ import annotations

from datetime import datetime

from streamlit.testing.v1 import AppTest

from components.charts import as_csv
from components.kinds.chart import shown_rows
from components.kinds.data import columns_shown
from services.notebooks.tabular.table import Column, ColumnKind, table_of

DAY = datetime(2026, 12, 1)  # noqa: DTZ001
NOON = datetime(2026, 12, 1, 12)  # noqa: DTZ001
NUMBER = ColumnKind.NUMBER


def drawn() -> None:
    """Draw a table with an empty cell, as the app under test."""
    from components.charts import table

    table("key", "Caption", ("a", "b"), [(None, 0), ("x", None)], "file.csv")


def test_nothing_stands_where_a_cell_is_empty() -> None:
    (page,) = [each.proto.body for each in AppTest.from_function(drawn).run().get("html")]
    assert "<tr><td></td><td>0</td></tr><tr><td>x</td><td></td></tr>" in page
    assert as_csv(("a", "b"), [(None, "=x")]) == "a,b\n,'=x\n"


def test_the_figures_of_a_chart_have_marks_of_thousands_and_days_as_people_say_them() -> None:
    columns = [Column("Day", ColumnKind.DATE), Column("units", NUMBER), Column("Year", NUMBER), Column("zip", NUMBER)]
    made = table_of("", columns, [[DAY, NOON, None], [-1234567.5, 999, None], [2026, 2027, 1], [12345, 1, 1]])
    assert shown_rows(made, 2) == [
        ("1 December 2026", "-1,234,567.5", "2026", "12345"),
        ("2026-12-01 12:00", "999", "2027", "1"),
    ]


def test_a_grid_shows_amounts_with_marks_of_thousands_and_as_many_decimals_as_they_need() -> None:
    cells = {
        "units": [1234567, None],
        "paid": [1234.5, 49.900000000000006],
        "mean": [1234.3333333333333, 0],
        "small": [0.00001, 1.5],
        "huge": [1e300, 1],
        "year": [2026, 2027],
        "number of rows": [12345, 1],
        "empty": [None, None],
    }
    made = table_of("", [Column(each, NUMBER) for each in cells], list(cells.values()))
    steps = {name: config["type_config"]["step"] for name, config in columns_shown(made).items()}
    assert steps == {"units": 1, "paid": 0.1, "mean": 0.0001, "number of rows": 1, "empty": 1}


def test_a_grid_writes_days_as_the_rest_of_the_app_does_and_moments_with_their_hour() -> None:
    made = table_of("", [Column("d", ColumnKind.DATE), Column("m", ColumnKind.DATE)], [[DAY, None], [DAY, NOON]])
    shown = columns_shown(made)
    assert list(shown) == ["d"]
    assert shown["d"]["type_config"]["format"] == "D MMMM YYYY"
