"""Documents are divided by heading, by size or by page; a preview shows how before anything is indexed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from services.errors import Conflict, NotAllowed, NotFound
from services.governance.life_cycle import ApprovalState
from services.knowledge.knowledge_base import Splitting
from services.knowledge.rows import passport_row
from services.people.user import User
from services.store.tables import knowledge_bases
from tests.passports import passport
from tests.services.knowledge.pdfs import pdf
from tests.services.knowledge.room import Room, open_room

HERE = "rules"
LONG = ["Rules", "", *("Every journey needs a receipt and a reason in writing." for _ in range(40))]


@pytest.fixture
def room(tmp_path: Path, ben: User) -> Iterator[Room]:
    opened = open_room(tmp_path / "data", tmp_path / "content")
    with opened.database.write() as connection:
        drafted = passport(HERE, state=ApprovalState.DRAFT)
        connection.execute(insert(knowledge_bases).values(passport_row(drafted) | {"snapshot": 0}))
    opened.knowledge.uploads.add(ben, HERE, [("rules.pdf", pdf(LONG, LONG)), ("leave.md", b"# Leave\n\nWeeks.\n")])
    opened.publish_what_waits()
    yield opened
    opened.close()


def test_a_preview_divides_one_document_each_way_and_indexes_nothing(room: Room, ben: User) -> None:
    (rules,) = (each for each in room.knowledge.documents(ben, HERE) if each.name == "rules.pdf")
    encoded = len(room.embedder.encoded)

    preview = room.knowledge.resplitting.preview(ben, rules.id)

    assert len(preview[Splitting.PAGE]) == 2
    assert len(preview[Splitting.SIZE]) > 2
    assert max(len(each.text) for each in preview[Splitting.SIZE]) <= 1000
    assert len(room.embedder.encoded) == encoded


@pytest.mark.parametrize("splitting", [Splitting.SIZE, Splitting.PAGE])
def test_every_word_is_in_exactly_one_part_each_way(room: Room, ben: User, splitting: Splitting) -> None:
    (rules,) = (each for each in room.knowledge.documents(ben, HERE) if each.name == "rules.pdf")

    parts = room.knowledge.resplitting.preview(ben, rules.id)[splitting]

    words = " ".join(room.knowledge.page(ben, rules.id, number).text for number in (1, 2)).split()
    assert " ".join(each.text for each in parts).split() == words


def test_used_for_all_it_makes_new_versions_and_leaves_the_older_as_they_were(room: Room, ben: User) -> None:
    before = room.knowledge.search(ben, "journey", (HERE,), limit=50)
    (number,) = {each.number for each in before.snapshots}

    assert room.knowledge.resplitting.use(ben, HERE, Splitting.PAGE) == 2
    assert room.knowledge.search(ben, "journey", (HERE,)).found
    room.publish_what_waits()

    after = room.knowledge.search(ben, "journey", (HERE,), limit=50)
    assert len([each for each in after.found if each.passage.document_title == "Rules"]) == 2
    older = room.knowledge.search(ben, "journey", (HERE,), snapshots={HERE: number}, limit=50)
    assert [each.passage.id for each in older.found] == [each.passage.id for each in before.found]
    assert room.knowledge.knowledge_base(ben, HERE).splitting is Splitting.PAGE
    with pytest.raises(Conflict):
        room.knowledge.resplitting.use(ben, HERE, Splitting.PAGE)


def test_only_those_who_answer_for_it_choose_and_what_ships_stays(room: Room, ana: User, cleo: User) -> None:
    with pytest.raises(NotFound):
        room.knowledge.resplitting.use(ana, HERE, Splitting.SIZE)
    room.ship("handbook", {"leave.md": "# Leave\n\nSixteen weeks.\n"})
    room.bring_in()
    with pytest.raises(NotAllowed):
        room.knowledge.resplitting.use(cleo, "handbook", Splitting.SIZE)


def test_it_is_not_divided_otherwise_while_documents_are_being_read(room: Room, ben: User) -> None:
    room.knowledge.resplitting.use(ben, HERE, Splitting.PAGE)

    with pytest.raises(Conflict):
        room.knowledge.resplitting.use(ben, HERE, Splitting.SIZE)


def test_a_document_deleted_while_it_waits_to_be_divided_otherwise_does_not_come_back(room: Room, ben: User) -> None:
    (rules,) = (each for each in room.knowledge.documents(ben, HERE) if each.name == "rules.pdf")
    room.knowledge.resplitting.use(ben, HERE, Splitting.PAGE)

    room.knowledge.uploads.delete(ben, rules.id)
    room.publish_what_waits()

    assert [each.name for each in room.knowledge.documents(ben, HERE)] == ["leave.md"]


def test_what_is_read_later_is_divided_as_was_chosen(room: Room, ben: User) -> None:
    room.knowledge.resplitting.use(ben, HERE, Splitting.PAGE)
    room.publish_what_waits()

    room.knowledge.uploads.add(ben, HERE, [("more.pdf", pdf(LONG, LONG, LONG))])
    room.publish_what_waits()

    (more,) = (each for each in room.knowledge.documents(ben, HERE) if each.name == "more.pdf")
    assert more.passages == 3
