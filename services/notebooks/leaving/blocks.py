"""A note's Markdown taken apart into blocks, for files that are not Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

_HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|(\d{1,9})[.)])\s+(.*)$")
_FENCE = re.compile(r"\s*(```|~~~)")
_UNDER_HEAD = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_CELL = re.compile(r"((?:\\.|[^\\|])*)\|")


class Shape(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    NUMBERED = "numbered"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True)
class Block:
    """One block: `text` is Markdown of lines, of a code block plain text; `rows` those of a table, its head first."""

    shape: Shape
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(markdown: str) -> tuple[Block, ...]:
    """Take a note apart: headings, paragraphs, items, quotes, code and tables; anything else is a paragraph."""
    return tuple(_blocks(markdown.split("\n")))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    at, open_lines = 0, list[str]()
    while at < len(lines):
        line = lines[at]
        ended, found = _block_at(lines, at)
        if found is None and line.strip():
            open_lines.append(line)
            at += 1
            continue
        if open_lines:
            yield Block(Shape.PARAGRAPH, _in_lines(open_lines))
            open_lines = []
        if found is not None:
            yield found
        at = ended
    if open_lines:
        yield Block(Shape.PARAGRAPH, _in_lines(open_lines))


def _block_at(lines: Sequence[str], at: int) -> tuple[int, Block | None]:
    """Give the block that begins at a line, None where none does, and the line after it."""
    line = lines[at]
    if fence := _FENCE.match(line):
        ends = next((n for n in range(at + 1, len(lines)) if lines[n].strip().startswith(fence[1])), len(lines))
        return ends + 1, Block(Shape.CODE, "\n".join(lines[at + 1 : ends]))
    if heading := _HEADING.match(line):
        return at + 1, Block(Shape.HEADING, heading[2], len(heading[1]))
    if item := _ITEM.match(line):
        return at + 1, Block(Shape.NUMBERED if item[1] else Shape.ITEM, item[2])
    if line.startswith(">"):
        return at + 1, Block(Shape.QUOTE, line[1:].strip())
    if line.startswith("|") and at + 1 < len(lines) and _UNDER_HEAD.match(lines[at + 1]):
        ends = next((n for n in range(at + 2, len(lines)) if not lines[n].startswith("|")), len(lines))
        rows = [lines[at], *lines[at + 2 : ends]]
        return ends, Block(Shape.TABLE, rows=tuple(_cells(each) for each in rows))
    return at + 1, None


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|")
    return tuple(each.strip() for each in _CELL.findall(inner if inner.endswith("|") else f"{inner}|"))


def _in_lines(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph: two spaces or a backslash at the end of one begin a new one, nothing else does."""
    text = ""
    for line in lines:
        breaks = line.endswith(("  ", "\\"))
        text += line.rstrip().removesuffix("\\" if breaks else "").strip() + ("\n" if breaks else " ")
    return text.strip()
