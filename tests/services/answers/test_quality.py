"""A knowledge base is asked its own questions, what moved is told, and the threshold follows from them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from services.answers.gate import THRESHOLD
from services.answers.measured import Miss
from services.answers.quality import Running
from services.errors import BadInput, Conflict, NotAllowed, NotFound
from services.ledger.receipt import Cause, Kind
from services.people.user import User
from services.store.tables import documents, ledger
from tests.conftest import SettableClock
from tests.services.answers.library import Library

HEADER = "question,document,page,words,must be refused\n"
SET = HEADER + (
    "How many weeks of paid parental leave?,leave.md,,16 weeks,\n"
    "Which expenses need a receipt?,travel,1,,\n"
    "Until when do I tell my supervisor that I am ill?,,,before 9 a.m.,\n"
    "Who won the football championship in 1998?,,,,yes\n"
)


def attached(rooms: Library, user: User, text: str = SET) -> None:
    rooms.answers.quality.attach(user, "handbook", text.encode())


def many(answered: int, refused: int) -> str:
    """Write a set of so many questions, no two alike."""
    own = "".join(
        f"How many weeks of paid parental leave are there in case {each}?,leave.md,,,\n" for each in range(answered)
    )
    other = "".join(f"Who won the football cup of the year {1900 + each}?,,,,yes\n" for each in range(refused))
    return HEADER + own + other


def to_its_end(running: Running | None) -> None:
    assert running is not None
    assert running.thread is not None
    running.thread.join()


def receipts(rooms: Library, cause: Cause) -> list[Any]:
    with rooms.database.read() as connection:
        return list(connection.execute(select(ledger.c.person, ledger.c.kind).where(ledger.c.cause == cause.value)))


def test_a_run_says_how_many_right_documents_are_found_and_how_many_questions_refused(
    rooms: Library, ben: User
) -> None:
    attached(rooms, ben)

    run = rooms.answers.quality.run(ben, "handbook")

    told = "Finds the right document for 3 of 3 questions. Refuses 1 of 1 that must be refused."
    assert rooms.answers.quality.last(ben, "handbook") == told
    figures = run.figures
    assert (figures.paged, figures.on_page, figures.worded, figures.with_words) == (1, 1, 2, 2)
    assert (figures.answerable, figures.answered, figures.refusable, figures.refused) == (3, 3, 1, 1)
    assert figures.mrr == figures.recall == figures.ndcg == 1.0
    assert (run.snapshot, run.splitting, run.person) == (2, "heading", "ben")


def test_every_question_goes_the_way_of_ask_and_leaves_a_receipt_that_says_test(rooms: Library, ben: User) -> None:
    attached(rooms, ben)

    rooms.answers.quality.run(ben, "handbook")

    assert receipts(rooms, Cause.TEST) == [("ben", "ask")] * 4
    (judged, *_) = rooms.answers.quality.judged(ben, "handbook")
    asked = rooms.answers.ask(ben, judged.question, ("handbook",))
    again = rooms.ledger.receipt(ben, judged.receipt_id)
    assert (again.sources, again.quotes, again.parameters) == (asked.sources, asked.quotes, asked.parameters)
    assert not rooms.ledger.has_run(ben, Kind.SEARCH)


def test_testing_is_not_asking(rooms: Library, ben: User) -> None:
    attached(rooms, ben)

    rooms.answers.quality.run(ben, "handbook")

    assert not rooms.ledger.has_run(ben, Kind.ASK)


def test_the_second_run_says_what_the_first_gave(rooms: Library, ben: User, clock: SettableClock) -> None:
    attached(rooms, ben)
    rooms.answers.quality.run(ben, "handbook")
    clock.go_on(days=1)

    rooms.answers.quality.run(ben, "handbook")

    assert "for 3 of 3 questions (last time 3)." in rooms.answers.quality.last(ben, "handbook")
    assert len(rooms.answers.quality.runs(ben, "handbook")) == 2


def test_another_set_is_not_compared_with_the_last(rooms: Library, ben: User, clock: SettableClock) -> None:
    attached(rooms, ben)
    rooms.answers.quality.run(ben, "handbook")
    attached(rooms, ben, HEADER + "Which expenses need a receipt?,travel,,,\n")
    clock.go_on(days=1)

    rooms.answers.quality.run(ben, "handbook")

    assert rooms.answers.quality.last(ben, "handbook") == "Finds the right document for 1 of 1 questions."


def test_each_miss_says_what_came_instead(rooms: Library, ben: User) -> None:
    attached(
        rooms,
        ben,
        HEADER
        + "Which expenses need a receipt?,leave.md,,\N{SNOWMAN} words that stand nowhere,\n"
        + "How many weeks of paid parental leave?,,,,yes\n",
    )
    rooms.answers.quality.run(ben, "handbook")

    right_document, answered = rooms.answers.quality.judged(ben, "handbook")
    titles = rooms.answers.quality.titles(ben, "handbook")
    assert right_document.miss is None  # it came, in a small library everything does
    assert right_document.has_words is False
    assert right_document.rank is not None
    assert right_document.rank > 1
    assert titles[right_document.came[0][0]] == "Travel"
    assert answered.miss is Miss.ANSWERED


def test_an_expected_document_that_was_taken_away_is_named(rooms: Library, ben: User) -> None:
    attached(rooms, ben)
    with rooms.database.write() as connection:
        connection.execute(update(documents).where(documents.c.name == "travel.md").values(name="new", title="New"))

    rooms.answers.quality.run(ben, "handbook")

    _, travel, *_ = rooms.answers.quality.judged(ben, "handbook")
    assert travel.miss is Miss.NOT_FOUND
    assert travel.unknown == ("travel",)


def test_rows_that_cant_be_used_keep_the_whole_set_out_unless_they_are_to_be_left_out(
    rooms: Library, ben: User
) -> None:
    quality = rooms.answers.quality
    faulty = (SET + "Who pays?,nowhere.pdf,,,\n").encode()

    assert quality.check(ben, "handbook", faulty).faults == ("Line 6: there is no document “nowhere.pdf” here.",)
    with pytest.raises(BadInput, match="Line 6"):
        quality.attach(ben, "handbook", faulty)
    assert quality.questions(ben, "handbook") == ()
    assert quality.attach(ben, "handbook", faulty, without_faults=True) == 4
    assert [each.is_answerable for each in quality.questions(ben, "handbook")] == [True, True, True, False]


def test_what_is_downloaded_can_be_attached_again(rooms: Library, ben: User) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben)
    before = quality.questions(ben, "handbook")

    quality.attach(ben, "handbook", quality.sheet(ben, "handbook").encode())

    assert quality.questions(ben, "handbook") == before


def test_who_reads_sees_the_quality_and_changes_nothing_and_who_may_not_read_sees_nothing(
    rooms: Library, ana: User, ben: User
) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben)
    quality.run(ben, "handbook")

    assert quality.last(ana, "handbook")
    for change in (
        lambda: quality.attach(ana, "handbook", SET.encode()),
        lambda: quality.run(ana, "handbook"),
        lambda: quality.start(ana, "handbook"),
        lambda: quality.stop(ana, "handbook"),
        lambda: quality.calibrate(ana, "handbook"),
        lambda: quality.use_shipped(ana, "handbook"),
    ):
        with pytest.raises(NotAllowed):
            change()
    for read in (quality.questions, quality.last, quality.runs, quality.judged, quality.calibration, quality.sheet):
        with pytest.raises(NotFound):
            read(ana, "board")


def test_without_a_set_there_is_nothing_to_run(rooms: Library, ben: User) -> None:
    assert rooms.answers.quality.last(ben, "handbook") == ""
    with pytest.raises(BadInput, match="no question set"):
        rooms.answers.quality.run(ben, "handbook")


def test_in_the_background_it_ends_with_the_same_and_can_be_stopped(rooms: Library, ben: User, sam: User) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben, many(40, 5))
    quality.start(ben, "handbook")
    with pytest.raises(Conflict):
        quality.start(sam, "handbook")
    with pytest.raises(Conflict):
        attached(rooms, ben)
    quality.stop(sam, "handbook")
    quality.close()

    stopped = quality.running(ben, "handbook")
    assert stopped is not None
    assert stopped.failed == f"It was stopped after {stopped.done} of 45 questions."
    assert quality.runs(ben, "handbook") == ()


def test_a_run_whose_knowledge_base_is_withdrawn_meanwhile_says_so(rooms: Library, ben: User) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben)
    rooms.change("handbook", state="Withdrawn")

    to_its_end(quality.start(ben, "handbook"))

    rooms.change("handbook", state="Approved")
    ended = quality.running(ben, "handbook")
    assert ended is not None
    assert ended.failed.startswith("It ended after 0 of 4 questions.")


def test_a_new_version_is_asked_again_as_the_owner_who_is_told_what_moved(
    rooms: Library, ben: User, clock: SettableClock
) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben, many(0, 4) + "How many weeks of paid parental leave?,leave.md,,16 weeks,\n")
    quality.run(ben, "handbook")
    clock.go_on(days=1)
    cups = "\n\n".join(f"Brazil won the football cup of the year {1900 + each}." for each in range(4))
    rooms.publish("handbook", "sport.md", [f"# Football cups\n\n{cups}"])

    to_its_end(quality.repeat_changed())

    first, second = quality.runs(ben, "handbook")
    assert (first.snapshot, second.snapshot, second.person) == (2, 3, "")
    assert receipts(rooms, Cause.SCHEDULE) == [("ben", "ask")] * 5
    (news,) = rooms.answers.governance.requests.news(ben)
    assert news.kind == "quality"
    assert news.facts["sentence"] == (
        f"It now refuses {second.figures.refused} of 4 that must be refused, was 4: since version 2, 1 document came."
    )


def test_what_did_not_change_is_not_asked_again_nor_what_was_never_run(rooms: Library, ben: User) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben)
    assert quality.repeat_changed() is None

    quality.run(ben, "handbook")

    assert quality.repeat_changed() is None


def test_a_move_within_noise_is_no_news(rooms: Library, ben: User) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben)
    quality.run(ben, "handbook")
    rooms.publish("handbook", "more.md", ["# Parking\n\nThe garage opens at six."])

    to_its_end(quality.repeat_changed())

    assert len(quality.runs(ben, "handbook")) == 2
    assert rooms.answers.governance.requests.news(ben) == ()


def test_thirty_own_questions_calibrate_the_threshold_and_the_gate_obeys_it_at_once(
    rooms: Library, ben: User, sam: User
) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben, many(25, 10))
    quality.run(ben, "handbook")

    found = quality.calibrate(ben, "handbook")

    assert rooms.knowledge.knowledge_base(ben, "handbook").threshold == found.threshold
    asked = rooms.answers.ask(ben, "How many weeks of paid parental leave?", ("handbook",))
    assert asked.parameters["threshold"] == f"{found.threshold:.6f}"
    assert "calibrate threshold" in [each.action for each in rooms.ledger.audit(sam)]

    quality.use_shipped(ben, "handbook")
    asked = rooms.answers.ask(ben, "How many weeks of paid parental leave?", ("handbook",))
    assert asked.parameters["threshold"] == f"{THRESHOLD:.6f}"


def test_a_strict_threshold_refuses_what_the_shipped_one_answers(rooms: Library, ben: User) -> None:
    rooms.change("handbook", threshold=9.0)

    assert rooms.answers.ask(ben, "How many weeks of paid parental leave?").outcome == "not found"


def test_another_set_puts_the_shipped_threshold_in_force_again(rooms: Library, ben: User) -> None:
    quality = rooms.answers.quality
    attached(rooms, ben, many(25, 10))
    quality.run(ben, "handbook")
    quality.calibrate(ben, "handbook")

    attached(rooms, ben)

    assert rooms.knowledge.knowledge_base(ben, "handbook").threshold is None
    assert quality.calibration(ben, "handbook") is None
    with pytest.raises(BadInput, match="at least 30"):
        quality.calibrate(ben, "handbook")


def test_fewer_than_thirty_calibrate_nothing(rooms: Library, ben: User) -> None:
    attached(rooms, ben)
    rooms.answers.quality.run(ben, "handbook")

    assert rooms.answers.quality.calibration(ben, "handbook") is None


def test_titles_of_what_was_erased_are_not_told(rooms: Library, ben: User, clock: SettableClock) -> None:
    attached(rooms, ben)
    with rooms.database.write() as connection:
        connection.execute(update(documents).where(documents.c.name == "leave.md").values(erased_at=clock()))

    assert set(rooms.answers.quality.titles(ben, "handbook").values()) == {"Travel"}
