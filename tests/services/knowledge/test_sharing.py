"""Access beyond the audience is asked for, given by who answers for it, and ends by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.errors import BadInput, Conflict, NotAllowed, NotFound
from services.governance.life_cycle import Classification
from services.knowledge.knowledge_base import Audience, ReadingRule
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import BOARD, Library, library

REASON = "I write the report on it."


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    rooms = library(database, clock)
    rooms.add(passport("board", "Board papers", audience=Audience(("office",))), {"memo.md": BOARD})
    return rooms


def given(rooms: Library, asker: User, until: date) -> None:
    request = rooms.knowledge.sharing.ask(asker, "board", REASON, until)
    (waiting,) = rooms.knowledge.governance.requests.waiting_for(rooms_owner(rooms))
    assert waiting.id == request.id
    rooms.knowledge.governance.requests.decide(rooms_owner(rooms), request.id, True, until=until)


def rooms_owner(rooms: Library) -> User:
    return rooms.answers.people.user("ben")


def test_access_for_a_day_lets_somebody_read_and_is_over_the_day_after(
    rooms: Library, clock: SettableClock, ana: User
) -> None:
    assert [each.id for each in rooms.knowledge.sharing.listed(ana)] == ["board"]
    given(rooms, ana, clock().date())

    reading = rooms.knowledge.sharing.reading(ana, "board")
    assert (reading.rule, reading.until and reading.until.date()) == (
        ReadingRule.GRANT,
        clock().date() + timedelta(days=1),
    )
    receipt = rooms.answers.ask(ana, "When does the acquisition of Zephyr Robotics close?", ("board",))
    assert "3 March" in rooms.answers.asked(ana, receipt.id).answer.claims[0].text

    clock.go_on(days=1)

    assert not rooms.knowledge.can_read(ana, ("board",))
    with pytest.raises(NotFound):
        rooms.knowledge.search(ana, "Zephyr Robotics", ("board",))
    read_again = rooms.answers.asked(ana, receipt.id).answer
    assert "Zephyr" not in repr(read_again.claims) + repr(read_again.quotes)


def test_those_who_answer_for_it_can_end_access_sooner(
    rooms: Library, clock: SettableClock, ana: User, ben: User
) -> None:
    given(rooms, ana, clock().date() + timedelta(days=30))
    (grant,) = rooms.knowledge.sharing.grants(ben, "board")

    with pytest.raises(NotAllowed):
        rooms.knowledge.sharing.end(ana, "board", grant.id)
    rooms.knowledge.sharing.end(ben, "board", grant.id)
    rooms.knowledge.sharing.end(ben, "board", grant.id)

    assert not rooms.knowledge.can_read(ana, ("board",))
    assert {each.kind for each in rooms.knowledge.governance.requests.news(ana)} == {"access approved", "access ended"}


def test_who_may_read_it_has_nothing_to_ask_for(rooms: Library, clock: SettableClock, cleo: User, ana: User) -> None:
    with pytest.raises(Conflict, match="already"):
        rooms.knowledge.sharing.ask(cleo, "board", REASON, clock().date())


def test_what_is_confidential_or_not_there_reads_the_same(rooms: Library, clock: SettableClock, ana: User) -> None:
    rooms.change("board", classification=Classification.CONFIDENTIAL.value)
    refusals = []
    for name in ("board", "nowhere"):
        with pytest.raises(NotFound) as refusal:
            rooms.knowledge.sharing.ask(ana, name, REASON, clock().date())
        refusals.append(refusal.value.message)

    assert refusals[0] == refusals[1]
    assert rooms.knowledge.sharing.listed(ana) == ()


def test_a_day_that_is_over_or_too_far_and_a_missing_reason_are_refused(
    rooms: Library, clock: SettableClock, ana: User
) -> None:
    for until in (clock().date() - timedelta(days=1), clock().date() + timedelta(days=366)):
        with pytest.raises(BadInput, match="a year at most"):
            rooms.knowledge.sharing.ask(ana, "board", REASON, until)
    with pytest.raises(BadInput, match="reason"):
        rooms.knowledge.sharing.ask(ana, "board", "  ", clock().date())


def test_an_extension_takes_the_place_of_what_was_given_before(
    rooms: Library, clock: SettableClock, ana: User, ben: User
) -> None:
    given(rooms, ana, clock().date())
    given(rooms, ana, clock().date() + timedelta(days=7))

    (held,) = rooms.knowledge.sharing.grants(ben, "board")
    assert held.until.date() == clock().date() + timedelta(days=8)
