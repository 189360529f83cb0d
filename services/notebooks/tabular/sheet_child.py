"""The child process that opens a workbook, so that a hostile one ends it and nobody else; never started by hand.

It takes the workbook on its input and the wanted sheet as its argument. It gives one line of JSON (the names of the
sheets and the one that is read, or why there is none), then the rows as CSV.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from services.errors import BadInput
from services.knowledge.reading import limits
from services.notebooks.tabular.table import written

BROKEN = BadInput("The workbook is broken and can't be opened.", "Save or send it again from where it came from.")


def main() -> None:
    """Read the workbook and write what it holds."""
    limits.limit_process()
    limits.limit_next_job()
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        titles, chosen, rows = read(sys.stdin.buffer.read(), sys.argv[1])
    except BadInput as refused:
        out.write(json.dumps({"refused": refused.message, "hint": refused.hint}) + "\n")
    else:
        out.write(json.dumps({"titles": titles, "chosen": chosen}) + "\n")
        csv.writer(out).writerows(rows)
    out.flush()


def read(data: bytes, wanted: str) -> tuple[list[str], str, Iterable[Sequence[str]]]:
    """Give the names of the sheets, the one that is read (the first that holds anything where ""), and its rows."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        titles = list(book.sheet_names)
        if wanted and wanted not in titles:
            raise BadInput(f"The workbook has no sheet “{wanted}”.", f"It has: {', '.join(titles)}.")
        for title in [wanted] if wanted else titles:
            sheet = book.get_sheet_by_name(title)
            if sheet.start is not None:
                return titles, title, ([_written(each) for each in row] for row in sheet.iter_rows())
    except CalamineError as error:
        raise BROKEN from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # A fault in Rust is no Exception.
            raise
        raise BROKEN from error
    raise BadInput("The workbook is empty.", "Bring one that has rows.")


def _written(value: Any) -> str:
    """Write a cell so that nothing of it is lost: a number with all its digits, a day without an hour."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return written(value)


if __name__ == "__main__":
    main()
