"""Pages into passages: cut at headings and paragraphs, then sentences; ranges of the page that never overlap."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.knowledge.document import Document, Page, Passage
from services.knowledge.knowledge_base import Splitting

MOST_CHARACTERS = 1000
"""No passage is longer: about 256 tokens of English, which is all the embedder reads."""

FEWEST_CHARACTERS = 300
"""A heading starts a new passage only when the one before it is at least this long, or crumbs would be found."""

LONGEST_PAGE = 8_000
"""By page, a page is one passage up to this length; meaning reads the first 256 tokens of it alone."""

RUNNING_LINES = 3
"""A line that would be a heading on at least this many pages of a document is its running header."""


@dataclass(frozen=True)
class _Block:
    """Characters `start` to `end` of a page that belong together; `heading` is the heading's words, if it is one."""

    start: int
    end: int
    heading: str = ""


@dataclass(frozen=True)
class Span:
    """Where a passage stands on its page, the heading that names it, and the one in force at its end."""

    start: int
    end: int
    heading: str
    last_heading: str


def split(document: Document, pages: Sequence[Page], splitting: Splitting = Splitting.HEADING) -> tuple[Passage, ...]:
    """Cut the pages of a document into its passages, in reading order.

    By heading a heading holds on over the next pages; by size and by page no passage has one.
    """
    if splitting is not Splitting.HEADING:
        longest = MOST_CHARACTERS if splitting is Splitting.SIZE else LONGEST_PAGE
        spans = (
            (page, Span(*piece, "", "")) for page in pages for piece in _cut(page.text, 0, len(page.text), longest)
        )
        return tuple(_passage(document, page, span, ordinal) for ordinal, (page, span) in enumerate(spans))
    running = _running_lines(pages) if len(pages) > 1 else frozenset()
    passages: list[Passage] = []
    heading = ""
    for page in pages:
        for span in split_page(page.text, heading=heading, running=running):
            passages.append(_passage(document, page, span, len(passages)))
            heading = span.last_heading
    return tuple(passages)


