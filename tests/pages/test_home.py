"""Home, as a newcomer and as somebody who has been here."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert

from services.knowledge.document import Stage
from services.knowledge.glossary import Entry
from services.knowledge.rows import document_row
from services.people.user import User
from services.store.tables import documents
from tests.pages.screen import body_words, buttons, press, words
from tests.passports import passport
from tests.services.answers.library import Library
from tests.visits import FrontDoor

QUESTION = "How many weeks of paid parental leave am I entitled to?"


def test_a_newcomer_meets_one_box_three_examples_and_at_most_sixty_words(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana")

    assert [each.placeholder for each in visit.chat_input] == ["Ask, or drop a file here"]
    assert len(visit.button) == len(buttons(visit, "row-example")) == 3
    assert len(body_words(visit).split()) <= 60
    assert "Every answer shows where it says so." in words(visit)


def test_an_example_goes_straight_to_its_answer_in_a_notebook(app: FrontDoor, library: Library) -> None:
    visit = press(app.visit("ana"), "row-example-0")

    assert [each.value for each in visit.title] == [QUESTION]
    assert "16 weeks of paid parental leave" in words(visit)
    assert list(visit.query_params) == ["notebook"]


def test_a_typed_question_goes_straight_to_its_answer(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana")
    visit.chat_input(key="home.question").set_value("Which expenses need a receipt?").run()

    assert "Every expense above $75 needs a receipt." in words(visit)


def test_one_example_is_meant_not_to_be_found(app: FrontDoor, library: Library) -> None:
    visit = press(app.visit("ana"), "row-example-nowhere")

    assert "Not in these documents" in words(visit)


def test_an_example_whose_documents_are_still_being_read_says_when_and_waits(
    app: FrontDoor, library: Library, ana: User
) -> None:
    library.add(replace(passport("reports", "Quarterly reports"), questions=("How did sales go?",)), {})
    read = library.knowledge.documents(ana, "handbook")[0]
    waiting = replace(read, id="waiting", knowledge_base_id="reports", stage=Stage.WAITING, valid_from=None)
    with library.database.write() as connection:
        connection.execute(insert(documents).values(document_row(waiting)))

    visit = app.visit("ana")

    (late,) = [each for each in visit.button if each.label.startswith("How did sales go?")]
    assert late.disabled
    assert "ready in about" in late.label
    assert not visit.button(key="row-example-0").disabled


def test_the_notebook_used_last_and_the_first_four_steps_are_offered_to_go_on(app: FrontDoor, library: Library) -> None:
    press(app.visit("ana"), "row-example-0")

    visit = app.visit("ana")

    assert f"Continue: {QUESTION}" in words(visit)
    assert "Getting started 1 of 4" in words(visit)


def test_what_ana_asked_is_nothing_to_ben(app: FrontDoor, library: Library) -> None:
    press(app.visit("ana"), "row-example-0")

    assert "Continue" not in words(app.visit("ben"))


def test_a_library_that_is_still_empty_offers_only_what_works(app: FrontDoor) -> None:
    visit = app.visit("ana")

    assert buttons(visit, "row-example") == []
    assert not visit.exception


def test_a_steward_meets_first_what_is_to_decide_and_nobody_else_does(
    app: FrontDoor, library: Library, ana: User, sam: User
) -> None:
    for term in ("PTO", "401(k)", "WFH", "OOO"):
        library.knowledge.glossary.propose(ana, "handbook", Entry(term, ("something else",)), "We say so.")

    visit = app.visit("sam")
    read = words(visit)

    assert read.index("4 requests to decide") < read.index("Ask your organisation's documents")
    assert len([each for each in visit.button if each.label == "Decide"]) == 3
    assert "All 4 in the Inbox" in read
    assert "to decide" not in words(app.visit("ana"))


def test_a_steward_with_nothing_to_decide_meets_the_question_box_first(app: FrontDoor, library: Library) -> None:
    assert "to decide" not in words(app.visit("sam"))
