"""Word documents: every part that a reader sees, walked as ECMA-376 writes it; what was deleted is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml.etree import _Element

from services.knowledge.document import Page
from services.knowledge.reading.comments import comments_of
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.drawn import relation, write_chart
from services.knowledge.reading.numbering import Numbering
from services.knowledge.reading.package import Package, attribute, broken, empty, local, opened
from services.knowledge.reading.tables import spread
from services.knowledge.reading.word_styles import Styles

_UNREAD = frozenset({"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr", "tblPr", "sdtPr", "fldData"})
_ENDS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}


def read_word(path: Path) -> tuple[str, list[Page]]:
    """Give a document's title and its text as one page. Raises Refused where it can't be opened or has no text."""
    with opened(path) as package:
        main = package.main
        document = package.tree(main)
        if document is None:
            raise broken()
        draft = _Writer(package, main).written(document)
    text = draft.text()
    if not text:
        raise empty("document")
    return draft.title, [Page(1, text)]


class _Writer:
    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._related = package.related(main)
        self._styles = Styles(self._tree("styles"))
        self._numbering = Numbering(self._tree("numbering"))
        self._comments = comments_of(package, main, {})
        self._notes: list[tuple[str, str]] = []
        self._draft = Draft()

    def written(self, document: _Element) -> Draft:
        for header in self._running("header"):
            self._draft.paragraph(header)
        self._blocks(document)
        self._write_notes()
        for said in self._comments:
            self._draft.paragraph(said)
        for footer in self._running("footer"):
            self._draft.paragraph(footer)
        return self._draft

    def _tree(self, kind: str) -> _Element | None:
        name = next((name for each, name in self._related.values() if each == kind), "")
        return self._package.tree(name)

    def _running(self, kind: str) -> list[str]:
        """Give the texts that stand at the top or the foot of pages, each once."""
        names = [name for each, name in self._related.values() if each == kind]
        trees = [tree for name in names if (tree := self._package.tree(name)) is not None]
        texts = [" ".join(_words(tree).split()) for tree in trees]
        return [text for text in dict.fromkeys(texts) if any(each.isalpha() for each in text)]

    def _blocks(self, parent: _Element) -> None:
        for element in parent:
            tag = local(element)
            if tag == "p":
                self._paragraph(element)
            elif tag == "tbl":
                self._table(element)
            elif tag == "AlternateContent":
                self._blocks(_chosen(element))
            elif tag not in _UNREAD and len(element):
                self._blocks(element)

    def _paragraph(self, element: _Element) -> None:
        text = self._noted(element)
        properties = next((each for each in element if local(each) == "pPr"), None)
        level = self._styles.level(properties)
        label = self._numbering.label(self._styles.numbering(properties)) if text.strip() else None
        if level is not None:
            self._draft.heading(level, f"{label[1]} {text}" if label and label[1] != "-" else text)
        elif label is not None:
            self._draft.item(text, label[0], label[1] or "-")
        else:
            self._draft.paragraph(text)
        for box in _boxes(element):
            self._blocks(box)
        for each in _descendants(element):
            if local(each) == "chart" and relation(each) in self._related:
                chart = self._package.tree(self._related[relation(each)][1])
                if chart is not None:
                    write_chart(self._draft, chart)

    def _noted(self, element: _Element) -> str:
        """Give a paragraph's words; its footnotes are kept for the end."""
        for kind in ("footnote", "endnote"):
            for reference in _descendants(element):
                if local(reference) == f"{kind}Reference":
                    self._notes.append((kind, attribute(reference, "id")))
        return _words(element)

    def _table(self, element: _Element) -> None:
        cells = _cells(element)
        if max(map(len, cells), default=0) > 1:
            self._draft.table(_rows(element))
            return
        for row in cells:  # One column is a frame round text, not a table.
            for each in row:
                self._blocks(each)

    def _write_notes(self) -> None:
        trees = {kind: self._tree(f"{kind}s") for kind in ("footnote", "endnote")}
        for kind, number in dict.fromkeys(self._notes):
            tree = trees[kind]
            for note in [] if tree is None else tree:
                if attribute(note, "id") == number:
                    self._draft.paragraph(" ".join(_words(note).split()))


def _words(element: _Element) -> str:
    """Give the words of an element, but for those of text boxes in it, which are blocks of their own."""
    parts: list[str] = []
    for each in _descendants(element):
        tag = local(each)
        if tag == "t":
            parts.append(each.text or "")
        elif tag == "sym":
            parts.append(_symbol(attribute(each, "char")))
        elif tag in _ENDS:
            parts.append(_ENDS[tag])
        elif tag == "p" and parts and not parts[-1].endswith("\n"):
            parts.append("\n")
    return "".join(parts)


def _symbol(code: str) -> str:
    number = int(code, 16) if code and all(each in "0123456789abcdefABCDEF" for each in code) else 0
    return chr(number) if 32 <= number < 0xD800 else ""  # A font's own signs mean nothing outside it.


def _descendants(element: _Element) -> Iterator[_Element]:
    """Walk in reading order, without what is not shown, and without text boxes; no recursion."""
    todo = list(reversed(element))
    while todo:
        each = todo.pop()
        tag = local(each)
        if tag in _UNREAD or tag == "txbxContent" or not tag:
            continue
        yield each
        todo.extend(reversed(_chosen(each) if tag == "AlternateContent" else each))


def _boxes(element: _Element) -> list[_Element]:
    """Give the contents of text boxes that are anchored in a paragraph."""
    found: list[_Element] = []
    todo = list(reversed(element))
    while todo:
        each = todo.pop()
        tag = local(each)
        if tag == "txbxContent":
            found.append(each)
        elif tag and tag not in ("del", "moveFrom"):
            todo.extend(reversed(_chosen(each) if tag == "AlternateContent" else each))
    return found


def _chosen(alternatives: _Element) -> _Element:
    """Give the first of several ways to write the same (ECMA-376 part 3) that holds something."""
    return next((each for each in alternatives if any(local(one) in ("t", "tbl") for one in each.iter())), alternatives)


def _cells(table: _Element) -> list[list[_Element]]:
    """Give the cells of a table's rows, also of those that stand in a content control."""
    return [_inside(row, "tc") for row in _inside(table, "tr")]


def _rows(table: _Element) -> list[list[str]]:
    """Give a table's words by columns; a merged cell is repeated in its rows and columns."""
    rows: list[list[str]] = []
    for row in _cells(table):
        words: list[str | None] = []
        for each in row:
            said = {local(one): one for properties in each if local(properties) == "tcPr" for one in properties}
            above = rows[-1][len(words)] if rows and len(rows[-1]) > len(words) else ""
            goes_on = "vMerge" in said and attribute(said["vMerge"], "val") != "restart"
            across = attribute(said["gridSpan"], "val") if "gridSpan" in said else "1"
            words.append(above if goes_on else _cell(each))
            words += [None] * (min(int(across), 60) - 1 if across.isdecimal() else 0)
        rows.append(spread(words))
    return rows


def _inside(parent: _Element, wanted: str) -> list[_Element]:
    found: list[_Element] = []
    for each in parent:
        if local(each) == wanted:
            found.append(each)
        elif local(each) in ("sdt", "sdtContent", "ins", "customXml"):
            found.extend(_inside(each, wanted))
    return found


def _cell(element: _Element) -> str:
    texts = [_words(element), *(_words(box) for box in _boxes(element))]
    return " ".join(" ".join(texts).split())
