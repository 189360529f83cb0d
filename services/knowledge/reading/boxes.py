"""Where each word of a scan stands, as bytes that are kept beside the text of its page.

One byte for the version of the format, then 16 bytes a word, little-endian: the characters of the page's text at which
it starts and ends (two unsigned 32-bit numbers), and its left, top, right and bottom as shares of the page as it is
shown, from its upper left corner (four unsigned 16-bit numbers, 65,535 for the whole).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from services.errors import BadInput

WHOLE = 65_535

_VERSION = 1
_WORD = struct.Struct("<IIHHHH")


@dataclass(frozen=True)
class WordBox:
    """A word: characters `start` to `end` of the page's text, and where they stand, in shares of `WHOLE`."""

    start: int
    end: int
    left: int
    top: int
    right: int
    bottom: int


def pack_boxes(words: Iterable[WordBox]) -> bytes:
    """Give the bytes to keep."""
    return bytes([_VERSION]) + b"".join(_WORD.pack(*astuple(word)) for word in words)


def unpack_boxes(kept: bytes) -> tuple[WordBox, ...]:
    """Give the words in the order of the text. Raises BadInput where the bytes are of no format that is known."""
    if kept[:1] != bytes([_VERSION]) or len(kept) % _WORD.size != 1:
        raise BadInput("Where the words stand on this page is not known.", "Have the document read again.")
    return tuple(WordBox(*fields) for fields in _WORD.iter_unpack(kept[1:]))


def boxes_within(kept: bytes, start: int, end: int) -> list[WordBox]:
    """Give the words of which at least one character is among `start` to `end`."""
    return [word for word in unpack_boxes(kept) if word.start < end and word.end > start]
