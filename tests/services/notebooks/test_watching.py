"""*Tell me when this changes*: asked again after each new version, told only where the answer is another one."""

from __future__ import annotations

import pytest

from services.errors import BadInput
from services.ledger.receipt import Cause
from services.notebooks.notebook import Notebook
from services.people.user import User
from tests.conftest import SettableClock
from tests.services.answers.library import LEAVE, Library

PARENTAL = "How many weeks of paid parental leave am I entitled to?"


@pytest.fixture
def notebook(rooms: Library, ana: User, clock: SettableClock) -> Notebook:
    """A question that Ana wants to be told about; three days later something may have happened."""
    made = rooms.notebooks.running.start(ana, PARENTAL, ("handbook",))
    rooms.notebooks.watching.watch(ana, made.id, made.cells[0].id, True)
    clock.go_on(days=3)
    return rooms.notebooks.open(ana, made.id)


def news(rooms: Library, who: User) -> list[str]:
    return [each.kind for each in rooms.answers.governance.requests.news(who)]


def test_a_changed_answer_is_told_once_with_before_and_after(
    rooms: Library, ana: User, ben: User, notebook: Notebook
) -> None:
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])

    assert rooms.notebooks.watching.ask_again() == 1
    assert rooms.notebooks.watching.ask_again() == 0

    (told,) = rooms.answers.governance.requests.news(ana)
    assert (told.kind, told.object, told.facts["name"]) == ("answer changed", notebook.id, "Question 1")
    compared = rooms.notebooks.history.compare(ana, told.facts["before"], told.facts["after"])
    assert any("18 weeks" in each for each in compared.gained)
    assert "weeks" not in repr(told.facts)
    cell = rooms.notebooks.open(ana, notebook.id).cells[0]
    assert cell.receipt_id == told.facts["after"]
    assert rooms.ledger.receipt(ana, cell.receipt_id).cause is Cause.SCHEDULE
    assert news(rooms, ben) == []


def test_nothing_is_asked_while_nothing_is_new(rooms: Library, ana: User, notebook: Notebook) -> None:
    assert rooms.notebooks.watching.ask_again() == 0
    assert rooms.notebooks.open(ana, notebook.id).cells[0].receipt_id == notebook.cells[0].receipt_id


def test_a_question_that_was_changed_meanwhile_is_left_to_its_owner(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    cell = notebook.cells[0]
    form = {"question": "Who keeps their health insurance?", "where": ["handbook"]}
    rooms.notebooks.cells.edit(ana, notebook.id, cell.id, form, cell.revision)
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])
    assert rooms.notebooks.watching.ask_again() == 0
    assert news(rooms, ana) == []


def test_who_may_no_longer_read_it_is_told_nothing(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])
    rooms.change("handbook", audience={"lines": ["office"]})
    assert rooms.notebooks.watching.ask_again() == 0
    assert news(rooms, ana) == []


def test_what_is_not_watched_any_more_or_deleted_is_not_asked(rooms: Library, ana: User, notebook: Notebook) -> None:
    other = rooms.notebooks.running.ask(ana, notebook.id, "When must the parental leave begin?", ("handbook",))
    rooms.notebooks.watching.watch(ana, notebook.id, other.id, True)
    rooms.notebooks.cells.delete(ana, notebook.id, other.id)
    rooms.notebooks.watching.watch(ana, notebook.id, notebook.cells[0].id, False)
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])
    assert rooms.notebooks.watching.ask_again() == 0


def test_only_what_has_an_answer_can_be_watched(rooms: Library, ana: User, notebook: Notebook) -> None:
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "words"})
    with pytest.raises(BadInput, match="no answer yet"):
        rooms.notebooks.watching.watch(ana, notebook.id, note.id, True)
