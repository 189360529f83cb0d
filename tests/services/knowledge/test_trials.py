"""Trying a search: the one search under other settings, with a receipt for each."""

from __future__ import annotations

from datetime import date

import pytest

from services.errors import BadInput, NotFound
from services.knowledge.setting import By, Filters, Setting
from services.ledger.receipt import Kind, Outcome
from services.people.user import User
from tests.services.knowledge.room import Room

LEAVE = "# Leave\n\nParental leave lasts sixteen weeks.\n\n# Sick days\n\nStay at home and tell your manager.\n"
TRAVEL = "# Travel\n\nBook flights ten days ahead.\n"


@pytest.fixture(autouse=True)
def _content(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "travel.txt": TRAVEL})
    room.ship("board", {"memo.md": "# Memo\n\nParental leave at Zephyr.\n"}, audience=("office",))
    room.bring_in()


def test_it_finds_what_ask_finds_in_the_same_order(room: Room, ana: User) -> None:
    tried = room.knowledge.trials.search(ana, "handbook", "parental leave")

    assert tried.found == room.knowledge.search(ana, "parental leave", ("handbook",)).found


def test_each_search_leaves_a_receipt_with_its_sources(room: Room, ana: User) -> None:
    tried = room.knowledge.trials.search(ana, "handbook", "parental leave", Setting(By.WORDS))

    (receipt,) = room.knowledge.governance.ledger.mine(ana)
    assert (receipt.kind, receipt.outcome) == (Kind.SEARCH, Outcome.DONE)
    assert receipt.question == "parental leave"
    assert [each.passage_id for each in receipt.sources] == [each.passage.id for each in tried.found]
    assert receipt.parameters == {"sources": 8, "by": "words"}


def test_by_words_alone_nothing_is_found_that_shares_no_word(room: Room, ana: User) -> None:
    found = room.knowledge.trials.search(ana, "handbook", "flights", Setting(By.WORDS)).found

    assert [each.passage.document_title for each in found] == ["Travel"]
    assert found[0].meaning is None


def test_by_meaning_alone_words_do_not_count(room: Room, ana: User) -> None:
    found = room.knowledge.trials.search(ana, "handbook", "flights", Setting(By.MEANING)).found

    assert [each.fused.score for each in found if each.fused and each.meaning] == pytest.approx(
        [0.6 * each.meaning.score for each in found if each.meaning]
    )


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        (Filters(kinds=("Text",)), {"Travel"}),
        (Filters(kinds=("PDF",)), set()),
        (Filters(added_from=date(2026, 11, 24), added_until=date(2026, 11, 24)), {"Leave", "Travel"}),
        (Filters(added_until=date(2026, 11, 23)), set()),
        (Filters(added_from=date(2026, 11, 25)), set()),
    ],
)
def test_filters_narrow_by_kind_and_by_the_day_of_adding(
    room: Room, ana: User, filters: Filters, titles: set[str]
) -> None:
    found = room.knowledge.trials.search(ana, "handbook", "leave", Setting(filters=filters)).found

    assert {each.passage.document_title for each in found} == titles


def test_one_document_can_be_searched_alone(room: Room, ana: User) -> None:
    travel = room.documents(name="travel.txt")[0].id

    found = room.knowledge.trials.search(ana, "handbook", "leave", Setting(filters=Filters((travel,)))).found

    assert {each.passage.document_id for each in found} == {travel}


def test_an_older_version_is_searched_as_it_was(room: Room, ana: User) -> None:
    before = room.knowledge.knowledge_base(ana, "handbook").snapshot.number
    room.ship("handbook", {"leave.md": LEAVE.replace("sixteen", "twenty"), "travel.txt": TRAVEL})
    room.bring_in()

    now = room.knowledge.trials.search(ana, "handbook", "parental leave").found[0]
    then = room.knowledge.trials.search(ana, "handbook", "parental leave", Setting(version=before)).found[0]

    assert "twenty" in now.passage.text
    assert "sixteen" in then.passage.text


def test_what_may_not_be_read_and_what_is_not_there_are_refused_alike(room: Room, ana: User) -> None:
    with pytest.raises(NotFound) as hidden:
        room.knowledge.trials.search(ana, "board", "parental leave")
    with pytest.raises(NotFound) as absent:
        room.knowledge.trials.search(ana, "nothing", "parental leave")

    assert str(hidden.value) == str(absent.value)
    assert [each.outcome for each in room.knowledge.governance.ledger.mine(ana)] == [Outcome.REFUSED] * 2


def test_a_document_of_another_knowledge_base_is_not_there(room: Room, ana: User) -> None:
    memo = room.documents(name="memo.md")[0].id

    with pytest.raises(NotFound):
        room.knowledge.trials.search(ana, "handbook", "leave", Setting(filters=Filters((memo,))))


def test_a_question_without_a_word_is_refused(room: Room, ana: User) -> None:
    with pytest.raises(BadInput):
        room.knowledge.trials.search(ana, "handbook", "?!")
