"""Web pages: what a reader sees of them, with headings, lists and tables; nothing is fetched, nothing is run."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import count

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.knowledge.document import Page
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.package import empty
from services.knowledge.reading.tables import spread
from services.knowledge.reading.text import decode

_UNSEEN = frozenset({"head", "script", "style", "noscript", "template", "iframe", "object", "svg", "-comment"})
_UNSEEN |= frozenset({"datalist", "audio", "video", "canvas", "map"})
_BLOCKS = frozenset({"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"})
_BLOCKS |= frozenset({"dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header"})
_BLOCKS |= frozenset({"hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "ul"})
_BLOCKS |= frozenset({"table", "tbody", "td", "tfoot", "th", "thead", "tr"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DECLARED = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w-]+)""", re.I)
_BLOCKS_IN_CELLS = "h1, h2, h3, h4, h5, h6, ul, ol, p + p"
_WHITE = re.compile(r"\s+")
_SAID_WITHIN = 4096

MOST_IN_A_CELL = 600
"""A longer cell is a page's layout, not a table's."""


def read_html(data: bytes) -> tuple[str, list[Page]]:
    """Give a page's title and its text. Raises Refused where it has none."""
    title, text = html_as_text(html_decoded(data))
    if not text:
        raise empty("page")
    return title, [Page(1, text)]


def html_decoded(data: bytes) -> str:
    """Decode by byte-order mark, by what the page declares, else by what it looks like.

    As WHATWG has it, a page that declares Latin-1 is in cp1252, and one that declares UTF-16 in UTF-8.
    """
    declared = _DECLARED.search(data[:_SAID_WITHIN])
    if declared is not None and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = (declared.group(1) or declared.group(2)).decode("ascii").lower()
        if name in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
            name = "cp1252"
        if name.startswith("utf-16"):
            name = "utf-8"  # What declares it in single bytes is not it.
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass  # Many pages declare what they are not.
    return decode(data)


def html_as_text(source: str) -> tuple[str, str]:
    """Give a page's title ("" if none) and its text."""
    parser = LexborHTMLParser(source)
    named = parser.css_first("title")
    title = " ".join(named.text().split()) if named is not None else ""
    writer = _Writer()
    if parser.body is not None:
        writer.write(parser.body)
    return title or writer.draft.title, writer.draft.text()


class _Writer:
    """Walks a page without recursion: pages are nested as deep as somebody wished."""

    def __init__(self) -> None:
        self.draft = Draft()
        self._inline: list[str] = []
        self._lists: list[tuple[Iterator[int], bool]] = []
        self._mark = ""
        self._heading = 0

    def write(self, body: LexborNode) -> None:
        todo: list[tuple[LexborNode, bool]] = [(body, False)]
        while todo:
            node, leaving = todo.pop()
            tag = node.tag or ""
            if leaving:
                self._leave(tag)
                continue
            if tag == "-text":
                self._inline.append(_WHITE.sub(" ", node.text_content or ""))
                continue
            if tag in _UNSEEN or _is_hidden(node) or not self._enter(node, tag):
                continue
            todo.append((node, True))
            todo.extend((child, False) for child in reversed(_children(node)))
        self._flush()

    def _enter(self, node: LexborNode, tag: str) -> bool:
        """Begin an element; False where it has been written as a whole."""
        if tag == "br":
            self._inline.append("\n")
        elif tag == "pre":
            self._flush()
            self.draft.preformatted(node.text())
            return False
        elif tag == "table" and (rows := _data_table(node)):
            self._flush()
            caption = node.css_first("caption")
            self.draft.paragraph(caption.text() if caption is not None else "")
            self.draft.table(rows)
            return False
        elif tag in _LISTS:
            self._flush()
            self._lists.append((count(1), tag == "ol"))
        elif tag == "li":
            self._flush()
            self._mark = self._next_mark()
        elif tag in _HEADINGS:
            self._flush()
            self._heading = _HEADINGS[tag]
        elif tag in _BLOCKS:
            self._flush()
        return True

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _HEADINGS or tag in _LISTS:
            self._flush()
        if tag in _HEADINGS:
            self._heading = 0
        if tag in _LISTS and self._lists:
            self._lists.pop()
        if tag == "li":
            self._mark = ""

    def _next_mark(self) -> str:
        if not self._lists:
            return "-"
        numbers, is_numbered = self._lists[-1]
        return f"{next(numbers)}." if is_numbered else "-"

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline = []
        if not text.strip():
            return
        if self._heading:
            self.draft.heading(self._heading, text)
        elif self._mark:
            self.draft.item(text, len(self._lists) - 1, self._mark)
            self._mark = " "  # What follows in the same item goes on under it.
        else:
            self.draft.paragraph(text)


def _children(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    child = node.child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _data_table(node: LexborNode) -> list[list[str]] | None:
    """Give a table's rows; None where it is a page's layout: a table within, one column, blocks in nameless cells."""
    is_named = node.css_first("th") is not None
    if len(node.css("table")) > 1 or not (is_named or node.css_first(_BLOCKS_IN_CELLS) is None):
        return None
    rows: list[list[str]] = []
    spans: dict[int, tuple[int, str]] = {}
    for row in node.css("tr"):
        cells: list[str | None] = []
        for each in _children(row):
            if each.tag not in ("td", "th"):
                continue
            _carried(cells, spans)
            text = " ".join(each.text(separator=" ").split()) if not _is_hidden(each) else ""
            if len(text) > MOST_IN_A_CELL and not is_named:
                return None
            across, down = _span(each, "colspan"), _span(each, "rowspan")
            for place in range(across):
                if down > 1:
                    spans[len(cells)] = (down - 1, text)
                cells.append(text if place == 0 else None)
        _carried(cells, spans)
        rows.append(spread(cells))
    if max(map(len, rows), default=0) < 2 or len(rows) < 2:
        return None
    return rows


def _carried(cells: list[str | None], spans: dict[int, tuple[int, str]]) -> None:
    """Repeat what stands beside several rows in each of them: a row alone must say what it is of."""
    while len(cells) in spans:
        left, text = spans.pop(len(cells))
        if left > 1:
            spans[len(cells)] = (left - 1, text)
        cells.append(text)


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return min(max(int(value), 1), 100) if value.isdecimal() else 1
