"""Notebooks that others may read: a link for a person or a line of business, and copies that people make of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, select

from services.errors import AppError, BadInput, NotFound
from services.notebooks import rows
from services.notebooks.fingerprint import under_new_ids
from services.notebooks.keeping import Keeping
from services.notebooks.kinds import data, input
from services.notebooks.notebook import Notebook, State
from services.notebooks.running import Running
from services.notebooks.title import LONGEST
from services.people.people import People
from services.people.user import User
from services.store.dialect import upsert
from services.store.tables import notebook_readers, notebooks


@dataclass(frozen=True)
class Reader:
    """Who may read a notebook: one person, or everybody of a line of business; `id` is "person:ben", "line:claims"."""

    id: str
    name: str


@dataclass(frozen=True)
class Sharing:
    """Lets others read a notebook, each with what they themselves may read of its sources, and copy it."""

    keeping: Keeping
    running: Running
    people: People

    def possible_readers(self, user: User) -> tuple[Reader, ...]:
        """Give everybody that `user` could share with."""
        others = [each for each in self.people.personas() if each.id != user.id]
        lines = {each.line.id: each.line.name for each in self.people.personas()}
        return (
            *(Reader(f"person:{each.id}", f"{each.name}, {each.line.name}") for each in others),
            *(Reader(f"line:{each}", f"Everybody in {name}") for each, name in lines.items()),
        )

    def readers(self, user: User, notebook_id: str) -> tuple[Reader, ...]:
        """Give who may read one of `user`'s notebooks. NotFound where it is not theirs."""
        self.keeping.open(user, notebook_id)
        named = {each.id: each for each in self.possible_readers(user)}
        with self.keeping.database.read() as connection:
            ids = connection.execute(
                select(notebook_readers.c.reader)
                .where(notebook_readers.c.notebook_id == notebook_id)
                .order_by(notebook_readers.c.reader)
            ).scalars()
            return tuple(named.get(each, Reader(each, "Somebody who is no longer here")) for each in ids)

    def share(self, user: User, notebook_id: str, reader_id: str) -> None:
        """Let somebody read one of `user`'s notebooks, from now until it is taken back. BadInput for nobody we know."""
        if reader_id not in {each.id for each in self.possible_readers(user)}:
            raise BadInput("There is nobody of that name to share with.", "Choose a person or a line of business.")
        row = {"notebook_id": notebook_id, "reader": reader_id}
        with self.keeping.changing(user, notebook_id) as (connection, _):
            upsert(connection, notebook_readers, {**row, "at": self.keeping.now()})

    def take_back(self, user: User, notebook_id: str, reader_id: str) -> None:
        """Let somebody no longer read it; doing it twice changes nothing."""
        this = notebook_readers.c.notebook_id == notebook_id
        with self.keeping.changing(user, notebook_id) as (connection, _):
            connection.execute(delete(notebook_readers).where(this, notebook_readers.c.reader == reader_id))

    def shared_with(self, user: User) -> tuple[Notebook, ...]:
        """Give the notebooks of others that `user` may read, without their cells, last used first."""
        with self.keeping.database.read() as connection:
            found = (
                select(notebook_readers.c.notebook_id)
                .join(notebooks, notebooks.c.id == notebook_readers.c.notebook_id)
                .where(notebook_readers.c.reader.in_(_ways(user)), notebooks.c.owner != user.id)
            )
            return rows.notebooks_among(connection, tuple(set(connection.execute(found).scalars())))

    def open(self, user: User, notebook_id: str) -> Notebook:
        """Give a notebook of one's own, or one that `user` may read. NotFound otherwise, in the same words."""
        try:
            return self.keeping.open(user, notebook_id)
        except NotFound:
            with self.keeping.database.read() as connection:
                shared = self._shared(connection, user, notebook_id)
            if shared is None:
                raise
            return shared

    def owner_of(self, user: User, notebook_id: str) -> str:
        """Give the name of whose notebook it is. NotFound where `user` may not read it."""
        return self.people.name_of(self.open(user, notebook_id).owner)

    def fork(self, user: User, notebook_id: str) -> Notebook:
        """Copy a notebook that `user` may read into one of their own, with the files in it, and say where it is from.

        What ran stays behind where it was another's: the copy runs with what its new owner may read.
        """
        source = self.open(user, notebook_id)
        is_own = source.owner == user.id
        now = self.keeping.now()
        title = f"Copy of {source.title}"[:LONGEST]
        copy = Notebook(rows.new_id(), user.id, title, now, now, None, revision=1, forked_from=source.id)
        for cell in source.cells:
            if (file := data.file_of(cell.form) or input.file_of(cell.form)) is not None:
                self._bring(source.owner, user, file[1])
        with self.keeping.database.write() as connection:
            rows.insert_notebook(connection, copy)
            for cell in under_new_ids(source.cells, {each.id: rows.new_id() for each in source.cells}):
                mine = replace(cell, revision=1, watched=False, state=State.NONE, fault="")
                if not is_own:
                    mine = replace(mine, receipt_id=None, made_of=None)
                rows.append_cell(connection, copy.id, mine)
        return self.keeping.open(user, copy.id)

    def lineage(self, user: User, notebook_id: str) -> str:
        """Say what a notebook was copied from, as far as `user` may still read that; "" where it is no copy."""
        notebook = self.open(user, notebook_id)
        if notebook.forked_from is None:
            return ""
        try:
            source = self.open(user, notebook.forked_from)
        except AppError:
            return "Copied from a notebook that is not yours to read any more."
        return f"Copied from “{source.title}” by {self.people.name_of(source.owner)}."

    def _bring(self, owner: str, user: User, digest: str) -> None:
        if owner == user.id:
            return
        try:
            data = self.running.files_of(owner).read(digest)
        except NotFound:
            return  # it is gone for its owner too, and the cell says so
        self.running.files_of(user.id).keep(data)

    def _shared(self, connection: Connection, user: User, notebook_id: str) -> Notebook | None:
        found = select(notebook_readers.c.notebook_id).where(
            notebook_readers.c.notebook_id == notebook_id, notebook_readers.c.reader.in_(_ways(user))
        )
        if connection.execute(found).first() is None:
            return None
        notebook = next(iter(rows.notebooks_among(connection, [notebook_id])), None)
        return None if notebook is None else replace(notebook, cells=rows.cells_of(connection, notebook_id))


def _ways(user: User) -> tuple[str, str]:
    return f"person:{user.id}", f"line:{user.line.id}"
