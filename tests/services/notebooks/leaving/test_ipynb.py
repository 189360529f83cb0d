"""A notebook as .ipynb: valid, safe, and run by somebody else's Jupyter."""

from __future__ import annotations

import ast
import json
from datetime import datetime
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from services.governance.life_cycle import ApprovalState
from services.notebooks.leaving.code import code_of_table, code_of_text
from services.notebooks.notebook import Notebook
from services.notebooks.tabular.read_table import read_table
from services.notebooks.tabular.table import Column, ColumnKind, Table, table_of
from services.people.user import User
from tests.services.answers.library import Library
from tests.services.notebooks.leaving.conftest import HOSTILE, TABLE


def opened(rooms: Library, user: User, notebook: Notebook) -> Any:
    return nbformat.reads(rooms.notebooks.leaving.ipynb(user, notebook.id).decode(), as_version=4)  # type: ignore[no-untyped-call]


def printed(cell: Any) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_it_is_valid_in_the_format_and_says_where_it_is_from(rooms: Library, ana: User, notebook: Notebook) -> None:
    read = opened(rooms, ana, notebook)
    nbformat.validate(read)  # type: ignore[no-untyped-call]
    assert (read.nbformat, read.nbformat_minor) == (4, 5)
    front = read.cells[0].source
    assert "A notebook from Accelerate, as it was on 24 November 2026." in front.replace("\\", "")
    assert "AI-generated" in front


def test_anybody_can_run_it_and_is_given_what_was_recorded(rooms: Library, ana: User, notebook: Notebook) -> None:
    read = opened(rooms, ana, notebook)
    recorded = [printed(cell) for cell in read.cells if cell.cell_type == "code"]

    NotebookClient(read, timeout=90, kernel_name="python3").execute()  # raises where a cell fails

    code = [cell for cell in read.cells if cell.cell_type == "code"]
    assert [printed(cell).rstrip("\n") for cell in code] == [each.rstrip("\n") for each in recorded]
    assert len(code) == 6
    kinds = [kind for cell in code for output in cell.outputs for kind in output.get("data", {})]
    assert "application/vnd.plotly.v1+json" in kinds
    assert "text/html" in kinds  # a pandas frame


def test_an_answer_is_printed_with_sources_settings_mark_and_receipt(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    said = printed(opened(rooms, ana, notebook).cells[2])
    assert "16 weeks of paid parental leave. [1]" in said
    assert "(Parental leave, Employee handbook)" in said
    assert "instruction “ask”, version 2" in said
    assert "Employee handbook, version 3 of " in said
    assert f"receipt {notebook.cells[0].receipt_id}" in said
    assert "AI-generated" in said


def test_no_text_becomes_code(rooms: Library, ana: User, notebook: Notebook) -> None:
    for cell in opened(rooms, ana, notebook).cells:
        if cell.cell_type == "code":
            names = {each.id for each in ast.walk(ast.parse(cell.source)) if isinstance(each, ast.Name)}
            assert names <= {"print", "io", "pd", "go", "csv", "table", "figure"}
            assert all(line[:1] not in ("%", "!") for line in cell.source.split("\n"))
        else:
            assert "<script" not in cell.source.replace("\\<", "")
            assert "![" not in cell.source.replace("\\[", "")


@pytest.mark.parametrize("text", [HOSTILE, "\u202e\u2066 \U0001f600 ü \ud800", "a\nb\\\n'''", "{x!r}", ""])
def test_a_text_is_one_literal_whatever_is_in_it(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = code_of_text(text)
    (call,) = ast.parse(code).body
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert ast.literal_eval(call.value.args[0]) == f"{text}\n"
    assert "\u202e" not in code


def made_again(code: str) -> Any:
    names: dict[str, Any] = {}
    exec(code, names)  # what the file does wherever it is opened
    return names["table"]


def test_a_table_comes_out_of_its_code_as_it_went_in() -> None:
    table = read_table("sales.csv", TABLE)
    frame = made_again(code_of_table(table, 10**6))
    assert list(frame.columns) == [each.name for each in table.columns]
    again = table_of("", table.columns, [frame[each.name] for each in table.columns])
    assert again.digest == table.digest


def test_days_with_and_without_an_hour_survive() -> None:
    days = [datetime(2026, 1, 31), datetime(2026, 1, 31, 9, 30, 0, 5), None, datetime(1066, 10, 14)]  # noqa: DTZ001
    table = table_of("", (Column("d", ColumnKind.DATE),), [days])
    frame = made_again(code_of_table(table, 10**6))
    assert table_of("", table.columns, [frame["d"]]).digest == table.digest


def test_a_column_of_empty_cells_and_exact_numbers_survive() -> None:
    numbers = [1 / 3, None, 1e300, -0.0, 123456789012345678.0]
    columns = (Column("n", ColumnKind.NUMBER), Column("t", ColumnKind.TEXT))
    table = table_of("", columns, [numbers, [None, "NaN", "null", " ", "1"]])
    frame = made_again(code_of_table(table, 10**6))
    assert table_of("", columns, [frame["n"], frame["t"]]).digest == table.digest
    one = Table("", columns[:1], table.frame[["n"]])
    assert len(made_again(code_of_table(one, 10**6))) == 5


def test_a_long_table_leaves_in_part_and_says_so() -> None:
    table = table_of("", (Column("n", ColumnKind.NUMBER),), [[float(each) for each in range(1_000)]])
    code = code_of_table(table, 600)
    assert "# The first " in code
    assert " of 1,000 rows." in code
    assert 10 < len(made_again(code)) < 300


def test_what_may_no_longer_be_read_stands_nowhere_in_it(rooms: Library, ana: User, notebook: Notebook) -> None:
    assert b"16 weeks" in rooms.notebooks.leaving.ipynb(ana, notebook.id)
    rooms.change("handbook", state=ApprovalState.WITHDRAWN.value)
    left = rooms.notebooks.leaving.ipynb(ana, notebook.id)
    assert b"16 weeks" not in left
    assert b"no longer yours to read" in left


def test_its_own_form_lies_in_the_metadata(rooms: Library, ana: User, notebook: Notebook) -> None:
    own = json.loads(rooms.notebooks.leaving.ipynb(ana, notebook.id))["metadata"]["accelerate"]
    assert own["version"] == 1
    assert [each["kind"] for each in own["cells"]] == [each.kind for each in notebook.cells]
    assert [each["name"] for each in own["files"]] == ["sales.csv"]
