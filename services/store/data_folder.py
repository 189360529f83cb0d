"""The folder that holds everything the app writes: private, and one process at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.errors import Unavailable
from services.store.faults import explained


@dataclass(frozen=True)
class DataFolder:
    """A data folder that this process has for itself until it is closed."""

    path: Path
    lock: IO[str]

    def announce(self, where: str) -> None:
        """Leave a word for a second process that wants the folder, such as "http://127.0.0.1:8501"."""
        with explained():
            self.lock.seek(0)
            self.lock.truncate()
            self.lock.write(where)
            self.lock.flush()

    def secret(self) -> bytes:
        """Give the key that signs cookies, made at the first start and readable only by whoever runs the app."""
        path = self.path / "secret"
        with explained():
            if not path.exists():
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(secrets.token_hex(32))
            return path.read_bytes()

    def close(self) -> None:
        """Leave the folder to the next process; closing twice does nothing."""
        self.lock.close()


def open_data_folder(path: Path) -> DataFolder:
    """Make `path` (mode 0700) where it is absent, and take it.

    Raises Unavailable where it can't be written, or another process has it, and then says where that one runs.
    """
    with explained():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        lock = (path / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        with lock:
            lock.seek(0)
            where = lock.read().strip() or "in another process"
        raise Unavailable(
            f"Accelerate already runs on the data folder {path}: {where}.",
            "Use that one, stop it, or set APP_DATA to another folder.",
        ) from error
    folder = DataFolder(path, lock)
    folder.announce(f"in process {os.getpid()}")
    return folder
