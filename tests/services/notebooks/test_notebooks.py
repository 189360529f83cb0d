from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from services.errors import AppError, BadInput, Conflict, NotFound, TooMany
from services.governance.rules import Limits
from services.knowledge.closeness import Closeness
from services.knowledge.finding import Findings
from services.knowledge.search import PassageSearch
from services.ledger.receipt import Kind
from services.models.embedding import Embedder
from services.notebooks.feedback import Opinion
from services.notebooks.getting_started import GettingStarted
from services.notebooks.notebook import Cell, Notebook
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.services.answers.library import Library, furnish, library

PARENTAL = "How many weeks of paid parental leave am I entitled to?"
CERTIFICATE = "When do I need a doctor's certificate?"
CAFETERIA = "What is in the cafeteria today?"


def texts(notebook: Notebook) -> list[object]:
    return [cell.form.get("question", cell.form.get("text")) for cell in notebook.cells]


def test_the_first_question_makes_the_notebook_and_names_it(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(
        ana, "  how many weeks of paid\n parental leave am I entitled to?", ("handbook",)
    )
    assert notebook.title == "How many weeks of paid parental leave am I entitled to?"
    (cell,) = notebook.cells
    assert cell.kind == "ask"
    assert cell.form == {"question": "how many weeks of paid parental leave am I entitled to?", "where": ["handbook"]}
    assert cell.receipt_id is not None
    receipt = rooms.answers.asked(ana, cell.receipt_id).receipt
    assert (receipt.notebook_id, receipt.notebook_revision, receipt.cell_id) == (notebook.id, 1, cell.id)


def test_a_long_question_names_the_notebook_by_its_first_words(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(
        ana, "parental leave and sick leave and annual leave and what else is there, please?"
    )
    assert notebook.title == "Parental leave and sick leave and annual leave and what…"


@pytest.mark.parametrize("question", ["", "what is the", "leave " * 1_700])
def test_a_question_that_can_not_be_asked_leaves_no_notebook_behind(rooms: Library, ana: User, question: str) -> None:
    with pytest.raises((BadInput, TooMany)):
        rooms.notebooks.running.start(ana, question)
    assert rooms.notebooks.mine(ana) == ()


def test_a_notebook_reads_the_same_after_a_restart(rooms: Library, ana: User, clock: SettableClock) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "Ask **Ben** about twins."})
    before = rooms.notebooks.open(ana, notebook.id)
    assert library(rooms.database, clock).notebooks.open(ana, notebook.id) == before


def test_notebooks_are_listed_by_last_use_and_opening_is_use(rooms: Library, ana: User, clock: SettableClock) -> None:
    first = rooms.notebooks.running.start(ana, PARENTAL)
    clock.go_on(hours=1)
    second = rooms.notebooks.running.start(ana, CERTIFICATE)
    assert [each.id for each in rooms.notebooks.mine(ana)] == [second.id, first.id]
    clock.go_on(hours=1)
    rooms.notebooks.open(ana, first.id)
    assert [each.id for each in rooms.notebooks.mine(ana)] == [first.id, second.id]


def test_a_follow_up_and_a_note_come_at_the_end(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "Twins?"})
    asked = rooms.notebooks.running.ask(ana, notebook.id, CERTIFICATE)
    opened = rooms.notebooks.open(ana, notebook.id)
    assert texts(opened) == [PARENTAL, "Twins?", CERTIFICATE]
    assert opened.cells[2] == asked
    assert asked.receipt_id is not None
    assert rooms.answers.asked(ana, asked.receipt_id).receipt.notebook_revision == opened.revision


def test_a_cell_moves_up_and_down_and_stops_at_the_ends(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    one = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "one"})
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "two"})
    assert texts(rooms.notebooks.cells.move(ana, notebook.id, one.id, 1)) == [PARENTAL, "two", "one"]
    assert texts(rooms.notebooks.cells.move(ana, notebook.id, one.id, 5)) == [PARENTAL, "two", "one"]
    assert texts(rooms.notebooks.cells.move(ana, notebook.id, one.id, -5)) == ["one", PARENTAL, "two"]


