"""Notebooks to start from: each a file under `content/starters`, checked when the app starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.content.toml_file import TomlFile
from services.errors import AppError, NotFound
from services.knowledge.knowledge import Knowledge
from services.notebooks import rows
from services.notebooks.graph import run_order
from services.notebooks.keeping import Keeping
from services.notebooks.kinds import kind_named
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.references import typed_name
from services.notebooks.title import typed_title
from services.people.user import User

KEYS = frozenset({"title", "purpose", "place", "needs", "cells"})


@dataclass(frozen=True)
class Starter:
    """One notebook to start from; `needs` are the ids of the knowledge bases that its questions look in."""

    id: str
    title: str
    purpose: str
    place: int
    needs: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Starters:
    """The notebooks that ship to start from, and making one's own of one."""

    keeping: Keeping
    knowledge: Knowledge
    folder: Path
    _read: dict[str, Starter] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        found = [read_starter(path) for path in self.folder.glob("*.toml")]
        self._read.update({each.id: each for each in sorted(found, key=lambda each: (each.place, each.id))})

    def list(self, user: User) -> tuple[Starter, ...]:
        """Give those whose knowledge bases `user` may all read, in their order."""
        readable = {each.id for each in self.knowledge.knowledge_bases(user)}
        return tuple(each for each in self._read.values() if readable >= set(each.needs))

    def start(self, user: User, starter_id: str) -> Notebook:
        """Make a notebook of one's own of it; its questions have not been asked. NotFound where it is not offered."""
        starter = next((each for each in self.list(user) if each.id == starter_id), None)
        if starter is None:
            raise NotFound("There is no such example, or its documents are not for you.", "Choose another example.")
        now = self.keeping.now()
        made = Notebook(rows.new_id(), user.id, starter.title, now, now, None, revision=1)
        with self.keeping.database.write() as connection:
            rows.insert_notebook(connection, made)
            for each in starter.cells:
                rows.append_cell(connection, made.id, Cell(rows.new_id(), each.kind, each.form, None, 1, each.name))
        return self.keeping.open(user, made.id)


def read_starter(path: Path) -> Starter:
    """Read a starter from its TOML file; Misconfigured names the file, the key and the rule that it breaks."""
    entries = TomlFile.read(path, KEYS)
    cells = tuple(_cell(entries, name, table) for name, table in entries.named("cells", frozenset({"kind", "form"})))
    starter = Starter(
        id=path.stem,
        title=typed_title(entries.text("title", longest=120)),
        purpose=entries.text("purpose", longest=120),
        place=entries.number("place", 1, 1_000),
        needs=entries.texts("needs"),
        cells=cells,
    )
    try:
        run_order(cells)
    except AppError as error:
        raise entries.fault("cells", f"can't be run: {error.message}") from error
    return starter


def _cell(entries: TomlFile, name: str, table: TomlFile) -> Cell:
    kind = table.text("kind")
    try:
        described = kind_named(kind)
        form: Any = table.entries.get("form")
        tidy = described.check(form if isinstance(form, Mapping) else {})
        return Cell(name, kind, tidy, None, 1, typed_name(name))
    except AppError as error:
        raise entries.fault("cells", f"has a step “{name}” that can't be: {error.message}") from error
