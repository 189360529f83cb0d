"""An ordered page of no-code cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CellKind(StrEnum):
    """What a cell does."""

    ASK = "ask"
    NOTE = "note"


@dataclass(frozen=True)
class Cell:
    """One step of a notebook. `form` holds what was typed; `receipt_id` names its last run, None before the first.

    `revision` grows with every change, so that a stale tab's save is noticed.
    """

    id: str
    kind: CellKind
    form: dict[str, object]
    receipt_id: str | None
    revision: int


@dataclass(frozen=True)
class Notebook:
    """A titled, saved, ordered list of cells, with its owner's id."""

    id: str
    owner: str
    title: str
    created_at: datetime
    used_at: datetime
    deleted_at: datetime | None
    revision: int
    cells: tuple[Cell, ...] = ()