def test_a_deleted_cell_comes_back_in_its_place_with_its_answer(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "one"})
    cell = notebook.cells[0]
    rooms.notebooks.cells.delete(ana, notebook.id, cell.id)
    assert texts(rooms.notebooks.open(ana, notebook.id)) == ["one"]
    assert cell.receipt_id is not None
    assert rooms.answers.asked(ana, cell.receipt_id).answer.claims
    rooms.notebooks.cells.restore(ana, notebook.id, cell.id)
    restored = rooms.notebooks.open(ana, notebook.id)
    assert texts(restored) == [PARENTAL, "one"]
    assert restored.cells[0].receipt_id == cell.receipt_id


def test_a_deleted_notebook_lies_in_the_bin_and_comes_back_whole(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    rooms.notebooks.delete(ana, notebook.id)
    assert rooms.notebooks.mine(ana) == ()
    assert [each.title for each in rooms.notebooks.bin(ana)] == [notebook.title]
    with pytest.raises(NotFound) as refused:
        rooms.notebooks.open(ana, notebook.id)
    assert refused.value.message == "This notebook is in the bin."
    assert len(rooms.ledger.mine(ana)) == 1
    assert rooms.notebooks.restore(ana, notebook.id).cells == notebook.cells
    assert rooms.notebooks.bin(ana) == ()


def test_a_notebook_is_renamed(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    renamed = rooms.notebooks.rename(ana, notebook.id, "  Leave\tquestions ", notebook.revision)
    assert renamed.title == "Leave questions"
    assert renamed.revision == notebook.revision + 1


@pytest.mark.parametrize("title", ["", " \n", "x" * 121])
def test_a_title_is_a_few_words(rooms: Library, ana: User, title: str) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    with pytest.raises(BadInput):
        rooms.notebooks.rename(ana, notebook.id, title, notebook.revision)


def test_a_title_saved_from_a_stale_tab_is_refused_with_both(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    rooms.notebooks.rename(ana, notebook.id, "First", notebook.revision)
    with pytest.raises(Conflict) as refused:
        rooms.notebooks.rename(ana, notebook.id, "Second", notebook.revision)
    assert (refused.value.yours, refused.value.theirs) == ("Second", "First")
    assert rooms.notebooks.open(ana, notebook.id).title == "First"


def test_a_note_saved_from_a_stale_tab_is_refused_with_both(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "draft"})
    rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": "from the first tab"}, note.revision)
    with pytest.raises(Conflict) as refused:
        rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": "from the second tab"}, note.revision)
    assert (refused.value.yours, refused.value.theirs) == ("from the second tab", "from the first tab")
    assert texts(rooms.notebooks.open(ana, notebook.id)) == [PARENTAL, "from the first tab"]


def test_of_two_tabs_that_save_at_once_one_is_told(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "draft"})
    together = threading.Barrier(2)
    ended: list[Cell | AppError] = []

    def save(text: str) -> None:
        together.wait()
        try:
            ended.append(rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": text}, note.revision))
        except Conflict as conflict:
            ended.append(conflict)

    tabs = [threading.Thread(target=save, args=(text,)) for text in ("left", "right")]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    (saved,) = [each for each in ended if isinstance(each, Cell)]
    (told,) = [each for each in ended if isinstance(each, Conflict)]
    assert {told.yours, told.theirs} == {"left", "right"}
    assert told.theirs == saved.form["text"] == texts(rooms.notebooks.open(ana, notebook.id))[1]


def test_saving_what_is_already_there_is_no_conflict_and_no_change(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "draft"})
    edited = rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": "better"}, note.revision)
    assert rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": "better"}, note.revision) == edited


def test_an_edited_cell_runs_again_and_the_earlier_receipt_stays(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    cell = notebook.cells[0]
    form = {**cell.form, "question": CERTIFICATE}
    edited = rooms.notebooks.cells.edit(ana, notebook.id, cell.id, form, cell.revision)
    assert edited.receipt_id == cell.receipt_id
    ran = rooms.notebooks.running.run(ana, notebook.id, cell.id)
    assert ran.receipt_id not in (None, cell.receipt_id)
    assert [each.question for each in rooms.ledger.mine(ana)] == [CERTIFICATE, PARENTAL]


def test_a_run_that_fails_leaves_the_earlier_answer_in_place(
    database: Database, clock: SettableClock, ana: User
) -> None:
    rooms = library(database, clock, limits=Limits(per_minute={Kind.ASK: 1}))
    furnish(rooms)
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    with pytest.raises(TooMany):
        rooms.notebooks.running.run(ana, notebook.id, notebook.cells[0].id)
    with pytest.raises(TooMany):
        rooms.notebooks.running.ask(ana, notebook.id, CERTIFICATE)
    assert rooms.notebooks.open(ana, notebook.id).cells == notebook.cells


@dataclass(frozen=True)
class Interrupted:
    """A search during which something else happens."""

    search_itself: PassageSearch
    meanwhile: Callable[[], object]

    @property
    def embedder(self) -> Embedder:
        return self.search_itself.embedder

    def search(self, *args: Any, **kwargs: Any) -> Findings:
        self.meanwhile()
        return self.search_itself.search(*args, **kwargs)

    def closeness(self, findings: Findings, first: int) -> Mapping[str, Closeness]:
        return self.search_itself.closeness(findings, first)


def test_an_answer_never_comes_to_stand_under_a_question_that_was_edited_while_it_ran(
    rooms: Library, ana: User
) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    cell = notebook.cells[0]
    search: Any = Interrupted(
        rooms.knowledge.passage_search,
        lambda: rooms.notebooks.cells.edit(ana, notebook.id, cell.id, {"question": CERTIFICATE}, cell.revision),
    )
    answers = replace(rooms.answers, knowledge=replace(rooms.knowledge, passage_search=search))
    ran = replace(rooms.notebooks, answers=answers).running.run(ana, notebook.id, cell.id)
    assert ran.form["question"] == CERTIFICATE
    assert ran.receipt_id == cell.receipt_id
    assert len(rooms.ledger.mine(ana)) == 2


def test_a_note_has_nothing_to_run(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "draft"})
    with pytest.raises(BadInput):
        rooms.notebooks.running.run(ana, notebook.id, note.id)


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x07", "x" * 50_001])
def test_a_note_holds_something_and_not_too_much(rooms: Library, ana: User, text: str) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    with pytest.raises(BadInput):
        rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": text})


@pytest.mark.parametrize("form", [{"text": "hidden", "question": "leave"}, {"question": "leave", "colour": "red"}])
def test_a_form_holds_only_the_fields_of_its_kind(rooms: Library, ana: User, form: dict[str, object]) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    with pytest.raises(BadInput):
        rooms.notebooks.cells.edit(ana, notebook.id, notebook.cells[0].id, form, 1)


@pytest.mark.parametrize("somebody", ["ben", "sam", "cleo"])
def test_another_person_meets_a_notebook_that_is_not_there(
    rooms: Library, ana: User, somebody: str, request: pytest.FixtureRequest
) -> None:
    other: User = request.getfixturevalue(somebody)
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    cell = notebook.cells[0]
    notebooks, name, receipt = rooms.notebooks, notebook.id, str(cell.receipt_id)
    doors = (
        lambda: notebooks.open(other, name),
        lambda: notebooks.rename(other, name, "Mine", 1),
        lambda: notebooks.delete(other, name),
        lambda: notebooks.restore(other, name),
        lambda: notebooks.running.ask(other, name, CERTIFICATE),
        lambda: notebooks.cells.add(other, name, "note", {"text": "mine"}),
        lambda: notebooks.cells.edit(other, name, cell.id, {"question": "x y"}, 1),
        lambda: notebooks.running.run(other, name, cell.id),
        lambda: notebooks.cells.move(other, name, cell.id, 1),
        lambda: notebooks.cells.delete(other, name, cell.id),
        lambda: notebooks.cells.restore(other, name, cell.id),
        lambda: notebooks.leaving.with_sources(other, name, cell.id),
        lambda: notebooks.leaving.markdown(other, name),
        lambda: notebooks.give_feedback(other, receipt, "helped"),
    )
    for door in doors:
        with pytest.raises(NotFound):
            door()
    assert notebooks.feedback(other, receipt) is None
    assert notebooks.mine(other) == notebooks.bin(other) == ()
    assert rooms.ledger.mine(other) == ()
    assert notebooks.open(ana, name) == notebook


def test_a_cell_is_reached_only_through_its_own_notebook(rooms: Library, ana: User, ben: User) -> None:
    hers = rooms.notebooks.running.start(ana, PARENTAL)
    his = rooms.notebooks.running.start(ben, CERTIFICATE)
    with pytest.raises(NotFound):
        rooms.notebooks.cells.edit(ben, his.id, hers.cells[0].id, {"question": CAFETERIA}, 1)
    with pytest.raises(NotFound):
        rooms.notebooks.leaving.with_sources(ben, his.id, hers.cells[0].id)


def test_an_opinion_is_kept_beside_the_receipt_and_a_later_one_replaces_it(rooms: Library, ana: User) -> None:
    receipt_id = rooms.notebooks.running.start(ana, PARENTAL).cells[0].receipt_id
    assert receipt_id is not None
    assert rooms.notebooks.feedback(ana, receipt_id) is None
    rooms.notebooks.give_feedback(ana, receipt_id, "helped")
    rooms.notebooks.give_feedback(ana, receipt_id, "Out of date", " It is 18 now.\x00 ")
    kept = rooms.notebooks.feedback(ana, receipt_id)
    assert kept is not None
    assert (kept.opinion, kept.note) == (Opinion.OUT_OF_DATE, "It is 18 now.")


def test_an_opinion_is_one_of_five_and_its_note_is_short(rooms: Library, ana: User) -> None:
    receipt_id = rooms.notebooks.running.start(ana, PARENTAL).cells[0].receipt_id
    assert receipt_id is not None
    for verdict in ("This is great", ""):
        with pytest.raises(BadInput):
            rooms.notebooks.give_feedback(ana, receipt_id, verdict)
    with pytest.raises(BadInput):
        rooms.notebooks.give_feedback(ana, receipt_id, "wrong", "x" * 1_001)


def test_getting_started_is_counted_from_receipts_and_cells(rooms: Library, ana: User) -> None:
    assert rooms.notebooks.getting_started(ana) == GettingStarted(False, False, False, False)
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    assert rooms.notebooks.getting_started(ana) == GettingStarted(True, False, False, False)
    rooms.notebooks.running.ask(ana, notebook.id, CAFETERIA)
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "Ask in the cafeteria."})
    receipt_id = notebook.cells[0].receipt_id
    assert receipt_id is not None
    citation = rooms.answers.asked(ana, receipt_id).answer.citations[0]
    rooms.knowledge.open_source(ana, citation.document_id, citation.page, citation.start, citation.end)
    started = rooms.notebooks.getting_started(ana)
    assert (started.done, started.total) == (4, 4)


def test_fifty_cells_are_read_with_two_queries(rooms: Library, ana: User, clock: SettableClock) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    for number in range(49):
        rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": f"note {number}"})
    asked: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(rooms.database.engine, "before_cursor_execute", count)
    opened = rooms.notebooks.open(ana, notebook.id)
    event.remove(rooms.database.engine, "before_cursor_execute", count)
    assert len(opened.cells) == 50
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2
    assert timedelta(0) == clock() - opened.used_at
