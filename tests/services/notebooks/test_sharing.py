"""Who else reads a notebook, what of it, and what a copy takes along."""

from __future__ import annotations

import pytest

from services.errors import AppError, BadInput, NotFound
from services.notebooks.notebook import Notebook
from services.people.user import User
from tests.services.answers.library import Library

LEAVE = "How many weeks of paid parental leave am I entitled to?"
ZEPHYR = "When does the acquisition of Zephyr Robotics close?"


@pytest.fixture
def notebook(rooms: Library, cleo: User) -> Notebook:
    """Cleo's: a question to the handbook, which all may read, and one to the board's papers, which few may."""
    made = rooms.notebooks.running.start(cleo, LEAVE, ("handbook",))
    rooms.notebooks.running.ask(cleo, made.id, ZEPHYR, ("board",))
    digest = rooms.notebooks.running.keep_file(cleo, b"a,b\n1,2\n")
    file = {"label": "Numbers", "type": "file", "value": {"name": "numbers.csv", "digest": digest}}
    rooms.notebooks.cells.add(cleo, made.id, "input", file)
    return rooms.notebooks.open(cleo, made.id)


def seen(rooms: Library, user: User, notebook_id: str) -> str:
    """Give every word that somebody is shown of a notebook."""
    opened = rooms.notebooks.sharing.open(user, notebook_id)
    view = rooms.notebooks.running.view(user, opened)
    asked = [view.asked(each) for each in opened.cells if each.receipt_id]
    return repr([view.output_or_none(each) for each in opened.cells]) + repr(asked)


def test_a_notebook_is_its_owners_alone_until_it_is_shared_and_again_when_it_is_taken_back(
    rooms: Library, cleo: User, ana: User, ben: User, notebook: Notebook
) -> None:
    sharing = rooms.notebooks.sharing
    for reader, who in (("person:ben", ben), ("line:claims", ana)):
        with pytest.raises(NotFound):
            sharing.open(who, notebook.id)
        sharing.share(cleo, notebook.id, reader)
        assert [each.title for each in sharing.shared_with(who)] == [notebook.title]
        assert sharing.open(who, notebook.id).cells == notebook.cells
        sharing.take_back(cleo, notebook.id, reader)
        sharing.take_back(cleo, notebook.id, reader)
        assert sharing.shared_with(who) == ()
        with pytest.raises(NotFound):
            sharing.open(who, notebook.id)


def test_a_reader_is_shown_only_what_they_may_read_of_its_sources(
    rooms: Library, cleo: User, ana: User, notebook: Notebook
) -> None:
    rooms.notebooks.sharing.share(cleo, notebook.id, "person:ana")
    assert "41 million" in seen(rooms, cleo, notebook.id)
    shown = seen(rooms, ana, notebook.id)
    assert "16 weeks" in shown
    assert "41 million" not in shown
    assert "Nobody outside the board" not in shown


