"""Tables in a notebook: brought, taken from another step, worked on, and drawn."""

from __future__ import annotations

import pytest

from services.errors import AppError, BadInput, NotFound
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.output import Gives, Output
from services.notebooks.tabular.figures import Figure
from services.notebooks.tabular.table import Table
from services.people.user import User
from tests.services.answers.library import Library

SALES = b"region,units\nNorth,10\nSouth,30\nNorth,5\n=1+1,2\n"
BY_REGION = {"step": "group", "by": ["region"], "measures": [{"how": "sum", "column": "units"}]}


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    return rooms.notebooks.new(ana)


def bring(rooms: Library, ana: User, notebook: Notebook, data: bytes = SALES, **more: object) -> Cell:
    digest = rooms.notebooks.running.keep_file(ana, data)
    form = {"file": {"name": "sales.csv", "digest": digest}, **more}
    return rooms.notebooks.cells.add(ana, notebook.id, "data", form)


def given(rooms: Library, ana: User, notebook: Notebook, cell: Cell) -> Output:
    return rooms.notebooks.running.view(ana, rooms.notebooks.open(ana, notebook.id)).output(cell)


def table_in(output: Output) -> Table:
    assert isinstance(output.content, Table)
    return output.content


def test_a_file_gives_a_table_that_is_called_after_it(rooms: Library, ana: User, notebook: Notebook) -> None:
    cell = bring(rooms, ana, notebook)
    output = given(rooms, ana, notebook, cell)
    assert (cell.name, output.gives) == ("sales", Gives.TABLE)
    assert table_in(output).rows() == (("North", "10"), ("South", "30"), ("North", "5"), ("=1+1", "2"))
    assert output.text == "sales (region, units): North, 10; South, 30; North, 5; =1+1, 2"


def test_steps_are_done_in_order_and_take_in_what_other_steps_give(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    rooms.notebooks.cells.add(ana, notebook.id, "input", {"label": "Region", "type": "text", "value": "north"})
    only = {"step": "filter", "column": "region", "test": "is", "value": "{{Region}}"}
    cell = bring(rooms, ana, notebook, steps=[only, BY_REGION])
    assert table_in(given(rooms, ana, notebook, cell)).rows() == (("North", "15"),)

    region = rooms.notebooks.open(ana, notebook.id).cells[0]
    form = {**region.form, "value": "South"}
    rooms.notebooks.cells.edit(ana, notebook.id, region.id, form, region.revision)

    assert table_in(given(rooms, ana, notebook, cell)).rows() == (("South", "30"),)


def test_a_table_goes_on_in_another_step_and_from_a_file_input(rooms: Library, ana: User, notebook: Notebook) -> None:
    bring(rooms, ana, notebook)
    again = rooms.notebooks.cells.add(
        ana, notebook.id, "data", {"source": "{{sales}}", "steps": [{"step": "choose", "columns": ["units"]}]}
    )
    digest = rooms.notebooks.running.keep_file(ana, b"a;b\n1;2\n")
    file = {"label": "Numbers", "type": "file", "value": {"name": "n.csv", "digest": digest}}
    rooms.notebooks.cells.add(ana, notebook.id, "input", file)
    read = rooms.notebooks.cells.add(ana, notebook.id, "data", {"source": "{{Numbers}}"})
    assert [each.name for each in table_in(given(rooms, ana, notebook, again)).columns] == ["units"]
    assert table_in(given(rooms, ana, notebook, read)).rows() == (("1", "2"),)


def test_every_table_that_ships_can_be_read_and_drawn(rooms: Library, ana: User, notebook: Notebook) -> None:
    names = rooms.notebooks.running.shipped_tables(ana)
    assert len(names) >= 2
    for name in names:
        cell = rooms.notebooks.cells.add(ana, notebook.id, "data", {"shipped": name})
        chart = rooms.notebooks.cells.add(ana, notebook.id, "chart", {"table": f"{{{{{cell.name}}}}}"})
        assert len(table_in(given(rooms, ana, notebook, cell))) > 10
        assert isinstance(given(rooms, ana, notebook, chart).content, Figure)


def test_a_chart_says_what_it_finds_and_a_note_takes_that_in(rooms: Library, ana: User, notebook: Notebook) -> None:
    bring(rooms, ana, notebook, b"region,units\nNorth,10\nSouth,30\nNorth,5\n")
    form = {"table": "{{sales}}", "type": "bar", "dimension": "region", "measure": "units", "how": "sum"}
    chart = rooms.notebooks.cells.add(ana, notebook.id, "chart", form)
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "So: {{Chart 1}}"})
    finding = given(rooms, ana, notebook, chart).text
    assert "South" in finding
    assert "30" in finding
    assert given(rooms, ana, notebook, note).text == f"So: {finding}"


