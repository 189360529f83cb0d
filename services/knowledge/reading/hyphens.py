"""Hyphens at the ends of lines: those within a word go, those between two words stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

HYPHEN = "\ufffe"
"""The sign for the hyphen at a line's end, after which it goes on without a line break; PDFium's own."""

_WORD = re.compile(r"(?<![\w\ufffe])[^\W\d_]+(?![\w\ufffe])")
_LINE_HYPHEN = re.compile(r"(\w*)\ufffe(\w*)")


def vocabulary(drafts: Iterable[str]) -> frozenset[str]:
    """Give the words that stand whole in a document, in lower case."""
    return frozenset(word.lower() for draft in drafts for word in _WORD.findall(draft))


def join_hyphens(draft: str, known: frozenset[str]) -> str:
    """Drop or keep every hyphen at a line's end of a page."""

    def joined(match: re.Match[str]) -> str:
        left, right = match.groups()
        return f"{left}-{right}" if keeps_hyphen(left, right, known) else left + right

    return _LINE_HYPHEN.sub(joined, draft)


def keeps_hyphen(left: str, right: str, known: frozenset[str]) -> bool:
    """Say whether a hyphen joins two words of this document.

    A page can't tell "impor-tant" from "in-network"; the document's other words can, nearly always.
    """
    whole = (left + right).lower() in known
    both = all(part.lower() in known or not part.isalpha() for part in (left, right))
    return both and not whole
