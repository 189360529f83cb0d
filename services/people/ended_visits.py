"""Visits that were signed out before their time, kept in a file so that a restart revives none of them."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from services.errors import Unavailable
from services.store.faults import explained

_log = logging.getLogger("accelerate")


@dataclass(frozen=True)
class EndedVisits:
    """The ended visits by the digest of their id, each until its cookie would have run out; no `path`: no file.

    The file holds a line `digest seconds-since-1970` for each, and nothing that says whose visit it was.
    """

    path: Path | None = None
    _until: dict[str, datetime] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: Path) -> EndedVisits:
        """Read the file at `path`, which need not be there yet; a line that is none of ours is passed over."""
        ended = cls(path)
        with explained():
            lines = path.read_text(encoding="ascii", errors="replace").splitlines() if path.exists() else []
        for line in lines:
            digest, _, until = line.partition(" ")
            if until.isdecimal() and len(until) <= len("9999999999"):
                ended._until[digest] = datetime.fromtimestamp(int(until), UTC)
        return ended

    def add(self, visit: str, until: datetime, now: datetime) -> None:
        """End `visit`, which would have lasted until `until`. A disk that refuses it is told to the log.

        Who signs out is signed out in any case, as long as the app runs.
        """
        for past in [each for each, end in self._until.items() if end <= now]:
            del self._until[past]
        self._until[_digest(visit)] = until
        try:
            self._keep()
        except Unavailable as error:
            _log.warning("A visit that was signed out may come back after a restart: %s", error.message)

    def __contains__(self, visit: str) -> bool:
        return _digest(visit) in self._until

    def _keep(self) -> None:
        if self.path is None:
            return
        text = "".join(f"{digest} {int(until.timestamp())}\n" for digest, until in self._until.items())
        fresh = self.path.with_name(f"{self.path.name}.new")
        with explained():
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            fresh.replace(self.path)


def _digest(visit: str) -> str:
    return hashlib.sha256(visit.encode()).hexdigest()