def test_a_table_in_a_note_is_a_table_and_its_cells_are_no_markup(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    bring(rooms, ana, notebook, b"who,what\n<b>Ana</b>,[x](https://x.example)\n")
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "{{sales}}"})
    markdown = given(rooms, ana, notebook, note).markdown
    assert "| who | what |" in markdown
    assert "<b>" not in markdown
    assert "[x](" not in markdown


def test_a_step_that_takes_a_column_away_takes_along_what_was_said_of_it(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    data = b"zip,units\n01,1\n02,\n"
    total = {"step": "group", "by": ["units"], "measures": [{"how": "sum", "column": "units"}]}
    codes = "Column “zip” has numbers that begin with 0, as codes do, so it stays text."
    lost = "1 row has no “units” and is not counted in its sum."
    assert table_in(given(rooms, ana, notebook, bring(rooms, ana, notebook, data))).remarks == (codes,)
    grouped = bring(rooms, ana, notebook, data, steps=[total])
    assert table_in(given(rooms, ana, notebook, grouped)).remarks == (lost,)
    source = {"source": f"{{{{{grouped.name}}}}}", "steps": [{"step": "choose", "columns": ["sum of units"]}]}
    further = rooms.notebooks.cells.add(ana, notebook.id, "data", source)
    assert table_in(given(rooms, ana, notebook, further)).remarks == (lost,)


def test_the_same_bytes_give_the_same_digest_and_another_filter_another(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    first, second = bring(rooms, ana, notebook), bring(rooms, ana, notebook)
    grouped = bring(rooms, ana, notebook, steps=[BY_REGION])
    digests = [given(rooms, ana, notebook, each).digest for each in (first, second, grouped)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "no table yet"),
        ({"source": "sales"}, "which step"),
        ({"shipped": "no-such-table"}, "No table named"),
        ({"file": {"name": "x.csv", "digest": "0" * 64}}, "not there any more"),
        ({"file": {"name": "x.csv", "digest": "../../accelerate.sqlite"}}, "not there any more"),
        ({"shipped": "../people"}, "No table named"),
        ({"shipped": "quarterly-sales", "steps": [{"step": "explode"}]}, "step"),
        ({"shipped": "quarterly-sales", "steps": [{"step": "group", "by": ["nowhere"]}]}, "which is not a column"),
    ],
)
def test_what_gives_no_table_says_why_in_a_sentence_with_a_way_out(
    rooms: Library, ana: User, notebook: Notebook, form: dict[str, object], says: str
) -> None:
    def attempt() -> None:
        given(rooms, ana, notebook, rooms.notebooks.cells.add(ana, notebook.id, "data", form))

    with pytest.raises((BadInput, NotFound), match=says) as met:
        attempt()
    assert met.value.hint


def test_a_file_that_is_no_table_is_a_sentence_on_its_step_and_harms_no_other(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    broken = bring(rooms, ana, notebook, b"\x00\x01\x02" * 100)
    good = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "still here"})
    with pytest.raises(AppError):
        given(rooms, ana, notebook, broken)
    assert given(rooms, ana, notebook, good).text == "still here"
    chart = rooms.notebooks.cells.add(ana, notebook.id, "chart", {"table": f"{{{{{broken.name}}}}}"})
    with pytest.raises(AppError):
        given(rooms, ana, notebook, chart)


def test_a_chart_needs_a_table(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "words"})
    chart = rooms.notebooks.cells.add(ana, notebook.id, "chart", {"table": "{{Note 1}}"})
    with pytest.raises(BadInput, match="“Note 1” gives no table"):
        given(rooms, ana, notebook, chart)
    with pytest.raises(BadInput, match="which table to draw"):
        rooms.notebooks.cells.add(ana, notebook.id, "chart", {"type": "bar", "dimension": "region"})
