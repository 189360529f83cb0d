from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Table, insert, select, text

from services.backends.embedded.index import EmbeddedIndex
from services.knowledge.rows import is_one_of, keys_of
from services.store.database import Database, open_database
from services.store.tables import metadata, passages, token_vectors
from tests.contracts.shelf import Shelf


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = open_database(tmp_path / "accelerate.sqlite")
    metadata.create_all(database.engine)
    shelf = Shelf(database, EmbeddedIndex(database))
    shelf.publish("handbook", "leave", [f"Rule {i}." for i in range(12)], np.eye(12, dtype=np.float32))
    shelf.publish("handbook", "travel:abroad", ["Rule 0.", "Rule 1."])
    with database.write() as connection:
        connection.execute(insert(token_vectors).values(document_id="leave", ordinal=3, tokens=b"3"))
    return database


def test_rows_are_found_by_the_ids_of_their_passages(database: Database) -> None:
    asked = ["leave:3", "leave:11", "travel:abroad:1", "leave:12", "gone:0"]

    with database.read() as connection:
        rows = connection.execute(select(passages).where(is_one_of(passages, len(asked))), keys_of(asked)).all()

    assert {(row.document_id, row.ordinal) for row in rows} == {("leave", 3), ("leave", 11), ("travel:abroad", 1)}


def test_no_ids_find_no_rows(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(select(passages).where(is_one_of(passages, 0)), keys_of([])).all() == []


@pytest.mark.parametrize("table", [passages, token_vectors], ids=lambda table: table.name)
def test_sqlite_goes_by_the_primary_key_and_never_through_the_table(database: Database, table: Table) -> None:
    query = select(table).where(is_one_of(table, 20)).compile(database.engine)
    ids = keys_of([f"leave:{i}" for i in range(20)])

    with database.read() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {str(query).replace('?', '0')}"), ids).all()

    steps = [row.detail for row in plan]
    assert any("SEARCH" in step for step in steps)
    assert not any("SCAN" in step for step in steps)
