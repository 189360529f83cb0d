"""Versions of a notebook, and coming back to one without losing the present."""

from __future__ import annotations

import pytest

from services.errors import BadInput, Conflict, NotFound
from services.notebooks.notebook import Notebook
from services.people.user import User
from tests.conftest import SettableClock
from tests.services.answers.library import Library


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    made = rooms.notebooks.running.start(ana, "Who keeps their health insurance?")
    rooms.notebooks.cells.add(ana, made.id, "note", {"text": "as it was"})
    return rooms.notebooks.open(ana, made.id)


def test_a_version_is_brought_back_and_the_present_stays_a_version(
    rooms: Library, ana: User, notebook: Notebook, clock: SettableClock
) -> None:
    versions, cells = rooms.notebooks.versions, rooms.notebooks.cells
    kept = versions.keep(ana, notebook.id, " For the  board ")
    clock.go_on(minutes=5)
    question, note = notebook.cells
    cells.edit(ana, notebook.id, note.id, {"text": "as it is"}, note.revision)
    cells.delete(ana, notebook.id, question.id)
    added = cells.add(ana, notebook.id, "note", {"text": "came later"})
    rooms.notebooks.rename(ana, notebook.id, "Another title", rooms.notebooks.open(ana, notebook.id).revision)

    restored = versions.restore(ana, notebook.id, kept.id)

    assert kept.name == "For the board"
    assert restored.title == notebook.title
    assert [(each.id, each.form, each.receipt_id) for each in restored.cells] == [
        (each.id, each.form, each.receipt_id) for each in notebook.cells
    ]
    before = versions.list(ana, notebook.id)[0]
    assert before.name == "Before “For the board” was brought back"
    again = versions.restore(ana, notebook.id, before.id)
    assert [each.form for each in again.cells] == [{"text": "as it is"}, {"text": "came later"}]
    assert again.cells[1].id == added.id
    assert again.title == "Another title"


def test_a_tab_that_shows_what_was_before_notices(rooms: Library, ana: User, notebook: Notebook) -> None:
    kept = rooms.notebooks.versions.keep(ana, notebook.id, "before")
    note = notebook.cells[1]
    changed = rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": "as it is"}, note.revision)
    rooms.notebooks.versions.restore(ana, notebook.id, kept.id)
    with pytest.raises(Conflict) as met:
        rooms.notebooks.cells.edit(ana, notebook.id, note.id, {"text": "later"}, changed.revision)
    assert met.value.theirs == "as it was"


def test_what_is_different_is_said_in_sentences(rooms: Library, ana: User, notebook: Notebook) -> None:
    versions, cells = rooms.notebooks.versions, rooms.notebooks.cells
    kept = versions.keep(ana, notebook.id, "before")
    assert versions.differences(ana, notebook.id, kept.id) == ()
    question, note = notebook.cells
    cells.move(ana, notebook.id, note.id, -1)
    assert versions.differences(ana, notebook.id, kept.id) == ("The order has changed.",)
    rooms.notebooks.running.run(ana, notebook.id, question.id)
    cells.edit(ana, notebook.id, note.id, {"text": "as it is"}, note.revision)
    cells.add(ana, notebook.id, "note", {"text": "came later"})
    assert versions.differences(ana, notebook.id, kept.id) == (
        "“Note 2” was added.",
        "“Question 1” has run again.",
        "“Note 1” was changed: it said “as it was”.",
    )


@pytest.mark.parametrize("name", ["", " ", "x" * 81])
def test_a_version_needs_a_name_that_can_be_read(rooms: Library, ana: User, notebook: Notebook, name: str) -> None:
    with pytest.raises(BadInput):
        rooms.notebooks.versions.keep(ana, notebook.id, name)
    assert rooms.notebooks.versions.list(ana, notebook.id) == ()


def test_a_version_of_another_notebook_is_not_there(rooms: Library, ana: User, notebook: Notebook) -> None:
    other = rooms.notebooks.new(ana)
    kept = rooms.notebooks.versions.keep(ana, other.id, "other")
    with pytest.raises(NotFound):
        rooms.notebooks.versions.restore(ana, notebook.id, kept.id)
    assert rooms.notebooks.open(ana, notebook.id).cells == notebook.cells
