"""RTF documents: their words, without fonts, pictures and fields."""

from __future__ import annotations

import re

from services.knowledge.document import Page
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.package import broken, empty

_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")


def read_rtf(data: bytes) -> tuple[str, list[Page]]:
    """Give the text as one page; it has no title. Raises Refused where it can't be read or holds no text."""
    from striprtf.striprtf import rtf_to_text

    declared = _CODE_PAGE.search(data[:2000])
    encoding = f"cp{declared.group(1).decode()}" if declared else "cp1252"
    try:
        text: str = rtf_to_text(data.decode("latin-1"), encoding=encoding, errors="replace")  # type: ignore[no-untyped-call]
    except Exception as error:  # What it raises for a broken file is of every kind.
        raise broken() from error
    draft = Draft()
    rows: list[list[str]] = []
    for line in text.split("\n"):
        if line.rstrip().endswith("|"):  # How striprtf writes the row of a table.
            rows.append(line.rstrip().removesuffix("|").split("|"))
            continue
        draft.table(rows)
        rows = []
        draft.paragraph(line)
    draft.table(rows)
    if not draft.text():
        raise empty("document")
    return "", [Page(1, draft.text())]
