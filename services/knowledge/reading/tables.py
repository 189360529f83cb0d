"""Tables as text that stays readable: rows between bars, in groups that fit a passage, each under the header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.knowledge.splitting import MOST_CHARACTERS

WIDEST = 600
"""A header and a row that are longer together stand as a list instead: "- Column: value"."""

LONGEST_PAGE = 40_000
"""Characters on one page of a long table."""

Row = Sequence[str]


def table(rows: Sequence[Row]) -> str:
    """Write a table whose first row is its header. Empty rows and columns are left out; "" where nothing is left.

    The header stands again over every group of rows, and a group fits one passage; a row stays on one line.
    """
    return "\n\n".join(_groups(without_empty(rows)))


def pages_of_table(rows: Sequence[Row]) -> Iterator[tuple[int, int, str]]:
    """Write a long table as pages: the numbers of the first and last row, counted from 1 with the header, and text."""
    kept = without_empty(rows)
    groups = _numbered_groups(kept)
    text, first, last = list[str](), 2, 1
    for size, group in groups:
        if text and sum(map(len, text)) + len(group) > LONGEST_PAGE:
            yield first, last, "\n\n".join(text)
            text, first = [], last + 1
        text.append(group)
        last += size
    if text:
        yield min(first, max(last, 1)), max(last, 1), "\n\n".join(text)


def without_empty(rows: Sequence[Row]) -> list[list[str]]:
    """Leave out rows and columns in which nothing stands; make all rows as long as the longest."""
    clean = [[cell(each) for each in row] for row in rows]
    clean = [row for row in clean if any(row)]
    width = max((len(row) for row in clean), default=0)
    padded = [row + [""] * (width - len(row)) for row in clean]
    columns = [place for place in range(width) if any(row[place] for row in padded)]
    return [[row[place] for place in columns] for row in padded]


def spread(cells: Sequence[str | None]) -> list[str]:
    """Repeat a cell in the columns it goes on over, marked None: a column alone must say what it is of.

    What has its row for itself is a title, and stands once.
    """
    is_title = sum(bool(each) for each in cells) < 2
    spread_out: list[str] = []
    for each in cells:
        before = spread_out[-1] if spread_out and not is_title else ""
        spread_out.append(before if each is None else each)
    return spread_out


def cell(value: str) -> str:
    """Give a cell's text on one line, its bars escaped."""
    return " ".join(value.split()).replace("|", "\\|")


def _groups(rows: Sequence[Row]) -> Iterator[str]:
    for _, group in _numbered_groups(rows):
        yield group


def _numbered_groups(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Give the groups of rows under the header, each with the number of its rows."""
    if not rows:
        return
    header, body = rows[0], rows[1:]
    if len(header) == 1:
        yield from _in_one_column(rows)
        return
    head = f"{_line(header)}\n|{' --- |' * len(header)}"
    if not body:
        yield 0, head
        return
    usual = sum(len(_line(row)) for row in body[:100]) / len(body[:100])
    if len(head) + usual > WIDEST:
        yield from _as_lists(header, body)
        return
    group: list[str] = []
    length = len(head)
    for row in body:
        line = _line(row)
        if group and length + len(line) + 1 > MOST_CHARACTERS:
            yield len(group), "\n".join([head, *group])
            group, length = [], len(head)
        group.append(line)
        length += len(line) + 1
    yield len(group), "\n".join([head, *group])


def _in_one_column(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """A single column is no table: its cells stand under each other."""
    header, group, length = rows[0][0], list[str](), len(rows[0][0])
    for row in rows[1:]:
        if group and length + len(row[0]) + 3 > MOST_CHARACTERS:
            yield len(group), "\n".join([header, *group])
            group, length = [], len(header)
        group.append(f"- {row[0]}")
        length += len(row[0]) + 3
    yield len(group), "\n".join([header, *group])


def _as_lists(header: Row, body: Sequence[Row]) -> Iterator[tuple[int, str]]:
    for row in body:
        lines = [
            f"- {name}: {value}" if name else f"- {value}" for name, value in zip(header, row, strict=True) if value
        ]
        yield 1, "\n".join(lines)


def _line(row: Row) -> str:
    return f"| {' | '.join(row)} |"
