from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import select, update

from services.backends.embedded.index import EmbeddedIndex
from services.backends.embedded.scan import numkong_dots, numpy_dots
from services.knowledge.knowledge_base import Snapshot
from services.store.database import Database, open_database
from services.store.tables import metadata, projections
from tests.contracts.index_contract import LEAVE, TRAVEL, IndexContract, everything, random_texts, random_vectors
from tests.contracts.shelf import Shelf


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = open_database(tmp_path / "accelerate.sqlite")
    metadata.create_all(database.engine)
    return database


class TestEmbeddedIndex(IndexContract):
    @pytest.fixture
    def shelf(self, database: Database) -> Shelf:
        return Shelf(database, EmbeddedIndex(database, dots=numkong_dots()))


class TestEmbeddedIndexWithoutNumkong(IndexContract):
    @pytest.fixture
    def shelf(self, database: Database) -> Shelf:
        return Shelf(database, EmbeddedIndex(database, dots=numpy_dots))


@pytest.fixture
def index(database: Database) -> EmbeddedIndex:
    return EmbeddedIndex(database)


@pytest.fixture
def shelf(database: Database, index: EmbeddedIndex) -> Shelf:
    return Shelf(database, index)


def test_an_index_opened_now_finds_what_one_kept_up_to_date_finds(shelf: Shelf, database: Database) -> None:
    question = random_vectors(9, 1)[0]
    for i in range(12):
        here = shelf.publish("handbook", f"d{i:02}", random_texts(i, 9), random_vectors(i, 9))
        shelf.index.refresh([here])
    here = shelf.withdraw("handbook", "d03")
    then = Snapshot("handbook", 7)

    opened = EmbeddedIndex(database)

    for snapshot in (here, then):
        kept = shelf.index.candidates("manager travel", question, [snapshot], depth=15)
        assert everything(opened.candidates("manager travel", question, [snapshot], depth=15)) == everything(kept)


def test_publishing_one_document_leaves_the_large_part_alone(shelf: Shelf, index: EmbeddedIndex) -> None:
    index.refresh([shelf.publish("handbook", "large", random_texts(0, 200), random_vectors(0, 200))])
    large = index.segments("handbook")[0]

    for i in range(20):
        index.refresh([shelf.publish("handbook", f"small-{i}", random_texts(i, 2), random_vectors(i, 2))])

    assert index.segments("handbook")[0] is large
    assert len(index.segments("handbook")) <= 6


def test_a_deleted_knowledge_base_leaves_memory(shelf: Shelf, index: EmbeddedIndex) -> None:
    here = shelf.publish("own-file", "leave", [LEAVE])
    index.refresh([here])

    shelf.erase("own-file", "leave")

    assert index.segments("own-file") == ()


def test_damaged_words_are_analysed_again_from_the_text_and_kept(
    shelf: Shelf, database: Database, index: EmbeddedIndex, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.publish("handbook", "travel", [TRAVEL])
    here = shelf.publish("handbook", "leave", [LEAVE, TRAVEL], random_vectors(1, 2), title="Rules", heading="Time off")
    intact = everything(EmbeddedIndex(database).candidates("rules for leave", None, [here]))
    before = stored_words(database)
    with database.write() as connection:
        connection.execute(update(projections).values(words=b"AWP1 and then nonsense"))

    found = index.candidates("rules for leave", None, [here])

    assert everything(found) == intact
    assert stored_words(database) == before
    assert caplog.messages == ["the words of 2 documents were analysed again from their text"]


def test_a_disk_that_refuses_does_not_stop_the_search(
    shelf: Shelf, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    here = shelf.publish("handbook", "leave", [LEAVE])
    with database.write() as connection:
        connection.execute(update(projections).values(words=b"nonsense"))
    impatient = open_database(database.path, patience=0)

    with database.write():
        found = EmbeddedIndex(impatient).candidates("leave", None, [here])

    assert found.passage_ids == ("leave:0",)
    assert "will be analysed again at the next start" in caplog.text


def test_damaged_vectors_leave_a_document_to_its_words(
    shelf: Shelf, database: Database, index: EmbeddedIndex, logged_errors: list[logging.LogRecord]
) -> None:
    here = shelf.publish("handbook", "leave", [LEAVE, TRAVEL], random_vectors(1, 2))
    with database.write() as connection:
        connection.execute(update(projections).values(vectors=b"odd"))

    found = index.candidates("parental", random_vectors(1, 1)[0], [here])

    assert found.passage_ids == ("leave:0",)
    assert found.without_vector == 2
    assert [record.getMessage().split(":")[0] for record in logged_errors] == [
        "document leave is found by its words alone"
    ]
    logged_errors.clear()


def test_it_says_when_it_has_to_do_without_numkong(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert EmbeddedIndex(database).missing == ""

    monkeypatch.setitem(__import__("sys").modules, "numkong", None)

    assert "numkong" in EmbeddedIndex(database).missing


def stored_words(database: Database) -> dict[str, bytes]:
    with database.read() as connection:
        rows = connection.execute(select(projections.c.document_id, projections.c.words)).all()
    return {row.document_id: row.words for row in rows}
