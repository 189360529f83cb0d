from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from services.errors import BadInput, NotFound, TooMany
from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.document import Stage
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.own_files import KEPT_DAYS, LARGEST_BYTES, MOST_A_MINUTE, MOST_FILES, clean_name
from services.models.embedding import Encoded
from services.people.user import User
from services.store.tables import documents, knowledge_bases, pages, passages, projections, token_vectors
from tests.conftest import SettableClock
from tests.services.knowledge.pdfs import locked_pdf, pdf, pdf_without_text
from tests.services.knowledge.room import Room

CONTRACT = pdf(["The contract ends on 3 March 2031."])


def test_an_own_file_is_a_private_draft_that_says_so(room: Room, ana: User, ben: User) -> None:
    own = room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    room.publish_what_waits()
    assert (own.name, own.owner, own.state) == ("contract.pdf", "ana", ApprovalState.DRAFT)
    assert own.classification is Classification.INTERNAL
    assert own.expires_at
    assert (own.expires_at - own.created_at).days == KEPT_DAYS
    assert room.knowledge.search(ana, "When does the contract end?").found
    assert own.id not in {each.id for each in room.knowledge.knowledge_bases(ben)}
    with pytest.raises(NotFound):
        room.knowledge.search(ben, "When does the contract end?", (own.id,))


def test_the_same_file_of_the_same_person_is_recognised(room: Room, ana: User, ben: User) -> None:
    first = room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    assert room.knowledge.ask_own_file(ana, "again.pdf", CONTRACT) == first
    assert room.knowledge.ask_own_file(ben, "contract.pdf", CONTRACT).id != first.id


def test_one_person_may_have_so_many_files_and_no_more(room: Room, ana: User, ben: User, clock: SettableClock) -> None:
    own = [add_another(room, ana, clock) for _ in range(MOST_FILES)]
    clock.go_on(minutes=1)
    with pytest.raises(TooMany, match=f"You have {MOST_FILES} files") as refused:
        room.knowledge.ask_own_file(ana, "more.txt", b"One more.")
    assert refused.value.hint.startswith("Delete one")
    assert len(files_of(room)) == MOST_FILES
    assert room.knowledge.ask_own_file(ana, "again.txt", b"File 1 of many.").id == own[0].id
    assert room.knowledge.ask_own_file(ben, "more.txt", b"One more.")
    room.knowledge.delete_own_file(ana, own[0].id)
    assert room.knowledge.ask_own_file(ana, "more.txt", b"One more.")


def test_a_file_whose_time_is_over_makes_room_for_another(room: Room, ana: User, clock: SettableClock) -> None:
    for _ in range(MOST_FILES):
        add_another(room, ana, clock)
    clock.go_on(days=KEPT_DAYS)
    assert room.knowledge.ask_own_file(ana, "more.txt", b"One more.")


def test_one_person_may_add_so_many_files_a_minute(room: Room, ana: User, ben: User, clock: SettableClock) -> None:
    for number in range(MOST_A_MINUTE):
        room.knowledge.ask_own_file(ana, f"{number}.txt", f"Number {number}.".encode())
    with pytest.raises(TooMany, match="in a minute") as refused:
        room.knowledge.ask_own_file(ana, "more.txt", b"One more.")
    assert refused.value.hint == "Wait a minute, then add the next."
    assert room.knowledge.ask_own_file(ben, "more.txt", b"One more.")
    clock.go_on(minutes=1)
    assert room.knowledge.ask_own_file(ana, "more.txt", b"One more.")


def test_two_files_at_once_do_not_pass_the_most_together(room: Room, ana: User, clock: SettableClock) -> None:
    for _ in range(MOST_FILES - 1):
        add_another(room, ana, clock)
    clock.go_on(minutes=1)
    both = threading.Barrier(2)

    def add(number: int) -> bool:
        both.wait()
        try:
            room.knowledge.ask_own_file(ana, "last.txt", f"The last, {number}.".encode())
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == [False, True]
    assert len(files_of(room)) == MOST_FILES


