"""Where a sentence stands in a text: letter by letter, as a scan misreads it, or nearly so.

Spaces, hyphens, line breaks, accents and ligatures never matter: what is compared are the letters and digits alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

KEPT_ENOUGH = 2 / 3
"""From which share of the same words on something nearly says a sentence; words out of order count half."""
TELLING_ENOUGH = 1 / 2
"""Which share of what is rare about a sentence must be among the words kept: common phrases stand in many others."""
NEAR_ENOUGH = 0.75
"""Where fewer words are the same: from which share of the same letters on it does too (difflib's ratio)."""
FEWEST_WORDS = 4
"""A shorter sentence is compared exactly: nearly the same as two words are too many others."""
MOST_WORDS = 60
"""A longer one is compared by its words alone: it has enough of them, and its letters would take seconds."""

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
_PAIRS = [(taken.encode(), meant.encode()) for taken, meant in _MEANT.items() if len(taken) == 2]
_SINGLE = bytes.maketrans(
    b"".join(taken.encode() for taken in _MEANT if len(taken) == 1),
    b"".join(meant.encode() for taken, meant in _MEANT.items() if len(taken) == 1),
)


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

    def find(self, wanted: str, match: Match) -> Stretch | None:
        began = self.text.find(wanted)
        if began < 0:
            return None
        return Stretch(self.at[began], self.at[began + len(wanted) - 1] + 1, match)


def spelled_out(sentence: str, text: str) -> Stretch | None:
    """Find the sentence in `text` letter by letter, or as a scan misreads it; None where it only says nearly so."""
    wanted, there = _only_letters(sentence), _only_letters(text)
    if not wanted:
        return None
    if wanted in there:
        return _letters(text).find(wanted, Match.EXACT)
    meant = _as_meant(wanted)
    return _misread(_letters(text)).find(meant.decode(), Match.MISREAD) if meant in _as_meant(there) else None


def nearly(sentence: str, text: str, rarity: Mapping[str, float]) -> Stretch | None:
    """Find the stretch of as many words that shares most words with the sentence, if it shares enough.

    `rarity` weighs words of the sentence, folded, by how few of the texts searched hold them; one that is left out
    tells nothing.
    """
    wanted, there = _folded_words(_WORD.findall(sentence)), list(_WORD.finditer(text))
    if len(wanted) < FEWEST_WORDS or not there:
        return None
    words = _folded_words([each.group() for each in there])
    began = _fullest(words, Counter(wanted), len(wanted))
    window = words[began : began + len(wanted)]
    share = _kept(wanted, window)
    if share >= KEPT_ENOUGH:
        is_near = _tells_enough(wanted, window, rarity)
    else:
        share = _spelled_alike(wanted, window)
        is_near = share >= NEAR_ENOUGH
    if not is_near:
        return None
    return Stretch(there[began].start(), there[began + len(window) - 1].end(), Match.NEAR, share)


def words_to_look_for(sentence: str) -> tuple[str, ...]:
    """Give the words by which a text is told to be worth a closer look, the longest first."""
    words = dict.fromkeys(_WORD.findall(folded(sentence)))
    return tuple(sorted((word for word in words if len(word) > 2), key=len, reverse=True)[:24]) or tuple(words)


def folded(text: str) -> str:
    """Give `text` in small letters, with what a scan confuses brought to the same letter."""
    return folded_bytes(text).decode(errors="surrogatepass")


def folded_bytes(text: str) -> bytes:
    """Give the same as UTF-8, which is twice as fast, for many texts."""
    return _as_meant((text if text.isascii() else unicodedata.normalize("NFKC", text)).lower())


def _as_meant(small: str) -> bytes:
    """Bring what a scan confuses to the same letter: the pairs first, as `_CONFUSED` does, then single ones."""
    # Bytes are searched and translated faster, and every byte of a letter beyond ASCII stays as it is.
    letters = small.encode(errors="surrogatepass")
    for pair, meant in _PAIRS:
        letters = letters.replace(pair, meant)
    return letters.translate(_SINGLE)


def _only_letters(text: str) -> str:
    """Give what `_letters` gives, without the places and many times faster."""
    small = text.lower() if text.isascii() else unicodedata.normalize("NFKD", text).casefold()
    return "".join(_WORD.findall(small))


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


def _folded_words(words: Sequence[str]) -> list[str]:
    return folded("\n".join(words)).split("\n") if words else []


def _kept(wanted: Sequence[str], window: Sequence[str]) -> float:
    """Give which share of the words is kept, in whatever order and in order, on average."""
    anyhow = (Counter(wanted) & Counter(window)).total()
    in_order = SequenceMatcher(None, wanted, window, autojunk=False).get_matching_blocks()
    return (anyhow + sum(block.size for block in in_order)) / (2 * len(wanted))


def _tells_enough(wanted: Sequence[str], window: Sequence[str], rarity: Mapping[str, float]) -> bool:
    """Say whether most of what is rare about the words is kept: sentences of one subject share the common ones."""
    kept = Counter(wanted) & Counter(window)
    told = sum(rarity.get(word, 0.0) * number for word, number in kept.items())
    return told >= TELLING_ENOUGH * sum(rarity.get(word, 0.0) for word in wanted)


def _spelled_alike(wanted: Sequence[str], window: Sequence[str]) -> float:
    """Give which share of the letters is the same, in order; 0 where it can't be enough, or they are too many."""
    if len(wanted) > MOST_WORDS:
        return 0.0
    letters = SequenceMatcher(None, " ".join(wanted), " ".join(window), autojunk=False)
    return letters.ratio() if letters.quick_ratio() >= NEAR_ENOUGH else 0.0


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
