"""What is said in SQLite's own words: pragmas, transactions, triggers, upsert, copies. All other SQL is neutral."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert

# `ledger` only grows, by the next link; `texts` never change, and go only with an erasure that an audit entry explains.
# REPLACE deletes without firing a delete trigger, so the insert triggers refuse what it would replace.
_TRIGGERS = {
    "ledger_grows_by_its_next_link": """
        BEFORE INSERT ON ledger
        WHEN NEW.number <> coalesce((SELECT max(number) FROM ledger), 0) + 1
          OR NEW.previous <> coalesce((SELECT digest FROM ledger ORDER BY number DESC LIMIT 1), '')
          OR EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the ledger grows by its next link only'); END""",
    "ledger_is_never_changed": """
        BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "ledger_is_never_deleted": """
        BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "texts_are_written_once": """
        BEFORE INSERT ON texts
        WHEN EXISTS (SELECT 1 FROM texts WHERE digest = NEW.digest)
          OR EXISTS (SELECT 1 FROM erasures WHERE digest = NEW.digest)
        BEGIN SELECT RAISE(ABORT, 'a text is written once'); END""",
    "texts_are_never_changed": """
        BEFORE UPDATE ON texts
        BEGIN SELECT RAISE(ABORT, 'a text is never changed'); END""",
    "texts_go_by_erasure_only": """
        BEFORE DELETE ON texts
        WHEN NOT EXISTS (
            SELECT 1 FROM erasures JOIN ledger ON ledger.number = erasures.number
            WHERE erasures.digest = OLD.digest AND ledger.entry = 'audit' AND ledger.kind = 'erase')
        BEGIN SELECT RAISE(ABORT, 'a text goes by erasure only'); END""",
    "erasures_are_never_changed": """
        BEFORE UPDATE ON erasures
        BEGIN SELECT RAISE(ABORT, 'an erasure stays'); END""",
    "erasures_are_never_deleted": """
        BEFORE DELETE ON erasures
        BEGIN SELECT RAISE(ABORT, 'an erasure stays'); END""",
}


def open_engine(path: Path, patience: float) -> Engine:
    """Make the engine on the file at `path`: WAL, synchronous FULL, foreign keys, `patience` seconds for a lock."""
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": patience, "check_same_thread": False},
        hide_parameters=True,  # a question must not reach the log inside an error
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # SQLAlchemy, not the driver, says when a transaction begins
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A deferred BEGIN lets two writers read the same head of the hash chain and fork it (measured).
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def protect(connection: Connection) -> None:
    """Build the triggers that keep `ledger`, `texts` and `erasures` append-only, replacing any older ones."""
    for name, body in _TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")


def upsert(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert `row`, or change the row that has its primary key."""
    key = [column.name for column in table.primary_key]
    statement = insert(table).values(**row)
    changes = {name: statement.excluded[name] for name in row if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changes))


def delete_for_good(connection: Connection) -> None:
    """Have this connection overwrite with zeros what it deletes; without it a deleted text stays in free pages."""
    connection.exec_driver_sql("PRAGMA secure_delete=ON")


def empty_the_write_ahead_log(engine: Engine) -> None:
    """Move all commits into the database file and cut its log, where deleted text would else linger for a while."""
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy_database(source: Path, target: Path) -> None:
    """Copy a database to `target` while it is in use; the copy is one moment, whatever is written meanwhile."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def write_ahead(path: Path) -> bool:
    """Have the database at `path`, made when absent, write ahead for good; False where the file is no database."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            raise  # locked or not to be opened says nothing about what is in it
        except sqlite3.DatabaseError:
            return False
    return True


def is_sound(path: Path) -> bool:
    """Whether SQLite finds no damage in the file."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError:
            return False
