"""A document being written down as text: headings, paragraphs, list items and tables, in Markdown's plain marks."""

from __future__ import annotations

from collections.abc import Sequence

from services.knowledge.reading.tables import Row, table


class Draft:
    """Collects what a document says in its order; `title` is its first heading of the first level, "" if none."""

    def __init__(self) -> None:
        self.title = ""
        self._blocks: list[tuple[str, str]] = []

    def heading(self, level: int, text: str) -> None:
        """Add a heading; level 1 is the highest, and 0 a document's title."""
        text = _one_line(text)
        if text:
            if level <= 1 and not self.title:
                self.title = text
            self._blocks.append(("heading", f"{'#' * min(max(level, 1), 6)} {text}"))

    def paragraph(self, text: str) -> None:
        """Add a paragraph; its line breaks stay."""
        lines = [" ".join(line.split()) for line in text.split("\n")]
        text = "\n".join(line for line in lines if line)
        if text:
            self._blocks.append(("paragraph", text))

    def preformatted(self, text: str) -> None:
        """Add a block whose spaces matter; blank lines within are dropped."""
        text = "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
        if text:
            self._blocks.append(("paragraph", text))

    def item(self, text: str, depth: int = 0, mark: str = "-") -> None:
        """Add an item of a list, `depth` lists within others, behind its mark."""
        text = _one_line(text)
        if text:
            self._blocks.append(("item", f"{'  ' * min(depth, 8)}{mark} {text}"))

    def table(self, rows: Sequence[Row]) -> None:
        """Add a table."""
        written = table(rows)
        if written:
            self._blocks.append(("table", written))

    def text(self) -> str:
        """Give the whole: items of a list under each other, everything else apart."""
        parts: list[str] = []
        before = ""
        for kind, block in self._blocks:
            if parts:
                parts.append("\n" if kind == before == "item" else "\n\n")
            parts.append(block)
            before = kind
        return "".join(parts)


def _one_line(text: str) -> str:
    return " ".join(text.split())
