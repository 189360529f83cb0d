"""What a cell has given so far, and why two of its answers differ."""

from __future__ import annotations

import pytest

from services.errors import NotFound
from services.notebooks.notebook import Notebook
from services.people.user import User
from tests.conftest import SettableClock
from tests.services.answers.library import LEAVE, Library

PARENTAL = "How many weeks of paid parental leave am I entitled to?"


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    return rooms.notebooks.running.start(ana, PARENTAL, ("handbook",))


def run_again(rooms: Library, ana: User, notebook: Notebook) -> str:
    """Run the first cell again, and say in a sentence what came of it."""
    cell = rooms.notebooks.running.run(ana, notebook.id, notebook.cells[0].id)
    history = rooms.notebooks.history
    before = history.before(ana, notebook.id, cell.id, cell.receipt_id or "")
    return history.compare(ana, before, cell.receipt_id or "").sentence


def test_running_again_gives_the_same_from_the_same(rooms: Library, ana: User, notebook: Notebook) -> None:
    assert run_again(rooms, ana, notebook) == "Same as before."


def test_a_changed_answer_names_its_cause_and_what_came_and_went(
    rooms: Library, ana: User, notebook: Notebook, clock: SettableClock
) -> None:
    clock.go_on(days=3)
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])

    assert run_again(rooms, ana, notebook) == "Changed, because Employee handbook had a new version of 27 November."

    cell = rooms.notebooks.open(ana, notebook.id).cells[0]
    newer, older = rooms.notebooks.history.list(ana, notebook.id, cell.id)
    compared = rooms.notebooks.history.compare(ana, older.receipt_id, newer.receipt_id)
    assert any("18 weeks" in each for each in compared.gained)
    assert any("16 weeks" in each for each in compared.lost)


def test_a_new_version_that_says_the_same_leaves_it_the_same(
    rooms: Library, ana: User, notebook: Notebook, clock: SettableClock
) -> None:
    clock.go_on(days=3)
    rooms.publish("handbook", "bikes.md", ["# Bikes\n\nThere are racks in the yard.\n"])
    sentence = run_again(rooms, ana, notebook)
    assert sentence.endswith("Employee handbook had a new version of 27 November.")


def test_another_question_is_a_cause(rooms: Library, ana: User, notebook: Notebook) -> None:
    cell = notebook.cells[0]
    form = {"question": "Which expenses need a receipt?", "where": []}
    rooms.notebooks.cells.edit(ana, notebook.id, cell.id, form, cell.revision)
    sentence = run_again(rooms, ana, notebook)
    assert sentence.startswith("Changed, because the question changed and where to look changed")


def test_every_run_of_a_cell_is_listed_and_none_of_another(
    rooms: Library, ana: User, notebook: Notebook, clock: SettableClock
) -> None:
    other = rooms.notebooks.running.ask(ana, notebook.id, "Who keeps their health insurance?")
    clock.go_on(minutes=5)
    run_again(rooms, ana, notebook)
    listed = rooms.notebooks.history.list(ana, notebook.id, notebook.cells[0].id)
    assert len(listed) == 2
    assert listed[0].at > listed[1].at
    assert {each.said for each in listed} == {"Well supported"}
    assert other.receipt_id not in {each.receipt_id for each in listed}


def test_the_first_answer_has_none_before_it(rooms: Library, ana: User, notebook: Notebook) -> None:
    cell = notebook.cells[0]
    with pytest.raises(NotFound, match="first answer"):
        rooms.notebooks.history.before(ana, notebook.id, cell.id, cell.receipt_id or "")


def test_deleting_a_cell_or_its_notebook_deletes_no_receipt(rooms: Library, ana: User, notebook: Notebook) -> None:
    cell = notebook.cells[0]
    rooms.notebooks.cells.delete(ana, notebook.id, cell.id)
    rooms.notebooks.delete(ana, notebook.id)
    assert [each.id for each in rooms.ledger.of_cell(ana, notebook.id, cell.id)] == [cell.receipt_id]


def test_an_answer_that_was_not_there_said_none_of_what_came_nearest(rooms: Library, ana: User) -> None:
    made = rooms.notebooks.running.start(ana, "How many days of sabbatical can I take?", ("handbook",))
    before = made.cells[0].receipt_id or ""
    assert rooms.answers.asked(ana, before).answer.claims == ()
    rooms.publish(
        "handbook", "sabbatical.md", ["# Sabbatical\n\nYou can take 40 days of sabbatical every six years.\n"]
    )
    after = rooms.notebooks.running.run(ana, made.id, made.cells[0].id).receipt_id or ""
    compared = rooms.notebooks.history.compare(ana, before, after)
    assert compared.lost == ("Not in these documents",)
    assert any("40 days" in each for each in compared.gained)
