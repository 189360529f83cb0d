"""A knowledge base is made by one person, approved by another, and closed to everybody with one act."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from services.errors import AppError, BadInput, Conflict, NotAllowed, NotFound, TooMany
from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.approval import MOST_DRAFTS
from services.knowledge.knowledge_base import Audience, KnowledgeBase
from services.knowledge.passport_entries import PassportEntries, entries_of
from services.ledger.receipt import Outcome
from services.notebooks.hit import Hit
from services.people.user import Role, User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import LEAVE, Library, library

COMPLETE = PassportEntries(
    name="Travel rules",
    purpose="What a journey may cost.",
    steward="sam",
    review_by=date(2027, 6, 30),
    source="The travel office",
    licence="For us alone",
)


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    return library(database, clock)


def made_by(rooms: Library, owner: User, entries: PassportEntries = COMPLETE) -> KnowledgeBase:
    made = rooms.knowledge.approval.create(owner, entries)
    rooms.publish(made.id, "leave.md", [LEAVE])
    return made


def approved_for(rooms: Library, owner: User, steward: User, until: date = date(2027, 5, 1)) -> KnowledgeBase:
    made = made_by(rooms, owner)
    request = rooms.knowledge.approval.submit(owner, made.id, "It is complete.")
    rooms.knowledge.governance.requests.decide(steward, request.id, True, until=until)
    return rooms.knowledge.knowledge_base(owner, made.id)


def readers(rooms: Library, knowledge_base_id: str, *people: User) -> list[str]:
    return [each.id for each in people if rooms.knowledge.can_read(each, (knowledge_base_id,))]


def test_from_a_draft_by_another_persons_approval_to_a_third_persons_answer(
    rooms: Library, ana: User, ben: User, sam: User, cleo: User
) -> None:
    everybody = (ana, ben, sam, cleo)
    made = made_by(rooms, ben)
    assert readers(rooms, made.id, *everybody) == ["ben"]

    request = rooms.knowledge.approval.submit(ben, made.id, "It is complete.")
    assert readers(rooms, made.id, *everybody) == ["ben", "sam", "cleo"]
    assert [each.id for each in rooms.knowledge.governance.requests.waiting_for(sam)] == [request.id]
    assert rooms.knowledge.governance.requests.waiting_for(ana) == ()

    rooms.knowledge.governance.requests.decide(sam, request.id, True, until=date(2027, 5, 1))
    found = rooms.knowledge.knowledge_base(ana, made.id)
    assert (found.state, found.approved_until) == (ApprovalState.APPROVED, date(2027, 5, 1))
    receipt = rooms.answers.ask(ana, "How many weeks of paid parental leave?", (made.id,))
    assert receipt.outcome is Outcome.ANSWERED
    assert [each.kind for each in rooms.knowledge.governance.requests.news(ben)] == ["approval approved"]


def test_nobody_approves_their_own_and_strangers_do_not_see_the_request(
    rooms: Library, ana: User, ben: User, sam: User
) -> None:
    made = made_by(rooms, ben)
    request = rooms.knowledge.approval.submit(ben, made.id, "It is complete.")
    requests = rooms.knowledge.governance.requests

    with pytest.raises(NotAllowed, match="Nobody decides"):
        requests.decide(ben, request.id, True)
    with pytest.raises(NotFound):
        requests.decide(ana, request.id, True)
    with pytest.raises(NotFound):
        requests.request(ana, request.id)
    assert requests.request(ben, request.id).name == "Travel rules"


def test_a_steward_who_owns_it_is_approved_by_somebody_else(rooms: Library, sam: User, cleo: User) -> None:
    made = made_by(rooms, sam)
    request = rooms.knowledge.approval.submit(sam, made.id, "It is complete.")
    other = replace(sam, id="tom")

    assert rooms.knowledge.governance.requests.waiting_for(sam) == ()
    assert [each.id for each in rooms.knowledge.governance.requests.waiting_for(other)] == [request.id]
    rooms.knowledge.governance.requests.decide(cleo, request.id, True)


def test_a_declined_one_is_a_draft_again_and_its_owner_reads_why(rooms: Library, ben: User, sam: User) -> None:
    made = made_by(rooms, ben)
    request = rooms.knowledge.approval.submit(ben, made.id, "It is complete.")
    with pytest.raises(BadInput, match="reason is missing"):
        rooms.knowledge.governance.requests.decide(sam, request.id, False)

    rooms.knowledge.governance.requests.decide(sam, request.id, False, "Page 3 is out of date.")

    assert rooms.knowledge.knowledge_base(ben, made.id).state is ApprovalState.DRAFT
    assert rooms.knowledge.governance.requests.mine(ben)[0].decision == "Page 3 is out of date."
    assert not rooms.knowledge.can_read(sam, (made.id,))


def test_what_a_passport_lacks_is_named_before_anybody_is_asked(rooms: Library, ben: User) -> None:
    made = rooms.knowledge.approval.create(ben, PassportEntries("Travel rules", "What a journey may cost."))

    with pytest.raises(BadInput, match="a steward, where it comes from, the licence and the day of its next review"):
        rooms.knowledge.approval.submit(ben, made.id, "It is complete.")
    rooms.knowledge.approval.change(ben, made.id, COMPLETE, made.revision)
    with pytest.raises(BadInput, match="nothing in it"):
        rooms.knowledge.approval.submit(ben, made.id, "It is complete.")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_missing_or_too_long_is_refused(rooms: Library, ben: User, name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        rooms.knowledge.approval.create(ben, replace(COMPLETE, name=name))


def test_one_person_owns_only_so_many_that_nobody_approved(rooms: Library, ben: User) -> None:
    for number in range(MOST_DRAFTS):
        rooms.knowledge.approval.create(ben, replace(COMPLETE, name=f"Rules {number}"))

    with pytest.raises(TooMany):
        rooms.knowledge.approval.create(ben, COMPLETE)


def test_asked_twice_it_waits_once(rooms: Library, ben: User) -> None:
    made = made_by(rooms, ben)
    rooms.knowledge.approval.submit(ben, made.id, "It is complete.")

    with pytest.raises(Conflict, match="asked for this already"):
        rooms.knowledge.approval.submit(ben, made.id, "Please.")


def test_of_two_who_decide_at_once_the_second_reads_that_it_was_decided(
    rooms: Library, ben: User, sam: User, cleo: User
) -> None:
    made = made_by(rooms, ben)
    request = rooms.knowledge.approval.submit(ben, made.id, "It is complete.")
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def decide(user: User) -> None:
        together.wait()
        try:
            rooms.knowledge.governance.requests.decide(user, request.id, True)
            outcomes.append("decided")
        except AppError as error:
            outcomes.append(type(error).__name__)

    deciding = [threading.Thread(target=decide, args=(each,)) for each in (sam, cleo)]
    for each in deciding:
        each.start()
    for each in deciding:
        each.join()

    assert sorted(outcomes) == ["Conflict", "decided"]


def test_past_its_date_it_still_answers_and_each_answer_says_so(
    rooms: Library, clock: SettableClock, ana: User, ben: User, sam: User
) -> None:
    made = approved_for(rooms, ben, sam, until=date(2026, 11, 30))
    clock.go_on(days=10)

    receipt = rooms.answers.ask(ana, "How many weeks of paid parental leave?", (made.id,))

    assert rooms.knowledge.knowledge_base(ana, made.id).state is ApprovalState.REVIEW_DUE
    answer = rooms.answers.asked(ana, receipt.id).answer
    assert answer.claims
    assert any("Travel rules" in each and "review" in each for each in answer.missing)


def test_withdrawing_closes_it_at_once_and_tells_whoever_used_it(
    rooms: Library, ana: User, ben: User, sam: User, cleo: User
) -> None:
    made = approved_for(rooms, ben, sam)
    notebook = rooms.notebooks.running.start(ana, "How many weeks of paid parental leave?", (made.id,))
    assert rooms.notebooks.hit_by(sam, made.id) == Hit((), None, None)
    assert rooms.notebooks.hit_by(ana, made.id) == Hit((notebook.title,), None, None)

    with pytest.raises(NotAllowed):
        rooms.knowledge.approval.withdraw(ana, made.id, "I don't like it.")
    rooms.knowledge.approval.withdraw(sam, made.id, "The rules have changed.")

    assert readers(rooms, made.id, ana, ben, sam, cleo) == []
    with pytest.raises(NotFound):
        rooms.answers.ask(ana, "How many weeks of paid parental leave?", (made.id,))
    (told,) = rooms.knowledge.governance.requests.news(ana)
    assert (told.kind, told.facts["reason"], told.facts["notebooks"]) == ("withdrawn", "The rules have changed.", 1)


def test_what_was_withdrawn_can_be_submitted_again_by_those_who_answer_for_it(
    rooms: Library, ana: User, ben: User, sam: User
) -> None:
    made = approved_for(rooms, ben, sam)
    rooms.knowledge.approval.withdraw(sam, made.id, "The rules have changed.")

    request = rooms.knowledge.approval.submit(ben, made.id, "The new rules are in it.")
    rooms.knowledge.governance.requests.decide(sam, request.id, True)

    assert rooms.knowledge.can_read(ana, (made.id,))


def test_who_may_read_what_is_approved_changes_only_with_another_approval(
    rooms: Library, ana: User, ben: User, sam: User
) -> None:
    made = approved_for(rooms, ben, sam)
    narrow = replace(entries_of(made), audience=Audience(("people",), (Role.STEWARD,)), purpose="Who may travel.")

    changed = rooms.knowledge.approval.change(ben, made.id, narrow, made.revision)

    assert (changed.purpose, changed.audience) == ("Who may travel.", Audience())
    assert rooms.knowledge.can_read(ana, (made.id,))
    (request,) = rooms.knowledge.governance.requests.waiting_for(sam)
    rooms.knowledge.governance.requests.decide(sam, request.id, True)
    assert not rooms.knowledge.can_read(ana, (made.id,))
    assert rooms.knowledge.knowledge_base(ben, made.id).audience == narrow.audience


def test_a_passport_that_somebody_changed_meanwhile_is_not_written_over(rooms: Library, ben: User, sam: User) -> None:
    made = approved_for(rooms, ben, sam)
    rooms.knowledge.approval.change(sam, made.id, replace(entries_of(made), purpose="Theirs."), made.revision)

    with pytest.raises(Conflict) as met:
        rooms.knowledge.approval.change(ben, made.id, replace(entries_of(made), purpose="Mine."), made.revision)

    assert (met.value.yours, met.value.theirs) == ("Mine.", "Theirs.")


def test_what_ships_is_described_by_its_files_but_can_be_withdrawn(rooms: Library, ben: User, sam: User) -> None:
    rooms.add(passport("handbook", "Employee handbook", shipped=True), {"leave.md": LEAVE})
    shipped = rooms.knowledge.knowledge_base(ben, "handbook")

    with pytest.raises(NotAllowed, match="files"):
        rooms.knowledge.approval.change(ben, "handbook", entries_of(shipped), shipped.revision)
    rooms.knowledge.approval.withdraw(sam, "handbook", "It is out of date.")

    assert not rooms.knowledge.can_read(ben, ("handbook",))


def test_every_act_is_in_the_audit(rooms: Library, ben: User, sam: User, cleo: User) -> None:
    made = approved_for(rooms, ben, sam)
    rooms.knowledge.approval.withdraw(sam, made.id, "The rules have changed.")

    acts = [(each.person, each.action) for each in reversed(rooms.ledger.audit(cleo))]

    assert acts == [
        ("ben", "make a knowledge base"),
        ("ben", "ask for approval"),
        ("sam", "approve approval"),
        ("sam", "withdraw"),
    ]


def test_confidential_ones_are_not_even_listed(rooms: Library, ana: User, ben: User, sam: User) -> None:
    made = made_by(rooms, ben, replace(COMPLETE, audience=Audience(("people",))))
    secret = made_by(
        rooms, ben, replace(COMPLETE, audience=Audience(("people",)), classification=Classification.CONFIDENTIAL)
    )
    for each in (made, secret):
        request = rooms.knowledge.approval.submit(ben, each.id, "It is complete.")
        rooms.knowledge.governance.requests.decide(sam, request.id, True)

    assert [each.id for each in rooms.knowledge.sharing.listed(ana)] == [made.id]
