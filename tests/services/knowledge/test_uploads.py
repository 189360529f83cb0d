"""Documents that people add: each file ends in a verdict, nothing is read twice, nothing of the others is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from services.errors import Conflict, NotAllowed, NotFound, TooMany
from services.governance.life_cycle import ApprovalState
from services.knowledge.document import Document, Reason, Stage
from services.knowledge.reading.refused import Refused
from services.knowledge.rows import passport_row
from services.knowledge.uploads import MOST_AT_ONCE
from services.people.user import User
from services.store.tables import knowledge_bases
from tests.passports import passport
from tests.services.knowledge.pdfs import locked_pdf
from tests.services.knowledge.room import Room, is_whole, open_room, wait_until

HERE = "rules"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = open_room(tmp_path / "data", tmp_path / "content")
    with opened.database.write() as connection:
        drafted = passport(HERE, state=ApprovalState.DRAFT)
        connection.execute(insert(knowledge_bases).values(passport_row(drafted) | {"snapshot": 0}))
    yield opened
    opened.close()


def text(name: str, word: str) -> tuple[str, bytes]:
    return name, f"# {name}\n\nThe rule says {word}.\n".encode()


def present(room: Room, user: User) -> list[Document]:
    return list(room.knowledge.documents(user, HERE))


def found(room: Room, user: User, question: str, **how: dict[str, int]) -> list[str]:
    return [each.passage.text for each in room.knowledge.search(user, question, (HERE,), **how).found]


def test_every_file_ends_in_a_verdict_and_a_bad_one_hurts_no_other(room: Room, ben: User) -> None:
    added = room.knowledge.uploads.add(
        ben,
        HERE,
        [
            text("travel.md", "receipts"),
            ("empty.txt", b""),
            ("broken.pdf", b"%PDF-1.7 nothing"),
            ("odd.xyz", b"\x00\x01" * 9),
        ],
    )
    room.publish_what_waits()

    assert [each.name for each in added] == ["travel.md", "empty.txt", "broken.pdf", "odd.xyz"]
    read, empty, broken, odd = present(room, ben)
    assert is_whole(read)
    assert (read.pages, read.passages, read.characters > 0, read.added_by) == (1, 1, True, "ben")
    assert [each.stage for each in (empty, broken, odd)] == [Stage.REFUSED] * 3
    assert broken.reason is Reason.BROKEN
    assert all(each.verdict.endswith(".") for each in (empty, broken, odd))
    assert found(room, ben, "receipts")


def test_names_lose_their_tricks_and_keep_their_order(room: Room, ben: User) -> None:
    room.knowledge.uploads.add(
        ben, HERE, [text("../../etc/passwd.md", "one"), text("\u202egnp.md", "two"), text("C:\\temp\\a.md", "three")]
    )

    assert [each.name for each in present(room, ben)] == ["passwd.md", "gnp.md", "a.md"]


def test_five_hundred_files_at_once_keep_their_order(room: Room, ben: User) -> None:
    names = [f"{number:03}.md" for number in reversed(range(500))]
    room.knowledge.uploads.add(ben, HERE, [text(name, name) for name in names])
    room.publish_what_waits()

    assert [each.name for each in present(room, ben)] == names
    assert all(is_whole(each) for each in present(room, ben))
    with pytest.raises(TooMany):
        room.knowledge.uploads.add(ben, HERE, [text("a.md", "a")] * (MOST_AT_ONCE + 1))


def test_the_same_content_twice_is_recognised_whatever_its_name(room: Room, ben: User) -> None:
    first, again = room.knowledge.uploads.add(ben, HERE, [text("a.md", "once"), ("b.md", text("a.md", "once")[1])])

    assert first.is_new
    assert (again.is_new, again.document.name) == (False, "a.md")
    assert len(present(room, ben)) == 1


def test_a_new_version_takes_the_place_of_the_old_one_which_stays_in_its_version(room: Room, ben: User) -> None:
    room.knowledge.uploads.add(ben, HERE, [text("a.md", "walrus")])
    room.publish_what_waits()
    (added,) = room.knowledge.uploads.add(ben, HERE, [text("a.md", "dolphin")])
    assert added.replaces is not None
    room.publish_what_waits()

    assert len(present(room, ben)) == 1
    assert "dolphin" in found(room, ben, "rule")[0]
    assert "walrus" in found(room, ben, "rule", snapshots={HERE: 1})[0]


def test_a_deleted_document_is_in_no_later_version_but_in_the_older_one(room: Room, ben: User) -> None:
    room.knowledge.uploads.add(ben, HERE, [text("a.md", "walrus"), text("b.md", "dolphin")])
    room.publish_what_waits()
    (walrus,) = (each for each in present(room, ben) if each.name == "a.md")

    room.knowledge.uploads.delete(ben, walrus.id)

    assert not [each for each in found(room, ben, "walrus") if "walrus" in each]
    assert [each for each in found(room, ben, "walrus", snapshots={HERE: 1}) if "walrus" in each]
    with pytest.raises(NotFound):
        room.knowledge.uploads.delete(ben, walrus.id)


def test_a_refused_file_is_deleted_with_its_row(room: Room, ben: User) -> None:
    room.knowledge.uploads.add(ben, HERE, [("broken.pdf", b"%PDF-1.7 nothing")])
    room.publish_what_waits()
    (broken,) = present(room, ben)
    assert room.publishing.originals.path(broken.digest).exists()

    room.knowledge.uploads.delete(ben, broken.id)

    assert present(room, ben) == []
    assert not room.publishing.originals.path(broken.digest).exists()


def test_what_was_stopped_waits_until_somebody_goes_on(room: Room, ben: User) -> None:
    room.knowledge.uploads.add(ben, HERE, [text("a.md", "one"), text("b.md", "two")])
    first, _ = present(room, ben)

    assert room.knowledge.uploads.stop(ben, HERE, first.id) == 1
    room.publish_what_waits()
    assert [each.stage for each in present(room, ben)] == [Stage.STOPPED, Stage.PUBLISHED]
    assert room.knowledge.progress(ben, HERE).ready

    assert room.knowledge.uploads.resume(ben, HERE) == 1
    room.publish_what_waits()
    assert all(is_whole(each) for each in present(room, ben))


def test_a_document_that_is_stopped_while_it_is_read_is_not_published(room: Room, ben: User) -> None:
    room.embedder.pause = 0.05
    long = "\n\n".join(f"Paragraph {number}: " + "word " * 150 for number in range(200))
    room.publishing.start()
    room.knowledge.uploads.add(ben, HERE, [("long.txt", long.encode())])
    wait_until(lambda: present(room, ben)[0].stage is Stage.EMBEDDING)

    room.knowledge.uploads.stop(ben, HERE)
    room.knowledge.uploads.add(ben, HERE, [text("next.md", "next")])
    wait_until(lambda: present(room, ben)[-1].stage is Stage.PUBLISHED)

    assert present(room, ben)[0].stage is Stage.STOPPED


def test_an_encrypted_file_asks_for_its_password_and_keeps_it_nowhere(room: Room, ben: User, tmp_path: Path) -> None:
    locked = locked_pdf("seventeen")
    room.knowledge.uploads.add(ben, HERE, [("locked.pdf", locked)])
    room.publish_what_waits()
    (document,) = present(room, ben)
    assert (document.stage, document.reason) == (Stage.REFUSED, Reason.ENCRYPTED)

    with pytest.raises(Refused, match="password"):
        room.knowledge.uploads.unlock(ben, document.id, "eighteen")
    room.knowledge.uploads.unlock(ben, document.id, "seventeen")
    room.publish_what_waits()

    assert "secret" in found(room, ben, "secret")[0]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and b"seventeen" in path.read_bytes()]
    assert kept == []
    assert not room.publishing.originals.path(document.digest).exists()


def test_a_refused_file_can_be_tried_again_and_one_being_read_can_not(room: Room, ben: User) -> None:
    room.knowledge.uploads.add(ben, HERE, [("broken.pdf", b"%PDF-1.7 nothing")])
    room.publish_what_waits()
    (broken,) = present(room, ben)

    again = room.knowledge.uploads.retry(ben, broken.id)

    assert (again.id, present(room, ben)[0].stage) == (broken.id, Stage.WAITING)
    with pytest.raises(Conflict):
        room.knowledge.uploads.retry(ben, broken.id)
    room.publish_what_waits()
    assert present(room, ben)[0].stage is Stage.REFUSED


def test_only_those_who_answer_for_it_change_its_documents(room: Room, ana: User, ben: User, sam: User) -> None:
    room.knowledge.uploads.add(ben, HERE, [text("a.md", "one")])
    (document,) = present(room, ben)
    with pytest.raises(NotFound):  # a draft is there for its owner alone
        room.knowledge.uploads.delete(sam, document.id)
    with pytest.raises(NotFound):
        room.knowledge.uploads.add(ana, HERE, [text("b.md", "two")])


def test_what_people_add_to_a_shipped_one_is_theirs_and_what_ships_is_not(room: Room, cleo: User) -> None:
    room.ship("handbook", {"leave.md": "# Leave\n\nSixteen weeks.\n"})
    room.bring_in()
    room.knowledge.uploads.add(cleo, "handbook", [text("extra.md", "pelican"), text("leave.md", "pelican")])
    room.publish_what_waits()
    room.bring_in()

    documents = {(each.name, each.stage) for each in room.knowledge.documents(cleo, "handbook")}
    assert documents == {
        ("leave.md", Stage.PUBLISHED),
        ("extra.md", Stage.PUBLISHED),
        ("leave.md", Stage.REFUSED),
    }
    shipped = next(each for each in room.knowledge.documents(cleo, "handbook") if not each.added_by)
    with pytest.raises(NotAllowed, match="ships"):
        room.knowledge.uploads.delete(cleo, shipped.id)


def test_what_changes_in_an_approved_knowledge_base_is_told_to_the_other_who_answers_for_it(
    room: Room, ben: User, sam: User, ana: User
) -> None:
    def told(user: User) -> list[tuple[str, dict[str, object]]]:
        return [(each.kind, dict(each.facts)) for each in room.knowledge.governance.requests.news(user)]

    room.knowledge.uploads.add(ben, HERE, [text("a.md", "walrus")])
    assert told(sam) == []  # a draft answers for its owner alone
    with room.database.write() as connection:
        connection.execute(update(knowledge_bases).values(state=ApprovalState.APPROVED.value, steward="sam"))
    room.publish_what_waits()
    room.knowledge.uploads.add(ben, HERE, [("no.txt", b""), text("b.md", "dolphin"), text("c.md", "seal")])
    first, *_ = present(room, ben)
    room.knowledge.uploads.delete(sam, first.id)

    name = {"by": "ben", "name": told(sam)[0][1]["name"]}
    assert told(sam) == [("documents changed", {**name, "added": 2, "document": "b.md"})]
    assert told(ben) == [("documents changed", {**name, "by": "sam", "deleted": 1, "document": "a.md"})]
    assert told(ana) == []
