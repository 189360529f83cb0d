"""Try search and the walker, as a person uses them on the page of a knowledge base."""

from __future__ import annotations

from services.ledger.receipt import Kind
from services.people.user import User
from tests.pages.screen import RAW, SPECIALIST, choose, html, press, words
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PAGE = "pages/know/knowledge_base.py"
QUESTION = "How many weeks of paid parental leave?"
SENTENCE = "Employees on parental leave keep their health insurance."


def test_without_a_question_it_says_what_to_do(app: FrontDoor, library: Library) -> None:
    read = words(app.visit("ana", PAGE, id="handbook", tab="Try search"))

    assert "Type a question and press Enter." in read


def test_enter_searches_and_leaves_a_receipt(app: FrontDoor, library: Library, ana: User) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search")
    visit.text_input(key="question").set_value(QUESTION).run()

    assert "1. Parental leave" in words(visit)
    assert "<mark>parental</mark> <mark>leave</mark>" in html(visit)
    assert [each.kind for each in app.services.ledger.mine(ana)] == [Kind.SEARCH]


def test_words_are_marked_in_every_form(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question="the beginnings of a leave")

    assert "must <mark>begin</mark>" in html(visit)


def test_a_link_brings_question_and_filters_back(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question="leave", among="Travel")

    assert visit.multiselect(key="among").value == ["Travel"]
    assert "1. Travel" in words(visit)
    assert "Parental leave" not in html(visit)


def test_looking_again_leaves_no_second_receipt(app: FrontDoor, library: Library, ana: User) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question=QUESTION)
    visit.run()

    assert len(app.services.ledger.mine(ana)) == 1


def test_two_ways_stand_side_by_side_with_what_is_gained_and_lost(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question="holidays")
    visit.selectbox(key="against").select("Words only").run()

    assert "Words only gains 0 sources and loses" in words(visit)
    assert '<span class="badge bad">Lost</span>' in html(visit)


def test_ranks_are_for_specialists_and_closed(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question=QUESTION)
    assert "Rank and score" not in words(visit)

    visit.session_state["search.details"] = True
    assert "rank and score in each leg" in words(visit.run())


def test_an_older_version_is_searched_by_its_number_in_the_address(app: FrontDoor, library: Library) -> None:
    number = app.services.knowledge.knowledge_base(app.services.people.user("ana"), "handbook").snapshot.number
    library.publish("handbook", "new.md", ["# Newest\n\nZeppelins leave at noon.\n"])

    now = app.visit("ana", PAGE, id="handbook", tab="Try search", question="zeppelins")
    then = app.visit("ana", PAGE, id="handbook", tab="Try search", question="zeppelins", version=str(number))

    assert "Newest" in html(now)
    assert "Newest" not in html(then)


def test_the_walker_answers_in_one_sentence_with_one_button(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question=QUESTION)
    visit.session_state["walker.open"] = True
    visit.run()
    visit.text_area(key="walker.sentence").set_value(SENTENCE)
    press(visit, "FormSubmitter:walker.expected")

    read = words(visit)
    assert "It was found, as source 1 of" in read
    assert "Open the document" in read
    assert SPECIALIST.findall(read) == []
    assert RAW.findall(read) == []


def test_another_word_is_proposed_for_the_glossary(app: FrontDoor, library: Library, ana: User) -> None:
    for number in range(12):
        library.publish("handbook", f"{number}.md", [f"# PTO {number}\n\nPTO rules of group {number}.\n"])
    library.publish("handbook", "z.md", ["# Furlough\n\nStaff may take paid time off in August.\n"])
    visit = app.visit("ana", PAGE, id="handbook", tab="Try search", question="PTO")
    visit.session_state["walker.open"] = True
    visit.run()
    visit.text_area(key="walker.sentence").set_value("Staff may take paid time off in August.")
    press(visit, "FormSubmitter:walker.expected")
    assert "Add “PTO = paid time off”" in words(visit)

    press(visit, "FormSubmitter:walker.words")

    (request,) = app.services.governance.requests.mine(ana)
    assert request.facts["term"] == "PTO"


def test_nobody_searches_what_they_may_not_read(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="board", tab="Try search", question="Zephyr")

    assert "41 million dollars" not in html(visit)
    assert [each.value for each in visit.error] == ["It is not there, or not for you."]


def test_an_answer_that_found_nothing_leads_to_the_walker(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, "What is in the cafeteria today?", ("handbook",))
    visit = app.visit("ana", "pages/build/playground.py", notebook=notebook.id)

    press(visit, "playground-why-")

    assert "You asked: What is in the cafeteria today?" in words(visit)
    assert visit.text_area(key="walker.sentence").value == ""


def test_the_menu_of_an_answer_leads_to_the_walker(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, QUESTION)
    visit = app.visit("ana", "pages/build/playground.py", notebook=notebook.id)

    choose(visit, "icon-more-", "Why didn't it find it?")

    assert visit.text_area(key="walker.sentence").value == ""
