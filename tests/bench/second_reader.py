"""A second opinion on what stands on a page: pypdf for PDFs, the file itself for Markdown and text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from pypdf import PdfReader

# Hyphens of every kind, PDFium's mark for one at a line's end, soft hyphens and white space: where a line ends is the
# reader's business, not the document's. Ligatures and wide forms are other codes for the same letters (NFKC).
_FOLDED = re.compile(r"[\s\-\u00ad\u200b\u2010-\u2015\u2212\ufeff\ufffe]+")


def folded(text: str) -> str:
    """Give `text` without hyphens and white space, its letters in one code."""
    return _FOLDED.sub("", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class SecondReader:
    """Reads pages by another way than the app does, each once; folded, ready to be searched."""

    _pages: dict[tuple[Path, int], str] = field(default_factory=dict)
    _pdfs: dict[Path, PdfReader] = field(default_factory=dict)

    def page(self, path: Path, number: int) -> str:
        """Give the folded text of page `number`, from 1, of the document at `path`."""
        if (path, number) not in self._pages:
            self._pages[path, number] = folded(self._read(path, number))
        return self._pages[path, number]

    def has(self, path: Path, number: int, quote: str) -> bool:
        """Say whether `quote` stands on that page, hyphens and white space folded."""
        return folded(quote) in self.page(path, number)

    def _read(self, path: Path, number: int) -> str:
        if path.suffix.lower() != ".pdf":
            return path.read_text(encoding="utf-8")
        if path not in self._pdfs:
            self._pdfs[path] = PdfReader(path)
        return self._pdfs[path].pages[number - 1].extract_text()
