"""Tables in the text of a page, which are lines of cells between bars, shown as tables."""

from __future__ import annotations

import re

BEGIN, END = "\ue000", "\ue001"
"""Stand for the tags of a mark until a text is escaped."""

_ROW = re.compile(rf"^[{BEGIN}{END} ]*\|.*\|[{BEGIN}{END} ]*$")
_RULE = re.compile(rf"^[{BEGIN}{END} ]*\|(?: *:?-+:? *\|)+[{BEGIN}{END} ]*$")
_BAR = re.compile(r"(?<!\\)\|")
_SIGN = re.compile(f"([{BEGIN}{END}])")


def with_tables(escaped: str) -> str:
    """Give a text, escaped already, with its tables as HTML; a mark that runs on is closed and opened at every cell."""
    parts: list[str] = []
    rows: list[str] = []
    for line in [*escaped.split("\n"), ""]:
        if _ROW.match(line):
            rows.append(line)
            continue
        if len(rows) > 1:
            parts.append(_table(rows, inside=_is_inside("".join(parts))))
        else:
            parts += [f"{row}\n" for row in rows]
        rows = []
        parts.append(f"{line}\n")
    return "".join(parts).removesuffix("\n\n").removesuffix("\n")


def _is_inside(before: str) -> bool:
    return before.rfind(BEGIN) > before.rfind(END)


def _table(rows: list[str], *, inside: bool) -> str:
    """Write one table; a mark that began above it (`inside`) is closed before, and opened after where it goes on."""
    closed = END if inside else ""
    has_header = len(rows) > 1 and bool(_RULE.match(rows[1]))
    written: list[str] = []
    for number, row in enumerate(rows):
        if _RULE.match(row):
            inside = _cells(row, "", inside=inside)[1]
            continue
        cells, inside = _cells(row, "th" if has_header and number == 0 else "td", inside=inside)
        written.append(f"<tr>{cells}</tr>")
    return f'{closed}<div class="wide" tabindex="0"><table>{"".join(written)}</table></div>{BEGIN if inside else ""}'


def _cells(row: str, tag: str, *, inside: bool) -> tuple[str, bool]:
    """Write the cells of a row; gives whether a mark goes on after it."""
    cells: list[str] = []
    texts = _BAR.split(row)
    for place, text in enumerate(texts):
        shown = ""
        for part in _SIGN.split(text.strip()):
            if part in (BEGIN, END):
                inside = part == BEGIN
            elif part.strip():
                kept = part.replace("\\|", "|")
                shown += f"{BEGIN}{kept}{END}" if inside else kept
        if 0 < place < len(texts) - 1:
            cells.append(f"<{tag}>{shown}</{tag}>")
    return "".join(cells), inside
