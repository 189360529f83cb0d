"""What can go wrong with the disk and the database, translated in this one place into sentences."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from services.errors import Unavailable

_FULL = (
    "The disk is full: nothing more can be saved.",
    "What was saved before is safe. Free some space on the disk that holds the data folder, then try again.",
)
_READ_ONLY = (
    "The data folder can't be written to.",
    "Whoever runs Accelerate must be allowed to write to it: check its owner and whether the disk is read-only.",
)
_LOCKED = (
    "The database is busy with another program's work.",
    "Nothing was saved; try again. If it stays so, end the program that holds the database open.",
)
_CROWDED = (
    "Too many people are at work at this moment.",
    "Nothing was saved; try again in a moment.",
)
_DAMAGED = (
    "The database file is damaged.",
    "Stop Accelerate and restore the newest backup with `make restore`.",
)
_UNREACHABLE = (
    "The database can't be opened.",
    "Check that the data folder exists and may be read and written by whoever runs Accelerate.",
)
_UNWRITTEN = (
    "The disk refused to read or write.",
    "Nothing was saved; check the disk that holds the data folder (its space, a limit on file size, its health).",
)

# Primary result codes, https://www.sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_IOERR: _UNWRITTEN,
}
_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EFBIG: _UNWRITTEN,
    errno.EIO: _UNWRITTEN,
}


@contextmanager
def explained() -> Iterator[None]:
    """Turn a fault of disk or database inside the block into Unavailable; leave every other error as it is."""
    try:
        yield
    except NoFreeConnection as error:
        raise Unavailable(*_CROWDED) from error
    except (DBAPIError, sqlite3.Error, OSError) as error:
        sentences = _sentences(error)
        if sentences is None:
            raise
        raise Unavailable(*sentences) from error


def _sentences(error: DBAPIError | sqlite3.Error | OSError) -> tuple[str, str] | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        # Errors of the driver itself carry no code.
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF)
    return _SYSTEM.get(cause.errno or 0) if isinstance(cause, OSError) else None
