"""The words of a text as the search compares them: case folded, English endings taken off, empty words left out."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import Stemmer  # type: ignore[import-not-found]

_EMPTY = (
    "a an and are as at be been being but by can could did do does for from had has have how i if in into is it its me "
    "my no nor not of on or our shall should so such than that the their them then there these they this those to us "
    "was we were what when where which who whom whose why will with would you your"
)
EMPTY_WORDS = frozenset(_EMPTY.split())
"""English words that say nothing about a passage."""

# A number with its points and commas is one word; a letter may carry its accent as a character of its own.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|(?:[^\W_]|[\u0300-\u036f])+")


@dataclass(frozen=True)
class Word:
    """One word of a text: characters `start` to `end`, and the `term` under which it is compared ("" if empty)."""

    start: int
    end: int
    term: str


def words_of(text: str) -> Iterator[Word]:
    """Give every word of `text` in order, empty words too."""
    stem = _stemmer().stemWord
    for match in _WORD.finditer(text):
        plain = _plain(match.group())
        yield Word(match.start(), match.end(), "" if plain in EMPTY_WORDS else stem(plain))


def terms_of(text: str) -> list[str]:
    """Give the terms of a passage or question in order, with repeats."""
    # Lower case all at once, and only the words that need it are composed: several times as fast.
    plain = _WORD.findall(text.lower())
    if not text.isascii():
        plain = [word if word.isascii() else _plain(word) for word in plain]
    terms: list[str] = _stemmer().stemWords([word for word in plain if word not in EMPTY_WORDS])
    return terms


def terms_asked(question: str) -> tuple[str, ...]:
    """Give the terms a question asks for, each once, in order; none where it holds empty words alone."""
    return tuple(dict.fromkeys(terms_of(question)))


def _plain(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).lower()


_local = threading.local()


def _stemmer() -> Stemmer.Stemmer:
    # A stemmer keeps state between calls, so every thread has its own.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmer: Stemmer.Stemmer = _local.stemmer
    return stemmer
