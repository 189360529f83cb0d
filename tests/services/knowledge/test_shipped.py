from __future__ import annotations

import shutil

import pytest
from sqlalchemy import update

from services.errors import Misconfigured, NotFound
from services.knowledge.document import Stage
from services.knowledge.passport import read_passports
from services.knowledge.question_set import Place, Question, attach_questions, attached_questions
from services.people.user import User
from services.store.tables import knowledge_bases
from tests.services.knowledge.room import Room

LEAVE = "# Parental leave\n\nSixteen weeks of paid leave."
LONGER = "# Parental leave\n\nTwenty weeks of paid leave."


def test_rows_appear_at_once_and_wait_to_be_read(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "note.txt": "A note."})
    room.shipped.bring_in()
    assert [document.stage for document in room.documents()] == [Stage.WAITING, Stage.WAITING]
    progress = room.knowledge.progress(ana, "handbook")
    assert (progress.ready, progress.documents_total, progress.documents_ready) == (False, 2, 0)
    assert progress.seconds_left


def test_a_second_start_changes_nothing(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    before = room.documents()
    room.bring_in()
    assert room.documents() == before


def test_a_start_before_everything_was_read_adds_nothing_twice(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.shipped.bring_in()
    room.shipped.bring_in()
    assert len(room.documents()) == 1


def test_a_changed_file_takes_the_place_of_the_old_one_when_it_has_been_read(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    (old,) = room.documents()
    room.ship("handbook", {"leave.md": LONGER})
    room.shipped.bring_in()
    assert "Sixteen" in room.knowledge.search(ana, "weeks of leave").found[0].passage.text
    room.publish_what_waits()
    findings = room.knowledge.search(ana, "weeks of leave")
    assert [found.passage.text for found in findings.found] == [LONGER]
    then = room.knowledge.search(ana, "weeks of leave", snapshots={"handbook": 1})
    assert [found.passage.text for found in then.found] == [LEAVE]
    assert room.knowledge.passage(ana, f"{old.id}:0").text == LEAVE


def test_a_file_that_changed_back_before_it_was_read_is_left_as_it_was(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    before = room.documents()
    room.ship("handbook", {"leave.md": LONGER})
    room.shipped.bring_in()
    room.ship("handbook", {"leave.md": LEAVE})
    room.shipped.bring_in()
    assert room.documents() == before


def test_a_file_that_is_gone_is_no_longer_found_but_its_quotes_hold(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "note.txt": "A note."})
    room.bring_in()
    leave = next(document for document in room.documents() if document.name == "leave.md")
    room.ship("handbook", {"note.txt": "A note."})
    room.bring_in()
    assert [document.name for document in room.knowledge.documents(ana, "handbook")] == ["note.txt"]
    assert room.knowledge.search(ana, "weeks of paid leave").found[0].passage.text == "A note."
    assert room.knowledge.page(ana, leave.id, 1).text == LEAVE
    assert not room.knowledge.open_source(ana, leave.id, 1, 0, 5).is_current


def test_a_file_that_is_gone_before_it_was_read_leaves_nothing(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "note.txt": "A note."})
    room.shipped.bring_in()
    room.ship("handbook", {"note.txt": "A note."})
    room.bring_in()
    assert [document.name for document in room.documents()] == ["note.txt"]


def test_a_knowledge_base_whose_folder_is_gone_answers_nobody_until_it_is_back(
    room: Room, ana: User, ben: User, cleo: User
) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.ship("notes", {"note.txt": "A note."})
    room.bring_in()
    (leave,) = room.documents(name="leave.md")
    shutil.rmtree(room.content / "handbook")
    room.bring_in()
    for user in (ana, ben, cleo):
        assert [each.id for each in room.knowledge.knowledge_bases(user)] == ["notes"]
    found = room.knowledge.search(ana, "weeks of paid leave").found
    assert {each.passage.knowledge_base_id for each in found} == {"notes"}
    with pytest.raises(NotFound):
        room.knowledge.page(ana, leave.id, 1)
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    assert room.knowledge.search(ana, "weeks of paid leave", ("handbook",)).found[0].passage.text == LEAVE
    assert room.documents(name="leave.md") == [leave]


def test_what_a_removed_folder_still_waited_for_is_no_longer_read(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.shipped.bring_in()
    shutil.rmtree(room.content / "handbook")
    room.bring_in()
    assert room.documents() == []
    assert room.embedder.encoded == []


def test_a_removed_folder_leaves_own_files_alone(room: Room, ana: User) -> None:
    own = room.knowledge.ask_own_file(ana, "note.txt", b"The rent is due in May.")
    room.bring_in()
    assert room.knowledge.search(ana, "When is the rent due?", (own.id,)).found


def test_a_wrong_passport_withdraws_nothing(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.ship("notes", {"note.txt": "A note."})
    room.bring_in()
    shutil.rmtree(room.content / "handbook")
    (room.content / "notes" / "LICENSE").unlink()
    with pytest.raises(Misconfigured):
        room.shipped.bring_in()
    assert room.knowledge.knowledge_base(ana, "handbook")


def test_a_changed_passport_is_taken_over_and_the_snapshot_kept(room: Room, ana: User, ben: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    room.ship("handbook", {"leave.md": LEAVE}, audience=["claims"])
    room.bring_in()
    assert room.knowledge.knowledge_base(ana, "handbook").snapshot.number == 1
    assert room.knowledge.knowledge_bases(ben) == ()


def test_an_original_that_was_lost_from_the_data_folder_comes_back(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    (document,) = room.documents()
    room.publishing.originals.forget(document.digest)
    room.shipped.bring_in()
    assert room.publishing.originals.path(document.digest).read_text() == LEAVE


def test_what_ships_is_as_its_passports_say(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE}, audience=["claims"])
    room.shipped.bring_in()
    (passport,) = read_passports(room.content)
    assert passport.knowledge_base.audience.lines == ("claims",)


def test_the_questions_that_ship_are_attached_and_give_way_to_those_that_somebody_attached(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    file = room.shipped.folder / "handbook" / "questions.jsonl"
    file.write_text('{"id": "1", "text": "How many weeks of leave?", "document": "leave.md"}\n')
    room.bring_in()
    with room.database.write() as connection:
        assert [each.text for each in attached_questions(connection, "handbook")] == ["How many weeks of leave?"]
        attach_questions(connection, "handbook", [Question("1", "Who grants leave?", (Place("leave.md", None),))])

    room.bring_in()

    with room.database.read() as connection:
        assert [each.text for each in attached_questions(connection, "handbook")] == ["Who grants leave?"]


def test_the_glossary_that_ships_is_brought_in_once_and_is_its_owners_from_then_on(room: Room, sam: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    file = room.shipped.folder / "handbook" / "glossary.csv"
    file.write_text("term,also,meaning\nparental leave,baby break,\n")
    room.bring_in()
    (row,) = room.knowledge.glossary.rows(sam, "handbook")
    assert (row.in_words, row.added_by) == ("parental leave = baby break", "")

    room.knowledge.glossary.end(sam, "handbook", row.id)
    room.bring_in()

    assert room.knowledge.glossary.rows(sam, "handbook") == ()


def test_a_glossary_that_ships_and_cant_be_read_stops_the_start(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    (room.shipped.folder / "handbook" / "glossary.csv").write_text("term,also\nPTO,\n")

    with pytest.raises(Misconfigured, match=r"handbook/glossary\.csv: Line 2"):
        room.bring_in()


def test_a_calibrated_threshold_survives_the_next_start(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    with room.database.write() as connection:
        connection.execute(update(knowledge_bases).values(threshold=1.3))

    room.bring_in()

    assert room.knowledge.knowledge_base(ana, "handbook").threshold == 1.3
