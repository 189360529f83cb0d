"""How much of a table is taken: its file, its rows, its columns."""

from __future__ import annotations

from services.errors import BadInput

MOST_BYTES = 50 * 1024**2
MOST_ROWS = 1_000_000
MOST_COLUMNS = 500
MOST_CELLS = 20_000_000
"""Rows times columns: a table stands in memory as long as somebody works on it."""


def check_size(size: int) -> None:
    """Raise BadInput for a file of more bytes than are taken; asked before anybody reads it."""
    if size > MOST_BYTES:
        raise BadInput(
            f"The file has {size / 1024**2:,.0f} MB; a table may have {MOST_BYTES // 1024**2} MB.",
            "Leave out rows or columns that nobody asks about, or save it as Parquet, which is smaller.",
        )


def check_shape(rows: int, columns: int) -> None:
    """Raise BadInput for more rows, columns or cells than are taken."""
    if rows > MOST_ROWS:
        raise BadInput(f"The table has more than {MOST_ROWS:,} rows.", "Leave out some, or group them beforehand.")
    if columns > MOST_COLUMNS:
        raise BadInput(
            f"The table has {columns:,} columns; it may have {MOST_COLUMNS}.", "Leave out those that nobody asks about."
        )
    if rows * columns > MOST_CELLS:
        raise BadInput(
            f"The table has more than {MOST_CELLS:,} cells.", "Leave out rows or columns that nobody asks about."
        )
