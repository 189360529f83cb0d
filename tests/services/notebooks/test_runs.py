"""Runs that go on at the server: what is out of date, everything, stopped, failed, and taken up again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from services.errors import BadInput, NotFound
from services.knowledge.closeness import Closeness
from services.knowledge.finding import Findings
from services.knowledge.search import PassageSearch
from services.models.embedding import Embedder
from services.notebooks import rows
from services.notebooks.notebook import Notebook, State
from services.notebooks.notebooks import Notebooks
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.doubles.scene import Scene
from tests.scripted_chat import ScriptedChat
from tests.services.answers.library import Library, furnish, library

TOPIC = {"label": "Topic", "type": "text", "value": "parental leave"}


@dataclass(frozen=True)
class Waiting:
    """A search that waits at `gate`; `begun` says that somebody is in it."""

    search_itself: PassageSearch
    begun: threading.Event
    gate: threading.Event

    @property
    def embedder(self) -> Embedder:
        return self.search_itself.embedder

    def search(self, *args: Any, **kwargs: Any) -> Findings:
        self.begun.set()
        self.gate.wait(10)
        return self.search_itself.search(*args, **kwargs)

    def closeness(self, findings: Findings, first: int) -> Mapping[str, Closeness]:
        return self.search_itself.closeness(findings, first)


@pytest.fixture
def slow(rooms: Library) -> Iterator[tuple[Notebooks, threading.Event, threading.Event]]:
    """The room, whose searches wait; whether one has begun; the gate that lets them go on."""
    begun, gate = threading.Event(), threading.Event()
    search: Any = Waiting(rooms.knowledge.passage_search, begun, gate)
    answers = replace(rooms.answers, knowledge=replace(rooms.knowledge, passage_search=search))
    notebooks = replace(rooms.notebooks, answers=answers)
    yield notebooks, begun, gate
    gate.set()
    notebooks.runs.close()


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    """A topic and two questions; the second, which stands first on the page, takes in what the first answers."""
    made = rooms.notebooks.new(ana)
    cells = rooms.notebooks.cells
    cells.add(ana, made.id, "input", TOPIC)
    cells.add(ana, made.id, "ask", {"question": "How many weeks of paid {{Topic}} am I entitled to?", "where": []})
    cells.add(ana, made.id, "ask", {"question": "Who keeps their health insurance?", "where": []})
    return rooms.notebooks.open(ana, made.id)


def receipts(rooms: Library, ana: User, notebook: Notebook) -> list[str | None]:
    return [each.receipt_id for each in rooms.notebooks.open(ana, notebook.id).cells[1:]]


def states(rooms: Library, ana: User, notebook: Notebook) -> list[State]:
    return [each.state for each in rooms.notebooks.open(ana, notebook.id).cells[1:]]


def test_what_has_not_run_is_run_and_then_nothing_is_out_of_date(rooms: Library, ana: User, notebook: Notebook) -> None:
    runs = rooms.notebooks.runs
    assert [each.name for each in runs.out_of_date(ana, notebook.id)] == ["Question 1", "Question 2"]

    job = runs.start_out_of_date(ana, notebook.id)

    assert job.finished.wait(20)
    assert job.done == 2
    assert None not in receipts(rooms, ana, notebook)
    assert states(rooms, ana, notebook) == [State.NONE, State.NONE]
    assert runs.out_of_date(ana, notebook.id) == ()
    with pytest.raises(BadInput, match="nothing to run"):
        runs.start_out_of_date(ana, notebook.id)


def test_only_what_a_change_reaches_runs_again(rooms: Library, ana: User, notebook: Notebook) -> None:
    runs = rooms.notebooks.runs
    assert runs.start_all(ana, notebook.id).finished.wait(20)
    first, second = receipts(rooms, ana, notebook)
    topic = notebook.cells[0]
    rooms.notebooks.cells.edit(ana, notebook.id, topic.id, {**TOPIC, "value": "sick leave"}, topic.revision)

    assert runs.start_out_of_date(ana, notebook.id).finished.wait(20)

    again, untouched = receipts(rooms, ana, notebook)
    assert again != first
    assert untouched == second


def test_a_run_can_be_seen_and_stopped_and_what_has_not_run_says_so(
    rooms: Library, ana: User, ben: User, notebook: Notebook, slow: tuple[Notebooks, threading.Event, threading.Event]
) -> None:
    notebooks, begun, gate = slow
    job = notebooks.runs.start_all(ana, notebook.id)
    assert begun.wait(10)
    assert notebooks.runs.progress(ana, notebook.id) is job
    assert notebooks.runs.progress(ben, notebook.id) is None
    assert states(rooms, ana, notebook) == [State.RUNNING, State.RUNNING]
    with pytest.raises(BadInput, match="running already"):
        notebooks.runs.start_all(ana, notebook.id)

    notebooks.runs.stop(ben, notebook.id)
    assert not job.stopped.is_set()
    notebooks.runs.stop(ana, notebook.id)
    gate.set()

    assert job.finished.wait(20)
    assert states(rooms, ana, notebook) == [State.NONE, State.STOPPED]
    assert notebooks.runs.progress(ana, notebook.id) is None


def test_a_cell_that_fails_says_why_and_those_made_from_it_wait(rooms: Library, ana: User, notebook: Notebook) -> None:
    cells = rooms.notebooks.cells
    bad = cells.add(ana, notebook.id, "ask", {"question": "What of {{Nothing}}?", "where": []})
    cells.add(ana, notebook.id, "ask", {"question": "And {{Question 3}}?", "where": []})

    assert rooms.notebooks.runs.start_all(ana, notebook.id).finished.wait(20)

    *good, failed, waiting = rooms.notebooks.open(ana, notebook.id).cells
    assert [each.state for each in good] == [State.NONE] * 3
    assert (failed.id, failed.state) == (bad.id, State.FAILED)
    assert "refers to “Nothing”, which is not in this notebook" in failed.fault
    assert waiting.state is State.FAILED
    assert waiting.fault.startswith("It waits for “Question 3”")


def test_a_run_that_the_end_of_the_app_cut_off_is_taken_up_again(rooms: Library, ana: User, notebook: Notebook) -> None:
    with rooms.database.write() as connection:
        rows.mark_cells(connection, [notebook.cells[2].id], State.RUNNING, "")
    later = replace(rooms.notebooks)  # another process on the same data

    later.runs.resume()

    job = later.runs.progress(ana, notebook.id)
    assert job is None or job.finished.wait(20)
    later.runs.close()
    assert [each is not None for each in receipts(rooms, ana, notebook)] == [False, True]
    assert states(rooms, ana, notebook) == [State.NONE, State.NONE]


def test_what_a_model_was_asked_when_the_app_ended_is_never_sent_again_unasked(
    database: Database, clock: SettableClock, ana: User
) -> None:
    chat = ScriptedChat()
    rooms = library(database, clock, chats={"own-endpoint": chat})
    furnish(rooms)
    made = rooms.notebooks.new(ana)
    form = {"question": "How many weeks of paid parental leave?", "where": []}
    quoted = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    written = rooms.notebooks.cells.add(ana, made.id, "ask", form | {"model": "own-endpoint"})
    with database.write() as connection:
        rows.mark_cells(connection, [quoted.id, written.id], State.RUNNING, "")
    later = replace(rooms.notebooks)

    later.runs.resume()
    job = later.runs.progress(ana, made.id)
    assert job is None or job.finished.wait(20)
    later.runs.close()

    first, second = rooms.notebooks.open(ana, made.id).cells
    assert (first.state, first.receipt_id is not None) == (State.NONE, True)
    assert (second.state, second.receipt_id) == (State.INTERRUPTED, None)
    assert "counts as spent" in second.fault
    assert chat.requests == []


def test_somebody_elses_notebook_is_not_run(rooms: Library, ben: User, notebook: Notebook) -> None:
    with pytest.raises(NotFound):
        rooms.notebooks.runs.start_all(ben, notebook.id)
    with pytest.raises(NotFound):
        rooms.notebooks.runs.out_of_date(ben, notebook.id)


def test_what_a_model_writes_is_seen_while_it_writes_and_kept_where_it_is_stopped(
    database: Database, clock: SettableClock, ana: User
) -> None:
    chat = ScriptedChat()
    rooms = library(database, clock, chats={"own-endpoint": chat})
    furnish(rooms)
    pieces = ("Every employee who becomes a parent is entitled to 16 weeks of paid parental leave. ", "And ", "more.")
    chat.says(Scene(pieces=pieces, waits_after=1, counts=False))
    made = rooms.notebooks.new(ana)
    form = {"question": "How many weeks of paid parental leave?", "where": [], "model": "own-endpoint"}
    rooms.notebooks.cells.add(ana, made.id, "ask", form)

    job = rooms.notebooks.runs.start_all(ana, made.id)
    seen = wait_for(lambda: job.text)
    rooms.notebooks.runs.stop(ana, made.id)
    chat.stage.go_on.set()

    assert seen.startswith("Every employee")
    assert job.finished.wait(20)
    (cell,) = rooms.notebooks.open(ana, made.id).cells
    asked = rooms.answers.asked(ana, cell.receipt_id or "")
    assert "This answer was stopped before its end." in asked.answer.missing
    assert "16 weeks" in asked.answer.claims[0].text
    rooms.notebooks.runs.close()


def test_a_withdrawn_model_makes_its_answers_out_of_date_and_is_a_sentence(
    database: Database, clock: SettableClock, ana: User, cleo: User
) -> None:
    chat = ScriptedChat().says("Every employee who becomes a parent is entitled to 16 weeks of paid parental leave.")
    rooms = library(database, clock, chats={"own-endpoint": chat})
    furnish(rooms)
    made = rooms.notebooks.new(ana)
    form = {"question": "How many weeks of paid parental leave?", "where": [], "model": "own-endpoint"}
    question = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    rooms.notebooks.running.run(ana, made.id, question.id)
    rooms.answers.models.withdraw(cleo, "own-endpoint", "It invents numbers.")

    opened = rooms.notebooks.open(ana, made.id)
    because = rooms.notebooks.running.view(ana, opened).because(opened.cells[0])
    assert because == ("the model was withdrawn or approved anew",)
    assert rooms.notebooks.runs.start_all(ana, made.id).finished.wait(20)

    (cell,) = rooms.notebooks.open(ana, made.id).cells
    assert (cell.state, cell.receipt_id) == (State.FAILED, opened.cells[0].receipt_id)
    assert "is withdrawn: it may not be asked" in cell.fault
    rooms.notebooks.runs.close()


def test_what_a_model_wrote_is_told_as_such_where_a_note_takes_it_in(
    database: Database, clock: SettableClock, ana: User
) -> None:
    chat = ScriptedChat().says("Every employee who becomes a parent is entitled to 99 weeks of paid parental leave.")
    rooms = library(database, clock, chats={"own-endpoint": chat})
    furnish(rooms)
    made = rooms.notebooks.new(ana)
    form = {"question": "How many weeks of paid parental leave?", "where": [], "model": "own-endpoint"}
    question = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    first = rooms.notebooks.cells.add(ana, made.id, "note", {"text": "It says: {{Question 1}}"})
    second = rooms.notebooks.cells.add(ana, made.id, "note", {"text": "Again: {{Note 1}}"})
    rooms.notebooks.running.run(ana, made.id, question.id)

    view = rooms.notebooks.running.view(ana, rooms.notebooks.open(ana, made.id))
    (said,) = view.written_in(first)
    assert said.startswith("“Question 1” is AI-generated, written by The company's own endpoint: 0 of 1 sentences")
    assert view.written_in(second) == (said,)
    rooms.notebooks.runs.close()


def wait_for(what: Callable[[], str]) -> str:
    """Give the first words that there are; the test's own time limit ends it where none come."""
    while not (found := what()):
        threading.Event().wait(0.01)
    return found
