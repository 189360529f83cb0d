"""Tables as files: CSV and XLSX, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, time
from typing import Any, cast

from services.notebooks.tabular.table import Table, exactly, without_noise, written
from services.store.spreadsheet import defused, is_formula

_FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - a cell has no time zone
"""Spreadsheets count the days before it wrongly: 1900 was no leap year."""

LONGEST_CELL = 32_767
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def as_csv(table: Table) -> bytes:
    """Write CSV in UTF-8 with its mark, so that spreadsheets see the letters; a text like a formula gets a ' before."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([defused(each.name) for each in table.columns])
    for row in _rows(table):
        writer.writerow([defused(value) if isinstance(value, str) else _exact(value) for value in row])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """Write a workbook of one sheet; a text like a formula stands there as text, also once somebody edits its cell.

    Numbers have the 16 digits there that the format is written with: one more than spreadsheets show.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET_NAME.sub(" ", table.name).strip()[:31] or "Table")
    sheet.append([_cell(sheet, each.name) for each in table.columns])
    for row in _rows(table):
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(table: Table) -> Any:
    return zip(*(table.values(each.name) for each in table.columns), strict=True)


def _exact(value: object) -> str:
    """Write a number with all its digits, but no noise of computing; anything else as a screen does."""
    if isinstance(value, float):
        return exactly(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return written(value)


def _cell(sheet: Any, value: object) -> object:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, datetime) and value < _FIRST_DAY:
        value = written(value)
    if isinstance(value, float):
        return without_noise(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=value[:LONGEST_CELL])
    if is_formula(value):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cast(object, cell)
