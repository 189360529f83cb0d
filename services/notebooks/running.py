"""Running the cells that are asked, and saying what is out of date and why."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from services.answers.answers import Answers, Asked
from services.errors import BadInput, NotFound
from services.governance.run import NOTHING
from services.knowledge.knowledge import Knowledge
from services.ledger.receipt import Cause, Money, Receipt
from services.notebooks import rows
from services.notebooks.cells import Cells, free_name
from services.notebooks.evaluation import Evaluation, Made
from services.notebooks.files import Files
from services.notebooks.fingerprint import Names
from services.notebooks.keeping import Keeping, cell_in
from services.notebooks.kinds import kind_named
from services.notebooks.kinds.ask import as_of_in, where_of
from services.notebooks.kinds.kind import Asking, Form, Place
from services.notebooks.notebook import Cell, Notebook, State
from services.notebooks.output import digest_of
from services.notebooks.tabular.limits import check_size
from services.notebooks.title import UNTITLED, title_from
from services.notebooks.view import View
from services.people.user import User


@dataclass(frozen=True)
class Running:
    """Runs what is asked and makes what runs by itself, from what the person may read at that moment."""

    keeping: Keeping
    cells: Cells
    answers: Answers
    knowledge: Knowledge
    folder: Path
    shipped: Path
    made: Made = field(default_factory=Made, repr=False)

    def keep_file(self, user: User, data: bytes) -> str:
        """Keep a file for `user`'s notebooks and give its digest, which forms name it by. BadInput for a large one."""
        check_size(len(data))
        return self.files_of(user.id).keep(data)

    def view(self, user: User, notebook: Notebook) -> View:
        """Give a notebook, which `user` was allowed to open, as they see it at the moment."""
        readable = self.knowledge.knowledge_bases(user)
        numbers = {each.id: each.snapshot.number for each in readable}

        def documents(form: Form) -> Mapping[str, int]:
            looked = [each for each in (where_of(form) or numbers) if each in numbers]
            day = as_of_in(form)
            return self.knowledge.versions.as_of(user, looked, day) if day else {each: numbers[each] for each in looked}

        def names() -> Names:
            began = self.knowledge.versions.named(user, numbers)
            return Names(
                {each.id: each.name for each in notebook.cells},
                {each.id: each.name for each in readable},
                {each: f"{at.day} {at:%B}" for each, at in began.items()},
            )

        evaluation = Evaluation(notebook, self._asked(user, notebook), self.files_of(notebook.owner), self.made)
        digests: dict[tuple[str, ...], Mapping[str, str]] = {}

        def made_by(models: Sequence[str]) -> Mapping[str, str]:
            key = tuple(models)
            if key not in digests:
                digests[key] = {name: digest_of(value) for name, value in self.answers.made_by(key).items()}
            return digests[key]

        def price(model_id: str) -> Money:
            try:
                return self.answers.models.at_most(user, model_id)
            except NotFound:
                return NOTHING

        is_own = notebook.owner == user.id
        owners = None if is_own else self.view(self.answers.people.user(notebook.owner), notebook)
        return View(evaluation, documents, names, made_by, cache(price), owners)

    def start(self, user: User, question: str, where: Sequence[str] = (), as_of: date | None = None) -> Notebook:
        """Make a notebook of a question and its answer, named after it; where it can't be asked, nothing is made."""
        now = self.keeping.now()
        form = kind_named("ask").check({"question": question, "where": list(where), "as_of": as_of})
        new = Notebook(rows.new_id(), user.id, title_from(question), now, now, None, revision=1)
        cell = Cell(rows.new_id(), "ask", form, None, revision=1, name=free_name("ask", ()))

        def beside(connection: Connection, ran: Cell) -> None:
            rows.insert_notebook(connection, new)
            rows.append_cell(connection, new.id, ran)

        self._run(user, replace(new, cells=(cell,)), cell, Place(new.id, new.revision, cell.id), beside)
        return self.keeping.open(user, new.id)

    def ask(self, user: User, notebook_id: str, question: str, where: Sequence[str] = ()) -> Cell:
        """Ask a further question in a cell at the end; where it can't be asked, no cell is made."""
        form = kind_named("ask").check({"question": question, "where": list(where)})
        notebook = self.keeping.open(user, notebook_id)
        name = free_name("ask", self._names_taken(notebook_id))
        cell = Cell(rows.new_id(), "ask", form, None, revision=1, name=name)
        added: list[Cell] = []

        def beside(connection: Connection, ran: Cell) -> None:
            added.append(self.cells.append(connection, notebook_id, ran))

        with_it = replace(notebook, cells=(*notebook.cells, cell))
        self._run(user, with_it, cell, Place(notebook_id, notebook.revision + 1, cell.id), beside)
        return added[0]

    def run(
        self,
        user: User,
        notebook_id: str,
        cell_id: str,
        *,
        cause: Cause = Cause.PERSON,
        show: Callable[[str], None] = lambda text: None,
        stopped: threading.Event | None = None,
    ) -> Cell:
        """Run a cell that is asked. One that fails keeps its earlier receipt.

        So does one that was edited while it ran: the answer would stand under another question. BadInput for a kind
        that runs by itself. `show` is given what a model has written so far, `stopped` ends that.
        """
        notebook, cell = self.keeping.cell(user, notebook_id, cell_id)

        def beside(connection: Connection, ran: Cell) -> None:
            rows.change_cell(
                connection, cell, receipt_id=ran.receipt_id, made_of=ran.made_of, state=State.NONE.value, fault=""
            )
            self.keeping.used(connection, notebook_id, grown=False)

        place = Place(notebook.id, notebook.revision, cell.id, cause, show, stopped or threading.Event())
        self._run(user, notebook, cell, place, beside)
        with self.keeping.database.read() as connection:
            return cell_in(connection, notebook_id, cell_id)

    def _run(
        self,
        user: User,
        notebook: Notebook,
        cell: Cell,
        place: Place,
        beside: Callable[[Connection, Cell], None],
    ) -> None:
        asks = _asks(cell)
        view = self.view(user, notebook)
        made, form = view.made_of(cell), view.asked_of(cell)

        def settled(connection: Connection, receipt: Receipt) -> None:
            if notebook.title == UNTITLED:
                title = title_from(kind_named(cell.kind).text(form))
                rows.change_notebook(connection, notebook.id, self.keeping.now(), grown=False, title=title)
            beside(connection, replace(cell, receipt_id=receipt.id, made_of=made, state=State.NONE, fault=""))

        asks.run(self.answers, user, form, replace(place, earlier=view.earlier(cell)), settled)

    def shipped_tables(self, user: User) -> tuple[str, ...]:
        """Give the names of the tables that ship with the app."""
        return self.files_of(user.id).shipped_names()

    def files_of(self, person_id: str) -> Files:
        """Give what somebody brought into their notebooks; who may read those has been checked before."""
        return Files(self.folder, self.shipped, person_id)

    def _asked(self, user: User, notebook: Notebook) -> Callable[[str], Asked]:
        """Read answers as `user` may: a receipt is its asker's, and a quote is for those who may read its source."""
        if notebook.owner == user.id:
            return lambda receipt_id: self.answers.asked(user, receipt_id)
        owner = self.answers.people.user(notebook.owner)
        return lambda receipt_id: self.answers.as_readable(user, self.answers.ledger.receipt(owner, receipt_id))

    def _names_taken(self, notebook_id: str) -> tuple[str, ...]:
        with self.keeping.database.read() as connection:
            return rows.names_of(connection, notebook_id)


def _asks(cell: Cell) -> Asking:
    asks = kind_named(cell.kind).asks
    if asks is None:
        raise BadInput(f"“{cell.name}” runs by itself: there is nothing to start.", "Change it, and it runs.")
    return asks
