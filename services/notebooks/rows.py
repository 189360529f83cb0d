"""Notebooks and cells as rows: reading and writing them inside a transaction that the room holds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from services.notebooks.kinds.note import KIND as NOTE
from services.notebooks.notebook import Cell, Notebook, State
from services.store.tables import cells, notebooks


def new_id() -> str:
    """Make the id of a notebook or cell; it stands in links, so nobody can guess another."""
    return secrets.token_urlsafe(12)


def notebooks_of(connection: Connection, owner: str, *, deleted: bool) -> tuple[Notebook, ...]:
    """Give somebody's notebooks without their cells, last used first."""
    state = notebooks.c.deleted_at.is_not(None) if deleted else notebooks.c.deleted_at.is_(None)
    mine = select(notebooks).where(notebooks.c.owner == owner, state)
    newest_first = mine.order_by(notebooks.c.used_at.desc(), notebooks.c.id)
    return tuple(_notebook(row) for row in connection.execute(newest_first))


def notebook_of(connection: Connection, owner: str, notebook_id: str) -> Notebook | None:
    """Give one of somebody's notebooks, deleted or not, without its cells."""
    row = connection.execute(
        select(notebooks).where(notebooks.c.id == notebook_id, notebooks.c.owner == owner)
    ).one_or_none()
    return None if row is None else _notebook(row)


def notebooks_among(connection: Connection, ids: Sequence[str]) -> tuple[Notebook, ...]:
    """Give those of these notebooks, whosever they are, that are there and not in the bin, without their cells."""
    found = select(notebooks).where(notebooks.c.id.in_(ids), notebooks.c.deleted_at.is_(None))
    return tuple(_notebook(row) for row in connection.execute(found.order_by(notebooks.c.used_at.desc())))


def cells_of(connection: Connection, notebook_id: str) -> tuple[Cell, ...]:
    """Give the cells of a notebook in order, without the deleted ones."""
    ordered = select(cells).where(cells.c.notebook_id == notebook_id, cells.c.deleted_at.is_(None))
    return tuple(_cell(row) for row in connection.execute(ordered.order_by(cells.c.position, cells.c.id)))


def deleted_cells(connection: Connection, notebook_id: str) -> tuple[Cell, ...]:
    """Give the cells in the bin of a notebook, the last deleted first."""
    binned = select(cells).where(cells.c.notebook_id == notebook_id, cells.c.deleted_at.is_not(None))
    return tuple(_cell(row) for row in connection.execute(binned.order_by(cells.c.deleted_at.desc(), cells.c.id)))


def cell_of(connection: Connection, notebook_id: str, cell_id: str, *, deleted: bool = False) -> Cell | None:
    """Give one cell of a notebook, from its page or from its bin."""
    state = cells.c.deleted_at.is_not(None) if deleted else cells.c.deleted_at.is_(None)
    wanted = select(cells).where(cells.c.id == cell_id, cells.c.notebook_id == notebook_id, state)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _cell(row)


def insert_notebook(connection: Connection, notebook: Notebook) -> None:
    """Write a new notebook without cells."""
    members = {name: value for name, value in vars(notebook).items() if name != "cells"}
    connection.execute(notebooks.insert().values(members))


def names_of(connection: Connection, notebook_id: str) -> tuple[str, ...]:
    """Give the names of all cells of a notebook, also of those in its bin: one that comes back keeps its own."""
    return tuple(connection.execute(select(cells.c.name).where(cells.c.notebook_id == notebook_id)).scalars())


def append_cell(connection: Connection, notebook_id: str, cell: Cell) -> None:
    """Write a new cell at the end of a notebook; the deleted ones keep their places."""
    last = select(func.max(cells.c.position)).where(cells.c.notebook_id == notebook_id)
    position = (connection.execute(last).scalar_one() or 0) + 1
    connection.execute(cells.insert().values(**vars(cell), notebook_id=notebook_id, position=position))


def change_notebook(connection: Connection, notebook_id: str, now: datetime, *, grown: bool, **values: Any) -> None:
    """Mark a notebook used, and change it; `grown` where its revision grows, because its content did."""
    grows = {"revision": notebooks.c.revision + 1} if grown else {}
    connection.execute(update(notebooks).where(notebooks.c.id == notebook_id).values(used_at=now, **grows, **values))


def change_cell(connection: Connection, cell: Cell, **values: Any) -> bool:
    """Change a cell if it still is what `cell` says; give whether it was."""
    unchanged = cells.c.id == cell.id, cells.c.revision == cell.revision
    return bool(connection.execute(update(cells).where(*unchanged).values(**values)).rowcount)


def mark_cells(connection: Connection, cell_ids: Sequence[str], state: State, fault: str) -> None:
    """Say how far the last run of cells has come, and why where it failed."""
    marked = update(cells).where(cells.c.id.in_(cell_ids))
    connection.execute(marked.values(state=state.value, fault=fault))


def running_cells(connection: Connection) -> dict[tuple[str, str], list[Cell]]:
    """Give the cells that are marked as running, by owner and notebook."""
    found = (
        select(cells, notebooks.c.owner)
        .join(notebooks, notebooks.c.id == cells.c.notebook_id)
        .where(cells.c.state == State.RUNNING.value)
    )
    left: dict[tuple[str, str], list[Cell]] = {}
    for row in connection.execute(found):
        left.setdefault((row.owner, row.notebook_id), []).append(_cell(row))
    return left


def watched_cells(connection: Connection) -> list[tuple[str, str, str]]:
    """Give owner, notebook and cell of everything on a page that somebody wants to be told about."""
    found = (
        select(notebooks.c.owner, cells.c.notebook_id, cells.c.id)
        .join(notebooks, notebooks.c.id == cells.c.notebook_id)
        .where(cells.c.watched, cells.c.deleted_at.is_(None), notebooks.c.deleted_at.is_(None))
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(found.order_by(cells.c.id))]


def place_cells(connection: Connection, ordered: Sequence[Cell]) -> None:
    """Number the positions of cells as they are ordered."""
    for position, cell in enumerate(ordered, start=1):
        moved = update(cells).where(cells.c.id == cell.id, cells.c.position != position)
        connection.execute(moved.values(position=position))


def has_note(connection: Connection, owner: str) -> bool:
    """Say whether somebody has written a note, deleted or not."""
    note = (
        select(cells.c.id)
        .join(notebooks, notebooks.c.id == cells.c.notebook_id)
        .where(notebooks.c.owner == owner, cells.c.kind == NOTE.name)
    )
    return connection.execute(note.limit(1)).first() is not None


def _notebook(row: Row[Any]) -> Notebook:
    return Notebook(**{each.name: getattr(row, each.name) for each in fields(Notebook) if each.name != "cells"})


def _cell(row: Row[Any]) -> Cell:
    return Cell(**{each.name: getattr(row, each.name) for each in fields(Cell)} | {"state": State(row.state)})
