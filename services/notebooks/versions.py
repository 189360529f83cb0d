"""Versions of a notebook: kept under a name, compared with the present, and brought back without losing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from services.errors import BadInput, NotFound
from services.notebooks import rows
from services.notebooks.keeping import Keeping
from services.notebooks.kinds import KINDS
from services.notebooks.markup import writable
from services.notebooks.notebook import Cell, Notebook, State
from services.people.user import User
from services.store.tables import cells, notebook_versions

LONGEST_NAME = 80
_KEPT = ("id", "kind", "form", "receipt_id", "revision", "name", "made_of", "folded", "watched")


@dataclass(frozen=True)
class Version:
    """A notebook as it was at a moment; `steps` counts its cells."""

    id: str
    name: str
    at: datetime
    steps: int


@dataclass(frozen=True)
class Versions:
    """The versions of one's own notebooks. Everything is saved as it is typed; a version is a state to come back to."""

    keeping: Keeping

    def keep(self, user: User, notebook_id: str, name: str) -> Version:
        """Keep the present state under a name. BadInput where there is none, or it is too long."""
        tidy = " ".join(writable(name).split())
        if not tidy or len(tidy) > LONGEST_NAME:
            raise BadInput(f"A version needs a name of up to {LONGEST_NAME} characters.", "Type a few words.")
        with self.keeping.changing(user, notebook_id) as (connection, notebook):
            return self._keep(connection, notebook, tidy)

    def list(self, user: User, notebook_id: str) -> tuple[Version, ...]:
        """Give the versions of a notebook, the newest first. NotFound where it is not `user`'s."""
        self.keeping.open(user, notebook_id)
        this = select(notebook_versions).where(notebook_versions.c.notebook_id == notebook_id)
        with self.keeping.database.read() as connection:
            found = connection.execute(this.order_by(notebook_versions.c.at.desc(), notebook_versions.c.id))
            return tuple(_version(row) for row in found)

    def differences(self, user: User, notebook_id: str, version_id: str) -> tuple[str, ...]:
        """Say in sentences what is different now from that version; none where nothing is."""
        notebook = self.keeping.open(user, notebook_id)
        with self.keeping.database.read() as connection:
            title, then = self._content(connection, notebook_id, version_id)
        before, now = {each.id: each for each in then}, {each.id: each for each in notebook.cells}
        said = [f"The title was “{title}”."] if title != notebook.title else []
        said += [f"“{each.name}” was added." for each in notebook.cells if each.id not in before]
        said += [f"“{each.name}” was deleted." for each in then if each.id not in now]
        for each in then:
            if each.id in now and now[each.id].form != each.form:
                said.append(f"“{each.name}” was changed: it said “{KINDS[each.kind].text(each.form)}”.")
            elif each.id in now and now[each.id].receipt_id != each.receipt_id:
                said.append(f"“{each.name}” has run again.")
        if not said and [each.id for each in then] != [each.id for each in notebook.cells]:
            said.append("The order has changed.")
        return tuple(said)

    def restore(self, user: User, notebook_id: str, version_id: str) -> Notebook:
        """Bring a version back; the present state is kept as a version of its own first, and nothing is lost.

        Cells that came after it go to the bin, those that were deleted since come back.
        """
        with self.keeping.changing(user, notebook_id) as (connection, notebook):
            title, then = self._content(connection, notebook_id, version_id)
            named = connection.execute(
                select(notebook_versions.c.name).where(notebook_versions.c.id == version_id)
            ).scalar_one()
            self._keep(connection, notebook, f"Before “{named}” was brought back"[:LONGEST_NAME])
            self._put_back(connection, notebook_id, then)
            rows.change_notebook(connection, notebook_id, self.keeping.now(), grown=True, title=title)
        return self.keeping.open(user, notebook_id)

    def _keep(self, connection: Connection, notebook: Notebook, name: str) -> Version:
        there = rows.cells_of(connection, notebook.id)
        content = {
            "title": notebook.title,
            "cells": [{member: value for member, value in asdict(each).items() if member in _KEPT} for each in there],
        }
        kept = Version(rows.new_id(), name, self.keeping.now(), len(there))
        row = {"id": kept.id, "notebook_id": notebook.id, "name": name, "at": kept.at, "content": content}
        connection.execute(insert(notebook_versions).values(row))
        return kept

    def _content(self, connection: Connection, notebook_id: str, version_id: str) -> tuple[str, Sequence[Cell]]:
        this = (notebook_versions.c.id == version_id) & (notebook_versions.c.notebook_id == notebook_id)
        content: Any = connection.execute(select(notebook_versions.c.content).where(this)).scalar_one_or_none()
        if content is None:
            raise NotFound("There is no such version of this notebook.", "Choose one of those that are listed.")
        return content["title"], [Cell(**each) for each in content["cells"]]

    def _put_back(self, connection: Connection, notebook_id: str, then: Sequence[Cell]) -> None:
        kept = {each.id for each in then}
        for each in rows.cells_of(connection, notebook_id):
            if each.id not in kept:
                rows.change_cell(connection, each, deleted_at=self.keeping.now())
        for each in then:
            values = {field.name: getattr(each, field.name) for field in fields(Cell) if field.name in _KEPT}
            # A tab that still shows what was there before must notice: its revision is gone.
            values |= {"revision": cells.c.revision + 1, "deleted_at": None, "state": State.NONE.value, "fault": ""}
            connection.execute(update(cells).where(cells.c.id == each.id).values(**values))
        rows.place_cells(connection, then)


def _version(row: Any) -> Version:
    return Version(row.id, row.name, row.at, len(row.content["cells"]))
