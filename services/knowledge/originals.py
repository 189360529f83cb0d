"""The files themselves, kept once each under the digest of their bytes."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from services.store.faults import explained


@dataclass(frozen=True)
class Originals:
    """A folder of files named by SHA-256. A file is there whole or not at all."""

    folder: Path

    def path(self, digest: str) -> Path:
        """Give where a file lies, or would."""
        return self.folder / digest

    def keep(self, data: bytes, *, durably: bool = True) -> str:
        """Keep a file and give its digest. `durably` waits for the disk; not needed for what ships with the app."""
        digest = digest_of(data)
        target = self.path(digest)
        with explained():
            if target.exists() and target.stat().st_size == len(data):
                return digest
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{digest}.{secrets.token_hex(4)}"
            with part.open("wb") as file:
                file.write(data)
                if durably:
                    file.flush()
                    os.fsync(file.fileno())
            part.replace(target)
        return digest

    def older_than(self, seconds: float) -> list[str]:
        """Give the digests of the files that were kept longer ago than that, by the disk's own clock."""
        if not self.folder.is_dir():
            return []
        before = time.time() - seconds
        return [path.name for path in self.folder.iterdir() if path.stat().st_mtime < before]

    def forget(self, digest: str) -> None:
        """Delete a file; deleting it twice changes nothing."""
        with explained():
            self.path(digest).unlink(missing_ok=True)


def digest_of(data: bytes) -> str:
    """Give the name under which a file is kept."""
    return hashlib.sha256(data).hexdigest()
