"""CSV and its relatives: bytes decoded, the sign between cells found, rows taken apart."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from services.errors import BadInput
from services.knowledge.reading.refused import Refused
from services.knowledge.reading.text import text_of
from services.notebooks.tabular.raw import table_of_rows
from services.notebooks.tabular.table import Table

ENDINGS = (".csv", ".tsv", ".tab", ".txt")
SIGNS = ",;\t|"
SAMPLE = 64_000
MOST_LINES = 200

_NOT_TEXT = "\ufffd"
_SAYS_ITS_SIGN = re.compile(r"sep=(.)\n")


def read_csv(name: str, data: bytes) -> Table:
    """Read a table of text."""
    try:
        text = text_of(data)
    except Refused as error:
        raise BadInput(error.message, "Save the table again as CSV in UTF-8.") from error
    remarks = []
    if lost := text.count(_NOT_TEXT):
        remarks.append(f"{lost:,} {'character' if lost == 1 else 'characters'} could not be made out, and show as �.")
    elif not _is_utf8(data):
        remarks.append("The file is not in UTF-8; its letters were read as what they most look like.")
    said = _SAYS_ITS_SIGN.match(text)
    text = text[said.end() :] if said else text
    sign = said[1] if said else sign_between_cells(text)
    return table_of_rows(name, _rows(text, sign), remarks, decimal_comma=sign == ";")


def sign_between_cells(text: str) -> str:
    """Give the sign that cuts most of the first lines into equally many cells, more than one."""
    lines = text[:SAMPLE].splitlines()[:-1] or text.splitlines()
    best, chosen = (0.0, 0), ","
    for sign in SIGNS:
        try:
            widths = [len(row) for row in csv.reader(lines[:MOST_LINES], delimiter=sign) if row]
        except csv.Error:
            continue
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
        if score > best:
            best, chosen = score, sign
    return chosen


def _rows(text: str, sign: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    except csv.Error as error:
        raise BadInput(
            "The table can't be taken apart into rows: a quotation mark may not be closed.",
            "Open it in a spreadsheet and save it again.",
        ) from error


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
    return True
