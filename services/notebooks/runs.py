"""Runs that go on at the server: of what is out of date, of everything, whether or not somebody looks on."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.errors import AppError, BadInput
from services.notebooks import rows
from services.notebooks.fair_queue import FairQueue
from services.notebooks.graph import by_name, run_order, sources_of
from services.notebooks.keeping import Keeping
from services.notebooks.kinds import KINDS
from services.notebooks.notebook import Cell, Notebook, State
from services.notebooks.running import Running
from services.notebooks.view import models_of
from services.people.user import User

HELD = "What was held for it counts as spent. Run it again if you still want it."

_log = logging.getLogger("accelerate")


@dataclass
class Job:
    """One run of some cells of a notebook: which, how far it has come, and whether it was stopped.

    `text` is what a model has written so far of the answer of the `current` cell.
    """

    notebook_id: str
    person: str
    cell_ids: tuple[str, ...]
    done: int = 0
    current: str | None = None
    text: str = ""
    stopped: threading.Event = field(default_factory=threading.Event, repr=False)
    finished: threading.Event = field(default_factory=threading.Event, repr=False)

    def show(self, text: str) -> None:
        """Keep what has been written so far."""
        self.text = text


@dataclass(frozen=True)
class Runs:
    """Starts, follows and stops the runs of one's own notebooks; at most one for each notebook at a time."""

    keeping: Keeping
    running: Running
    queue: FairQueue = field(default_factory=FairQueue, repr=False)
    _jobs: dict[str, Job] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def out_of_date(self, user: User, notebook_id: str) -> tuple[Cell, ...]:
        """Give the cells that have not run, or of other things than there are now, in the order in which they run."""
        notebook = self.keeping.open(user, notebook_id)
        view = self.running.view(user, notebook)
        return tuple(
            each for each in _asked(notebook) if _is_filled(each) and (each.receipt_id is None or view.because(each))
        )

    def start(self, user: User, notebook_id: str, cell_ids: Sequence[str]) -> Job:
        """Run these cells one after the other, in the order of what they are made from, from now on in the background.

        A cell that fails keeps its earlier answer and says why; those made from it are left as they were. BadInput
        where something of this notebook runs already, or there is nothing to run. NotFound where it is not `user`'s.
        """
        notebook = self.keeping.open(user, notebook_id)
        ordered = tuple(each.id for each in _asked(notebook) if each.id in set(cell_ids))
        if not ordered:
            raise BadInput("There is nothing to run here.", "Ask a question first.")
        job = Job(notebook_id, user.id, ordered)
        with self._lock:
            if (other := self._jobs.get(notebook_id)) is not None and not other.finished.is_set():
                raise BadInput("This notebook is running already.", "Wait for its end, or stop it.")
            self._jobs[notebook_id] = job
        self._mark(ordered, State.RUNNING)
        self.queue.submit(user.id, lambda: self._work(user, job))
        return job

    def start_all(self, user: User, notebook_id: str) -> Job:
        """Run everything that is asked, as `start`."""
        notebook = self.keeping.open(user, notebook_id)
        return self.start(user, notebook_id, [each.id for each in _asked(notebook) if _is_filled(each)])

    def start_out_of_date(self, user: User, notebook_id: str) -> Job:
        """Run what is out of date, and what that makes out of date, as `start`."""
        notebook = self.keeping.open(user, notebook_id)
        stale = {each.id for each in self.out_of_date(user, notebook_id)}
        named = by_name(notebook.cells)
        for each in run_order(notebook.cells):
            if any(one.id in stale for one in sources_of(each, named)):
                stale.add(each.id)
        return self.start(user, notebook_id, sorted(stale))

    def progress(self, user: User, notebook_id: str) -> Job | None:
        """Give the run of one of `user`'s notebooks that is going on, None where none is."""
        job = self._jobs.get(notebook_id)
        return job if job is not None and job.person == user.id and not job.finished.is_set() else None

    def stop(self, user: User, notebook_id: str) -> None:
        """Stop the run that is going on, if any: what has run stays, what has not is marked stopped."""
        if (job := self.progress(user, notebook_id)) is not None:
            job.stopped.set()

    def resume(self) -> None:
        """Take up again what was running when the app ended; meant for its start.

        What a model was asked is never sent again unasked: nobody knows how far it came, and it may have cost.
        """
        with self.keeping.database.read() as connection:
            left = rows.running_cells(connection)
        for (owner, notebook_id), found in left.items():
            sent = [each.id for each in found if models_of(each)]
            again = [each.id for each in found if each.id not in sent]
            self._mark(sent, State.INTERRUPTED, HELD)
            try:
                if again:
                    self.start(self.running.answers.people.user(owner), notebook_id, again)
            except AppError as error:
                self._mark(again, State.INTERRUPTED, error.message)

    def close(self) -> None:
        """End with the app: what is being asked is waited for, what waits is taken up at the next start."""
        self.queue.close()

    def _work(self, user: User, job: Job) -> None:
        failed: set[str] = set()
        try:
            for cell_id in job.cell_ids:
                if job.stopped.is_set():
                    self._mark(job.cell_ids[job.done :], State.STOPPED)
                    return
                job.current, job.text = cell_id, ""
                self._one(user, job, cell_id, failed)
                job.done += 1
        finally:
            job.current = None
            with self._lock:
                if self._jobs.get(job.notebook_id) is job:
                    del self._jobs[job.notebook_id]
            job.finished.set()

    def _one(self, user: User, job: Job, cell_id: str, failed: set[str]) -> None:
        try:
            notebook, cell = self.keeping.cell(user, job.notebook_id, cell_id)
            if lost := next((each for each in sources_of(cell, by_name(notebook.cells)) if each.id in failed), None):
                raise BadInput(f"It waits for “{lost.name}”, which did not run.", "Run that one first.")
            self.running.run(user, job.notebook_id, cell_id, show=job.show, stopped=job.stopped)
        except AppError as error:
            failed.add(cell_id)
            self._mark([cell_id], State.FAILED, f"{error.message} {error.hint}")
        except Exception as error:
            failed.add(cell_id)
            reference = secrets.token_hex(4)
            _log.error("reference %s", reference, exc_info=error)
            self._mark([cell_id], State.FAILED, f"Something went wrong. It is in the log under reference {reference}.")

    def _mark(self, cell_ids: Sequence[str], state: State, fault: str = "") -> None:
        with self.keeping.database.write() as connection:
            rows.mark_cells(connection, cell_ids, state, fault)


def _asked(notebook: Notebook) -> tuple[Cell, ...]:
    return tuple(each for each in run_order(notebook.cells) if KINDS[each.kind].asks is not None)


def _is_filled(cell: Cell) -> bool:
    return bool(KINDS[cell.kind].text(cell.form))
