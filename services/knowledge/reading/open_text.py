"""OpenDocument texts: paragraphs, headings, lists, tables and notes as OASIS ODF 1.3 writes them."""

from __future__ import annotations

from pathlib import Path

from lxml.etree import _Element

from services.knowledge.document import Page, Reason
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.package import Package, attribute, broken, empty, local, opened
from services.knowledge.reading.refused import Refused

_UNREAD = frozenset({"annotation", "tracked-changes", "deletion", "forms", "sequence-decls", "note"})
_WITHIN = frozenset({"text-box", "frame"})
MOST_REPEATED = 50
"""A row or a cell that is said to repeat more often fills the page's edge, not a table."""


def read_open_text(path: Path) -> tuple[str, list[Page]]:
    """Give a document's title and its text as one page. Raises Refused where it can't be opened or has no text."""
    with opened(path) as package:
        check_unlocked(package)
        content = package.tree("content.xml")
        if content is None:
            raise broken()
        writer = _Writer()
        styles = package.tree("styles.xml")
        for part in ("header", "footer"):
            for each in [] if styles is None else styles.iter():
                if local(each) == part:
                    writer.running[part].append(" ".join(_words(each).split()))
        text = writer.written(content)
    if not text:
        raise empty("document")
    return writer.draft.title, [Page(1, text)]


def check_unlocked(package: Package) -> None:
    """Raise Refused where a password protects the file: OpenDocument's own protection can't be opened here."""
    if b"encryption-data" in package.data("META-INF/manifest.xml"):
        raise Refused(
            Reason.UNSUPPORTED,
            "OpenDocument files that a password protects can't be opened.",
            "Save it without a password, then add it again.",
        )


class _Writer:
    def __init__(self) -> None:
        self.draft = Draft()
        self.running: dict[str, list[str]] = {"header": [], "footer": []}
        self._notes: list[str] = []

    def written(self, content: _Element) -> str:
        for text in dict.fromkeys(self.running["header"]):
            self.draft.paragraph(text)
        for body in content.iter():
            if local(body) == "body":
                for each in body:
                    self._blocks(each, 0)
        for text in [*self._notes, *dict.fromkeys(self.running["footer"])]:
            self.draft.paragraph(text)
        return self.draft.text()

    def _blocks(self, parent: _Element, depth: int) -> None:
        for element in parent:
            tag = local(element)
            if tag == "h":
                level = attribute(element, "outline-level")
                self.draft.heading(int(level) if level.isdecimal() else 1, self._noted(element))
            elif tag == "p":
                self._paragraph(element, depth)
            elif tag == "list":
                self._blocks(element, depth + 1)
            elif tag == "table":
                self.draft.table(rows_of(element))
            elif tag not in _UNREAD and len(element):
                self._blocks(element, depth)

    def _paragraph(self, element: _Element, depth: int) -> None:
        text = self._noted(element)
        style = attribute(element, "style-name")
        if style == "Title":
            self.draft.heading(0, text)
        elif depth:
            self.draft.item(text, depth - 1)
        else:
            self.draft.paragraph(text)
        for box in element.iter():
            if local(box) == "text-box":
                self._blocks(box, 0)

    def _noted(self, element: _Element) -> str:
        for note in element.iter():
            if local(note) == "note-body":
                self._notes.append(" ".join(_words(note).split()))
        return _words(element)


def rows_of(table: _Element) -> list[list[str]]:
    """Give a table's cells, repeated as the file says, within reason."""
    rows: list[list[str]] = []
    for row in table.iter():
        if local(row) != "table-row":
            continue
        cells: list[str] = []
        for each in row:
            if local(each) in ("table-cell", "covered-table-cell"):
                cells += [" ".join(_words(each).split())] * _repeated(each, "number-columns-repeated")
        rows += [cells] * _repeated(row, "number-rows-repeated")
    return rows


def _repeated(element: _Element, name: str) -> int:
    said = attribute(element, name)
    times = int(said) if said.isdecimal() else 1
    return times if times <= MOST_REPEATED else 1


def _words(element: _Element) -> str:
    """Give an element's words, but for notes, comments and text boxes in it; no recursion."""
    parts: list[str] = [element.text or ""]
    todo: list[_Element | str] = []
    for child in reversed(element):
        todo += [child.tail or "", child]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            parts.append(each)
            continue
        tag = local(each)
        if tag in _UNREAD or tag in _WITHIN or not tag:
            continue
        if tag == "s":
            parts.append(" " * min(int(attribute(each, "c") or "1"), 8))
        elif tag in ("tab", "line-break"):
            parts.append("\n" if tag == "line-break" else " ")
        elif tag in ("p", "h") and parts:
            parts.append("\n")
        parts.append(each.text or "")
        for child in reversed(each):
            todo += [child.tail or "", child]
    return "".join(parts)