def test_own_files_come_last_the_newest_first(room: Room, ana: User, clock: SettableClock) -> None:
    first = room.knowledge.ask_own_file(ana, "one.txt", b"one")
    clock.go_on(minutes=1)
    second = room.knowledge.ask_own_file(ana, "two.txt", b"two")
    room.ship("handbook", {"leave.md": "# Leave\n\nText."})
    room.bring_in()
    assert [each.id for each in room.knowledge.knowledge_bases(ana)] == ["handbook", second.id, first.id]


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("a.pdf", lambda: b"", "The file is empty."),
        ("a.pdf", lambda: b"\x89PNG\r\n\x1a\n", "The file is called .pdf but holds a picture."),
        ("a.pdf", lambda: locked_pdf("secret"), "The PDF is protected by a password."),
        ("a.pdf", lambda: CONTRACT[:150], "The PDF is broken and can't be opened."),
        ("a.docx", lambda: b"PK\x03\x04", "The file is broken: its end is missing, or it was damaged on its way."),
        ("a.txt", lambda: b"x" * (LARGEST_BYTES + 1), "The file is larger than 20 MB."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once_and_leaves_nothing(
    room: Room, ana: User, name: str, make: Callable[[], bytes], sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        room.knowledge.ask_own_file(ana, name, make())
    assert refused.value.message == sentence
    assert refused.value.hint
    assert room.knowledge.knowledge_bases(ana) == ()
    assert files_of(room) == []


def test_what_shows_only_in_reading_is_refused_in_its_row(room: Room, ana: User) -> None:
    own = room.knowledge.ask_own_file(ana, "scan.pdf", pdf_without_text())
    room.publish_what_waits()
    (document,) = room.knowledge.documents(ana, own.id)
    assert document.stage is Stage.REFUSED
    assert "No words can be made out" in document.verdict
    progress = room.knowledge.progress(ana, own.id)
    assert (progress.ready, progress.documents_refused) == (True, 1)


def test_a_refused_file_may_be_tried_again(room: Room, ana: User) -> None:
    first = room.knowledge.ask_own_file(ana, "scan.pdf", pdf_without_text())
    room.publish_what_waits()
    assert room.knowledge.ask_own_file(ana, "scan.pdf", pdf_without_text()).id != first.id


def test_deleting_takes_rows_file_and_pictures(room: Room, ana: User) -> None:
    own = room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    room.publish_what_waits()
    (document,) = room.knowledge.documents(ana, own.id)
    room.knowledge.picture(ana, document.id, 1, 0, 12)
    assert len(files_of(room)) == 2
    room.knowledge.delete_own_file(ana, own.id)
    assert files_of(room) == []
    with room.database.read() as connection:
        for table in (knowledge_bases, documents, pages, passages, projections, token_vectors):
            assert connection.execute(select(table)).all() == []
    for use in (
        lambda: room.knowledge.page(ana, document.id, 1),
        lambda: room.knowledge.search(ana, "contract", (own.id,)),
        lambda: room.knowledge.delete_own_file(ana, own.id),
    ):
        with pytest.raises(NotFound):
            use()


def test_a_file_that_somebody_else_still_has_is_kept_for_them(room: Room, ana: User, ben: User) -> None:
    mine = room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    theirs = room.knowledge.ask_own_file(ben, "contract.pdf", CONTRACT)
    room.knowledge.delete_own_file(ana, mine.id)
    room.publish_what_waits()
    assert room.knowledge.search(ben, "contract", (theirs.id,)).found


def test_nobody_deletes_what_is_not_their_own_file(room: Room, ana: User, ben: User) -> None:
    own = room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    room.ship("handbook", {"leave.md": "# Leave\n\nText."})
    room.bring_in()
    for user, target in ((ben, own.id), (ben, "handbook")):
        with pytest.raises(NotFound):
            room.knowledge.delete_own_file(user, target)
    assert room.knowledge.knowledge_base(ana, own.id) == own or room.knowledge.search(ana, "contract").found


def test_an_own_file_is_gone_when_its_time_is_over(room: Room, ana: User, clock: SettableClock) -> None:
    own = room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    room.publish_what_waits()
    clock.go_on(days=KEPT_DAYS, seconds=-1)
    room.knowledge.remove_expired()
    assert room.knowledge.knowledge_base(ana, own.id).id == own.id
    clock.go_on(seconds=1)
    with pytest.raises(NotFound):
        room.knowledge.knowledge_base(ana, own.id)
    room.knowledge.remove_expired()
    assert room.documents() == []
    assert files_of(room) == []


def test_deleting_while_it_is_read_leaves_nothing_behind(room: Room, ana: User) -> None:
    own = room.knowledge.ask_own_file(ana, "contract.txt", b"The contract ends in March. " * 200)
    encode = room.embedder.encode_passages

    def delete_first(texts: Sequence[str]) -> list[Encoded]:
        room.knowledge.own_files.delete(own.id)
        return encode(texts)

    room.embedder.encode_passages = delete_first  # type: ignore[method-assign]
    room.publish_what_waits()
    assert room.documents() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\plan.pdf", "plan.pdf"),
        ("/", "File"),
        ("..", "File"),
        (".hidden.md", "hidden.md"),
        ("a\x00b\u202e.pdf", "ab.pdf"),
        ("", "File"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_loses_its_folders_and_tricks(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def add_another(room: Room, user: User, clock: SettableClock) -> KnowledgeBase:
    """Add a file that differs from all before it, slowly enough for the limit of a minute."""
    clock.go_on(seconds=10)
    number = len(room.knowledge.knowledge_bases(user)) + 1
    return room.knowledge.ask_own_file(user, f"{number}.txt", f"File {number} of many.".encode())


def files_of(room: Room) -> list[str]:
    data = room.database.path.parent
    return sorted(path.name for folder in ("files", "pictures") for path in (data / folder).glob("*"))


def test_a_file_that_a_crash_left_behind_goes_in_time(room: Room, ana: User) -> None:
    room.knowledge.ask_own_file(ana, "contract.pdf", CONTRACT)
    kept = files_of(room)
    left = room.publishing.originals.keep(b"nobody's")
    room.knowledge.remove_expired()
    assert left in files_of(room)
    for digest in files_of(room):
        os.utime(room.publishing.originals.path(digest), (1_000_000, 1_000_000))
    room.knowledge.remove_expired()
    assert files_of(room) == kept
