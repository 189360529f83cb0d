"""Finds the sentences of a text as it was read, with wrapped lines, lists and table rows, each as an exact range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# A longer one is cut at a semicolon, a line end or a space: nobody reads a quote of half a page.
LONGEST = 480


class Shape(StrEnum):
    """What a sentence looks like on its page."""

    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    HEADING = "heading"


@dataclass(frozen=True)
class Sentence:
    """Characters `start` to `end` of the text that was split, without white space or list mark around them."""

    start: int
    end: int
    shape: Shape


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str
    shape: Shape
    mark: int = 0  # characters of the list or heading mark in front


_BLANK = re.compile(r"\s*\Z")
_RULE = re.compile(r"\s*(?:[-=_*~#]{3,}|`{3,}\w*|\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*)\s*\Z")
_HASHES = re.compile(r"\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"\s*(?:[-*+•●◦○▪■‣–—·\uf0b7]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+")
_NUMBER = re.compile(r"[$€£(+\-−–—]*(?:\d[\d.,:/]*)?[%)$€£\-−–—]*\Z")
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]*_]*(?=\s)|[。！？]")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]*\Z")
_NUMBERED = re.compile(
    r"\b(?:items?|sections?|notes?|parts?|articles?|chapters?|rules?|exhibits?|figures?|tables?|steps?)\s+\d{1,3}[a-z]?\Z",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]\Z")
_BROKEN = re.compile(r"(?<=[^\W\d_])-\n\s*(?=[^\W\d_])")
_MARKS = (
    (re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]{0,200}>", re.DOTALL), " "),
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?\)"), r"\1"),
    (re.compile(r"(?<![*\w\\])(\*\*|__|\*|_)(?=\S)([^*_\n]+(?:\n[^*_\n]+)*)(?<=\S)\1(?![*\w])"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)
_BOLD_LINE = re.compile(r"\s*\*\*[^*]+\*\*:?\s*\Z")
_SHORTENED = (
    "mr mrs ms dr prof sr jr st vs no nos fig figs eq sec ch vol pp p ed eds etc cf al inc ltd co corp llc dept est "
    "approx e.g i.e u.s jan feb mar apr jun jul aug sep sept oct nov dec art núm pág sra ej ee.uu aprox"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_CONNECTING = "a an and as at by for from in into is of on or per than that the to with your our de la el y o"
# A line that ends with one of these goes on in the next, however short it is.
_UNFINISHED = frozenset(_CONNECTING.split())


def split(text: str) -> tuple[Sentence, ...]:
    """Split `text` into its sentences, in reading order; headings and table rows come as they stand."""
    found: list[Sentence] = []
    for block in _blocks(text):
        shape = block[0].shape
        start, end = block[0].start + block[0].mark, block[-1].end
        spans = ((start, end),) if shape in (Shape.ROW, Shape.HEADING) else _sentences(text, start, end)
        for left, right in spans:
            for piece in _bounded(text, left, right):
                trimmed = _trim(text, *piece)
                if trimmed is not None:
                    found.append(Sentence(*trimmed, shape))
    return tuple(found)


def shown(quote: str) -> str:
    """Give a quote as it reads: white space folded, a word broken at its hyphen closed, Markdown's marks taken out."""
    text = _BROKEN.sub("-", quote.replace("\u00ad\n", ""))
    for mark, kept in _MARKS:
        text = mark.sub(kept, text)
    return " ".join(text.strip().strip("|").split())


def _blocks(text: str) -> Iterator[list[_Line]]:
    """Group lines that run on into each other."""
    block: list[_Line] = []
    for paragraph in _paragraphs(text):
        width = max(len(line.text.strip()) for line in paragraph)
        for number, line in enumerate(paragraph):
            follows = paragraph[number + 1] if number + 1 < len(paragraph) else None
            if block and not _runs_on(block[-1], line, width):
                yield block
                block = []
            if not block and line.shape is Shape.PROSE and _is_title(line, follows, width):
                line = _Line(line.start, line.end, line.text, Shape.HEADING)
            block.append(line)
        if block:
            yield block
            block = []


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    """Group lines between blank lines and rules, each line with its shape."""
    lines: list[_Line] = []
    start = 0
    for raw in text.splitlines(keepends=True):
        line = raw.rstrip("\r\n")
        if _BLANK.match(line) or _RULE.match(line):
            if lines:
                yield lines
                lines = []
        else:
            lines.append(_line(start, line))
        start += len(raw)
    if lines:
        yield lines


def _line(start: int, text: str) -> _Line:
    end = start + len(text)
    if hashes := _HASHES.match(text):
        return _Line(start, end, text, Shape.HEADING, hashes.end())
    if _BOLD_LINE.match(text):
        return _Line(start, end, text, Shape.HEADING)
    if text.lstrip().startswith("|") or _is_numbers(text):
        return _Line(start, end, text, Shape.ROW)
    if bullet := _BULLET.match(text):
        return _Line(start, end, text, Shape.ITEM, bullet.end())
    return _Line(start, end, text, Shape.PROSE)


def _is_numbers(text: str) -> bool:
    numbers = [_NUMBER.match(word) is not None for word in text.split()]
    return numbers[-2:] == [True, True] or (sum(numbers) >= 2 and sum(numbers) * 5 >= len(numbers) * 2)


def _runs_on(above: _Line, line: _Line, width: int) -> bool:
    if line.shape is not Shape.PROSE or above.shape in (Shape.ROW, Shape.HEADING):
        return False
    return not _ends_early(above, line, width)


def _is_title(line: _Line, follows: _Line | None, width: int) -> bool:
    stripped = line.text.strip()
    if stripped[-1] in ".!?:;," or stripped[0].islower() or stripped[0] in "[<":
        return False
    if follows is None:
        return len(stripped) <= 60 or stripped.isupper()
    return stripped.isupper() or _ends_early(line, follows, width)


def _ends_early(line: _Line, follows: _Line, width: int) -> bool:
    """Say whether a line stops well before the margin and the next one begins anew: a title, or a paragraph's end."""
    stripped = line.text.strip()
    begins = follows.text.lstrip()[:1]
    last = stripped.rsplit(None, 1)[-1].lower()
    return len(stripped) < 0.6 * width and not begins.islower() and last not in _UNFINISHED and last[-1:] != ","


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for stop in _STOP.finditer(text, start, end):
        if _is_end(text, left, stop, end):
            yield left, stop.end()
            left = stop.end()
    if left < end:
        yield left, end


def _is_end(text: str, left: int, stop: re.Match[str], end: int) -> bool:
    after = text[stop.end() : min(end, stop.end() + 40)].lstrip()[:1]
    if after.islower():
        return False
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return True
    before = text[max(left, stop.start() - 24) : stop.start()]
    word = _LAST_WORD.search(before)
    last = word.group() if word else ""
    if not last or last.lower() in _ABBREVIATIONS or _DOTTED.match(last):
        return False
    return _NUMBERED.search(before) is None


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        window = text[start : start + LONGEST]
        at = max(window.rfind("; ") + 1, window.rfind("\n"))
        if at < LONGEST // 4:
            at = window.rfind(" ")
        cut = start + (at if at > 0 else LONGEST)
        yield start, cut
        start = cut
    yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if any(character.isalnum() for character in text[start:end]) else None
