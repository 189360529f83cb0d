"""The notebooks room: keep what was asked and noted, in order, and come back to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, select

from services.answers.answers import Answers, Beside
from services.errors import BadInput, Conflict, NotFound
from services.knowledge.knowledge import Knowledge
from services.ledger.counting import SMALLEST_GROUP
from services.ledger.ledger import Ledger
from services.ledger.receipt import Kind as RunKind
from services.ledger.receipt import Outcome, Receipt
from services.notebooks import rows
from services.notebooks.copied import CopiedAnswer, copied
from services.notebooks.export import to_markdown
from services.notebooks.feedback import LONGEST_NOTE, Feedback, Opinion, opinion_of
from services.notebooks.getting_started import GettingStarted
from services.notebooks.hit import Hit
from services.notebooks.kinds import KINDS
from services.notebooks.kinds.kind import Form, Place
from services.notebooks.markup import writable
from services.notebooks.notebook import Cell, CellKind, Notebook
from services.notebooks.title import title_from, typed_title
from services.people.user import User
from services.store.database import Database
from services.store.dialect import upsert
from services.store.moment import Clock, utc_now
from services.store.tables import feedback

# Opening counts as use, but a page that is shown again and again must not write each time.
USED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Notebooks:
    """Everybody's notebooks, each its owner's alone. What a run gave stays in the ledger whatever is deleted here."""

    database: Database
    answers: Answers
    knowledge: Knowledge
    ledger: Ledger
    now: Clock = utc_now

    def mine(self, user: User) -> tuple[Notebook, ...]:
        """Give `user`'s notebooks without their cells, last used first."""
        with self.database.read() as connection:
            return rows.notebooks_of(connection, user.id, deleted=False)

    def bin(self, user: User) -> tuple[Notebook, ...]:
        """Give the notebooks that `user` deleted, without their cells."""
        with self.database.read() as connection:
            return rows.notebooks_of(connection, user.id, deleted=True)

    def open(self, user: User, notebook_id: str) -> Notebook:
        """Give a notebook with its cells. NotFound where there is none, it is another's, or it is in the bin."""
        with self.database.read() as connection:
            notebook = _opened(connection, user, notebook_id)
        if self.now() - notebook.used_at > USED_AGAIN_AFTER:
            with self.database.write() as connection:
                rows.change_notebook(connection, notebook_id, self.now(), grown=False)
        return notebook

    def start(self, user: User, question: str, where: Sequence[str] = (), as_of: date | None = None) -> Notebook:
        """Make a notebook of a question and its answer, named after it; where it can't be asked, nothing is made."""
        now = self.now()
        form = KINDS[CellKind.ASK].check({"question": question, "where": list(where), "as_of": as_of})
        new = Notebook(rows.new_id(), user.id, title_from(question), now, now, None, revision=1)
        cell = Cell(rows.new_id(), CellKind.ASK, form, None, revision=1)

        def beside(connection: Connection, receipt: Receipt) -> None:
            rows.insert_notebook(connection, new)
            rows.append_cell(connection, new.id, replace(cell, receipt_id=receipt.id))

        self._run(user, cell, Place(new.id, new.revision, cell.id), beside)
        return self.open(user, new.id)

    def rename(self, user: User, notebook_id: str, title: str, revision: int) -> Notebook:
        """Give a notebook another title. Conflict with both titles where it has changed since `revision`."""
        title = typed_title(title)
        with self._changing(user, notebook_id) as (connection, notebook):
            if notebook.title != title:
                if notebook.revision != revision:
                    raise _conflict("notebook", yours=title, theirs=notebook.title)
                rows.change_notebook(connection, notebook_id, self.now(), grown=True, title=title)
        return self.open(user, notebook_id)

    def delete(self, user: User, notebook_id: str) -> None:
        """Put a notebook into the bin; its receipts stay."""
        with self._changing(user, notebook_id) as (connection, _):
            rows.change_notebook(connection, notebook_id, self.now(), grown=False, deleted_at=self.now())

    def restore(self, user: User, notebook_id: str) -> Notebook:
        """Take a notebook out of the bin as it was. Restoring one that is not deleted changes nothing."""
        with self.database.write() as connection:
            _owned(connection, user, notebook_id)
            rows.change_notebook(connection, notebook_id, self.now(), grown=False, deleted_at=None)
        return self.open(user, notebook_id)

    def add_ask(self, user: User, notebook_id: str, question: str, where: Sequence[str] = ()) -> Cell:
        """Ask a further question in a cell at the end; where it can't be asked, no cell is made."""
        form = KINDS[CellKind.ASK].check({"question": question, "where": list(where)})
        notebook = self.open(user, notebook_id)
        cell = Cell(rows.new_id(), CellKind.ASK, form, None, revision=1)

        def beside(connection: Connection, receipt: Receipt) -> None:
            self._append(connection, notebook_id, replace(cell, receipt_id=receipt.id))

        receipt = self._run(user, cell, Place(notebook_id, notebook.revision + 1, cell.id), beside)
        return replace(cell, receipt_id=receipt.id)

    def add_note(self, user: User, notebook_id: str, text: str) -> Cell:
        """Write a note in a cell at the end. BadInput for an empty or overlong one."""
        cell = Cell(rows.new_id(), CellKind.NOTE, KINDS[CellKind.NOTE].check({"text": text}), None, revision=1)
        with self._changing(user, notebook_id) as (connection, _):
            self._append(connection, notebook_id, cell)
        return cell

    def edit(self, user: User, notebook_id: str, cell_id: str, form: Form, revision: int) -> Cell:
        """Change what a cell holds; it does not run by that, and keeps its receipt.

        Conflict with both texts where the cell has changed since `revision`: nothing is overwritten unseen.
        """
        with self._changing(user, notebook_id) as (connection, _):
            cell = _cell(connection, notebook_id, cell_id)
            kind = KINDS[cell.kind]
            tidy = kind.check(form)
            if tidy == cell.form:
                return cell
            if cell.revision != revision:
                raise _conflict("cell", yours=kind.text(tidy), theirs=kind.text(cell.form))
            changed = replace(cell, form=tidy, revision=cell.revision + 1)
            rows.change_cell(connection, cell, form=changed.form, revision=changed.revision)
            rows.change_notebook(connection, notebook_id, self.now(), grown=True)
        return changed

    def run(self, user: User, notebook_id: str, cell_id: str) -> Cell:
        """Run a cell again. One that fails keeps its earlier receipt.

        So does one that was edited while it ran: the answer would stand under another question.
        """
        notebook = self.open(user, notebook_id)
        with self.database.read() as connection:
            cell = _cell(connection, notebook_id, cell_id)

        def beside(connection: Connection, receipt: Receipt) -> None:
            rows.change_cell(connection, cell, receipt_id=receipt.id)
            rows.change_notebook(connection, notebook_id, self.now(), grown=False)

        self._run(user, cell, Place(notebook_id, notebook.revision, cell_id), beside)
        with self.database.read() as connection:
            return _cell(connection, notebook_id, cell_id)

    def move(self, user: User, notebook_id: str, cell_id: str, steps: int) -> Notebook:
        """Move a cell by `steps` places, down where it is positive; it stops at the first and the last place."""
        with self._changing(user, notebook_id) as (connection, _):
            ordered = list(rows.cells_of(connection, notebook_id))
            cell = _cell(connection, notebook_id, cell_id)
            place = ordered.index(cell)
            ordered.insert(min(max(place + steps, 0), len(ordered) - 1), ordered.pop(place))
            rows.place_cells(connection, ordered)
            rows.change_notebook(connection, notebook_id, self.now(), grown=True)
        return self.open(user, notebook_id)

    def delete_cell(self, user: User, notebook_id: str, cell_id: str) -> None:
        """Take a cell off the page; its receipts stay, and it can be restored."""
        with self._changing(user, notebook_id) as (connection, _):
            cell = _cell(connection, notebook_id, cell_id)
            rows.change_cell(connection, cell, deleted_at=self.now())
            rows.change_notebook(connection, notebook_id, self.now(), grown=True)

    def restore_cell(self, user: User, notebook_id: str, cell_id: str) -> Cell:
        """Put a deleted cell back in its place; one that is not deleted stays as it is."""
        with self._changing(user, notebook_id) as (connection, _):
            cell = rows.cell_of(connection, notebook_id, cell_id, deleted=True)
            if cell is None:
                return _cell(connection, notebook_id, cell_id)
            rows.change_cell(connection, cell, deleted_at=None)
            rows.change_notebook(connection, notebook_id, self.now(), grown=True)
        return cell

    def give_feedback(self, user: User, receipt_id: str, verdict: str, note: str = "") -> Feedback:
        """Keep what `user` thinks of their answer (see `Opinion`), in place of what they thought before."""
        given = Feedback(receipt_id, opinion_of(verdict), writable(note).strip(), self.now())
        if len(given.note) > LONGEST_NOTE:
            raise BadInput(f"At most {LONGEST_NOTE:,} characters can be said here.", "Put it in fewer words.")
        self.ledger.receipt(user, receipt_id)
        row = {"receipt_id": receipt_id, "person": user.id, "verdict": given.opinion.value}
        with self.database.write() as connection:
            upsert(connection, feedback, {**row, "note": given.note, "at": given.at})
        return given

    def feedback(self, user: User, receipt_id: str) -> Feedback | None:
        """Give what `user` said of their answer, None where they said nothing."""
        said = select(feedback).where(feedback.c.receipt_id == receipt_id, feedback.c.person == user.id)
        with self.database.read() as connection:
            row = connection.execute(said).one_or_none()
        return None if row is None else Feedback(row.receipt_id, Opinion(row.verdict), row.note, row.at)

    def with_sources(self, user: User, notebook_id: str, cell_id: str) -> CopiedAnswer:
        """Give a cell's answer with its sources, to paste elsewhere. BadInput where there is no answer yet."""
        self.open(user, notebook_id)
        with self.database.read() as connection:
            cell = _cell(connection, notebook_id, cell_id)
        if cell.receipt_id is None:
            raise BadInput("There is no answer to copy yet.", "Run the cell first.")
        asked = self.answers.asked(user, cell.receipt_id)
        return copied(asked, asked.question or KINDS[cell.kind].text(cell.form))

    def hit_by(self, user: User, knowledge_base_id: str) -> Hit:
        """Say what withdrawing a knowledge base would hit: `user`'s own notebooks by title, those of a group in counts.

        NotFound where they may not read it.
        """
        self.knowledge.knowledge_base(user, knowledge_base_id)
        with self.database.read() as connection:
            asked = dict(self.ledger.notebooks_that_asked(connection, knowledge_base_id))
            there = rows.notebooks_among(connection, list(asked))
        mine = tuple(each.title for each in there if each.owner == user.id)
        people = len({each.owner for each in there})
        return Hit(mine, len(there), people) if people >= SMALLEST_GROUP else Hit(mine, None, None)

    def markdown(self, user: User, notebook_id: str) -> str:
        """Give a notebook as a Markdown file, without what `user` may no longer read."""
        notebook = self.open(user, notebook_id)
        answers = {
            cell.id: self.answers.asked(user, cell.receipt_id) for cell in notebook.cells if cell.receipt_id is not None
        }
        names = {each.id: each.name for each in self.knowledge.knowledge_bases(user)}
        return to_markdown(notebook, answers, names)

    def getting_started(self, user: User) -> GettingStarted:
        """Say which of the first four steps `user` has taken, from their receipts and cells."""
        with self.database.read() as connection:
            wrote = rows.has_note(connection, user.id)
        met_not_found = self.ledger.has_run(user, RunKind.ASK, Outcome.NOT_FOUND)
        return GettingStarted(
            asked=met_not_found or self.ledger.has_run(user, RunKind.ASK, Outcome.ANSWERED),
            opened_a_source=self.ledger.has_run(user, RunKind.OPEN, Outcome.DONE),
            met_not_found=met_not_found,
            wrote_a_note=wrote,
        )

    def _run(self, user: User, cell: Cell, place: Place, beside: Beside) -> Receipt:
        run = KINDS[cell.kind].run
        if run is None:
            raise BadInput(f"A {cell.kind.value} cell has nothing to run.", "Ask a question in a cell of its own.")
        return run(self.answers, user, cell.form, place, beside)

    def _append(self, connection: Connection, notebook_id: str, cell: Cell) -> None:
        rows.append_cell(connection, notebook_id, cell)
        rows.change_notebook(connection, notebook_id, self.now(), grown=True)

    @contextmanager
    def _changing(self, user: User, notebook_id: str) -> Iterator[tuple[Connection, Notebook]]:
        """Give a write transaction on a notebook that is `user`'s and not in the bin."""
        with self.database.write() as connection:
            yield connection, _present(connection, user, notebook_id)