def test_a_reader_changes_and_runs_nothing(rooms: Library, cleo: User, ben: User, notebook: Notebook) -> None:
    rooms.notebooks.sharing.share(cleo, notebook.id, "person:ben")
    cell = notebook.cells[0]
    for attempt in (
        lambda: rooms.notebooks.running.run(ben, notebook.id, cell.id),
        lambda: rooms.notebooks.cells.edit(ben, notebook.id, cell.id, cell.form, cell.revision),
        lambda: rooms.notebooks.sharing.share(ben, notebook.id, "person:ana"),
        lambda: rooms.notebooks.versions.keep(ben, notebook.id, "mine"),
        lambda: rooms.notebooks.delete(ben, notebook.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert rooms.notebooks.open(cleo, notebook.id).cells == notebook.cells


def test_a_notebook_in_the_bin_is_shared_with_nobody(rooms: Library, cleo: User, ben: User, notebook: Notebook) -> None:
    rooms.notebooks.sharing.share(cleo, notebook.id, "person:ben")
    rooms.notebooks.delete(cleo, notebook.id)
    assert rooms.notebooks.sharing.shared_with(ben) == ()
    with pytest.raises(NotFound):
        rooms.notebooks.sharing.open(ben, notebook.id)


def test_a_copy_of_anothers_notebook_has_its_steps_and_files_but_not_its_answers(
    rooms: Library, cleo: User, ana: User, notebook: Notebook
) -> None:
    rooms.notebooks.sharing.share(cleo, notebook.id, "line:claims")

    copy = rooms.notebooks.sharing.fork(ana, notebook.id)

    assert (copy.owner, copy.forked_from) == ("ana", notebook.id)
    assert [(each.kind, each.name, each.form) for each in copy.cells] == [
        (each.kind, each.name, each.form) for each in notebook.cells
    ]
    assert {each.receipt_id for each in copy.cells} == {None}
    assert not {each.id for each in copy.cells} & {each.id for each in notebook.cells}
    files = rooms.notebooks.running.files_of("ana")
    assert files.read(str(dict(copy.cells[2].form["value"])["digest"])) == b"a,b\n1,2\n"  # type: ignore[call-overload]
    assert rooms.notebooks.sharing.lineage(ana, copy.id) == f"Copied from “{notebook.title}” by Cleo."
    rooms.notebooks.running.run(ana, copy.id, copy.cells[0].id)
    with pytest.raises(NotFound):
        rooms.notebooks.running.run(ana, copy.id, copy.cells[1].id)

    rooms.notebooks.sharing.take_back(cleo, notebook.id, "line:claims")

    assert "not yours to read any more" in rooms.notebooks.sharing.lineage(ana, copy.id)
    assert len(rooms.notebooks.open(ana, copy.id).cells) == 3


def test_a_copy_of_ones_own_notebook_keeps_its_answers(rooms: Library, cleo: User, notebook: Notebook) -> None:
    rooms.notebooks.cells.add(cleo, notebook.id, "input", {"label": "Topic", "type": "text", "value": "parental leave"})
    referring = {"question": "How many weeks of paid {{Topic}} am I entitled to?", "where": ["handbook"]}
    asked = rooms.notebooks.cells.add(cleo, notebook.id, "ask", referring)
    rooms.notebooks.running.run(cleo, notebook.id, asked.id)
    source = rooms.notebooks.open(cleo, notebook.id)

    copy = rooms.notebooks.sharing.fork(cleo, notebook.id)

    assert [each.receipt_id for each in copy.cells] == [each.receipt_id for each in source.cells]
    view = rooms.notebooks.running.view(cleo, copy)
    assert [view.because(each) for each in copy.cells] == [()] * len(copy.cells)


def test_a_file_is_read_by_whom_it_was_brought_alone(rooms: Library, cleo: User, ben: User, notebook: Notebook) -> None:
    digest = str(dict(notebook.cells[2].form["value"])["digest"])  # type: ignore[call-overload]
    with pytest.raises(NotFound):
        rooms.notebooks.running.files_of("ben").read(digest)
    with pytest.raises(NotFound):
        rooms.notebooks.running.files_of("cleo").read("../cleo/" + digest)


@pytest.mark.parametrize("reader", ["person:nobody", "line:", "everybody", ""])
def test_there_must_be_somebody_to_share_with(rooms: Library, cleo: User, notebook: Notebook, reader: str) -> None:
    with pytest.raises(BadInput):
        rooms.notebooks.sharing.share(cleo, notebook.id, reader)
    assert rooms.notebooks.sharing.readers(cleo, notebook.id) == ()


def test_who_reads_it_is_named(rooms: Library, cleo: User, notebook: Notebook) -> None:
    rooms.notebooks.sharing.share(cleo, notebook.id, "person:ben")
    rooms.notebooks.sharing.share(cleo, notebook.id, "line:claims")
    assert [each.name for each in rooms.notebooks.sharing.readers(cleo, notebook.id)] == [
        "Everybody in Claims",
        "Ben, People & Culture",
    ]
    assert issubclass(NotFound, AppError)
