"""The notebooks room: keep what was asked and noted, in order, and come back to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from services.answers.answers import Answers
from services.errors import BadInput
from services.knowledge.knowledge import Knowledge
from services.ledger.counting import SMALLEST_GROUP
from services.ledger.ledger import Ledger
from services.ledger.receipt import Kind as RunKind
from services.ledger.receipt import Outcome
from services.notebooks import rows
from services.notebooks.cells import Cells
from services.notebooks.feedback import LONGEST_NOTE, Feedback, Opinion, opinion_of
from services.notebooks.getting_started import GettingStarted
from services.notebooks.history import History
from services.notebooks.hit import Hit
from services.notebooks.keeping import Keeping, conflict, owned
from services.notebooks.leaving.leaving import Leaving
from services.notebooks.markup import writable
from services.notebooks.notebook import Notebook
from services.notebooks.running import Running
from services.notebooks.runs import Runs
from services.notebooks.sharing import Sharing
from services.notebooks.starters import Starters
from services.notebooks.title import UNTITLED, typed_title
from services.notebooks.versions import Versions
from services.notebooks.watching import Watching
from services.people.user import User
from services.store.database import Database
from services.store.dialect import upsert
from services.store.moment import Clock, utc_now
from services.store.tables import feedback


@dataclass(frozen=True)
class Notebooks:
    """Everybody's notebooks, each its owner's alone. What a run gave stays in the ledger whatever is deleted here.

    `folder` holds the files that people bring into them, `content` the tables and the starters that ship.
    """

    database: Database
    answers: Answers
    knowledge: Knowledge
    ledger: Ledger
    folder: Path
    content: Path
    now: Clock = utc_now
    keeping: Keeping = field(init=False, repr=False)
    cells: Cells = field(init=False, repr=False)
    running: Running = field(init=False, repr=False)
    history: History = field(init=False, repr=False)
    leaving: Leaving = field(init=False, repr=False)
    runs: Runs = field(init=False, repr=False)
    sharing: Sharing = field(init=False, repr=False)
    starters: Starters = field(init=False, repr=False)
    versions: Versions = field(init=False, repr=False)
    watching: Watching = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keeping = Keeping(self.database, self.now)
        object.__setattr__(self, "keeping", keeping)
        object.__setattr__(self, "cells", Cells(keeping))
        running = Running(keeping, self.cells, self.answers, self.knowledge, self.folder, self.content / "tables")
        object.__setattr__(self, "running", running)
        history = History(keeping, self.answers, self.knowledge)
        object.__setattr__(self, "history", history)
        object.__setattr__(self, "leaving", Leaving(keeping, running, self.answers, self.knowledge))
        object.__setattr__(self, "watching", Watching(keeping, running, history, self.answers.governance))
        object.__setattr__(self, "runs", Runs(keeping, running))
        object.__setattr__(self, "sharing", Sharing(keeping, running, self.answers.people))
        object.__setattr__(self, "starters", Starters(keeping, self.knowledge, self.content / "starters"))
        object.__setattr__(self, "versions", Versions(keeping))

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
        return self.keeping.open(user, notebook_id)

    def new(self, user: User, title: str = UNTITLED) -> Notebook:
        """Make an empty notebook."""
        now = self.now()
        made = Notebook(rows.new_id(), user.id, typed_title(title), now, now, None, revision=1)
        with self.database.write() as connection:
            rows.insert_notebook(connection, made)
        return made

    def rename(self, user: User, notebook_id: str, title: str, revision: int) -> Notebook:
        """Give a notebook another title. Conflict with both titles where it has changed since `revision`."""
        title = typed_title(title)
        with self.keeping.changing(user, notebook_id) as (connection, notebook):
            if notebook.title != title:
                if notebook.revision != revision:
                    raise conflict("notebook", yours=title, theirs=notebook.title)
                rows.change_notebook(connection, notebook_id, self.now(), grown=True, title=title)
        return self.open(user, notebook_id)

    def delete(self, user: User, notebook_id: str) -> None:
        """Put a notebook into the bin; its receipts stay."""
        with self.keeping.changing(user, notebook_id) as (connection, _):
            rows.change_notebook(connection, notebook_id, self.now(), grown=False, deleted_at=self.now())

    def restore(self, user: User, notebook_id: str) -> Notebook:
        """Take a notebook out of the bin as it was. Restoring one that is not deleted changes nothing."""
        with self.database.write() as connection:
            owned(connection, user, notebook_id)
            rows.change_notebook(connection, notebook_id, self.now(), grown=False, deleted_at=None)
        return self.open(user, notebook_id)

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
