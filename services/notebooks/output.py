"""What a cell gives to the page and to the cells that refer to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import rfc8785

from services.ledger.plain import plain
from services.notebooks.markup import in_markdown


class Gives(StrEnum):
    """What an output is."""

    TEXT = "text"
    VALUE = "value"
    TABLE = "table"
    FIGURE = "figure"
    SOURCES = "sources"
    ANSWER = "answer"


@dataclass(frozen=True)
class Output:
    """What a cell gave. `text` is how it reads in the middle of another cell's words; `digest` tells it from others.

    `markdown` is how it stands in a note, with every word of others escaped; `content` is the thing itself where it is
    more than words: a table, a figure, an answer.
    """

    gives: Gives
    text: str
    digest: str
    content: object = field(default=None, compare=False, repr=False)
    markdown: str = field(default="", compare=False, repr=False)


def digest_of(*parts: object) -> str:
    """Give the SHA-256 of what something is made of, over its canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(plain(parts))).hexdigest()


def words(gives: Gives, text: str, content: object = None) -> Output:
    """Give an output that is its words; they are somebody else's, and no markup in a note."""
    in_a_note = "  \n".join(in_markdown(line) for line in text.split("\n"))
    return Output(gives, text, digest_of(gives.value, text), content, in_a_note)
