from __future__ import annotations

import csv
import io
from datetime import datetime

from openpyxl import load_workbook

from services.notebooks.tabular.table import Column, ColumnKind, table_of
from services.notebooks.tabular.table_files import as_csv, as_xlsx
from tests.services.notebooks.tabular.made import table

LIKE_FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\n=1", '=HYPERLINK("http://x","y")', "＝1+1"]


def test_no_text_in_a_csv_is_taken_for_a_formula_and_a_negative_number_stays_one() -> None:
    columns = [Column("=cmd", ColumnKind.TEXT), Column("n", ColumnKind.NUMBER)]
    made = table_of("T", columns, [LIKE_FORMULAS, [-5.25] * len(LIKE_FORMULAS)])
    head, *rows = csv.reader(io.StringIO(as_csv(made).decode("utf-8-sig"), newline=""))
    assert head == ["'=cmd", "n"]
    assert rows == [[f"'{text}", "-5.25"] for text in LIKE_FORMULAS]


def test_a_spreadsheet_sees_text_where_a_cell_looks_like_a_formula_and_numbers_as_numbers() -> None:
    columns = [Column("=cmd", ColumnKind.TEXT), Column("n", ColumnKind.NUMBER), Column("d", ColumnKind.DATE)]
    days = [datetime(2026, 3, 1)] * len(LIKE_FORMULAS)  # noqa: DTZ001
    made = table_of("T", columns, [LIKE_FORMULAS, [-5.25] * len(LIKE_FORMULAS), days])
    sheet = load_workbook(io.BytesIO(as_xlsx(made)))["T"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert [cell.value for cell in sheet["A"]] == ["=cmd", *LIKE_FORMULAS]
    assert all(cell.quotePrefix for cell in sheet["A"])
    assert [cell.value for cell in sheet["B"]][1:] == [-5.25] * len(LIKE_FORMULAS)
    assert [cell.value for cell in sheet["C"]][1:] == days


def test_a_day_before_spreadsheets_is_text_there() -> None:
    made = table_of("1900: [a]/*?", [Column("d", ColumnKind.DATE)], [[datetime(1815, 6, 18)]])  # noqa: DTZ001
    (sheet,) = load_workbook(io.BytesIO(as_xlsx(made))).worksheets
    assert sheet["A2"].value == "1815-06-18"


def test_numbers_in_a_csv_are_exact_and_without_the_noise_of_computing() -> None:
    numbers = (1 / 3, 2**52 + 1, 0.1 + 0.2, 49.900000000000006, 100.35 - 100.25, 12345678901.290001)
    made = table(*(("x", each, None, None) for each in numbers))
    rows = list(csv.reader(io.StringIO(as_csv(made).decode("utf-8-sig"))))
    said = ["0.3333333333333333", "4503599627370497", "0.3", "49.9", "0.1", "12345678901.29"]
    assert [row[1] for row in rows[1:]] == said
    (sheet,) = load_workbook(io.BytesIO(as_xlsx(made))).worksheets
    assert [cell.value for cell in sheet["B"]][3:] == [0.3, 49.9, 0.1, 12345678901.29]
