"""What every file says of an answer: who made it, what of it the sources do not say, and what is out of date."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import nbformat
import pytest
from docx import Document

from services.answers.answer import Approved
from services.answers.checked_error import measured_error
from services.notebooks.copied import place_of
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
        "ipynb": "\n".join([_said_and_printed(each) for each in read.cells]),
        "word": "\n".join(each.text for each in Document(io.BytesIO(leaving.word(user, notebook.id))).paragraphs),
    }


def _said_and_printed(cell: Any) -> str:
    said = cell.source.replace("\\", "") if cell.cell_type == "markdown" else ""
    return said + "".join(output.get("text", "") for output in cell.get("outputs", ()))


def test_a_copied_answer_says_so_too(rooms: Library, ana: User, notebook: Notebook) -> None:
    copied = rooms.notebooks.leaving.with_sources(ana, notebook.id, notebook.cells[0].id)
    for words in (copied.text, copied.html.replace("&#x27;", "'")):
        assert "AI-generated: written by The company's own endpoint and checked against its sources" in words
        assert "quoted word for word" not in words
        assert "The sources say otherwise. The answer says" in words
        assert "Not in the sources." in words


def test_a_note_that_takes_in_what_a_model_wrote_says_so_in_every_file(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "So it is: {{Question 1}}"})
    said = "“Question 1” is AI-generated, written by The company's own endpoint: 1 of 3 sentences"
    for words in every_file(rooms, ana, notebook).values():
        assert words.count(said) == 1


def test_every_file_says_that_a_model_wrote_it_and_marks_what_the_sources_do_not_say(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    error = measured_error()
    assert error is not None
    for words in every_file(rooms, ana, notebook).values():
        assert "AI-generated: written by The company's own endpoint and checked against its sources" in words
        assert error.sentence in words
        assert "quoted word for word" not in words
        assert "The sources say otherwise. The answer says" in words
        assert "Not in the sources." in words
        assert "written by The company's own endpoint; instruction" in words
        assert "own-endpoint" not in words


def test_every_file_names_the_style_of_an_answer_and_says_that_it_remembers(rooms: Library, ana: User) -> None:
    made = rooms.notebooks.new(ana, "Leave")
    form = {"question": LEAVE, "where": ["handbook"], "style": "points", "remember": True}
    cell = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    rooms.notebooks.running.run(ana, made.id, cell.id)
    label = next(each.label for each in rooms.answers.styles(ana) if each.name == "points")
    for words in every_file(rooms, ana, rooms.notebooks.open(ana, made.id)).values():
        assert (
            f"quoted word for word, by no model; style of the answer: {label}; remembers the questions above" in words
        )


def test_a_step_that_runs_by_itself_says_too_that_it_is_out_of_date(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    (cell,) = notebook.cells
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "# Note\n\n{{Question 1}}"})
    rooms.notebooks.cells.edit(ana, notebook.id, cell.id, {**cell.form, "question": "Who pays?"}, cell.revision)
    for words in every_file(rooms, ana, notebook).values():
        assert words.count("Out of date, because the question changed.") == 1
        assert words.count("Out of date, because “Question 1” is out of date.") == 1


def test_a_table_made_of_what_is_out_of_date_says_so(rooms: Library, ana: User, notebook: Notebook) -> None:
    (cell,) = notebook.cells
    digest = rooms.notebooks.running.keep_file(ana, b"region,units\nNorth,1\nSouth,2\n")
    only = {"step": "filter", "column": "region", "test": "is not", "value": "{{Question 1}}"}
    form = {"file": {"name": "sales.csv", "digest": digest}, "steps": [only]}
    rooms.notebooks.cells.add(ana, notebook.id, "data", form)
    rooms.notebooks.cells.add(ana, notebook.id, "chart", {"table": "{{sales}}"})
    rooms.notebooks.cells.edit(ana, notebook.id, cell.id, {**cell.form, "question": "Who pays?"}, cell.revision)
    for words in every_file(rooms, ana, notebook).values():
        assert words.count("Out of date, because “Question 1” is out of date.") == 2


def test_a_place_names_a_page_only_where_the_screen_does(rooms: Library, ana: User, notebook: Notebook) -> None:
    (citation, *_) = rooms.answers.asked(ana, str(notebook.cells[0].receipt_id)).answer.citations
    assert place_of(citation) == "Parental leave, Employee handbook"
    assert place_of(replace(citation, page=3)) == "Parental leave, page 3, Employee handbook"
    assert place_of(replace(citation, heading="")) == "Parental leave, page 1, Employee handbook"
    assert place_of(replace(citation, place="Slide 1")) == "Parental leave, Slide 1, Employee handbook"


def test_no_file_shows_the_noise_of_computing(rooms: Library, ana: User) -> None:
    made = rooms.notebooks.new(ana, "Sums")
    digest = rooms.notebooks.running.keep_file(ana, b"what,a,b\nx,16.3,33.6\ny,100.35,-100.25\nz,0.1,0.2\n")
    plus = {"step": "compute", "called": "c", "formula": "plus", "of": "a", "with": "b"}
    form = {"file": {"name": "sums.csv", "digest": digest}, "steps": [plus]}
    rooms.notebooks.cells.add(ana, made.id, "data", form)
    chart = {"table": "{{sums}}", "type": "bar", "dimension": "what", "measure": "c", "how": "sum"}
    rooms.notebooks.cells.add(ana, made.id, "chart", chart)
    rooms.notebooks.cells.add(ana, made.id, "note", {"text": "{{sums}}"})
    leaving = rooms.notebooks.leaving
    left = leaving.markdown(ana, made.id), leaving.html(ana, made.id), leaving.ipynb(ana, made.id).decode()
    for words in left:
        written = words.split("</head>")[-1].split("<script>")[0]
        assert "0.3" in written
        assert not re.search(r"\d\.\d*(00000|99999)\d", written)


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
