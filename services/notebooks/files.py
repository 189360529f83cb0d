"""The files that people bring into their notebooks, and the tables that ship."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from services.errors import NotFound
from services.knowledge.originals import Originals

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Files:
    """One person's files by the SHA-256 of their bytes: who knows the digest of another's file gets nothing by it."""

    folder: Path
    shipped: Path
    owner: str

    def keep(self, data: bytes) -> str:
        """Keep a file and give its digest; the same file once more changes nothing."""
        return self._mine.keep(data)

    def read(self, digest: str) -> bytes:
        """Give a file. NotFound where this person never brought it, or its notebook is gone with it."""
        path = self._mine.path(digest)
        if not _DIGEST.fullmatch(digest) or not path.is_file():
            raise NotFound("The file of this cell is not there any more.", "Bring it again.")
        return path.read_bytes()

    def shipped_names(self) -> tuple[str, ...]:
        """Give the names of the tables that ship with the app."""
        return tuple(sorted(path.stem for path in self.shipped.glob("*.csv"))) if self.shipped.is_dir() else ()

    def read_shipped(self, name: str) -> bytes:
        """Give a table that ships, as CSV. NotFound where there is none of that name."""
        if name not in self.shipped_names():
            raise NotFound(f"No table named “{name}” ships with the app.", "Choose one of those that are offered.")
        return (self.shipped / f"{name}.csv").read_bytes()

    @property
    def _mine(self) -> Originals:
        # A person's id stands in no path as it is: it need not be fit for one.
        return Originals(self.folder / self.owner.encode().hex())