def _owned(connection: Connection, user: User, notebook_id: str) -> Notebook:
    notebook = rows.notebook_of(connection, user.id, notebook_id)
    if notebook is None:
        raise NotFound("There is no such notebook, or it is not yours.", "Look among your notebooks.")
    return notebook


def _present(connection: Connection, user: User, notebook_id: str) -> Notebook:
    notebook = _owned(connection, user, notebook_id)
    if notebook.deleted_at is not None:
        raise NotFound("This notebook is in the bin.", "Restore it from the bin of your notebooks.")
    return notebook


def _opened(connection: Connection, user: User, notebook_id: str) -> Notebook:
    return replace(_present(connection, user, notebook_id), cells=rows.cells_of(connection, notebook_id))


def _cell(connection: Connection, notebook_id: str, cell_id: str) -> Cell:
    cell = rows.cell_of(connection, notebook_id, cell_id)
    if cell is None:
        raise NotFound("There is no such cell in this notebook.", "It may have been deleted in another tab.")
    return cell


def _conflict(what: str, *, yours: str, theirs: str) -> Conflict:
    return Conflict(
        f"This {what} was changed in another tab meanwhile. Yours was not saved.",
        "Compare the two, then save the one you want to keep.",
        yours=yours,
        theirs=theirs,
    )
