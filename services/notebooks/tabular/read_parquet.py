"""Parquet: columns by the kinds that they have there, what has no kind here as text."""

from __future__ import annotations

import io
from typing import Any

from services.errors import BadInput
from services.notebooks.tabular.limits import check_shape
from services.notebooks.tabular.table import Column, ColumnKind, Table, own_names, table_of

MOST_UNPACKED = 1024**3
EXACT = 2**53
"""Up to it a double keeps every whole number."""


def read_parquet(name: str, data: bytes) -> Table:
    """Read a Parquet file; it says its own shape, which is looked at before any of it is unpacked."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        check_shape(file.metadata.num_rows, file.metadata.num_columns)
        groups = [file.metadata.row_group(each) for each in range(file.metadata.num_row_groups)]
        if sum(each.total_byte_size for each in groups) > MOST_UNPACKED:
            raise BadInput("The file unpacks to more than can be read.", "Leave out rows or columns.")
        arrow = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(
            "The Parquet file is broken and can't be opened.", "Save it again where it came from."
        ) from error
    if not arrow.num_columns:
        raise BadInput("The table is empty.", "Bring a file that has columns.")
    names, columns, cells = own_names(arrow.column_names), [], []
    for each, given, values in zip(names, arrow.column_names, arrow.columns, strict=True):
        remarks = []
        if each != given:
            remarks.append(f"A column is called “{each}”, as “{given[:60]}” was no name of its own.")
        kind, fitting, said = _fitting(values)
        remarks += [f"Column “{each}” {said}"] if said else []
        columns.append(Column(each, kind, remarks=tuple(remarks)))
        cells.append(fitting)
    return table_of(name, columns, cells, () if arrow.num_rows else ["The table has a head and no rows."])


def _fitting(values: Any) -> tuple[ColumnKind, Any, str]:
    """Give a column's kind, its cells fit for it, and what is to be said of it."""
    import pyarrow as pa
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    kind = values.type
    if pa.types.is_boolean(kind):
        return ColumnKind.YES_NO, values.to_pandas(), ""
    if pa.types.is_integer(kind):
        least, most = pc.min(values).as_py() or 0, pc.max(values).as_py() or 0
        if least < -EXACT or most > EXACT:
            return ColumnKind.TEXT, _texts(values), "has numbers too long to count with, so it is text."
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return ColumnKind.NUMBER, pc.cast(values, "float64", safe=False).to_pandas(), ""
    if pa.types.is_timestamp(kind):
        return ColumnKind.DATE, pc.cast(values, pa.timestamp("us"), safe=False).to_pandas(), ""
    if pa.types.is_date(kind):
        return ColumnKind.DATE, pc.cast(pc.cast(values, pa.timestamp("ms")), pa.timestamp("us")).to_pandas(), ""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return ColumnKind.TEXT, _texts(values), ""
    return ColumnKind.TEXT, _texts(values), "holds something else than numbers, days and texts, so it is text."


def _texts(values: Any) -> list[str | None]:
    return [None if each is None else str(each) for each in values.to_pylist()]
