"""Reads see one moment, writes take their turn, and what follows a commit follows only a commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text

from services.errors import Unavailable
from services.store.database import Database, after_commit, open_database
from services.store.dialect import upsert
from services.store.tables import feedback, notebooks

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def failing() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO texts VALUES ('digest', 'salt', 'text', '2027-01-01')"))
            raise Unavailable("The model file is damaged.")

    with pytest.raises(Unavailable, match="model file"):
        failing()

    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM texts")).scalar_one() == 0


def test_a_read_sees_the_state_of_its_beginning(database: Database) -> None:
    count = text("SELECT count(*) FROM texts")
    with database.read() as reading:
        assert reading.execute(count).scalar_one() == 0
        with database.write() as writing:
            writing.execute(text("INSERT INTO texts VALUES ('digest', 'salt', 'text', '2027-01-01')"))
        assert reading.execute(count).scalar_one() == 0
    with database.read() as reading:
        assert reading.execute(count).scalar_one() == 1


def test_parallel_writers_lose_no_change(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE TABLE counter (value INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def count_up(_: int) -> None:
        with database.write() as connection:
            value = connection.execute(text("SELECT value FROM counter")).scalar_one()
            connection.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count_up, range(100)))

    with database.read() as connection:
        assert connection.execute(text("SELECT value FROM counter")).scalar_one() == 100


def test_every_commit_is_synced_and_foreign_keys_hold(database: Database) -> None:
    with database.read() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_what_follows_a_commit_does_not_follow_a_rollback(database: Database) -> None:
    done = []
    with database.write() as connection:
        after_commit(connection, lambda: done.append("first"))
        assert done == []

    def failing() -> None:
        with database.write() as connection:
            after_commit(connection, lambda: done.append("second"))
            raise Unavailable("The model file is damaged.")

    with pytest.raises(Unavailable):
        failing()
    with database.write():
        pass

    assert done == ["first"]


def test_a_moment_is_kept_in_utc_and_sorts_as_it_reads(database: Database) -> None:
    summer = NOW.astimezone(timezone(timedelta(hours=2)))
    row = {"owner": "ana", "title": "Leave", "created_at": summer, "used_at": NOW, "revision": 1}
    with database.write() as connection:
        connection.execute(notebooks.insert().values(id="one", **row))

    with database.read() as connection:
        assert connection.execute(text("SELECT created_at FROM notebooks")).scalar_one() == (
            "2026-11-24T09:30:00.000000+00:00"
        )
        assert connection.execute(select(notebooks.c.created_at)).scalar_one() == NOW


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="needs a time zone"), database.read() as connection:
        connection.execute(select(notebooks).where(notebooks.c.used_at > NOW.replace(tzinfo=None)))


def test_an_upsert_changes_the_row_that_is_there(database: Database) -> None:
    row = {"receipt_id": "r", "person": "ana", "verdict": "This helped", "note": "", "at": NOW}
    with database.write() as connection:
        upsert(connection, feedback, row)
        upsert(connection, feedback, row | {"verdict": "Something is wrong", "note": "out of date"})

    with database.read() as connection:
        assert connection.execute(select(feedback.c.verdict, feedback.c.note)).all() == [
            ("Something is wrong", "out of date")
        ]


def test_an_error_of_the_database_does_not_carry_what_was_asked(database: Database) -> None:
    with pytest.raises(Exception, match="no such table") as error, database.read() as connection:
        connection.execute(
            text("SELECT * FROM sandwiches WHERE question = :question"), {"question": "the canary sings"}
        )

    assert "canary" not in str(error.value)


def test_a_database_is_made_where_there_is_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("data") / "accelerate.sqlite"

    with open_database(path).write() as connection:
        connection.execute(text("CREATE TABLE made (id INTEGER)"))

    assert path.exists()
