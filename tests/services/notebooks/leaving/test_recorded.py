"""What every file says of an answer: who made it, what of it the sources do not say, and what is out of date."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import nbformat
import pytest
from docx import Document

from services.answers.answer import Approved
from services.notebooks.leaving.recorded import sentences_of
from services.notebooks.notebook import Notebook
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.scripted_chat import ScriptedChat
from tests.services.answers.library import Library, furnish, library

LEAVE = "How many weeks of paid parental leave am I entitled to?"


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    """The rooms with a model within reach that gets one number right, one wrong, and adds something of its own."""
    right = "Every employee who becomes a parent is entitled to 16 weeks of paid parental leave."
    chat = ScriptedChat().says(f"{right} {right.replace('16', '12')} Bring <b>cake</b> on Fridays.")
    rooms = library(database, clock, chats={"own-endpoint": chat})
    furnish(rooms)
    return rooms


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    """One of Ana's with a question that a model answered."""
    made = rooms.notebooks.new(ana, "Leave")
    form = {"question": LEAVE, "where": ["handbook"], "model": "own-endpoint"}
    cell = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    rooms.notebooks.running.run(ana, made.id, cell.id)
    return rooms.notebooks.open(ana, made.id)


def every_file(rooms: Library, user: User, notebook: Notebook) -> dict[str, str]:
    """Give the words of a notebook as each kind of file has them, without what escapes them there."""
    leaving = rooms.notebooks.leaving
    read = nbformat.reads(leaving.ipynb(user, notebook.id).decode(), as_version=4)  # type: ignore[no-untyped-call]
    return {
        "markdown": leaving.markdown(user, notebook.id).replace("\\", ""),
        "html": leaving.html(user, notebook.id).replace("&#39;", "'"),
        "ipynb": "\n".join(output.text for cell in read.cells for output in cell.get("outputs", ())),
        "word": "\n".join(each.text for each in Document(io.BytesIO(leaving.word(user, notebook.id))).paragraphs),
    }


def test_a_copied_answer_says_so_too(rooms: Library, ana: User, notebook: Notebook) -> None:
    copied = rooms.notebooks.leaving.with_sources(ana, notebook.id, notebook.cells[0].id)
    for words in (copied.text, copied.html.replace("&#x27;", "'")):
        assert "AI-generated: written by The company's own endpoint and checked against its sources" in words
        assert "quoted word for word" not in words
        assert "The sources say otherwise. The answer says" in words
        assert "Not in the sources." in words


def test_every_file_says_that_a_model_wrote_it_and_marks_what_the_sources_do_not_say(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    for words in every_file(rooms, ana, notebook).values():
        assert "AI-generated: written by The company's own endpoint and checked against its sources" in words
        assert "Measured on " in words
        assert "quoted word for word" not in words
        assert "The sources say otherwise. The answer says" in words
        assert "Not in the sources." in words
        assert "written by own-endpoint" in words


def test_every_file_says_what_is_out_of_date_and_why(rooms: Library, ana: User, notebook: Notebook) -> None:
    (cell,) = notebook.cells
    rooms.notebooks.cells.edit(ana, notebook.id, cell.id, {**cell.form, "question": "Who pays?"}, cell.revision)
    for words in every_file(rooms, ana, notebook).values():
        assert "Out of date, because the question changed." in words
        assert LEAVE in words


def test_an_approved_answer_comes_first_and_says_whose_it_is(rooms: Library, ana: User, notebook: Notebook) -> None:
    answer = rooms.answers.asked(ana, str(notebook.cells[0].receipt_id)).answer
    approved = Approved("a", "Ben", date(2027, 5, 3), "It is 16 weeks.", 1)
    first, *rest = sentences_of(replace(answer, approved=approved))
    assert (first.text, first.numbers) == ("It is 16 weeks.", (1,))
    assert first.remark == "Answered by Ben, approved until 3 May 2027."
    assert rest == list(sentences_of(answer))
