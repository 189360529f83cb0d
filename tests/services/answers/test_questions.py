"""A question that the documents did not answer reaches their owner, is answered with a quote, and is shown first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from services.answers.answer import Strength
from services.answers.answers import Asked
from services.answers.questions import MOST_A_DAY, AnswerState, GivenAnswer, QuestionState
from services.errors import BadInput, Conflict, NotAllowed, NotFound, TooMany
from services.governance.life_cycle import ApprovalState
from services.governance.request import Request
from services.ledger.receipt import Cause, Outcome
from services.people.user import User
from services.store.database import Database
from services.store.tables import approved_answers, open_questions
from services.store.tables import news as news_table
from tests.conftest import SettableClock
from tests.services.answers.library import LEAVE, TRAVEL, Library

QUESTION = "May I bring my dog to work today?"
QUOTE = "Trains are preferred for journeys under four hours."


def ask(rooms: Library, user: User, question: str = QUESTION, where: tuple[str, ...] = ("handbook",)) -> Asked:
    return rooms.answers.asked(user, rooms.answers.ask(user, question, where).id)


def send(rooms: Library, user: User, question: str = QUESTION) -> None:
    rooms.answers.questions.send(user, ask(rooms, user, question).receipt.id, "handbook", "I have a small one.")


def travel(rooms: Library, user: User) -> str:
    return next(each.id for each in rooms.knowledge.documents(user, "handbook") if each.name == "travel.md")


def answer(rooms: Library, ben: User, quote: str = QUOTE) -> Request:
    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    return rooms.answers.questions.answer(ben, waiting.id, travel(rooms, ben), 1, quote, "Take the train with it.")


def approve(rooms: Library, user: User, request: Request, clock: SettableClock, days: int = 30) -> None:
    until = clock().date() + timedelta(days=days)
    rooms.knowledge.governance.requests.decide(user, request.id, True, until=until)


@pytest.fixture
def answered(rooms: Library, ana: User, ben: User, sam: User, clock: SettableClock) -> Library:
    """The rooms where Ana asked, Ben answered and Sam approved until 30 days from now."""
    send(rooms, ana)
    approve(rooms, sam, answer(rooms, ben), clock)
    return rooms


def news(rooms: Library, user: User) -> list[str]:
    return [each.kind for each in rooms.knowledge.governance.requests.news(user)]


def test_nothing_reaches_the_owner_until_the_asker_sends_it(rooms: Library, ana: User, ben: User) -> None:
    asked = ask(rooms, ana)
    assert asked.answer.strength is Strength.NOT_IN_THESE_DOCUMENTS
    assert rooms.answers.questions.waiting(ben, "handbook") == ()

    (addressee,) = rooms.answers.questions.addressees(ana, asked.receipt.id)
    rooms.answers.questions.send(ana, asked.receipt.id, addressee.knowledge_base_id)

    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    assert (waiting.question, [each.person for each in waiting.sent]) == (QUESTION, ["Ana"])
    assert news(rooms, ben) == ["question sent"]
    assert rooms.answers.questions.sent(ana, asked.receipt.id) == ("Ben",)


def test_the_same_question_is_joined_and_counts_a_person_once(rooms: Library, ana: User, cleo: User, ben: User) -> None:
    send(rooms, ana)
    send(rooms, ana, f"  {QUESTION.upper()}")
    send(rooms, cleo)

    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    assert [each.person for each in waiting.sent] == ["Ana", "Cleo"]
    assert news(rooms, ben) == ["question sent"]


def test_the_owner_is_not_asked_by_themselves_and_a_private_file_has_nobody_to_ask(rooms: Library, ben: User) -> None:
    asked = ask(rooms, ben)
    assert rooms.answers.questions.addressees(ben, asked.receipt.id) == ()
    with pytest.raises(NotFound):
        rooms.answers.questions.send(ben, asked.receipt.id, "handbook")


def test_only_where_it_looked_and_only_by_who_asked(rooms: Library, ana: User, cleo: User) -> None:
    asked = ask(rooms, ana)
    with pytest.raises(NotFound):
        rooms.answers.questions.send(ana, asked.receipt.id, "board")
    with pytest.raises(NotFound):
        rooms.answers.questions.send(cleo, asked.receipt.id, "handbook")


def test_one_person_sends_so_many_a_day(rooms: Library, ana: User, clock: SettableClock) -> None:
    for number in range(MOST_A_DAY):
        send(rooms, ana, f"May I bring dog number {number} today?")
    with pytest.raises(TooMany):
        send(rooms, ana)
    clock.go_on(days=1, seconds=1)
    send(rooms, ana)


def test_the_question_is_shown_to_owner_and_steward_alone(
    rooms: Library, ana: User, ben: User, sam: User, cleo: User
) -> None:
    send(rooms, ana)
    desk = rooms.answers.questions

    assert [len(desk.waiting(each, "handbook")) for each in (ben, sam, cleo, ana)] == [1, 1, 0, 0]
    assert [len(desk.to_answer(each)) for each in (ben, sam, cleo, ana)] == [1, 1, 0, 0]
    assert desk.counts(cleo) == (("Employee handbook", None),)
    with pytest.raises(NotAllowed):
        desk.counts(ana)


def test_an_answer_is_a_quote_of_its_page_whatever_its_line_ends(rooms: Library, ana: User, ben: User) -> None:
    send(rooms, ana)
    with pytest.raises(BadInput, match="word for word"):
        answer(rooms, ben, "Dogs are welcome.")
    with pytest.raises(BadInput):
        answer(rooms, ben, "  ")

    request = answer(rooms, ben, "Trains  are\npreferred for journeys")

    assert request.name == QUESTION
    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    assert waiting.state is QuestionState.IN_REVIEW
    with pytest.raises(Conflict):
        answer(rooms, ben)


def test_nobody_approves_their_own_and_cleo_does_where_the_steward_answered(
    rooms: Library, ana: User, ben: User, sam: User, cleo: User, clock: SettableClock
) -> None:
    requests = rooms.knowledge.governance.requests
    send(rooms, ana)
    request = answer(rooms, sam)

    with pytest.raises(NotAllowed):
        approve(rooms, sam, request, clock)
    assert [len(requests.waiting_for(each)) for each in (ben, cleo, ana)] == [0, 1, 0]
    approve(rooms, cleo, request, clock)
    assert ask(rooms, ana).answer.approved is not None


def test_who_asks_it_next_sees_the_approved_answer_first_with_its_quote(answered: Library, cleo: User) -> None:
    asked = ask(answered, cleo, "may i bring my dog to work today")

    approved = asked.answer.approved
    assert approved is not None
    assert (approved.by, approved.sentence) == ("Ben", "Take the train with it.")
    (citation,) = [each for each in asked.answer.citations if each.number == approved.number]
    assert citation.quote == QUOTE
    page = answered.knowledge.page(cleo, citation.document_id, citation.page)
    assert page.text[citation.start : citation.end] == QUOTE
    assert asked.receipt.outcome is Outcome.ANSWERED
    assert asked.receipt.inputs["approved_answer"]["id"] == approved.id
    assert QUOTE in asked.receipt.quotes


def test_the_asker_reads_it_in_the_inbox(answered: Library, ana: User) -> None:
    assert news(answered, ana) == ["question answered"]


@pytest.mark.parametrize(
    "question",
    ["May I bring my cat to work today?", "May I bring my dog to work?", "May my dog bring me to a meeting?"],
)
def test_another_question_does_not_get_it(answered: Library, cleo: User, question: str) -> None:
    assert ask(answered, cleo, question).answer.approved is None


def test_a_test_of_quality_and_an_old_version_are_answered_without_it(answered: Library, ben: User) -> None:
    receipt = answered.answers.ask(ben, QUESTION, ("handbook",), cause=Cause.TEST)
    assert answered.answers.asked(ben, receipt.id).answer.approved is None


def test_it_is_not_shown_where_it_was_not_looked_or_may_not_be_read(
    answered: Library, cleo: User, clock: SettableClock
) -> None:
    assert ask(answered, cleo, where=("board",)).answer.approved is None
    seen = ask(answered, cleo)
    answered.change("handbook", state=ApprovalState.WITHDRAWN.value)

    assert answered.answers.questions.approved(cleo, QUESTION, ("handbook",)) is None
    again = answered.answers.asked(cleo, seen.receipt.id)
    assert again.answer.approved is None
    assert QUOTE not in repr(again.answer)


def test_a_new_version_that_still_says_it_keeps_it_at_its_new_place(answered: Library, cleo: User) -> None:
    answered.publish("handbook", "travel.md", ["# Preface\n\nNew.", TRAVEL])
    answered.answers.questions.review_changed()

    asked = ask(answered, cleo)
    assert asked.answer.approved is not None
    assert asked.answer.citations[-1].page == 2


def test_a_new_version_that_no_longer_says_it_falls_back_to_review(
    answered: Library, ana: User, ben: User, cleo: User
) -> None:
    before = ask(answered, cleo)
    answered.publish("handbook", "travel.md", [TRAVEL.replace("Trains", "Buses")])

    assert ask(answered, cleo).answer.approved is None
    answered.answers.questions.review_changed()
    answered.answers.questions.review_changed()

    assert news(answered, ben).count("answer due") == 1
    (waiting,) = answered.answers.questions.waiting(ben, "handbook")
    assert waiting.state is QuestionState.OPEN
    shown_then = answered.answers.asked(cleo, before.receipt.id).answer
    assert shown_then.approved is not None
    assert shown_then.citations[-1].quote == QUOTE


def test_it_is_not_shown_after_its_last_day(answered: Library, cleo: User, ben: User, clock: SettableClock) -> None:
    clock.go_on(days=30)
    assert ask(answered, cleo).answer.approved is not None
    clock.go_on(days=1)
    assert ask(answered, cleo).answer.approved is None
    answered.answers.questions.review_changed()
    assert "answer due" in news(answered, ben)


def test_a_page_that_changed_before_the_approval_is_not_approved(
    rooms: Library, ana: User, ben: User, sam: User, clock: SettableClock
) -> None:
    send(rooms, ana)
    request = answer(rooms, ben)
    rooms.publish("handbook", "travel.md", [LEAVE])
    with pytest.raises(Conflict):
        approve(rooms, sam, request, clock)


def test_what_is_declined_goes_back_to_the_owner(rooms: Library, ana: User, ben: User, sam: User) -> None:
    send(rooms, ana)
    request = answer(rooms, ben)
    rooms.knowledge.governance.requests.decide(sam, request.id, False, "That is about trains.")

    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    assert waiting.state is QuestionState.OPEN
    assert news(rooms, ana) == []


def test_the_owner_closes_it_with_a_sentence_that_everybody_reads_who_asked(
    rooms: Library, ana: User, cleo: User, ben: User
) -> None:
    send(rooms, ana)
    send(rooms, cleo)
    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    with pytest.raises(BadInput):
        rooms.answers.questions.close(ben, waiting.id, " ")
    with pytest.raises(NotFound):
        rooms.answers.questions.close(ana, waiting.id, "Mine.")

    rooms.answers.questions.close(ben, waiting.id, "Not ours, ask Finance.")

    assert rooms.answers.questions.waiting(ben, "handbook") == ()
    (told,) = rooms.knowledge.governance.requests.news(ana)
    assert (told.kind, told.facts["decision"]) == ("question closed", "Not ours, ask Finance.")
    assert news(rooms, cleo) == ["question closed"]


def the_given(rooms: Library, user: User) -> GivenAnswer:
    (held,) = rooms.answers.questions.given(user, "handbook")
    return held


def test_an_approved_answer_is_withdrawn_with_a_reason_and_not_shown_from_the_next_question_on(
    answered: Library, ana: User, ben: User, sam: User, cleo: User
) -> None:
    before = ask(answered, cleo)

    answered.answers.questions.withdraw(sam, the_given(answered, ben).id, "The house rules have  changed.")

    assert ask(answered, cleo).answer.approved is None
    assert answered.answers.asked(cleo, before.receipt.id).answer.approved is not None
    assert the_given(answered, ben).state is AnswerState.WITHDRAWN
    (waiting,) = answered.answers.questions.waiting(ben, "handbook")
    assert (waiting.question, waiting.state) == (QUESTION, QuestionState.OPEN)
    told = answered.knowledge.governance.requests.news(ana)
    assert [each.facts["decision"] for each in told if each.kind == "answer withdrawn"] == [
        "The house rules have changed."
    ]
    (entry,) = [each for each in answered.ledger.audit(sam) if each.action == "withdraw answer"]
    assert (entry.person, entry.object, entry.facts["reason"]) == ("sam", "handbook", "The house rules have changed.")


def test_a_withdrawn_answer_can_be_given_anew_and_is_withdrawn_once(
    answered: Library, ben: User, sam: User, cleo: User, clock: SettableClock
) -> None:
    withdrawn = the_given(answered, ben).id
    answered.answers.questions.withdraw(ben, withdrawn, "I was wrong.")
    with pytest.raises(Conflict):
        answered.answers.questions.withdraw(ben, withdrawn, "I was wrong.")

    approve(answered, sam, answer(answered, ben), clock)

    assert ask(answered, cleo).answer.approved is not None


def test_only_who_answers_for_it_withdraws_an_answer_and_says_why(answered: Library, ana: User, ben: User) -> None:
    held = the_given(answered, ben)
    assert answered.answers.questions.given(ana, "handbook") == ()

    with pytest.raises(NotFound):
        answered.answers.questions.withdraw(ana, held.id, "I do not like it.")
    with pytest.raises(BadInput):
        answered.answers.questions.withdraw(ben, held.id, " ")
    assert the_given(answered, ben).state is AnswerState.APPROVED


def test_answering_opens_no_second_connection_inside_its_transaction(
    rooms: Library, database: Database, ana: User, ben: User
) -> None:
    send(rooms, ana)
    (waiting,) = rooms.answers.questions.waiting(ben, "handbook")
    document = travel(rooms, ben)
    open_now, most = [0], [0]

    def taken(*_: object) -> None:
        open_now[0] += 1
        most[0] = max(most[0], open_now[0])

    def given_back(*_: object) -> None:
        open_now[0] -= 1

    event.listen(database.engine, "checkout", taken)
    event.listen(database.engine, "checkin", given_back)
    rooms.answers.questions.answer(ben, waiting.id, document, 1, QUOTE)

    assert (open_now, most) == ([0], [1])


def texts_of(database: Database) -> str:
    """Everything that is stored beside the receipts about questions that were sent."""
    with database.read() as connection:
        return str([connection.execute(select(each)).all() for each in (open_questions, approved_answers, news_table)])


def test_erasing_a_question_erases_what_was_sent_of_it(
    answered: Library, database: Database, ana: User, ben: User, sam: User, cleo: User
) -> None:
    (asked,) = [each for each in answered.ledger.mine(ana) if each.question == QUESTION]
    assert QUESTION in texts_of(database)

    answered.ledger.erase(ana, sam, asked.id, "I named my dog.")

    assert QUESTION not in texts_of(database)
    assert "I have a small one." not in texts_of(database)
    assert answered.answers.questions.waiting(ben, "handbook") == ()
    assert answered.answers.questions.given(ben, "handbook") == ()
    assert ask(answered, cleo).answer.approved is None
    assert answered.answers.questions.sent(ana, asked.id) == ("Ben",)


def test_what_somebody_else_sent_in_the_same_words_stays_theirs(
    rooms: Library, ana: User, cleo: User, ben: User, sam: User, clock: SettableClock
) -> None:
    send(rooms, ana)
    send(rooms, cleo)
    approve(rooms, sam, answer(rooms, ben), clock)
    (asked,) = [each for each in rooms.ledger.mine(ana) if each.question == QUESTION]

    rooms.ledger.erase(ana, sam, asked.id, "I named my dog.")

    assert ask(rooms, cleo).answer.approved is not None
    assert [each.facts["name"] for each in rooms.knowledge.governance.requests.news(cleo)] == [QUESTION]
    assert QUESTION not in [each.facts["name"] for each in rooms.knowledge.governance.requests.news(ana)]


def test_an_answer_to_a_question_that_was_erased_is_not_approved(
    rooms: Library, ana: User, ben: User, sam: User, clock: SettableClock
) -> None:
    send(rooms, ana)
    request = answer(rooms, ben)
    (asked,) = [each for each in rooms.ledger.mine(ana) if each.question == QUESTION]
    rooms.ledger.erase(ana, sam, asked.id, "I named my dog.")

    with pytest.raises(Conflict):
        approve(rooms, sam, request, clock)


def test_erasing_a_quote_or_another_question_leaves_what_was_sent(
    answered: Library, database: Database, ana: User, sam: User
) -> None:
    other = ask(answered, ana, "How many weeks of paid parental leave?")

    answered.ledger.erase(ana, sam, other.receipt.id, "It is private.")

    assert QUESTION in texts_of(database)


def test_a_question_past_its_keep_until_day_goes_from_its_owner_too(
    answered: Library, database: Database, clock: SettableClock
) -> None:
    clock.go_on(days=400)

    answered.ledger.erase_expired()

    assert QUESTION not in texts_of(database)
