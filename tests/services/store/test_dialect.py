"""What SQLite alone can do, on files of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.store.dialect import write_ahead


def test_a_database_writes_ahead_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "work.sqlite"
    assert write_ahead(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_is_no_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "work.sqlite"
    path.write_bytes(b"this is no database" * 100)
    assert not write_ahead(path)
    assert path.read_bytes() == b"this is no database" * 100


def test_a_file_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        write_ahead(tmp_path / "nowhere" / "work.sqlite")
