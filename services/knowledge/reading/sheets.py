"""Spreadsheets: each sheet a page, or several where it is long, its tables under their headers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from services.knowledge.document import Page, Reason
from services.knowledge.reading.media import OLD_SHEETS
from services.knowledge.reading.open_text import check_unlocked
from services.knowledge.reading.package import broken, empty, locked, opened
from services.knowledge.reading.refused import Refused
from services.knowledge.reading.sheet_drawings import beside_cells
from services.knowledge.reading.tables import LONGEST_PAGE, cell, spread, table, without_empty

MOST_CELLS = 50_000_000
"""The rectangle round a sheet's cells, full or not; reading takes memory for all of it."""

ROWS_A_PIECE = 200
MOST_REPEATED = 1_000

DAMAGED = "the sheet is damaged"

_AREA = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
_NUMBER = re.compile(r"[-+(]?[$€£]?\d[\d.,:/%-]*\)?\Z")

Cells = list[list[str]]


def read_sheets(path: Path, media: str) -> tuple[str, list[Page]]:
    """Give the pages of a workbook; it has no title. Raises Refused where it can't be opened or holds nothing."""
    beside: dict[str, str] = {}
    if media != OLD_SHEETS:
        with opened(path) as package:
            check_unlocked(package)
            _check_areas(path)
            beside = beside_cells(package)
    pages: list[Page] = []
    for name, rows in _sheets(path):
        if rows is None:
            pages.append(Page(len(pages) + 1, "", label=f"Sheet {name}", unread=DAMAGED))
            continue
        parts = list(_parts(rows))
        for first, last, text in parts:
            label = f"Sheet {name}" + (f", rows {first:,} to {last:,}" if len(parts) > 1 else "")
            pages.append(Page(len(pages) + 1, text, label=label))
        if parts and (also := beside.pop(name, "")):
            pages[-1] = replace(pages[-1], text=f"{pages[-1].text}\n\n{also}")
    for name, text in beside.items():  # Sheets of charts alone have no cells.
        pages.append(Page(len(pages) + 1, text, label=f"Sheet {name}"))
    if not any(page.text for page in pages):
        raise broken() if any(page.unread for page in pages) else empty("spreadsheet")
    return "", pages


def _sheets(path: Path) -> Iterator[tuple[str, list[tuple[int, list[str]]] | None]]:
    """Give each sheet's name and its numbered rows, None where it can't be read; calamine first, openpyxl behind it."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise locked() from error
    except CalamineError:
        yield from _by_openpyxl(path)
        return
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # A fault in Rust is no Exception.
            raise
        raise broken() from error
    for name in book.sheet_names:
        try:
            sheet = book.get_sheet_by_name(name)
            # Its rows begin with the first of the sheet, their cells with the first column that holds something.
            cells: list[tuple[int, list[str | None]]] = [
                (number, [written(each) for each in row]) for number, row in enumerate(sheet.iter_rows(), start=1)
            ]
            rows = _unmerged(cells, sheet.merged_cell_ranges or [], (sheet.start or (0, 0))[1])
        except CalamineError:
            yield name, None
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            yield name, None
        else:
            yield name, rows


def _unmerged(
    rows: list[tuple[int, list[str | None]]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    first_column: int,
) -> list[tuple[int, list[str]]]:
    """Repeat a merged cell in its rows and columns: a row or a column alone must say what it is of."""
    for (top, left), (bottom, right) in merged:
        column, beyond = left - first_column, right - first_column + 1
        size = (bottom - top + 1) * (beyond - column)
        if not (top < len(rows) and 0 <= column < len(rows[top][1])) or size > MOST_REPEATED:
            continue
        text = rows[top][1][column]
        for _, row in rows[top : bottom + 1]:
            row[column : column + 1] = [row[column] or text] if column < len(row) else []
            row[column + 1 : beyond] = [each or None for each in row[column + 1 : beyond]]
    return [(number, spread(row)) for number, row in rows]


def _by_openpyxl(path: Path) -> Iterator[tuple[str, list[tuple[int, list[str]]] | None]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # What it raises for a broken file is of every kind.
        raise broken() from error
    for sheet in book.worksheets:
        rows = [
            (number, [written(each) for each in row]) for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
        ]
        yield sheet.title, rows


def written(value: object) -> str:
    """Write a cell's value as a person would: whole numbers without a point, days without an hour."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _parts(rows: Sequence[tuple[int, list[str]]]) -> Iterator[tuple[int, int, str]]:
    """Give a sheet as pages: the numbers of their first and last rows, and their text."""
    text: list[str] = []
    first = last = length = 0
    for start, end, piece in _pieces(rows):
        if text and length + len(piece) > LONGEST_PAGE:
            yield first, last, "\n\n".join(text)
            text, length = [], 0
        first = first if text else start
        last, length = end, length + len(piece)
        text.append(piece)
    if text:
        yield first, last, "\n\n".join(text)


def _pieces(rows: Sequence[tuple[int, list[str]]]) -> Iterator[tuple[int, int, str]]:
    """Give the tables of a sheet and what stands between them; a long table in pieces, each under its header."""
    header: list[str] | None = None
    for segment in _segments(rows):
        if header is not None and not _continues(header, segment):
            header = None
        body = segment
        if header is None and max(_filled(row) for _, row in body) > 1:
            while _filled(body[0][1]) == 1:  # A title or a note above the table.
                yield body[0][0], body[0][0], next(cell(each) for each in body[0][1] if each)
                body = body[1:]
        if header is None and len(body) > 1:
            header, body = body[0][1], body[1:]
        for place in range(0, len(body), ROWS_A_PIECE):
            some = body[place : place + ROWS_A_PIECE]
            written_rows = [row for _, row in some]
            if header is None:
                (only,) = without_empty(written_rows) or [[]]
                yield some[0][0], some[0][0], " | ".join(each for each in only if each)
            else:
                yield some[0][0], some[-1][0], table([header, *written_rows])


def _continues(header: list[str], body: Sequence[tuple[int, list[str]]]) -> bool:
    """Say whether rows after a gap still belong to the table above: the same columns, and no header of their own."""
    columns = {place for place, each in enumerate(header) if each}
    first = body[0][1]
    filled = {place for place, each in enumerate(first) if each}
    return filled <= columns and any(_NUMBER.match(first[place]) for place in filled)


def _segments(rows: Sequence[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    segment: list[tuple[int, list[str]]] = []
    for number, row in rows:
        if any(row):
            segment.append((number, row))
        elif segment:
            yield segment
            segment = []
    if segment:
        yield segment


def _filled(row: Sequence[str]) -> int:
    return sum(1 for each in row if each)


def _check_areas(path: Path) -> None:
    """Raise Refused where a sheet says that its cells are so far apart that reading it would take all memory."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                with archive.open(part) as sheet:
                    area = _AREA.search(sheet.read(4096))
                if area is not None and _column(area.group(1)) * int(area.group(2)) > MOST_CELLS:
                    raise Refused(
                        Reason.TOO_LARGE,
                        "A sheet has cells so far apart that it can't be read.",
                        "Delete what stands alone at its edges, then save it again.",
                    )


def _column(letters: bytes) -> int:
    number = 0
    for each in letters:
        number = number * 26 + each - ord("A") + 1
    return number
