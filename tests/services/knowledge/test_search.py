"""The one search tells how each passage was found, and what it had to do without."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from services.people.user import User
from services.store.tables import token_vectors
from tests.services.knowledge.room import Room

LEAVE = "# Leave\n\nParental leave lasts sixteen weeks.\n\n# Sick days\n\nStay at home and tell your manager.\n"
TRAVEL = "# Travel\n\nBook flights ten days ahead.\n"
ELSEWHERE = "# Parental leave elsewhere\n\nParental leave lasts a year.\n"


@pytest.fixture(autouse=True)
def _content(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "travel.md": TRAVEL})
    room.ship("other", {"parental.md": ELSEWHERE})
    room.bring_in()


def test_the_best_passage_comes_first_with_its_place_in_each_leg(room: Room, ana: User) -> None:
    best = room.knowledge.search(ana, "How long is PARENTAL leave?", ("handbook",)).found[0]

    assert "sixteen weeks" in best.passage.text
    assert best.rank == 1
    assert best.words is not None
    assert best.words.rank == 1
    assert best.meaning is not None
    assert best.fused is not None
    assert best.reordered is not None


def test_matched_words_are_told_as_they_were_typed(room: Room, ana: User) -> None:
    best = room.knowledge.search(ana, "How long is PARENTAL leave?", ("handbook",)).found[0]

    assert best.words_matched == ("PARENTAL", "leave")


def test_a_passage_without_a_word_of_the_question_has_no_place_in_the_words_leg(room: Room, ana: User) -> None:
    found = room.knowledge.search(ana, "flights", ("handbook",)).found

    assert [each.words is None for each in found] == [not each.words_matched for each in found]
    assert any(each.words is None for each in found)


def test_only_the_snapshots_given_are_searched(room: Room, ana: User) -> None:
    found = room.knowledge.search(ana, "parental leave", ("other",)).found

    assert {each.passage.knowledge_base_id for each in found} == {"other"}


def test_naming_documents_narrows_the_search_to_them(room: Room, ana: User) -> None:
    snapshot = room.knowledge.knowledge_base(ana, "handbook").snapshot
    travel = room.documents(name="travel.md")[0].id

    findings = room.knowledge.passage_search.search("parental leave", [snapshot], frozenset({travel}))

    assert {each.passage.document_id for each in findings.found} == {travel}


def test_no_more_than_the_limit_are_found_and_ranks_count_on(room: Room, ana: User) -> None:
    everything = room.knowledge.search(ana, "parental leave").found
    two = room.knowledge.search(ana, "parental leave", limit=2).found

    assert [each.rank for each in everything] == list(range(1, len(everything) + 1))
    assert two == everything[:2]


def test_the_same_question_finds_the_same(room: Room, ana: User) -> None:
    first, second = (room.knowledge.search(ana, "parental leave").found for _ in range(2))

    assert first == second


def test_without_the_model_words_go_on_and_it_is_said(room: Room, ana: User) -> None:
    room.embedder.missing = "The meaning model's file model.onnx is missing."

    findings = room.knowledge.search(ana, "parental leave", ("handbook",))

    assert "sixteen weeks" in findings.found[0].passage.text
    assert findings.found[0].meaning is None
    assert findings.missing == ("The meaning model's file model.onnx is missing.",)
    assert findings.evidence > 0


def test_without_token_vectors_the_fused_order_stands(room: Room, ana: User) -> None:
    with room.database.write() as connection:
        connection.execute(delete(token_vectors))

    found = room.knowledge.search(ana, "parental leave", ("handbook",)).found

    assert "sixteen weeks" in found[0].passage.text


@pytest.mark.parametrize("question", ["what is it", "Ω≈ç", "' OR 1=1 --", "<b>leave</b>", "\x00\x07", "?" * 2_000])
def test_any_text_can_be_asked(room: Room, ana: User, question: str) -> None:
    findings = room.knowledge.search(ana, question)

    assert findings.passages_searched == 3
    assert findings.evidence >= 0
