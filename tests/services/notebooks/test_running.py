"""Runs of cells, and what is out of date because of what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.errors import BadInput
from services.ledger.receipt import Kind, Money
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.output import Gives
from services.people.user import User
from services.prompts.prompts import Prompts
from tests.conftest import SettableClock
from tests.services.answers.library import LEAVE, Library

TOPIC = {"label": "Topic", "type": "text", "value": "parental leave"}


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    """A topic and a question about it that has run."""
    made = rooms.notebooks.new(ana)
    rooms.notebooks.cells.add(ana, made.id, "input", TOPIC)
    form = {"question": "How many weeks of paid {{Topic}} am I entitled to?", "where": ["handbook"]}
    question = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    rooms.notebooks.running.run(ana, made.id, question.id)
    return rooms.notebooks.open(ana, made.id)


def because(rooms: Library, ana: User, notebook: Notebook, name: str = "Question 1") -> tuple[str, ...]:
    opened = rooms.notebooks.open(ana, notebook.id)
    return rooms.notebooks.running.view(ana, opened).because(cell_named(opened, name))


def cell_named(notebook: Notebook, name: str) -> Cell:
    return next(each for each in notebook.cells if each.name == name)


def test_a_question_is_asked_with_what_it_refers_to_in_place(rooms: Library, ana: User, notebook: Notebook) -> None:
    question = cell_named(notebook, "Question 1")
    asked = rooms.answers.asked(ana, question.receipt_id or "")
    assert asked.question == "How many weeks of paid parental leave am I entitled to?"
    assert "16 weeks" in rooms.notebooks.running.view(ana, notebook).output(question).text
    assert because(rooms, ana, notebook) == ()


def test_what_a_cell_was_made_of_holds_no_word_of_anybodys(rooms: Library, ana: User, notebook: Notebook) -> None:
    assert "parental" not in repr(cell_named(notebook, "Question 1").made_of)


def test_a_changed_question_is_out_of_date_until_it_runs(rooms: Library, ana: User, notebook: Notebook) -> None:
    question = cell_named(notebook, "Question 1")
    form = {"question": "Who keeps their health insurance?", "where": []}
    rooms.notebooks.cells.edit(ana, notebook.id, question.id, form, question.revision)
    assert because(rooms, ana, notebook) == ("the question changed", "where to look changed")

    rooms.notebooks.running.run(ana, notebook.id, question.id)

    assert because(rooms, ana, notebook) == ()


def test_a_changed_input_is_named_and_changing_it_back_is_no_change(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    topic = cell_named(notebook, "Topic")
    changed = rooms.notebooks.cells.edit(ana, notebook.id, topic.id, {**TOPIC, "value": "sick leave"}, topic.revision)
    assert because(rooms, ana, notebook) == ("“Topic” changed",)
    rooms.notebooks.cells.edit(ana, notebook.id, topic.id, TOPIC, changed.revision)
    assert because(rooms, ana, notebook) == ()


def test_renaming_what_it_refers_to_is_no_change(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.notebooks.cells.rename(ana, notebook.id, cell_named(notebook, "Topic").id, "Subject")
    assert because(rooms, ana, notebook) == ()


def test_a_new_version_of_the_documents_is_named_with_its_day(
    rooms: Library, ana: User, notebook: Notebook, clock: SettableClock
) -> None:
    clock.go_on(days=3)
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])
    assert because(rooms, ana, notebook) == ("Employee handbook has a new version of 27 November",)


def test_a_question_as_of_a_day_is_not_touched_by_a_new_version(
    rooms: Library, ana: User, notebook: Notebook, clock: SettableClock
) -> None:
    form = {"question": "Who keeps their health insurance?", "where": ["handbook"], "as_of": clock().date().isoformat()}
    question = rooms.notebooks.cells.add(ana, notebook.id, "ask", form)
    rooms.notebooks.running.run(ana, notebook.id, question.id)
    clock.go_on(days=3)
    rooms.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "18 weeks")])
    assert because(rooms, ana, notebook, question.name) == ()
    assert form["as_of"] == date(2026, 11, 24).isoformat()


def test_a_withdrawn_knowledge_base_is_named(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.change("handbook", audience={"lines": ["office"]})
    (reason,) = because(rooms, ana, notebook)
    assert reason.endswith("was withdrawn or is no longer yours to read")


def test_another_way_to_make_answers_is_a_reason(rooms: Library, ana: User, notebook: Notebook) -> None:
    template = rooms.answers.prompts.template("ask")
    newer = Prompts({"ask": replace(template, version=template.version + 1)})
    later = replace(rooms.notebooks, answers=replace(rooms.answers, prompts=newer))
    view = later.running.view(ana, notebook)
    assert view.because(cell_named(notebook, "Question 1")) == ("how answers are made changed",)


def test_a_cell_made_from_nothing_says_what_is_missing(rooms: Library, ana: User, notebook: Notebook) -> None:
    form = {"question": "What of {{Question 9}}?", "where": []}
    lost = rooms.notebooks.cells.add(ana, notebook.id, "ask", form)
    with pytest.raises(BadInput, match="refers to “Question 9”, which is not in this notebook"):
        rooms.notebooks.running.run(ana, notebook.id, lost.id)
    assert cell_named(rooms.notebooks.open(ana, notebook.id), lost.name).receipt_id is None


def test_what_has_not_run_is_said_by_name_where_it_is_needed(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.notebooks.cells.add(ana, notebook.id, "ask", {"question": "Which expenses need a receipt?", "where": []})
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "So: {{Question 2}}"})
    view = rooms.notebooks.running.view(ana, rooms.notebooks.open(ana, notebook.id))
    with pytest.raises(BadInput, match="“Question 2” has not run yet"):
        view.output(note)


def test_a_search_shows_the_sources_that_ask_would_read(rooms: Library, ana: User, notebook: Notebook) -> None:
    form = {"question": "How many weeks of paid parental leave am I entitled to?", "where": ["handbook"]}
    search = rooms.notebooks.cells.add(ana, notebook.id, "search", form)

    ran = rooms.notebooks.running.run(ana, notebook.id, search.id)

    asked = rooms.answers.asked(ana, ran.receipt_id or "")
    question = rooms.answers.asked(ana, cell_named(notebook, "Question 1").receipt_id or "")
    assert asked.receipt.kind is Kind.SEARCH
    assert [each.passage_id for each in asked.receipt.sources] == [each.passage_id for each in question.receipt.sources]
    assert len(asked.answer.citations) == len(asked.receipt.sources)
    output = rooms.notebooks.running.view(ana, rooms.notebooks.open(ana, notebook.id)).output(ran)
    assert output.gives is Gives.SOURCES
    assert "16 weeks" in output.text


def test_what_runs_by_itself_has_nothing_to_start(rooms: Library, ana: User, notebook: Notebook) -> None:
    with pytest.raises(BadInput, match="runs by itself"):
        rooms.notebooks.running.run(ana, notebook.id, cell_named(notebook, "Topic").id)


def test_a_question_that_remembers_is_asked_with_those_above_it(rooms: Library, ana: User, notebook: Notebook) -> None:
    form = {"question": "And who keeps health insurance?", "where": [], "remember": True}
    after = rooms.notebooks.cells.add(ana, notebook.id, "ask", form)
    later = rooms.notebooks.cells.add(ana, notebook.id, "ask", {"question": "Which expenses need a receipt?"})

    ran = rooms.notebooks.running.run(ana, notebook.id, after.id)
    rooms.notebooks.running.run(ana, notebook.id, later.id)

    asked = rooms.answers.asked(ana, ran.receipt_id or "")
    assert asked.question == ("How many weeks of paid parental leave am I entitled to? And who keeps health insurance?")
    assert because(rooms, ana, notebook, after.name) == ()
    topic = cell_named(rooms.notebooks.open(ana, notebook.id), "Topic")
    rooms.notebooks.cells.edit(ana, notebook.id, topic.id, {**TOPIC, "value": "sick leave"}, topic.revision)
    assert because(rooms, ana, notebook, after.name) == ("a question above changed",)
    assert because(rooms, ana, notebook, later.name) == ()


def test_who_says_that_questions_be_remembered_is_told_that_and_nothing_else(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    form = {"question": "And who keeps health insurance?", "where": []}
    after = rooms.notebooks.cells.add(ana, notebook.id, "ask", form)
    ran = rooms.notebooks.running.run(ana, notebook.id, after.id)
    rooms.notebooks.cells.edit(ana, notebook.id, after.id, {**form, "remember": True}, ran.revision)
    assert because(rooms, ana, notebook, after.name) == ("whether it goes on from the questions above changed",)


def test_the_style_of_an_answer_bounds_it_and_is_kept_on_its_receipt(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    form = {"question": "How many weeks of paid parental leave am I entitled to?", "where": [], "style": "short"}
    short = rooms.notebooks.cells.add(ana, notebook.id, "ask", form)
    ran = rooms.notebooks.running.run(ana, notebook.id, short.id)
    asked = rooms.answers.asked(ana, ran.receipt_id or "")
    assert len(asked.answer.claims) == 1
    assert asked.receipt.parameters["style"] == "short"
    assert rooms.answers.again(ana, asked.receipt.id).is_same
    odd = rooms.notebooks.cells.add(ana, notebook.id, "ask", {**form, "style": "sonnet"})
    with pytest.raises(BadInput, match="no such style"):
        rooms.notebooks.running.run(ana, notebook.id, odd.id)


def test_what_a_run_costs_at_most_is_known_before(rooms: Library, ana: User, notebook: Notebook) -> None:
    form = {"question": "How long is parental leave?", "where": [], "model": "nova-lite"}
    for _ in range(2):
        rooms.notebooks.cells.add(ana, notebook.id, "ask", form)
    opened = rooms.notebooks.open(ana, notebook.id)
    view = rooms.notebooks.running.view(ana, opened)
    one = rooms.answers.models.at_most(ana, "nova-lite")
    assert view.at_most([cell_named(opened, "Question 1")]) == ()
    assert view.at_most(opened.cells) == (Money(2 * one.amount, one.currency),)


def test_what_runs_by_itself_says_that_what_it_is_made_from_is_out_of_date(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "On {{Topic}}: {{Question 1}}"})
    further = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "So: {{Note 1}}"})
    other = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "{{Topic}}"})
    assert because(rooms, ana, notebook, note.name) == ()

    topic = cell_named(rooms.notebooks.open(ana, notebook.id), "Topic")
    rooms.notebooks.cells.edit(ana, notebook.id, topic.id, {**TOPIC, "value": "sick leave"}, topic.revision)
    for each in (note, further):
        assert because(rooms, ana, notebook, each.name) == ("“Question 1” is out of date",)
    assert because(rooms, ana, notebook, other.name) == ()
    assert [each.name for each in rooms.notebooks.runs.out_of_date(ana, notebook.id)] == ["Question 1"]


def test_a_notebook_without_a_title_is_named_after_its_first_question(rooms: Library, ana: User) -> None:
    made = rooms.notebooks.new(ana)
    rooms.notebooks.cells.add(ana, made.id, "input", TOPIC)
    form = {"question": "How many weeks of paid {{Topic}} am I entitled to?", "where": []}
    question = rooms.notebooks.cells.add(ana, made.id, "ask", form)
    rooms.notebooks.running.run(ana, made.id, question.id)
    assert rooms.notebooks.open(ana, made.id).title == "How many weeks of paid parental leave am I entitled to?"

    titled = rooms.notebooks.new(ana, "Leave")
    rooms.notebooks.running.ask(ana, titled.id, "Which expenses need a receipt?")
    assert rooms.notebooks.open(ana, titled.id).title == "Leave"
