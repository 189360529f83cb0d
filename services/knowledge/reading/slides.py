"""Presentations: each slide a page, with its tables, charts, drawings' words and the speaker's notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml.etree import _Element

from services.knowledge.document import Page
from services.knowledge.reading.comments import authors_of, comments_of
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.drawn import paragraphs_of, relation, write_chart
from services.knowledge.reading.package import Package, attribute, broken, empty, local, opened
from services.knowledge.reading.refused import Refused
from services.knowledge.reading.tables import spread

_TITLES = ("title", "ctrTitle")
_RUNNING = ("sldNum", "dt", "ftr", "hdr")
DAMAGED = "the slide is damaged"


def read_slides(path: Path) -> tuple[str, list[Page]]:
    """Give the first slide's title and a page for each slide. Raises Refused where no slide has words."""
    with opened(path) as package:
        main = package.main
        presentation = package.tree(main)
        if presentation is None:
            raise broken()
        related = package.related(main)
        listed = [each for each in presentation.iter() if local(each) == "sldId"]
        names = [related.get(relation(each), ("", ""))[1] for each in listed]
        authors = authors_of(package, main)
        read = [_slide(package, name, authors) for name in names]
    pages = [
        Page(number, text or "", label=f"Slide {number}", unread=DAMAGED if text is None else "")
        for number, (_, text) in enumerate(read, start=1)
    ]
    if not any(page.text for page in pages):
        raise empty("presentation")
    return next((title for title, _ in read[:1] if title), ""), pages


def _slide(package: Package, name: str, authors: Mapping[str, str]) -> tuple[str, str | None]:
    try:
        tree = package.tree(name)
        if tree is None:
            return "", None
        return _Writer(package, name).written(tree, comments_of(package, name, authors))
    except Refused:
        return "", None


class _Writer:
    def __init__(self, package: Package, name: str) -> None:
        self._package = package
        self._related = package.related(name)
        self._draft = Draft()

    def written(self, tree: _Element, comments: Sequence[str]) -> tuple[str, str]:
        shapes = [each for each in tree.iter() if local(each) in ("sp", "graphicFrame")]
        for shape in sorted(shapes, key=lambda each: _placeholder(each) not in _TITLES):
            self._shape(shape)
        for kind, name in self._related.values():
            if kind == "notesSlide" and (notes := self._package.tree(name)) is not None:
                self._notes(notes)
        for said in comments:
            self._draft.paragraph(said)
        return self._draft.title, self._draft.text()

    def _shape(self, shape: _Element) -> None:
        place = _placeholder(shape)
        if place in _RUNNING:
            return
        tables = [each for each in shape.iter() if local(each) == "tbl"]
        if tables:
            self._draft.table(_rows(tables[0]))
            return
        if local(shape) == "graphicFrame":
            self._drawn(shape)
            return
        paragraphs = paragraphs_of(shape)
        if place in _TITLES:
            self._draft.heading(1, " ".join(paragraphs))
            return
        several = len(paragraphs) > 1 and place in ("body", "obj", "")
        for text in paragraphs:
            if several and _placeholder(shape):
                self._draft.item(text)
            else:
                self._draft.paragraph(text)

    def _drawn(self, frame: _Element) -> None:
        """Write the words of a chart or a drawing, which stand in parts of their own."""
        for each in frame.iter():
            if local(each) == "chart" and relation(each):
                chart = self._package.tree(self._related.get(relation(each), ("", ""))[1])
                if chart is not None:
                    write_chart(self._draft, chart)
            elif local(each) == "relIds":
                drawing = self._package.tree(self._related.get(attribute(each, "dm"), ("", ""))[1])
                for text in [] if drawing is None else paragraphs_of(drawing):
                    self._draft.item(text)

    def _notes(self, notes: _Element) -> None:
        shapes = [each for each in notes.iter() if local(each) == "sp" and _placeholder(each) == "body"]
        texts = [text for shape in shapes for text in paragraphs_of(shape)]
        if texts:
            self._draft.paragraph("Notes: " + "\n".join(texts))


def _rows(table: _Element) -> list[list[str]]:
    """Give a table's cells; a merged one is repeated in its rows and columns (§21.1.3.16)."""
    rows: list[list[str]] = []
    for row in _children(table, "tr"):
        cells: list[str | None] = []
        for each in _children(row, "tc"):
            above = rows[-1][len(cells)] if rows and len(rows[-1]) > len(cells) else ""
            if attribute(each, "hMerge") == "1":
                cells.append(None)
            else:
                cells.append(above if attribute(each, "vMerge") == "1" else " ".join(paragraphs_of(each)))
        rows.append(spread(cells))
    return rows


def _placeholder(shape: _Element) -> str:
    """Give what a shape holds the place of ("title", "body"), "" where of nothing."""
    for each in shape.iter():
        if local(each) == "ph":
            return attribute(each, "type") or "obj"
        if local(each) == "txBody":
            break
    return ""


def _children(parent: _Element, tag: str) -> list[_Element]:
    return [each for each in parent if local(each) == tag]
