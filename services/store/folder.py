"""The data folder: private to whoever runs the app, and held by one process at a time."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from services.errors import Unavailable
from services.store.faults import explained


@dataclass(frozen=True)
class HeldFolder:
    """A data folder that nobody else can hold until `release`, or until this process ends, however it ends."""

    path: Path
    _descriptor: int

    def announce(self, address: str) -> None:
        """Tell a second start where this one runs."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()} {address}\n".encode(), 0)

    def release(self) -> None:
        """Let others hold it; call it once."""
        os.close(self._descriptor)


def make_private(path: Path) -> None:
    """Make the folder when it is absent; others on this machine can't look into it. Unavailable when it can't be."""
    with explained():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = path.stat().st_mode
        if mode & 0o077:
            path.chmod(mode & 0o700)


def hold_folder(path: Path, address: str = "") -> HeldFolder:
    """Make and hold the folder at `path`; `address` is where the app that holds it answers, for a second start.

    DBOS on SQLite would run the first process's work a second time, so the lock stands before anything is opened.
    Unavailable says where the first one runs.
    """
    make_private(path)
    with explained():
        descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = HeldFolder(path, descriptor)
        with explained():
            held.announce(address)
    except BlockingIOError:
        process, _, there = os.pread(descriptor, 200, 0).decode(errors="replace").strip().partition(" ")
        os.close(descriptor)
        raise Unavailable(
            f"Accelerate already runs on the data folder {path}{f' at {there}' if there else ''} (process {process}).",
            "Use that one, or stop it first. A second app needs a data folder of its own: set APP_DATA.",
        ) from None
    except BaseException:
        os.close(descriptor)
        raise
    return held
