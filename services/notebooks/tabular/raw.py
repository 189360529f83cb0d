"""Rows as a file gives them, made a table: where its head is, what its columns are called, what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, zip_longest
from typing import Any

from services.errors import BadInput
from services.notebooks.tabular.limits import check_shape
from services.notebooks.tabular.recognised import number_in, recognised
from services.notebooks.tabular.table import Table, own_names, table_of

LOOKED_AT = 200
"""So many rows show how wide a table is, and so which rows above it are a title."""

ROWS_A_PIECE = 20_000

Row = Sequence[str]


def table_of_rows(name: str, rows: Iterable[Row], remarks: Sequence[str] = (), *, decimal_comma: bool = False) -> Table:
    """Make a table of rows of written cells, the head among them; rows of nothing are left out."""
    filled = (row for row in rows if any(cell.strip() for cell in row))
    first = list(islice(filled, LOOKED_AT))
    if not first:
        raise BadInput("The table is empty.", "Bring a file that has rows.")
    said = list(remarks)
    first, title = _without_title(first)
    if title:
        said.append(f"What stands above the table is left out: {title}.")
    head, body = _head(first, said)
    width = len(head)
    columns, wider = _columns(chain(body, filled), width)
    head += [""] * (len(columns) - width)
    if wider:
        said.append(f"{wider:,} {'row has' if wider == 1 else 'rows have'} more cells than the head has names.")
    kept = [place for place, cells in enumerate(columns) if head[place].strip() or _holds_anything(cells)]
    given = [head[place] for place in kept]
    names = own_names(given)
    found = [
        recognised(each, columns[place], decimal_comma=decimal_comma) for each, place in zip(names, kept, strict=True)
    ]
    if not len(columns[0]):
        said.append("The table has a head and no rows.")
    named = [
        replace(each.column, remarks=(*_called(each.column.name, name), *each.remarks))
        for each, name in zip(found, given, strict=True)
    ]
    return table_of(name, named, [each.cells for each in found], said)


def _without_title(rows: list[Row]) -> tuple[list[Row], str]:
    """Take the rows of one cell off the top of a table whose rows have several; give what they say."""
    widths = Counter(sum(1 for cell in row if cell.strip()) for row in rows)
    if widths.most_common(1)[0][0] < 2:
        return rows, ""
    above = next(place for place, row in enumerate(rows) if sum(1 for cell in row if cell.strip()) > 1)
    words = [next(cell.strip() for cell in row if cell.strip()) for row in rows[:above]]
    return rows[above:], "; ".join(f"“{each[:60]}”" for each in words)


def _head(rows: list[Row], said: list[str]) -> tuple[list[str], list[Row]]:
    head = [str(cell) for cell in rows[0]]
    if all(number_in(cell) is not None for cell in head if cell.strip()) and len(rows) > 1:
        said.append("The first row holds numbers, so the columns have no names of their own.")
        return [f"Column {number}" for number in range(1, len(head) + 1)], rows
    return head, rows[1:]


def _called(name: str, given: str) -> tuple[str, ...]:
    """Say why a column is not called as its head calls it; nothing where it is."""
    if not given.strip():
        return (f"A column without a name is called “{name}”.",)
    if name != " ".join(given.split()):
        return (f"A column is called “{name}”, as “{' '.join(given.split())[:60]}” was no name of its own.",)
    return ()


def _columns(rows: Iterable[Row], width: int) -> tuple[list[Any], int]:
    """Give the columns of rows, as wide as the widest, and how many rows are wider than `width`."""
    import pyarrow as pa  # type: ignore[import-untyped]

    pieces: list[tuple[int, list[Any]]] = []
    wider, count, widest = 0, 0, width
    check_shape(count, widest)
    for piece in _pieces(iter(rows)):
        count += len(piece)
        wide = max(map(len, piece))
        wider += sum(1 for row in piece if len(row) > width and any(cell.strip() for cell in row[width:]))
        widest = max(widest, wide)
        check_shape(count, widest)
        pieces.append((len(piece), [pa.array(cells, pa.string()) for cells in zip_longest(*piece)]))
    columns = [
        pa.chunked_array(
            [arrays[place] if place < len(arrays) else pa.nulls(rows, pa.string()) for rows, arrays in pieces],
            pa.string(),
        )
        for place in range(widest)
    ]
    check_shape(count, len(columns))
    return columns, wider


def _holds_anything(cells: Any) -> bool:
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py())


def _pieces(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while piece := list(islice(rows, ROWS_A_PIECE)):
        yield piece
