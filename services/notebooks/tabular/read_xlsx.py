"""XLSX: one sheet of a workbook, whose size is found out before it is unpacked as a whole."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from services.errors import BadInput
from services.notebooks.tabular.limits import MOST_CELLS
from services.notebooks.tabular.raw import table_of_rows
from services.notebooks.tabular.table import Table, written

PACKED = b"PK"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MOST_UNPACKED = 500 * 1024**2
"""All parts of a workbook together, in bytes: what its sheets may take of the memory that everybody shares."""

MOST_PARTS = 10_000

_BYTES_AT_ONCE = 1024**2
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})(\d{1,9})["']""")
_LONGEST_PLACE = 32
_SHEETS = ("xl/worksheets/", "/xl/worksheets/")


def read_xlsx(name: str, data: bytes, sheet: str = "") -> Table:
    """Read the sheet of that name, the first that holds anything where ""."""
    _check_parts(data)
    titles, chosen, rows = _sheet(data, sheet)
    others = [each for each in titles if each != chosen]
    remarks = []
    if others and not sheet:
        listed = ", ".join(f"“{each}”" for each in others[:5]) + (", …" if len(others) > 5 else "")
        remarks.append(f"Sheet “{chosen}” is read; the workbook also has {listed}.")
    return table_of_rows(name, rows, remarks)


def _sheet(data: bytes, wanted: str) -> tuple[list[str], str, Iterator[Sequence[str]]]:
    """Give the names of the sheets, the one that is read, and its rows."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        titles = list(book.sheet_names)
        if wanted and wanted not in titles:
            raise BadInput(f"The workbook has no sheet “{wanted}”.", f"It has: {', '.join(titles)}.")
        for title in [wanted] if wanted else titles:
            read = book.get_sheet_by_name(title)
            if read.start is not None:
                return titles, title, ([_written(each) for each in row] for row in read.iter_rows())
    except CalamineError as error:
        raise _broken() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # A fault in Rust is no Exception.
            raise
        raise _broken() from error
    raise BadInput("The workbook is empty.", "Bring one that has rows.")


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return repr(value) if not value.is_integer() or abs(value) >= 1e15 else str(int(value))
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return written(value)


def _check_parts(data: bytes) -> None:
    """Raise BadInput where a workbook is none, unpacks to too much, or spreads its cells too far apart.

    Every part is unpacked once, piece by piece and kept nowhere: what a file says of its own size may be a lie.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if not any(part.filename.startswith(_SHEETS) for part in parts):
                raise BadInput("The file is no workbook that can be read.", "Save it as XLSX.")
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise BadInput(
                    f"The workbook unpacks to more than {MOST_UNPACKED // 1024**2} MB.",
                    "Leave out pictures, sheets or rows, or save the table as CSV.",
                )
            for part in parts:
                with archive.open(part) as file:
                    _check_area(file, part.filename.startswith(_SHEETS))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _broken() from error


def _check_area(file: Any, is_sheet: bool) -> None:
    """Read a part to its end; of a sheet, add up how far its cells reach."""
    low, high, rest = [2**31, 2**31], [0, 0], b""
    while piece := file.read(_BYTES_AT_ONCE):
        if not is_sheet:
            continue
        text = rest + piece
        for letters, digits in _PLACE.findall(text):
            row = int(digits)
            low[0], high[0] = min(low[0], row), max(high[0], row)
            if letters:
                column = _column(letters)
                low[1], high[1] = min(low[1], column), max(high[1], column)
        rest = text[-_LONGEST_PLACE:]
    rows, columns = (max(0, high[place] - low[place] + 1) for place in (0, 1))
    if rows * columns > MOST_CELLS:
        raise BadInput(
            "A sheet of the workbook has cells so far apart that it can't be read.",
            "Delete what stands alone at its edges, then save it again.",
        )


def _column(letters: bytes) -> int:
    number = 0
    for each in letters:
        number = number * 26 + each - ord("A") + 1
    return number


def _broken() -> BadInput:
    return BadInput("The workbook is broken and can't be opened.", "Save or send it again from where it came from.")
