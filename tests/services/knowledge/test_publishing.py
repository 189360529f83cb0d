from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from services.errors import Unavailable
from services.knowledge.document import Document, Page, Passage, Reason, Stage, Unread
from services.knowledge.preparation import Ready
from services.knowledge.publishing import Stopped
from services.knowledge.reading.ocr import NO_WORDS
from services.people.user import User
from services.store.tables import documents, pages, passages, projections, token_vectors
from tests.services.knowledge.pdfs import locked_pdf, pdf
from tests.services.knowledge.room import Room, WordsEmbedder, is_whole, open_room, wait_until
from tests.services.knowledge.scans import photograph, scan, scanned_pdf

LEAVE = "# Parental leave\n\nSixteen weeks of paid parental leave are granted to every parent."
TRAVEL = "# Travel\n\nEvery expense above 75 dollars needs a receipt."


def test_a_published_document_is_found_by_its_words(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "travel.md": TRAVEL})
    room.bring_in()
    assert all(is_whole(document) for document in room.documents())
    best = room.knowledge.search(ana, "How many weeks of parental leave?").found[0]
    assert best.passage.text == LEAVE
    assert (best.passage.document_title, best.passage.heading) == ("Parental leave", "Parental leave")
    assert best.words
    assert best.meaning


def test_a_pdf_is_published_page_by_page(room: Room, ana: User) -> None:
    room.ship("plans", {"plan_one.pdf": pdf(["Deductibles are two thousand dollars."], ["Glasses are covered."])})
    room.bring_in()
    (document,) = room.documents()
    assert (document.title, document.pages, document.passages) == ("Plan one", 2, 2)
    assert room.knowledge.search(ana, "glasses").found[0].passage.page == 2


def test_documents_published_together_are_one_change(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "travel.md": TRAVEL})
    room.bring_in()
    assert room.knowledge.knowledge_base(ana, "handbook").snapshot.number == 1
    assert {document.valid_from for document in room.documents()} == {1}


def test_publishing_again_changes_nothing(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    room.publishing.publish_all([document.id for document in room.documents()])
    assert room.knowledge.knowledge_base(ana, "handbook").snapshot.number == 1
    assert room.knowledge.search(ana, "leave").passages_searched == 1


def test_a_document_is_published_whole_or_not_at_all(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.shipped.bring_in()
    (document,) = room.documents()
    passage = Passage("x:0", "handbook", document.id, "x", 0, 1, 0, 5, "", "Sixte")
    twice = Ready(document, (Page(1, LEAVE),), (passage, passage), None)
    with pytest.raises(Exception, match="UNIQUE"):
        room.publishing.publish([twice])
    assert room.documents() == [document]
    assert rows_of(room, document.id) == [0, 0, 0, 0]
    assert room.knowledge.search(ana, "leave").found == ()


def test_a_document_that_cannot_be_read_is_refused_with_a_sentence_and_the_others_are_published(room: Room) -> None:
    room.ship("handbook", {"a.pdf": locked_pdf("secret"), "b.md": LEAVE})
    room.bring_in()
    refused, published = room.documents()
    assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.ENCRYPTED)
    assert refused.verdict.startswith("The PDF is protected by a password.")
    assert is_whole(published)


def test_a_scan_is_published_without_the_page_that_cannot_be_read_and_says_why(room: Room, ana: User) -> None:
    room.ship("plans", {"scan.pdf": scanned_pdf(scan("Glasses are covered up to 300 dollars."), photograph())})
    room.bring_in()
    (document,) = room.documents()
    assert is_whole(document)
    assert (document.pages, document.characters, document.unread) == (2, 38, (Unread(2, NO_WORDS),))
    (found,) = room.knowledge.search(ana, "glasses").found
    assert (found.passage.page, found.passage.text) == (1, "Glasses are covered up to 300 dollars.")


def test_a_fault_of_ours_refuses_one_document_and_is_logged(room: Room, logged_errors: list[logging.LogRecord]) -> None:
    room.ship("handbook", {"a.md": LEAVE, "b.md": TRAVEL})
    room.shipped.bring_in()
    with room.database.write() as connection:
        connection.execute(documents.update().where(documents.c.name == "a.md").values(media="odd/kind", title="a"))
    room.publishing.originals.path(room.documents()[0].digest).write_bytes(b"")
    room.publish_what_waits()
    assert [document.stage for document in room.documents()] == [Stage.REFUSED, Stage.PUBLISHED]
    logged_errors.clear()


def test_a_file_that_is_gone_is_refused(room: Room) -> None:
    room.ship("handbook", {"a.md": LEAVE})
    room.shipped.bring_in()
    room.publishing.originals.forget(room.documents()[0].digest)
    room.publish_what_waits()
    assert room.documents()[0].verdict.startswith("The file itself is gone")


def test_without_the_model_documents_are_published_by_words_and_say_so(room: Room, ana: User) -> None:
    room.embedder.missing = "The meaning model is missing."
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    assert "words only" in room.documents()[0].verdict
    findings = room.knowledge.search(ana, "parental leave")
    assert findings.found[0].meaning is None
    assert findings.missing == ("The meaning model is missing.",)


def test_a_model_that_fails_while_it_works_leaves_the_document_for_later(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE})
    room.shipped.bring_in()
    room.embedder.encode_passages = failing  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        room.publish_what_waits()
    assert room.documents()[0].stage in (Stage.WAITING, Stage.READING, Stage.EMBEDDING)