def split_page(text: str, *, heading: str = "", running: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """Cut one page. Every character that is not white space is in exactly one span of at most `MOST_CHARACTERS`.

    `heading` is the one in force at the top of the page; a line in `running` (as `_folded`) is never a heading.
    """
    spans: list[Span] = []
    for block in _with_heading_glued(text, _blocks(text, running), heading):
        previous = spans[-1] if spans else None
        joins = previous is not None and block.end - previous.start <= MOST_CHARACTERS
        if joins and previous and previous.last_heading != block.heading:
            joins = previous.end - previous.start < FEWEST_CHARACTERS
        if joins and previous:
            spans[-1] = _joined(previous, block)
        else:
            pieces = _cut(text, block.start, block.end)
            spans.extend(Span(start, end, block.heading, block.heading) for start, end in pieces)
    return tuple(spans)


def _joined(previous: Span, block: _Block) -> Span:
    # Two short sections in one passage: the heading of the longer one names it.
    longer = block.end - block.start > previous.end - previous.start
    heading = block.heading if longer and previous.last_heading != block.heading else previous.heading
    return Span(previous.start, block.end, heading, block.heading)


def embedded_text(passage: Passage) -> str:
    """Give the text that stands for a passage in both legs: title, heading (unless it repeats), text."""
    heading = passage.heading
    if heading == passage.document_title or passage.text.lstrip("#* ").startswith(heading):
        heading = ""
    return "\n".join(part for part in (passage.document_title, heading, passage.text) if part)


def _passage(document: Document, page: Page, span: Span, ordinal: int) -> Passage:
    return Passage(
        id=f"{document.id}:{ordinal}",
        knowledge_base_id=document.knowledge_base_id,
        document_id=document.id,
        document_title=document.title,
        ordinal=ordinal,
        page=page.number,
        start=span.start,
        end=span.end,
        heading=span.heading,
        text=page.text[span.start : span.end],
        document_digest=document.digest,
        place=page.label,
    )


_FENCE = re.compile(r"^\s*(```|~~~)")
_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$")
_BOLD = re.compile(r"^(\*\*|__)(?=\S)([^*_]{2,100})(?<=\S)\1:?$")
# A list item, the end of a sentence, a row of a table, a form's box to tick.
_NOT_A_HEADING = re.compile(r"^([-*•·+|>]\s?|\d+[.)]\s*$)|[.;:,!]$|[$€£%☐☒]|\d\s+\d")


def _blocks(text: str, running: frozenset[str]) -> Iterator[_Block]:
    """Cut at blank lines and around headings; blocks carry no white space at their ends."""
    start: int | None = None
    end = 0
    fenced = False
    for line_start, line_end, alone in _lines(text):
        line = text[line_start:line_end]
        if _FENCE.match(line):
            fenced = not fenced
        heading = "" if fenced else _heading(line, alone, running)
        if (not line.strip() or heading) and start is not None:
            yield _block(text, start, end)
            start = None
        if heading:
            yield replace(_block(text, line_start, line_end), heading=heading)
        elif line.strip():
            start = line_start if start is None else start
            end = line_end
    if start is not None:
        yield _block(text, start, end)


def _block(text: str, start: int, end: int) -> _Block:
    piece = text[start:end]
    return _Block(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Give each line's range and whether it stands alone between blank lines with something after it."""
    ranges = [(match.start(), match.end()) for match in re.finditer(r"[^\n]*", text)]
    ranges = [(start, end) for start, end in ranges if start == 0 or text[start - 1] == "\n"]
    blank = [not text[start:end].strip() for start, end in ranges]
    for number, (start, end) in enumerate(ranges):
        before = number == 0 or blank[number - 1]
        after = number + 1 < len(ranges) and blank[number + 1]
        yield start, end, before and after and not blank[number] and not all(blank[number + 1 :])


def _heading(line: str, alone: bool, running: frozenset[str]) -> str:
    """Give the heading's plain words if the line is one, else ""."""
    stripped = line.strip()
    marked = _ATX.match(line) or (_BOLD.match(stripped) if alone else None)
    if marked:
        return _plain(marked.group(marked.lastindex or 1))
    return stripped if alone and _reads_as_heading(stripped) and _folded(stripped) not in running else ""


def _reads_as_heading(line: str) -> bool:
    letters = sum(character.isalpha() for character in line)
    return (
        3 <= len(line) <= 80
        and letters >= 0.6 * len(line.replace(" ", ""))
        and (line[0].isupper() or line[0].isdigit())
        and not _NOT_A_HEADING.search(line)
    )


def _plain(heading: str) -> str:
    """Take Markdown's marks out of a heading: links, emphasis, code, tags, escapes."""
    heading = re.sub(r"!?\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])?", r"\1", heading)
    heading = re.sub(r"\{[#:.][^}]*\}\s*$", "", heading)
    heading = re.sub(r"<[^>]*>|\\(?=[^\w\s])", "", heading)
    return re.sub(r"[*`]|\b_|_\b", "", heading).strip()


def _running_lines(pages: Sequence[Page]) -> frozenset[str]:
    counted: Counter[str] = Counter()
    for page in pages:
        counted.update({_folded(line) for line in page.text.split("\n") if 3 <= len(line.strip()) <= 80})
    return frozenset(line for line, count in counted.items() if count >= RUNNING_LINES)


def _folded(line: str) -> str:
    # "Page 3 of 12" and "Page 4 of 12" are the same running line.
    return re.sub(r"\d+", "#", line.strip())


def _with_heading_glued(text: str, blocks: Iterator[_Block], heading: str) -> Iterator[_Block]:
    """Name every block's heading, and start it at the headings right above: no passage ends with its next heading."""
    start: int | None = None
    end = 0
    for block in blocks:
        end = block.end
        start = block.start if start is None else start
        if block.heading:
            heading = block.heading
        else:
            yield _Block(start, end, heading)
            start = None
    if start is not None:
        yield _Block(start, end, heading)


_SENTENCE_END = re.compile(r"""[.!?][)"'”’*_\]]*(?=\s)""")


def _cut(text: str, start: int, end: int, longest: int = MOST_CHARACTERS) -> Iterator[tuple[int, int]]:
    """Cut a range into pieces of at most `longest`, at the last sentence end, line end or space that fits."""
    while end - start > longest:
        stop = _last_break(text, start, start + longest)
        piece = _block(text, start, stop)
        if piece.end > piece.start:
            yield piece.start, piece.end
        start = stop
    piece = _block(text, start, end)
    if piece.end > piece.start:
        yield piece.start, piece.end


def _last_break(text: str, start: int, limit: int) -> int:
    # Not before half of what fits: one early full stop would leave a crumb, and a table has none at all.
    half = start + (limit - start) // 2
    window = text[start : limit + 1]
    ends = [start + match.end() for match in _SENTENCE_END.finditer(window)]
    lines = [start + match.start() for match in re.finditer("\n", window)]
    spaces = [start + match.start() for match in re.finditer(r"\s", window)]
    for places in (ends, lines, spaces):
        fitting = [place for place in places if half <= place <= limit]
        if fitting:
            return fitting[-1]
    return limit
