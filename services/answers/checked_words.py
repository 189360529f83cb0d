"""Two sentences word by word: their words as they are compared, and which word of one stands for which of the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.answers.quantities import MONTH, Quantity, quantities
from services.knowledge.words import words_of

_SHORT = (
    (re.compile(r"\b(?:can(?:'t|not)|can not)\b", re.I), "can not"),
    (re.compile(r"\bwon't\b", re.I), "will not"),
    (re.compile(r"\bunable to\b", re.I), "not able to"),
)
_NOT = re.compile(r"n't\b", re.IGNORECASE)
_SIGNIFICANT = 1.0
_LINKING = 0.2
"""What a word such as "of" adds to a stretch of the same words, beside one that says something."""

MOST_ALIKE = 24
"""A word that stands in a source sentence more often than this is looked for at its first places only: it is a row of
numbers, and every pair of them would take seconds."""


@dataclass(frozen=True)
class Term:
    """A word or number at characters `start` to `end`, compared by its `key`; `tells` unless it is a word such as "of".

    Every number has the same key, so that sentences which differ in one still lie side by side; `quantity` tells them
    apart.
    """

    start: int
    end: int
    text: str
    key: str
    tells: bool
    quantity: Quantity | None = None


@dataclass(frozen=True)
class Worded:
    """A sentence written out ("don't" as "do not") and its words in order."""

    text: str
    terms: tuple[Term, ...]

    @property
    def telling(self) -> tuple[int, ...]:
        """The places of the words that say something."""
        return tuple(place for place, term in enumerate(self.terms) if term.tells)


def written_out(text: str) -> str:
    """Write "don't" as "do not" and quotation marks straight, so that a sentence is compared by its words."""
    text = text.replace("’", "'").replace("\\", "")
    for short, long in _SHORT:
        text = short.sub(long, text)
    return _NOT.sub(" not", text)


def worded(text: str) -> Worded:
    """Give the words of a text that was written out."""
    numbers = quantities(text)
    terms = [Term(each.start, each.end, text[each.start : each.end], _key(each), True, each) for each in numbers]
    for word in words_of(text):
        if not any(each.start < word.end and word.start < each.end for each in numbers):
            plain = text[word.start : word.end]
            terms.append(Term(word.start, word.end, plain, word.term or plain.lower(), bool(word.term)))
    return Worded(text, tuple(sorted(terms, key=lambda each: each.start)))


def side_by_side(said: Worded, source: Worded) -> dict[int, int]:
    """Give for the words of `said` the same words of `source`, the longest stretches first, whatever their order.

    So a clause that was moved lies beside itself (Greedy String Tiling: Wise, 1993). A stretch in which numbers are the
    same goes before an equally long one in which they are not.
    """
    by_key: dict[str, list[int]] = {}
    for place, term in enumerate(source.terms):
        by_key.setdefault(term.key, []).append(place)
    pairs = {(here, there) for here, term in enumerate(said.terms) for there in by_key.get(term.key, ())[:MOST_ALIKE]}
    found: dict[int, int] = {}
    while pairs:
        best: list[tuple[int, int]] = []
        most = _LINKING
        for here, there in sorted(pairs):
            if (here - 1, there - 1) in pairs:
                continue
            stretch = _stretch(pairs, here, there)
            weight = sum(_weight(said.terms[one], source.terms[other]) for one, other in stretch)
            if weight > most:
                best, most = stretch, weight
        if most < _SIGNIFICANT:
            break
        found.update(best)
        here_taken, there_taken = {here for here, _ in best}, {there for _, there in best}
        pairs = {(here, there) for here, there in pairs if here not in here_taken and there not in there_taken}
    return _with_own_numbers(said, source, found)


def _with_own_numbers(said: Worded, source: Worded, found: dict[int, int]) -> dict[int, int]:
    """Give numbers at the edge of a stretch back to the stretch that continues with the same one.

    "$200 (last year: $169) are due" without its parenthesis is "$200 are due", though "$169" stands beside "are due".
    """
    taken = set(found.values())
    for here, term in enumerate(said.terms):
        quantity = term.quantity
        there = source.terms[found[here]].quantity if here in found else None
        if quantity is None or (there is not None and quantity.is_same(there)):
            continue
        beside = [found[here - 1] + 1] if here - 1 in found else []
        beside += [found[here + 1] - 1] if here + 1 in found else []
        for place in beside:
            other = source.terms[place].quantity if 0 <= place < len(source.terms) else None
            if place not in taken and other is not None and quantity.is_same(other):
                taken = (taken - {found.get(here, -1)}) | {place}
                found[here] = place
                break
    return found


def _key(quantity: Quantity) -> str:
    return "a month" if quantity.unit == MONTH else "a number"


def _stretch(pairs: set[tuple[int, int]], here: int, there: int) -> list[tuple[int, int]]:
    stretch = []
    while (here, there) in pairs:
        stretch.append((here, there))
        here, there = here + 1, there + 1
    return stretch


def _weight(said: Term, source: Term) -> float:
    if said.quantity is not None and source.quantity is not None:
        return 1.4 if said.quantity.is_same(source.quantity) else 0.7
    return _SIGNIFICANT if said.tells else _LINKING


def unmatched(worded_text: Worded, matched: Sequence[int]) -> list[int]:
    """Give the places of telling words that are not among `matched`."""
    held = set(matched)
    return [place for place in worded_text.telling if place not in held]
