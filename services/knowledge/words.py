"""The words of a text as the search compares them: case folded, English endings taken off, empty words left out."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import Stemmer  # type: ignore[import-not-found]

_EMPTY = (
    "a am an and are as at be been being but by can could did do does for from had has have how i if in into is it its "
    "me my no nor not of on or our shall should so such than that the their them then there these they this those to "
    "us was we were what when where which who whom whose why will with would you your"
)
EMPTY_WORDS = frozenset(_EMPTY.split())
"""English words that say nothing about a passage."""

# A number with its points and commas is one word; a letter may carry its accent as a character of its own.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|(?:[^\W_]+|[\u0300-\u036f]+)+")
_PLAIN_WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z0-9]+")
"""The same for text of lower-case ASCII, and faster."""

_KNOWN_AT_MOST = 50_000


@dataclass(frozen=True)
class Word:
    """One word of a text: characters `start` to `end`, and the `term` under which it is compared ("" if empty)."""

    start: int
    end: int
    term: str


def words_of(text: str) -> Iterator[Word]:
    """Give every word of `text` in order, empty words too."""
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), _terms[_plain(match.group())])


def terms_of(text: str) -> list[str]:
    """Give the terms of a passage or question in order, with repeats."""
    # Lower case all at once, compose only the words that need it: every passage published or looked at comes by here.
    if text.isascii():
        return [term for word in _PLAIN_WORD.findall(text.lower()) if (term := _terms[word])]
    found = _WORD.findall(text.lower())
    return [term for word in found if (term := _terms[word if word.isascii() else _plain(word)])]


def terms_asked(question: str) -> tuple[str, ...]:
    """Give the terms a question asks for, each once, in order; none where it holds empty words alone."""
    return tuple(dict.fromkeys(terms_of(question)))


def _plain(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).lower()


class _Terms(dict[str, str]):
    """The term of each plain word met so far, "" for an empty one: a language has few words, and stemming is slow."""

    def __missing__(self, plain: str) -> str:
        if len(self) >= _KNOWN_AT_MOST:
            self.clear()
        term: str = "" if plain in EMPTY_WORDS else _stemmer().stemWord(plain)
        self[plain] = term
        return term


_terms = _Terms()
_local = threading.local()


def _stemmer() -> Stemmer.Stemmer:
    # A stemmer keeps state between calls, so every thread has its own.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmer: Stemmer.Stemmer = _local.stemmer
    return stemmer
