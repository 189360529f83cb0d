"""A table read from a file: CSV, XLSX or Parquet, by what the file holds, with what was found on the way in words."""

from __future__ import annotations

from pathlib import PurePath

from services.errors import BadInput
from services.notebooks.tabular.limits import check_size
from services.notebooks.tabular.read_csv import ENDINGS, read_csv
from services.notebooks.tabular.read_parquet import read_parquet
from services.notebooks.tabular.read_xlsx import OLD, PACKED, read_xlsx
from services.notebooks.tabular.table import Table

TAKES = "Bring a table as CSV, XLSX or Parquet."

_PARQUET = b"PAR1"


def read_table(name: str, data: bytes, sheet: str = "") -> Table:
    """Read the table in a file; `name` is the file's, `sheet` one of a workbook's, its first where "".

    The table's remarks say what was found odd and what was made of it. Raises BadInput where there is no table.
    """
    check_size(len(data))
    called = PurePath(name).stem.strip() or "Table"
    if not data.strip():
        raise BadInput("The file is empty.", TAKES)
    if data.startswith(_PARQUET):
        return read_parquet(called, data)
    if data.startswith(PACKED):
        return read_xlsx(called, data, sheet)
    if data.startswith(OLD):
        raise BadInput(
            "The file is an old workbook (.xls) or one that a password protects.", "Save it as XLSX without a password."
        )
    if PurePath(name).suffix.casefold() not in ENDINGS:
        raise BadInput(f"“{name}” is no table that can be read.", TAKES)
    return read_csv(called, data)
