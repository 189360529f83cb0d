"""Where notebooks are kept: every read and write of one begins here, with the check whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from services.errors import Conflict, NotFound
from services.notebooks import rows
from services.notebooks.notebook import Cell, Notebook
from services.people.user import User
from services.store.database import Database
from services.store.moment import Clock, utc_now

# Opening counts as use, but a page that is shown again and again must not write each time.
USED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Keeping:
    """Notebooks in the database, each its owner's alone."""

    database: Database
    now: Clock = utc_now

    def open(self, user: User, notebook_id: str) -> Notebook:
        """Give a notebook with its cells. NotFound where there is none, it is another's, or it is in the bin."""
        with self.database.read() as connection:
            found = replace(present(connection, user, notebook_id), cells=rows.cells_of(connection, notebook_id))
        if self.now() - found.used_at > USED_AGAIN_AFTER:
            with self.database.write() as connection:
                self.used(connection, notebook_id, grown=False)
        return found

    def cell(self, user: User, notebook_id: str, cell_id: str) -> tuple[Notebook, Cell]:
        """Give a notebook and one of its cells. NotFound as for `open`, and where there is no such cell."""
        with self.database.read() as connection:
            notebook = replace(present(connection, user, notebook_id), cells=rows.cells_of(connection, notebook_id))
            return notebook, cell_in(connection, notebook_id, cell_id)

    @contextmanager
    def changing(self, user: User, notebook_id: str) -> Iterator[tuple[Connection, Notebook]]:
        """Give a write transaction on a notebook that is `user`'s and not in the bin."""
        with self.database.write() as connection:
            yield connection, present(connection, user, notebook_id)

    def used(self, connection: Connection, notebook_id: str, *, grown: bool) -> None:
        """Mark a notebook used; `grown` where its content changed."""
        rows.change_notebook(connection, notebook_id, self.now(), grown=grown)


def owned(connection: Connection, user: User, notebook_id: str) -> Notebook:
    """Give one of `user`'s notebooks, in the bin or not, without its cells. NotFound otherwise."""
    notebook = rows.notebook_of(connection, user.id, notebook_id)
    if notebook is None:
        raise NotFound("There is no such notebook, or it is not yours.", "Look among your notebooks.")
    return notebook


def present(connection: Connection, user: User, notebook_id: str) -> Notebook:
    """Give one of `user`'s notebooks without its cells. NotFound where it is another's or in the bin."""
    notebook = owned(connection, user, notebook_id)
    if notebook.deleted_at is not None:
        raise NotFound("This notebook is in the bin.", "Restore it from the bin of your notebooks.")
    return notebook


def cell_in(connection: Connection, notebook_id: str, cell_id: str) -> Cell:
    """Give a cell that stands on the page. NotFound otherwise."""
    cell = rows.cell_of(connection, notebook_id, cell_id)
    if cell is None:
        raise NotFound("There is no such cell in this notebook.", "It may have been deleted in another tab.")
    return cell


def conflict(what: str, *, yours: str, theirs: str) -> Conflict:
    """Say that a save met another one, with both."""
    return Conflict(
        f"This {what} was changed in another tab meanwhile. Yours was not saved.",
        "Compare the two, then save the one you want to keep.",
        yours=yours,
        theirs=theirs,
    )
