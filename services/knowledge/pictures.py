"""Pages as pictures with the quoted words marked, drawn once and then kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from services.knowledge.document import Document, Page
from services.knowledge.originals import Originals
from services.knowledge.reading.reader import Reader
from services.store.faults import explained

MOST_BYTES = 200 * 1024**2


@dataclass(frozen=True)
class Pictures:
    """A folder of PNG files named by document digest, page and range. Who may see one is decided before."""

    folder: Path
    originals: Originals
    reader: Reader

    def picture(self, document: Document, page: Page, start: int, end: int) -> bytes:
        """Give the page with characters `start` to `end` of its text marked. BadInput where it can't be drawn."""
        kept = self.folder / f"{document.digest}-{page.number}-{start}-{end}.png"
        with explained():
            try:
                return kept.read_bytes()
            except FileNotFoundError:
                drawn = self.reader.picture(self.originals.path(document.digest), document.media, page, start, end)
                self._keep(kept, drawn)
                return drawn

    def forget(self, digest: str) -> None:
        """Delete all pictures of a document."""
        with explained():
            for path in self.folder.glob(f"{digest}-*.png"):
                path.unlink(missing_ok=True)

    def make_room(self, most_bytes: int = MOST_BYTES) -> None:
        """Delete the oldest pictures until the others take no more than `most_bytes`."""
        with explained():
            newest_first = sorted(self.folder.glob("*.png"), key=lambda path: path.stat().st_mtime, reverse=True)
            held = 0
            for path in newest_first:
                held += path.stat().st_size
                if held > most_bytes:
                    path.unlink(missing_ok=True)

    def _keep(self, path: Path, drawn: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        part.write_bytes(drawn)
        part.replace(path)
