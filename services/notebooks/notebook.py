"""An ordered page of no-code cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How far the last run of a cell that is asked has come; `NONE` where it ended as it should."""

    NONE = ""
    RUNNING = "running"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True)
class Cell:
    """One step of a notebook.

    `kind` names one of `kinds.KINDS`, `form` holds what was typed, `name` is how other cells refer to it;
    `receipt_id` names its last run, None before the first, and `made_of` what that run was made of (fingerprint.py).
    `fault` is the sentence of a run that failed. `revision` grows with every change of the form, so that a stale tab's
    save is noticed.
    """

    id: str
    kind: str
    form: dict[str, object]
    receipt_id: str | None
    revision: int
    name: str = ""
    made_of: dict[str, object] | None = None
    folded: bool = False
    watched: bool = False
    state: State = State.NONE
    fault: str = ""


@dataclass(frozen=True)
class Notebook:
    """A titled, saved, ordered list of cells, with its owner's id; `forked_from` names the one it was copied from."""

    id: str
    owner: str
    title: str
    created_at: datetime
    used_at: datetime
    deleted_at: datetime | None
    revision: int
    forked_from: str | None = None
    cells: tuple[Cell, ...] = ()
