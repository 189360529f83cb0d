"""The Quality tab: what the questions of a knowledge base gave, for who reads it and for who answers for it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from services.people.user import User
from services.store.moment import utc_now
from tests.pages.screen import RAW, SPECIALIST, words
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PAGE = "pages/know/knowledge_base.py"
SET = (
    "question,document,words,must be refused\n"
    "How many weeks of paid parental leave?,leave.md,16 weeks,\n"
    "Which expenses need a receipt?,travel.md,,\n"
    "Who keeps their health insurance?,,,yes\n"
    "Who won the football championship in 1998?,,,yes\n"
)


def quality_of(app: FrontDoor, person: str) -> AppTest:
    return app.visit(person, PAGE, id="handbook", tab="Quality")


def to_the_end_of_the_run() -> None:
    for thread in [each for each in threading.enumerate() if each.name == "quality"]:
        thread.join()


@pytest.fixture
def measured(library: Library, ben: User) -> Library:
    library.answers.quality.attach(ben, "handbook", SET.encode())
    library.answers.quality.run(ben, "handbook")
    return library


def test_without_questions_it_says_what_belongs_here_and_whom_to_ask(app: FrontDoor, library: Library) -> None:
    read = words(quality_of(app, "ana"))

    assert "No questions are attached yet." in read
    assert "Its owner, Ben, can attach one." in read


def test_an_owner_attaches_a_file_after_reading_what_of_it_cant_be_used(
    app: FrontDoor, library: Library, ben: User
) -> None:
    visit = quality_of(app, "ben")
    visit.file_uploader[0].upload("set.csv", (SET + "Who pays?,nowhere.pdf,,\n").encode(), "text/csv")
    visit.run()
    assert "Line 6: there is no document “nowhere.pdf” here." in words(visit)
    assert library.answers.quality.questions(ben, "handbook") == ()

    visit.button(key="quality.attach").click().run()

    assert len(library.answers.quality.questions(ben, "handbook")) == 4
    assert "4 questions are attached and have not been run yet." in words(visit)


def test_an_owner_runs_them_with_one_click(app: FrontDoor, library: Library, ben: User) -> None:
    library.answers.quality.attach(ben, "handbook", SET.encode())
    visit = quality_of(app, "ben")

    visit.button(key="quality.run").click().run()
    to_the_end_of_the_run()

    assert "Finds the right document for 2 of 2 questions." in words(visit.run())


def test_a_reader_sees_what_came_and_no_button(app: FrontDoor, measured: Library) -> None:
    visit = quality_of(app, "ana")

    read = words(visit)
    assert "Finds the right document for 2 of 2 questions." in read
    assert "Refuses 1 of 2 that must be refused." in read
    assert "What was missed: 1 question" in read
    assert "Who keeps their health insurance? It answered what it must refuse" in read
    assert "Came: Parental leave, page 1" in read
    assert [each.key for each in visit.button if str(each.key).startswith("quality.")] == []


def test_the_same_in_plain_words_with_the_questions_open(app: FrontDoor, measured: Library) -> None:
    visit = quality_of(app, "ben")
    visit.session_state["quality.questions"] = True

    read = words(visit.run())

    assert "Which expenses need a receipt? travel.md" in read
    assert SPECIALIST.findall(read) == []
    assert RAW.findall(read) == []


def test_two_versions_make_a_chart_whose_title_is_the_finding(app: FrontDoor, measured: Library, ben: User) -> None:
    measured.answers.quality.run(ben, "handbook")
    assert not quality_of(app, "ana").get("plotly_chart")
    measured.publish("handbook", "parking.md", ["# Parking\n\nThe garage opens at six."])
    measured.answers.quality.run(ben, "handbook")

    visit = quality_of(app, "ana")

    assert len(visit.get("plotly_chart")) == 1
    assert "It finds the right document for 2 of 2 questions; as in version 2" in words(visit)
    assert "(last time 2)" in words(visit)


def test_the_limit_is_measured_on_thirty_questions_and_put_in_force_by_a_click(
    app: FrontDoor, library: Library, ben: User
) -> None:
    asked = "".join(
        f"How many weeks of paid parental leave are there in case {each}?,leave.md,,\n" for each in range(25)
    )
    refused = "".join(f"Who won the football cup of the year {1900 + each}?,,,yes\n" for each in range(5))
    library.answers.quality.attach(ben, "handbook", ("question,document,words,refuse\n" + asked + refused).encode())
    library.answers.quality.run(ben, "handbook")
    visit = quality_of(app, "ben")
    assert "The limit that ships with Accelerate holds. Measured on 30 questions," in words(visit)

    visit.button(key="quality.calibrate").click().run()

    assert "Its own limit holds." in words(visit)
    visit.button(key="quality.shipped").click().run()
    assert "The limit that ships with Accelerate holds." in words(visit)


def test_what_others_wrote_into_a_set_is_shown_as_the_text_it_is(app: FrontDoor, library: Library, ben: User) -> None:
    hostile = "question,document\n<img src=x onerror=alert(1)> How **bold**?,leave.md\n"
    library.answers.quality.attach(ben, "handbook", hostile.encode())
    library.answers.quality.run(ben, "handbook")
    visit = quality_of(app, "ben")
    visit.session_state["quality.questions"] = True

    assert "<img src=x onerror=alert(1)> How **bold**?" in words(visit.run())


def test_its_last_sentence_stands_on_about(app: FrontDoor, measured: Library) -> None:
    assert "Quality Finds the right document for 2 of 2 questions." in words(app.visit("ana", PAGE, id="handbook"))


def test_the_owner_reads_in_the_inbox_what_moved_since_a_new_version(
    app: FrontDoor, library: Library, ben: User
) -> None:
    asked = "".join(f"Who won the football cup of the year {1900 + each}?,,,yes\n" for each in range(4))
    library.answers.quality.attach(ben, "handbook", ("question,document,words,refuse\n" + asked).encode())
    library.answers.quality.run(ben, "handbook")
    cups = "\n\n".join(f"Brazil won the football cup of the year {1900 + each}." for each in range(4))
    library.publish("handbook", "sport.md", [f"# Football cups\n\n{cups}"])

    library.answers.quality.repeat_changed()
    to_the_end_of_the_run()

    read = words(app.visit("ben", "pages/home/inbox.py", tab="News"))
    assert "“Employee handbook” was asked its questions again. It now refuses" in read
    assert "since version 2, 1 document came." in read


def test_an_owner_withdraws_an_approved_answer_and_reads_that_it_is_withdrawn(
    app: FrontDoor, library: Library, ana: User, ben: User, sam: User
) -> None:
    question = "May I bring my dog to work today?"
    desk = library.answers.questions
    desk.send(ana, library.answers.ask(ana, question, ("handbook",)).id, "handbook")
    (waiting,) = desk.waiting(ben, "handbook")
    travel = next(each.id for each in library.knowledge.documents(ben, "handbook") if each.name == "travel.md")
    quote = "Trains are preferred for journeys under four hours."
    request = desk.answer(ben, waiting.id, travel, 1, quote)
    until = utc_now().date() + timedelta(days=30)
    library.knowledge.governance.requests.decide(sam, request.id, True, until=until)
    (held,) = desk.given(ben, "handbook")
    visit = quality_of(app, "ben")
    assert f"{question} Approved answer by Ben until" in words(visit)

    visit.button(key=f"questions.withdraw.{held.id}").click().run()
    assert "Withdraw it" in [each.label for each in visit.button]
    desk.withdraw(ben, held.id, "The rule has changed.")

    assert f"{question} Withdrawn by Ben until" in words(quality_of(app, "ben"))
    assert "Approved answers" not in words(quality_of(app, "ana"))
    assert "Ben withdrew the answer to your question" in words(app.visit("ana", "pages/home/inbox.py", tab="News"))
