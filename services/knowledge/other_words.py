"""Which word of a question most likely means which words of a text that says the same in other ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.knowledge.words import Word, words_of
from services.models.embedding import Embedder

LOOKED_AT = 40
"""How many pairs of neighbouring words of the text are compared by meaning."""


@dataclass(frozen=True)
class OtherWords:
    """A term of the question, and what the text calls the same."""

    term: str
    also: str


def other_words(question: str, text: str, embedder: Embedder) -> OtherWords | None:
    """Guess which words belong together: first letters ("PTO", "paid time off"), else the nearest by meaning.

    None where the model is missing and no first letters fit. It is a guess; somebody decides.
    """
    return (
        _by_first_letters(question, text)
        or _by_first_letters(text, question, turned=True)
        or _nearest(question, text, embedder)
    )


def _by_first_letters(short: str, long: str, *, turned: bool = False) -> OtherWords | None:
    words = list(words_of(long))
    letters = "".join(long[word.start].lower() for word in words)
    for word in words_of(short):
        typed = short[word.start : word.end]
        if typed.isalpha() and typed.isupper() and len(typed) > 1:
            began = letters.find(typed.lower())
            if began >= 0:
                spelt = long[words[began].start : words[began + len(typed) - 1].end]
                return OtherWords(spelt, typed) if turned else OtherWords(typed, spelt)
    return None


def _nearest(question: str, text: str, embedder: Embedder) -> OtherWords | None:
    if embedder.missing:
        return None
    asked = [question[word.start : word.end] for word in words_of(question) if word.term]
    told = list(dict.fromkeys(_phrases(text)))[:LOOKED_AT]
    if not asked or not told:
        return None
    vectors = np.stack([each.vector for each in embedder.encode_passages([*asked, *told])])
    similar = vectors[: len(asked)] @ vectors[len(asked) :].T
    row, column = np.unravel_index(int(similar.argmax()), similar.shape)
    return OtherWords(asked[int(row)], told[int(column)])


def _phrases(text: str) -> Iterator[str]:
    """Give each pair of neighbouring telling words, and each telling word alone."""
    words: Sequence[Word] = list(words_of(text))
    for word, after in zip(words, [*words[1:], None], strict=True):
        if word.term:
            yield text[word.start : word.end]
            if after is not None and after.term and text[word.end : after.start].isspace():
                yield " ".join(text[word.start : after.end].split())