def test_deleted_meanwhile_is_left_alone(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "travel.md": TRAVEL})
    room.shipped.bring_in()
    leave, travel = room.documents()
    with room.database.write() as connection:
        connection.execute(delete(documents).where(documents.c.id == leave.id))
    room.publishing.publish_all([leave.id, travel.id])
    assert [document.name for document in room.documents(stage=Stage.PUBLISHED)] == ["travel.md"]


def test_a_title_that_was_given_goes_before_the_files_own(room: Room, ana: User) -> None:
    room.ship("handbook", {})
    (room.content / "handbook" / "documents" / "leave.md").write_text(LEAVE)
    with (room.content / "handbook" / "passport.toml").open("a") as passport:
        passport.write('[titles]\n"leave.md" = "Leave for parents"\n')
    room.bring_in()
    assert room.documents()[0].title == "Leave for parents"
    assert room.knowledge.search(ana, "leave").found[0].passage.document_title == "Leave for parents"


def test_work_in_the_background_reads_what_was_submitted(room: Room, ana: User) -> None:
    room.ship("handbook", {f"{number}.md": f"# Page {number}\n\nText {number}." for number in range(5)})
    room.shipped.bring_in()
    room.publishing.start()
    room.wait_until_all_is_read()
    own = room.knowledge.ask_own_file(ana, "mine.md", LEAVE.encode())
    room.wait_until_all_is_read()
    assert room.knowledge.progress(ana, own.id).ready
    assert room.knowledge.search(ana, "parental leave", (own.id,)).found


def test_work_that_was_stopped_in_the_middle_is_taken_up_at_the_next_start(tmp_path: Path) -> None:
    first = open_room(tmp_path / "data", tmp_path / "content", embedder=WordsEmbedder(pause=0.02))
    first.ship("handbook", {f"{number}.txt": f"Page {number}. " * 300 for number in range(20)})
    first.shipped.bring_in()
    first.publishing.start()
    wait_until(lambda: len(first.embedder.encoded) > 20)
    first.close()
    unfinished = [document for document in reopened_documents(tmp_path) if document.stage is not Stage.PUBLISHED]
    assert unfinished
    assert all(document.stage is not Stage.REFUSED for document in unfinished)
    second = open_room(tmp_path / "data", tmp_path / "content")
    second.publishing.start()
    wait_until(lambda: len(second.documents(stage=Stage.PUBLISHED)) == 20)
    second.close()


def test_when_the_model_is_back_what_was_published_by_words_gets_its_vectors(room: Room, ana: User) -> None:
    room.embedder.missing = "The meaning model is missing."
    room.ship("handbook", {"leave.md": LEAVE})
    room.bring_in()
    (old,) = room.documents()
    room.embedder.missing = ""
    room.publishing.start()
    wait_until(lambda: len(room.documents(stage=Stage.PUBLISHED)) == 2)
    first, second = sorted(room.documents(), key=lambda document: document.valid_from or 99)
    assert (first.id, first.valid_to, second.valid_from) == (old.id, 2, 2)
    assert second.verdict == ""
    findings = room.knowledge.search(ana, "parental leave")
    assert [found.passage.document_id for found in findings.found] == [second.id]
    assert findings.found[0].meaning
    assert room.knowledge.page(ana, old.id, 1).text == LEAVE


def rows_of(room: Room, document_id: str) -> list[int]:
    counted = []
    with room.database.read() as connection:
        for table in (pages, passages, projections, token_vectors):
            this = table.c.document_id == document_id
            counted.append(connection.execute(select(func.count()).where(this)).scalar_one())
    return counted


def reopened_documents(folder: Path) -> list[Document]:
    room = open_room(folder / "data", folder / "content")
    found = room.documents()
    room.close()
    return found


def failing(texts: object) -> list[object]:
    raise Unavailable("The meaning model can't be used.")


def test_an_own_file_does_not_wait_for_a_long_scan(room: Room, ana: User) -> None:
    room.ship("plans", {"long.pdf": scanned_pdf(*[scan("One page of many.")] * 30)})
    room.shipped.bring_in()
    (long,) = room.documents()
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(room.publishing.publish_all, [long.id])
        wait_until(lambda: room.documents(id=long.id)[0].stage is Stage.READING)
        own = room.knowledge.ask_own_file(ana, "note.txt", b"Glasses are covered.")
        (note,) = room.knowledge.documents(ana, own.id)
        room.publishing.publish_all([note.id])
        assert [each.stage for each in room.documents()] == [Stage.READING, Stage.PUBLISHED]
        room.publishing.stop()
        with pytest.raises(Stopped):
            reading.result()
