"""XLSX: one sheet of a workbook, whose size is found out before it is unpacked as a whole."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from services.errors import BadInput
from services.notebooks.tabular.limits import MOST_CELLS
from services.notebooks.tabular.raw import table_of_rows
from services.notebooks.tabular.sheet_child import BROKEN
from services.notebooks.tabular.table import Table

PACKED = b"PK"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MOST_UNPACKED = 500 * 1024**2
"""All parts of a workbook together, in bytes: what its sheets may take of the memory that everybody shares."""

MOST_PARTS = 10_000

SECONDS_TO_READ = 120.0

_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = (sys.executable, "-X", "utf8", "-m", "services.notebooks.tabular.sheet_child")
_BYTES_AT_ONCE = 1024**2
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})(\d{1,9})["']""")
_LONGEST_PLACE = 32
_SHEETS = ("xl/worksheets/", "/xl/worksheets/")


def read_xlsx(name: str, data: bytes, sheet: str = "") -> Table:
    """Read the sheet of that name, the first that holds anything where ""."""
    _check_parts(data)
    with _opened(data, sheet) as (titles, chosen, rows):
        others = [each for each in titles if each != chosen]
        remarks = []
        if others and not sheet:
            listed = ", ".join(f"“{each}”" for each in others[:5]) + (", …" if len(others) > 5 else "")
            remarks.append(f"Sheet “{chosen}” is read; the workbook also has {listed}.")
        return table_of_rows(name, rows, remarks)


@contextmanager
def _opened(data: bytes, sheet: str) -> Iterator[tuple[list[str], str, Iterator[Sequence[str]]]]:
    """Open a workbook in a child process: the names of its sheets, the one that is read, and its rows as they come."""
    child = subprocess.Popen(
        [*_COMMAND, sheet],
        cwd=_ROOT,
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # A session of its own: Ctrl-C in the terminal is for the app, which then ends the child.
        start_new_session=True,
    )
    late = threading.Timer(SECONDS_TO_READ, child.kill)
    late.daemon = True
    late.start()
    try:
        assert child.stdin is not None  # noqa: S101  (Popen was given PIPE)
        assert child.stdout is not None  # noqa: S101
        with suppress(BrokenPipeError):
            child.stdin.write(data)
            child.stdin.close()
        out = io.TextIOWrapper(child.stdout, encoding="utf-8", newline="")
        said = out.readline()
        answer = json.loads(said) if said.endswith("\n") else {}
        if "refused" in answer:
            raise BadInput(answer["refused"], answer["hint"])
        if "titles" not in answer:
            raise _too_much()
        yield answer["titles"], answer["chosen"], _rows(out, child)
    finally:
        late.cancel()
        child.kill()
        child.wait()


def _rows(out: io.TextIOWrapper, child: subprocess.Popen[bytes]) -> Iterator[Sequence[str]]:
    characters = 0
    try:
        for row in csv.reader(out):
            characters += sum(map(len, row))
            if characters > MOST_UNPACKED:
                raise _too_much()
            yield row
    except (csv.Error, UnicodeDecodeError) as error:
        raise _too_much() from error
    if child.wait() != 0:
        raise _too_much()


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
        raise BROKEN from error


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


def _too_much() -> BadInput:
    return BadInput(
        "The workbook needs more memory or time to read than there is.", "Save the table alone, or save it as CSV."
    )
