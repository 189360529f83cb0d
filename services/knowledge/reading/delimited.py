"""CSV and TSV files: a table of text, its delimiter found, its header over every group of rows."""

from __future__ import annotations

import csv
import io

from services.knowledge.document import Page, Reason
from services.knowledge.reading import limits
from services.knowledge.reading.media import TSV
from services.knowledge.reading.refused import Refused
from services.knowledge.reading.tables import pages_of_table
from services.knowledge.reading.text import text_of

DELIMITERS = ",;\t|"
SAMPLE = 64_000


def read_delimited(data: bytes, media: str) -> tuple[str, list[Page]]:
    """Give the pages of a table, each labelled with its rows where there are several; it has no title."""
    text = text_of(data)
    before = csv.field_size_limit(limits.MOST_CHARACTERS)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, media)))
    except csv.Error as error:
        raise Refused(
            Reason.BROKEN, "The table can't be taken apart into rows.", "Open it in a spreadsheet and save it again."
        ) from error
    finally:
        csv.field_size_limit(before)
    pages = list(pages_of_table(rows))
    if not pages:
        raise Refused(Reason.EMPTY, "The table is empty.", "Choose a file that holds text.")
    several = len(pages) > 1
    return "", [
        Page(number, text, label=f"Rows {first:,} to {last:,}" if several else "Table")
        for number, (first, last, text) in enumerate(pages, start=1)
    ]


def _delimiter(text: str, media: str) -> str:
    """Give the delimiter that cuts most of the first lines into equally many cells, more than one."""
    if media == TSV:
        return "\t"
    lines = text[:SAMPLE].splitlines()[:-1] or text.splitlines()
    best, chosen = (0.0, 0), ","
    for each in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines[:200], delimiter=each) if row]
        except csv.Error:
            continue
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
        if score > best:
            best, chosen = score, each
    return chosen
