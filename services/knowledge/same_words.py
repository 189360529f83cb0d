"""Where a sentence stands in a text: letter by letter, as a scan misreads it, or nearly so.

Spaces, hyphens, line breaks, accents and ligatures never matter: what is compared are the letters and digits alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

NEAR_ENOUGH = 0.75
"""From which share of the same letters on something nearly says a sentence (difflib's ratio)."""
FEWEST_WORDS = 4
"""A shorter sentence is compared exactly: nearly the same as two words are too many others."""

_WORD = re.compile(r"[^\W_]+")
_CONFUSED = re.compile("rn|vv|cl|[1i05829q]")
_MEANT = {
    "rn": "m",
    "vv": "w",
    "cl": "d",
    "1": "l",
    "i": "l",
    "0": "o",
    "q": "g",
    "5": "s",
    "8": "b",
    "2": "z",
    "9": "g",
}
"""What a scan takes for something else; both sides are brought to the same letter."""


class Match(StrEnum):
    """How a sentence stands in a text."""

    EXACT = "exact"
    MISREAD = "misread"
    NEAR = "near"


@dataclass(frozen=True)
class Stretch:
    """Characters `start` to `end` of a text, and how the sentence stands there; `share` is 1 where it is all of it."""

    start: int
    end: int
    match: Match
    share: float = 1.0


@dataclass(frozen=True)
class _Letters:
    """The letters and digits of a text, and the place of each in it."""

    text: str
    at: Sequence[int]

    def find(self, wanted: _Letters, match: Match) -> Stretch | None:
        began = self.text.find(wanted.text) if wanted.text else -1
        if began < 0:
            return None
        return Stretch(self.at[began], self.at[began + len(wanted.text) - 1] + 1, match)


def stretch_of(sentence: str, text: str) -> Stretch | None:
    """Find the sentence in `text`; None where not even something near it stands there."""
    wanted, there = _letters(sentence), _letters(text)
    exact = there.find(wanted, Match.EXACT)
    if exact is not None:
        return exact
    return _misread(there).find(_misread(wanted), Match.MISREAD) or _near(sentence, text)


def is_exact(sentence: str, text: str) -> bool:
    """Say whether `text` holds the sentence letter by letter."""
    return _letters(text).find(_letters(sentence), Match.EXACT) is not None


def words_to_look_for(sentence: str) -> tuple[str, ...]:
    """Give the words by which a text is told to be worth a closer look, the longest first."""
    words = dict.fromkeys(_WORD.findall(folded(sentence)))
    return tuple(sorted((word for word in words if len(word) > 2), key=len, reverse=True)[:24]) or tuple(words)


def folded(text: str) -> str:
    """Give `text` in small letters, with what a scan confuses brought to the same letter; fast, for many texts."""
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    text = text.lower()
    for taken, meant in _MEANT.items():
        text = text.replace(taken, meant)
    return text


def _letters(text: str) -> _Letters:
    if text.isascii():
        at = [place for place, each in enumerate(text) if each.isalnum()]
        return _Letters("".join(text[place] for place in at).lower(), at)
    letters: list[str] = []
    places: list[int] = []
    for place, each in enumerate(text):
        for part in unicodedata.normalize("NFKD", each).casefold():
            if part.isalnum():
                letters.append(part)
                places.append(place)
    return _Letters("".join(letters), places)


def _misread(letters: _Letters) -> _Letters:
    text: list[str] = []
    at: list[int] = []
    done = 0
    for found in _CONFUSED.finditer(letters.text):
        text += [letters.text[done : found.start()], _MEANT[found.group()]]
        at += [*letters.at[done : found.start()], letters.at[found.start()]]
        done = found.end()
    return _Letters("".join([*text, letters.text[done:]]), [*at, *letters.at[done:]])


def _near(sentence: str, text: str) -> Stretch | None:
    """Find the stretch of as many words that shares most words with the sentence, if its letters are near enough."""
    wanted = [folded(word) for word in _WORD.findall(sentence)]
    there = list(_WORD.finditer(text))
    if len(wanted) < FEWEST_WORDS or not there:
        return None
    words = [folded(each.group()) for each in there]
    began = _fullest(words, Counter(wanted), len(wanted))
    window = words[began : began + len(wanted)]
    share = SequenceMatcher(None, " ".join(wanted), " ".join(window), autojunk=False).ratio()
    if share < NEAR_ENOUGH:
        return None
    return Stretch(there[began].start(), there[began + len(window) - 1].end(), Match.NEAR, share)


def _fullest(words: Sequence[str], wanted: Counter[str], length: int) -> int:
    """Give where the stretch of `length` words begins that holds most of `wanted`, each counted once."""
    held: Counter[str] = Counter()
    here, best, most = 0, 0, -1
    for end, word in enumerate(words):
        held[word] += 1
        here += held[word] <= wanted[word]
        if end >= length:
            gone = words[end - length]
            here -= held[gone] <= wanted[gone]
            held[gone] -= 1
        if here > most:
            best, most = max(0, end - length + 1), here
    return best
