"""One database, opened once: reads see a consistent state, writes take their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from services.store.dialect import open_engine
from services.store.faults import explained

_AFTER = "after_commit"


@dataclass(frozen=True)
class Database:
    """The engine and the two ways to use it. Nothing else opens a connection.

    A full disk, a read-only folder, a locked or a damaged file come out of both as Unavailable.
    """

    engine: Engine

    @property
    def path(self) -> Path:
        """The file it stands in."""
        return Path(self.engine.url.database or "")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading."""
        with explained(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction begun IMMEDIATE: committed at the end, rolled back on an error."""
        with explained(), self.engine.connect().execution_options(writes=True) as connection:
            connection.info.pop(_AFTER, None)
            with connection.begin():
                yield connection
            for act in connection.info.pop(_AFTER, ()):
                act()


def after_commit(connection: Connection, act: Callable[[], None]) -> None:
    """Have `act` called once the transaction that `connection` is in has been committed, and not otherwise."""
    connection.info.setdefault(_AFTER, []).append(act)


def open_database(path: Path, patience: float = 10) -> Database:
    """Open the SQLite file at `path` (made when absent); a lock held elsewhere is waited for `patience` seconds."""
    return Database(open_engine(path, patience))
