"""Oversight sees counts of groups, opens a receipt with a reason only, and sees who may read what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.errors import BadInput, NotAllowed, NotFound
from services.governance.life_cycle import ApprovalState
from services.insight.insight import Insight
from services.knowledge.knowledge_base import Audience, ReadingRule
from services.ledger.receipt import Outcome, Receipt
from services.people.grants import Grant, give
from services.people.user import LineOfBusiness, Role, User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import Library, furnish, library

REASON = "Legal has to know what was said."


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    rooms = library(database, clock)
    furnish(rooms)
    return rooms


@pytest.fixture
def insight(rooms: Library, clock: SettableClock) -> Insight:
    answers = rooms.answers
    return Insight(rooms.ledger, answers.governance, rooms.knowledge, answers, answers.people, clock)


def colleagues(number: int, line: str = "claims") -> list[User]:
    return [
        User(f"{line}-{each}", f"C{each}", "clerk", LineOfBusiness(line, line), Role.CITIZEN) for each in range(number)
    ]


def asked_a_week_ago(rooms: Library, clock: SettableClock, people: list[User], question: str) -> list[Receipt]:
    asked = [rooms.answers.ask(each, question) for each in people]
    clock.go_on(days=7)
    return asked


def test_the_overview_adds_up_what_may_be_told(
    insight: Insight, rooms: Library, clock: SettableClock, cleo: User
) -> None:
    for each in colleagues(6):
        rooms.answers.ask(each, "Which expenses need a receipt?")
    for each in colleagues(5):
        rooms.answers.ask(each, "Who won the football championship in 1998?")
    asked_a_week_ago(rooms, clock, colleagues(3, "people"), "Which expenses need a receipt?")

    overview = insight.overview(cleo)

    assert (overview.people, overview.questions, overview.answered, overview.not_found) == (6, 11, 6, 5)
    assert (overview.wrong, overview.not_told_apart, overview.hidden) == (0, 0, 1)
    assert overview.until == date(2026, 11, 29)


def test_a_new_installation_has_nothing_to_tell(insight: Insight, sam: User) -> None:
    overview = insight.overview(sam)

    assert (overview.groups, overview.people, overview.questions) == ((), 0, 0)


def test_what_is_due_for_review_comes_first_first_and_drafts_of_others_never(
    insight: Insight, rooms: Library, cleo: User
) -> None:
    rooms.add(passport("late", "Late", approved_until=date(2026, 11, 1)), {})
    rooms.add(passport("soon", "Soon", review_by=date(2026, 12, 10), audience=Audience(("people",))), {})
    rooms.add(passport("far", "Far", review_by=date(2027, 12, 10)), {})
    rooms.add(passport("draft", "Draft", review_by=date(2026, 11, 1), state=ApprovalState.DRAFT), {})

    due = insight.overview(cleo).due

    assert [(each.name, each.is_over, each.readable) for each in due] == [("Late", True, True), ("Soon", False, False)]


def test_a_receipt_is_opened_with_a_reason_and_its_asker_is_told(
    insight: Insight, rooms: Library, clock: SettableClock, cleo: User
) -> None:
    people = colleagues(5)
    receipt, *_ = asked_a_week_ago(rooms, clock, people, "Which expenses need a receipt?")
    listed = insight.receipts(cleo, "2026-W48", "claims", "questions")
    assert receipt.id in [each.id for each in listed]

    opened = insight.open_receipt(cleo, receipt.id, REASON)

    assert opened.question == "Which expenses need a receipt?"
    assert (opened.person, opened.outcome, opened.withheld) == ("claims-0", Outcome.ANSWERED, 0)
    assert ("Every expense above $75 needs a receipt.", "Travel") in opened.quotes
    (news,) = rooms.answers.governance.requests.news(people[0])
    assert (news.kind, news.object, news.facts["by"], news.facts["reason"]) == (
        "receipt opened",
        receipt.id,
        "cleo",
        REASON,
    )
    assert rooms.ledger.audit(cleo)[0].facts == {"reason": REASON, "person": "claims-0"}


def test_what_oversight_may_not_read_is_withheld_from_an_opened_receipt(
    insight: Insight, rooms: Library, clock: SettableClock, sam: User
) -> None:
    people = colleagues(5, "office")
    receipt, *_ = asked_a_week_ago(rooms, clock, people, "When does the acquisition of Zephyr Robotics close?")
    rooms.change("board", steward="cleo")

    opened = insight.open_receipt(sam, receipt.id, REASON)

    assert opened.withheld > 0
    assert "Zephyr" not in repr(opened.quotes)


def test_opening_takes_a_reason_and_a_group_of_five_and_leaves_nothing_where_it_fails(
    insight: Insight, rooms: Library, clock: SettableClock, ana: User, cleo: User
) -> None:
    people = colleagues(5)
    receipt, *_ = asked_a_week_ago(rooms, clock, people, "Which expenses need a receipt?")
    lonely = rooms.answers.ask(ana, "Which expenses need a receipt?")

    with pytest.raises(BadInput):
        insight.open_receipt(cleo, receipt.id, " ")
    with pytest.raises(NotFound):
        insight.open_receipt(cleo, lonely.id, REASON)

    assert rooms.ledger.audit(cleo) == ()
    assert rooms.answers.governance.requests.news(people[0]) == ()


def test_a_knowledge_base_that_oversight_may_not_know_of_is_not_named_in_a_list(
    insight: Insight, rooms: Library, clock: SettableClock, cleo: User
) -> None:
    rooms.add(passport("plans", "Plans"), {"plan.md": "# Plan\n\nThe plan begins in May."})
    for each in colleagues(5):
        rooms.answers.ask(each, "When does the plan begin?", ("plans",))
    clock.go_on(days=7)
    assert {each.where for each in insight.receipts(cleo, "2026-W48", "claims", "questions")} == {("plans",)}

    rooms.change("plans", state="Draft")

    assert {each.where for each in insight.receipts(cleo, "2026-W48", "claims", "questions")} == {None}


def test_the_access_check_says_what_somebody_may_read_and_by_which_rule(
    insight: Insight, rooms: Library, clock: SettableClock, cleo: User
) -> None:
    rooms.add(passport("granted", "Granted", audience=Audience(("office",))), {})
    rooms.add(replace(passport("own", "own.md"), owner="ana", expires_at=clock() + timedelta(days=3)), {})
    rooms.add(passport("draft", "Draft", owner="ana", state=ApprovalState.DRAFT), {})
    rooms.add(passport("gone", "Gone", state=ApprovalState.WITHDRAWN), {})
    until = clock() + timedelta(days=1)
    with rooms.database.write() as connection:
        give(connection, Grant("g", "r", "ana", "granted", "ben", clock(), until))

    checked = {each.name: (each.rule, each.until) for each in insight.access_check(cleo, "ana")}

    assert checked == {
        "Employee handbook": (ReadingRule.AUDIENCE, None),
        "Granted": (ReadingRule.GRANT, until),
        "Board papers": (None, None),
        "Gone": (None, None),
    }
    assert [(each.action, each.object) for each in rooms.ledger.audit(cleo)] == [("check access", "ana")]
    clock.go_on(days=2)
    assert {each.name: each.rule for each in insight.access_check(cleo, "ana")}["Granted"] is None


def test_owner_and_steward_are_named_as_such(insight: Insight, cleo: User) -> None:
    assert {each.rule for each in insight.access_check(cleo, "ben") if each.name == "Board papers"} == {
        ReadingRule.OWNER
    }
    assert {each.rule for each in insight.access_check(cleo, "sam") if each.name == "Board papers"} == {
        ReadingRule.STEWARD
    }


def test_everything_here_is_for_oversight(insight: Insight, ana: User) -> None:
    for attempt in (
        lambda: insight.overview(ana),
        lambda: insight.names(ana),
        lambda: insight.receipts(ana, "2026-W47", "claims", "questions"),
        lambda: insight.open_receipt(ana, "anything", REASON),
        lambda: insight.access_check(ana, "ana"),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_nobody_by_that_name_is_not_checked(insight: Insight, rooms: Library, cleo: User) -> None:
    with pytest.raises(NotFound):
        insight.access_check(cleo, "nobody")
    assert rooms.ledger.audit(cleo) == ()
