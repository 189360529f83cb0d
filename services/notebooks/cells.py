"""The cells of a notebook: added, changed, named, moved, taken off the page and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Connection

from services.errors import BadInput
from services.notebooks import rows
from services.notebooks.graph import run_order
from services.notebooks.keeping import Keeping, cell_in, conflict
from services.notebooks.kinds import kind_named
from services.notebooks.kinds.kind import Form
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.references import LONGEST_NAME, key_of, renamed, typed_name
from services.people.user import User

MOST_CELLS = 500
NOTHING: Form = MappingProxyType({})
_NO_BRACES = str.maketrans("", "", "{}")


@dataclass(frozen=True)
class Cells:
    """What can be done with the cells of one's own notebooks; none of it runs what is asked."""

    keeping: Keeping

    def add(
        self, user: User, notebook_id: str, kind: str, form: Form | None = None, *, after: str | None = None
    ) -> Cell:
        """Add a cell after the cell `after`, at the end where None; without a `form` it is blank, to be filled in."""
        described = kind_named(kind)
        tidy = dict(described.blank) if form is None else described.check(form)
        with self.keeping.changing(user, notebook_id) as (connection, _):
            added = self.append(connection, notebook_id, Cell(rows.new_id(), kind, tidy, None, revision=1))
            self._check_circle(connection, notebook_id)
            if after is not None:
                self._place_after(connection, notebook_id, [added], after)
        return added

    def append(self, connection: Connection, notebook_id: str, cell: Cell) -> Cell:
        """Write a new cell at the end of a notebook under a free name, in the caller's transaction."""
        if len(rows.cells_of(connection, notebook_id)) >= MOST_CELLS:
            raise BadInput(f"A notebook holds at most {MOST_CELLS} steps.", "Begin another notebook.")
        name = cell.name or free_name(cell.kind, rows.names_of(connection, notebook_id), cell.form)
        named = replace(cell, name=name)
        rows.append_cell(connection, notebook_id, named)
        self.keeping.used(connection, notebook_id, grown=True)
        return named

    def edit(
        self,
        user: User,
        notebook_id: str,
        cell_id: str,
        form: Form,
        revision: int,
        *,
        name: str | None = None,
        is_draft: bool = False,
    ) -> Cell:
        """Change what a cell holds, and its name where given; it does not run by that, and keeps its receipt.

        A cell without a name of its own is called by what is in it, unless that is a draft: half of it may be typed.

        Conflict with both texts where the cell has changed since `revision`: nothing is overwritten unseen. BadInput
        where the form can't be, the name is taken, or its references would close a circle.
        """
        with self.keeping.changing(user, notebook_id) as (connection, _):
            cell = cell_in(connection, notebook_id, cell_id)
            kind = kind_named(cell.kind)
            tidy = kind.check(form)
            wanted = cell.name if name is None else typed_name(name)
            if wanted == cell.name and not is_draft and is_made_up(cell) and kind.called(tidy):
                others = [each for each in rows.names_of(connection, notebook_id) if each != cell.name]
                wanted = free_name(cell.kind, others, tidy)
            if tidy == cell.form and wanted == cell.name:
                return cell
            if cell.revision != revision:
                raise conflict("step", yours=kind.text(tidy), theirs=kind.text(cell.form))
            changed = replace(cell, form=tidy, revision=cell.revision + 1)
            rows.change_cell(connection, cell, form=tidy, revision=changed.revision)
            if wanted != cell.name:
                self._rename(connection, notebook_id, changed, wanted)
            self._check_circle(connection, notebook_id)
            self.keeping.used(connection, notebook_id, grown=True)
            return cell_in(connection, notebook_id, cell_id)

    def rename(self, user: User, notebook_id: str, cell_id: str, name: str) -> Cell:
        """Give a cell another name; whatever refers to it refers to it still. BadInput where another has that name."""
        wanted = typed_name(name)
        with self.keeping.changing(user, notebook_id) as (connection, _):
            cell = cell_in(connection, notebook_id, cell_id)
            if wanted != cell.name:
                self._rename(connection, notebook_id, cell, wanted)
                self.keeping.used(connection, notebook_id, grown=True)
        return replace(cell, name=wanted)

    def duplicate(self, user: User, notebook_id: str, cell_id: str) -> Cell:
        """Put a copy below a cell, under a name of its own; it has not run yet."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            cell = cell_in(connection, notebook_id, cell_id)
            name = free_copy(cell.name, rows.names_of(connection, notebook_id))
            copy = self.append(connection, notebook_id, Cell(rows.new_id(), cell.kind, cell.form, None, 1, name))
            self._place_after(connection, notebook_id, [copy], cell_id)
        return copy

    def move(self, user: User, notebook_id: str, cell_id: str, steps: int) -> Notebook:
        """Move a cell by `steps` places, down where it is positive; it stops at the first and the last place."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            ordered = list(rows.cells_of(connection, notebook_id))
            cell = cell_in(connection, notebook_id, cell_id)
            place = ordered.index(cell)
            ordered.insert(min(max(place + steps, 0), len(ordered) - 1), ordered.pop(place))
            rows.place_cells(connection, ordered)
            self.keeping.used(connection, notebook_id, grown=True)
        return self.keeping.open(user, notebook_id)

    def fold(self, user: User, notebook_id: str, cell_id: str, folded: bool) -> None:
        """Keep a cell closed, or open, whenever the notebook is looked at."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            rows.change_cell(connection, cell_in(connection, notebook_id, cell_id), folded=folded)

    def delete(self, user: User, notebook_id: str, cell_id: str) -> None:
        """Take a cell off the page; its receipts stay, and it can be restored."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            rows.change_cell(connection, cell_in(connection, notebook_id, cell_id), deleted_at=self.keeping.now())
            self.keeping.used(connection, notebook_id, grown=True)

    def restore(self, user: User, notebook_id: str, cell_id: str) -> Cell:
        """Put a deleted cell back in its place; one that is not deleted stays as it is."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            cell = rows.cell_of(connection, notebook_id, cell_id, deleted=True)
            if cell is None:
                return cell_in(connection, notebook_id, cell_id)
            rows.change_cell(connection, cell, deleted_at=None)
            self._check_circle(connection, notebook_id)
            self.keeping.used(connection, notebook_id, grown=True)
        return cell

    def deleted(self, user: User, notebook_id: str) -> tuple[Cell, ...]:
        """Give the cells that were taken off the page and can be restored, the last deleted first."""
        self.keeping.open(user, notebook_id)
        with self.keeping.database.read() as connection:
            return rows.deleted_cells(connection, notebook_id)

    def _rename(self, connection: Connection, notebook_id: str, cell: Cell, name: str) -> None:
        others = [each for each in rows.names_of(connection, notebook_id) if key_of(each) != key_of(cell.name)]
        if key_of(name) in map(key_of, others):
            raise BadInput(f"Another step of this notebook is called “{name}”.", "Choose a name of its own.")
        rows.change_cell(connection, cell, name=name)
        for each in rows.cells_of(connection, notebook_id):
            form = kind_named(each.kind).changed(each.form, lambda text: renamed(text, cell.name, name))
            if form != each.form:
                rows.change_cell(connection, each, form=form)

    def _check_circle(self, connection: Connection, notebook_id: str) -> None:
        run_order(rows.cells_of(connection, notebook_id))

    def _place_after(self, connection: Connection, notebook_id: str, moved: Sequence[Cell], after: str) -> None:
        ids = {each.id for each in moved}
        rest = [each for each in rows.cells_of(connection, notebook_id) if each.id not in ids]
        place = next((number for number, each in enumerate(rest, start=1) if each.id == after), len(rest))
        rows.place_cells(connection, [*rest[:place], *moved, *rest[place:]])


def is_made_up(cell: Cell) -> bool:
    """Say whether a cell still has the name that it was given for want of a better one."""
    noun, _, number = cell.name.rpartition(" ")
    return noun == kind_named(cell.kind).noun and number.isdecimal()


def free_name(kind: str, taken: Iterable[str], form: Form = NOTHING) -> str:
    """Give the first name that no cell has: what the form is called by ("Region"), else "Question 1", "Question 2"."""
    described, keys = kind_named(kind), set(map(key_of, taken))
    noun, number = described.noun, 1
    called = " ".join(described.called(form).translate(_NO_BRACES).split())[:LONGEST_NAME].strip()
    if called and key_of(called) not in keys:
        return called
    if called:
        noun, number = called[: LONGEST_NAME - 4].strip(), 2
    while key_of(f"{noun} {number}") in keys:
        number += 1
    return f"{noun} {number}"


def free_copy(name: str, taken: Iterable[str]) -> str:
    """Name a copy: "Sales copy", "Sales copy 2"."""
    keys, stem = set(map(key_of, taken)), f"{name[:30].rstrip()} copy"
    number = 2
    found = stem
    while key_of(found) in keys:
        found, number = f"{stem} {number}", number + 1
    return found
