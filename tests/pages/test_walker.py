"""The walker asks the owner for what stands nowhere, beside the answer that did not find it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from services.people.user import User
from tests.pages.screen import buttons, press, words
from tests.services.answers.library import Library
from tests.visits import FrontDoor

NOBODY_WROTE = "The canteen serves zebra pancakes to visiting ambassadors."


def walked(app: FrontDoor, notebook_id: str) -> AppTest:
    """Open the walker beside an answer, with what was expected already typed."""
    visit = app.visit("ana", "pages/build/playground.py", notebook=notebook_id)
    visit.session_state["walker.sentence"] = NOBODY_WROTE
    return press(visit, "playground-why-")


def ask_the_owner(visit: AppTest) -> AppTest:
    """Press the walker's button. A rerun of the whole page closes a dialog, so what opens it is pressed as well."""
    visit.button(key=buttons(visit, "playground-why-")[0]).click()
    return press(visit, "FormSubmitter:walker.owner")


def test_what_stands_nowhere_is_asked_of_the_owner(app: FrontDoor, library: Library, ana: User, ben: User) -> None:
    notebook = library.notebooks.running.start(ana, "What is in the cafeteria today?", ("handbook",))
    visit = walked(app, notebook.id)
    assert "documents says this." in words(visit)
    assert "See the documents" not in words(visit)

    ask_the_owner(visit)

    waiting = app.services.answers.questions.waiting(ben, "handbook")
    assert [each.question for each in waiting] == ["What is in the cafeteria today?"]


def test_a_question_that_was_sent_is_not_sent_again(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, "What is in the cafeteria today?", ("handbook",))
    ask_the_owner(walked(app, notebook.id))

    visit = walked(app, notebook.id)

    assert "Sent to " in words(visit)
    assert buttons(visit, "FormSubmitter:walker.owner") == []


def test_without_an_answer_the_question_is_asked_first(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", "pages/know/knowledge_base.py", id="handbook", tab="Try search", question="zebra pancakes")
    visit.session_state["walker.open"] = True
    visit.run()
    visit.text_area(key="walker.sentence").set_value(NOBODY_WROTE)
    press(visit, "FormSubmitter:walker.expected")

    assert "Ask this question, then its owner" in words(visit)
