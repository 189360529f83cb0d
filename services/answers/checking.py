"""Checks each sentence of an answer that a model wrote against the sources that the answer was to stand on.

The rule, the same on every machine and with no network:

1. The application looks for the sources itself. Bracketed numbers that the model wrote are taken out and not believed.
   Headings, questions and lines that only point to sources say nothing and are left out (see `checked_said`); a short
   item of a list is read after what announces the list.
2. Each sentence is held against the sentences of all sources (two neighbours together where one leaves words open, a
   row of a table with its head, an item with what announces its list); a name may stand in a title over it. The one
   that is most like it decides: by the nearest token for each of its tokens (MaxSim), and by the share of its words.
   Where the model that compares meaning is missing, by words alone, and every sentence says so.
3. Word stands beside word, whatever the order of clauses. Then these are compared exactly: numbers with their units,
   dates and currency; "not" and its like; words of opposite sense and the sides of a "than"; names; words of scope such
   as "only" and "at least".
4. SUPPORTED: nearly all its words stand in the source or are near one that does, and nothing differs. PARTLY: most of
   them, or it adds a name, or a word of scope was added or left out. CONTRADICTED: as much is the same, but in the very
   place the source has another number, name or word of scope, or says it with "not" or the opposite. NOT_SUPPORTED:
   everything else.

What it can't see: who did what to whom, where both names stand in the sentence; a wrong word that is no number, name,
negation, opposite or scope and is near in meaning to the right one; what follows only from several sources together.
How often it errs is measured (`make bench-claims`) and told by `measured_error` (checked_error.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.answers.checked_difference import Difference, Respect
from services.answers.checked_markers import marker_differences
from services.answers.checked_names import name_differences
from services.answers.checked_opposites import are_opposed, comparison_differences, opposite_differences
from services.answers.checked_said import Said, names_a_title, said_in
from services.answers.checked_words import Worded, side_by_side, unmatched, worded, written_out
from services.answers.likeness import WORDS
from services.answers.sentences import Sentence, Shape, shown, split
from services.knowledge.words import terms_of
from services.models.embedding import Embedder, Encoded

COVERED = 0.8
"""From this share of its words in the source on, a sentence may be supported; words near in meaning count in part."""
TOUCHED = 0.55
"""From this share on it is partly supported; below, the source is about something else."""
NEAR_MEANING = 0.5
"""The cosine from which a word may stand for another that is not the same."""
STRANGE = 4
"""So many words in a row that stand nowhere in the source add something to it, however near they are in meaning."""
LOOKED_AT = 6
"""So many sentences of the sources, those that share most words, are compared in meaning with each of the answer."""
DECIDING = 3
"""So many of these, the most like, are compared word by word."""
LONGEST_TOGETHER = 800
"""Neighbours are taken together up to so many characters."""
BEHIND = 0.06
"""A source sentence that is so much less like than the best does not decide, however well it would fit."""


class Support(StrEnum):
    """What came of checking a sentence; the words on the screen."""

    SUPPORTED = "Supported"
    PARTLY = "Partly supported"
    NOT_SUPPORTED = "Not supported"
    CONTRADICTED = "Contradicted"


@dataclass(frozen=True)
class Source:
    """A source that an answer was to stand on, under the number that it has on the screen.

    `about` is what stands over it: the title of its document, the heading.
    """

    number: int
    text: str
    about: str = ""


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence of an answer, without bracketed numbers, and what came of checking it.

    `start` to `end` are characters of the text of source `number`, `quote` is exactly these; for a sentence that
    nothing is like, `number` is None and `quote` is "". `reason` goes on from "The answer …". `missing` says why it was
    compared by words alone, "" where it was not.
    """

    text: str
    support: Support
    number: int | None
    start: int
    end: int
    quote: str
    reason: str
    missing: str = ""


def check(text: str, sources: Sequence[Source], embedder: Embedder) -> tuple[CheckedSentence, ...]:
    """Check every sentence of an answer. Headings are not sentences of it; the model is called twice at most."""
    said = list(said_in(text))
    if not said:
        return ()
    places = [place for source in sources for place in _places(source)]
    looked_at = [_sharing_most(each, places) for each in said]
    missing = embedder.missing
    encoded = {} if missing else _encode(said, looked_at, embedder)
    ordinary = _written_small(sources)
    held = [_deciding(each, near, encoded, ordinary) for each, near in zip(said, looked_at, strict=True)]
    joined = [_joined(one) if one is not None and one.is_open else [] for one in held]
    if not missing and any(joined):
        encoded = encoded | _encode((), joined, embedder)
    return tuple(
        CheckedSentence(each.text, Support.SUPPORTED, None, 0, 0, "", "names a document that was found", missing)
        if names_a_title(each.text, [source.about for source in sources])
        else _checked(each, _better(each, one, wider, encoded, ordinary), missing)
        for each, one, wider in zip(said, held, joined, strict=True)
    )


_POINTS_BACK = re.compile(r"\b(?:it|its|they|their|them|he|his|him|she|her|we|our|us|this|these)\b", re.IGNORECASE)
"""Words that stand for somebody or something that the source names elsewhere."""


_QUALIFIED = ("business", "working", "calendar", "consecutive", "full")


@dataclass(frozen=True)
class _Place:
    """One sentence of a source, or neighbours: characters `start` to `end`, with what stands around them.

    `order` counts the sentences of the source, headings too; `titles` are the words of what stands over it.
    """

    source: Source
    start: int
    end: int
    worded: Worded
    around: str
    order: int
    titles: frozenset[str]

    @property
    def quote(self) -> str:
        return self.source.text[self.start : self.end]


@dataclass(frozen=True)
class _Held:
    """A sentence held against a place: how like they are, how much of it stands there, and in what they differ.

    `adds`: a stretch of it does not stand there at all. `is_of_this`: it shares a word with it beside a number and what
    that counts, so that it may contradict it.
    """

    place: _Place
    likeness: float
    covered: float
    adds: bool
    is_of_this: bool
    differences: tuple[Difference, ...]

    @property
    def is_open(self) -> bool:
        """Say whether neighbours may hold the words that are missing here: nothing is said otherwise."""
        return (self.covered < COVERED or self.adds) and not any(each.contradicts for each in self.differences)

    @property
    def numbers_amiss(self) -> int:
        return sum(each.respect is Respect.NUMBER for each in self.differences)

    @property
    def differs_in_numbers_alone(self) -> bool:
        """Say whether it is contradicted, and by numbers only."""
        contradicting = [each for each in self.differences if each.contradicts]
        by_numbers = all(each.respect is Respect.NUMBER for each in contradicting)
        return self.support is Support.CONTRADICTED and by_numbers

    @property
    def support(self) -> Support:
        if self.covered < TOUCHED:
            return Support.NOT_SUPPORTED
        if any(each.contradicts for each in self.differences):
            return Support.CONTRADICTED if self.is_of_this else Support.NOT_SUPPORTED
        if self.numbers_amiss:
            return Support.NOT_SUPPORTED
        is_whole = self.covered >= COVERED and not self.adds
        return Support.SUPPORTED if is_whole and not self.differences else Support.PARTLY


def _places(source: Source) -> Iterator[_Place]:
    sentences = split(source.text)
    for at, each in enumerate(sentences):
        if each.shape is not Shape.HEADING:
            yield _place(source, sentences, at)


def _place(source: Source, sentences: Sequence[Sentence], at: int) -> _Place:
    each = sentences[at]
    around = [source.about]
    first = at
    while each.shape is Shape.ROW and first > 0 and sentences[first - 1].shape is Shape.ROW:
        first -= 1
    heads = [one for one in sentences[:at] if one.shape is Shape.HEADING][-1:]
    around += [source.text[one.start : one.end] for one in (*heads, *sentences[max(0, at - 1) : at])]
    text = source.text[each.start : each.end]
    if first < at:
        text = source.text[sentences[first].start : sentences[first].end] + " " + text
    if _POINTS_BACK.search(text):
        around.append(source.text)
    titles = frozenset(terms_of(" ".join([source.about, *(source.text[one.start : one.end] for one in heads)])))
    return _Place(source, each.start, each.end, worded(written_out(shown(text))), shown(" ".join(around)), at, titles)


def _sharing_most(said: Said, places: Sequence[_Place]) -> list[_Place]:
    scored = [(_shared(said.worded, place), -at) for at, place in enumerate(places)]
    best = sorted(scored, reverse=True)[:LOOKED_AT]
    return [places[-at] for share, at in best if share > 0]


def _shared(said: Worded, place: _Place) -> float:
    """Give the share of the words that stand in a place or over it; a number counts where its amount does."""
    there = place.titles | {term.key for term in place.worded.terms}
    amounts = [term.quantity for term in place.worded.terms if term.quantity is not None]
    telling = [said.terms[at] for at in said.telling]
    found = [
        term.key in there if term.quantity is None else any(term.quantity.is_same(each) for each in amounts)
        for term in telling
    ]
    return sum(found) / len(found) if found else 0.0


def _encode(said: Sequence[Said], looked_at: Sequence[Sequence[_Place]], embedder: Embedder) -> dict[str, Encoded]:
    places = [each.worded.text for near in looked_at for each in near]
    texts = list(dict.fromkeys([*(each.worded.text for each in said), *places]))
    return dict(zip(texts, embedder.encode_passages(texts), strict=True))


def _written_small(sources: Sequence[Source]) -> frozenset[str]:
    return frozenset(word for each in sources for word in re.findall(r"(?<![^\W_])[a-z]+(?![^\W_])", each.text))


def _joined(held: _Held) -> list[_Place]:
    """Give the place with the sentence before it, with the one after, and as the whole list with what announces it.

    An item is given after what announces its list as well, without the items between.
    """
    source, at = held.place.source, held.place.order
    sentences = split(source.text)
    first = at
    while first > 0 and sentences[first].shape is Shape.ITEM:
        first -= 1
    last = first + 1
    while last < len(sentences) and sentences[last].shape is Shape.ITEM:
        last += 1
    # "These include:" goes on from the sentence before it.
    announced = source.text[sentences[first].start : sentences[first].end]
    begin = max(first - 1, 0) if len(worded(announced).telling) < 2 else first
    spans = {(max(at - 1, 0), at + 1), (at, min(at + 2, len(sentences))), (first, last), (begin, last)}
    # What announces a list says nothing without it.
    whole = [each for each in sorted(spans) if source.text[sentences[each[1] - 1].end - 1] != ":"]
    found = [_together(held.place, sentences[left:right]) for left, right in whole]
    if sentences[at].shape is Shape.ITEM:
        found.append(_together(held.place, (*sentences[begin : first + 1], sentences[at])))
    return [each for each in found if each is not None]


def _together(place: _Place, parts: Sequence[Sentence]) -> _Place | None:
    length = sum(each.end - each.start for each in parts)
    if len(parts) < 2 or length > LONGEST_TOGETHER or any(each.shape in (Shape.HEADING, Shape.ROW) for each in parts):
        return None
    text = place.source.text
    words = worded(written_out(shown(" ".join(text[each.start : each.end] for each in parts))))
    return replace(place, start=parts[0].start, end=parts[-1].end, worded=words)


def _better(
    said: Said, held: _Held | None, wider: Sequence[_Place], encoded: Mapping[str, Encoded], ordinary: frozenset[str]
) -> _Held | None:
    """Give what supports the sentence where neighbours together do and one alone does not."""
    together = (_held(said, each, held.likeness, encoded, ordinary) for each in wider if held is not None)
    return next((each for each in together if each.support is Support.SUPPORTED), held)


def _checked(said: Said, held: _Held | None, missing: str) -> CheckedSentence:
    if held is None:
        return CheckedSentence(said.text, Support.NOT_SUPPORTED, None, 0, 0, "", "says what no source says", missing)
    place = held.place
    reason = _reason(held)
    return CheckedSentence(
        said.text, held.support, place.source.number, place.start, place.end, place.quote, reason, missing
    )


def _deciding(
    said: Said, near: Sequence[_Place], encoded: Mapping[str, Encoded], ordinary: frozenset[str]
) -> _Held | None:
    like = sorted(((_likeness(said, each, encoded), each) for each in near), key=lambda one: -one[0])[:DECIDING]
    if not like:
        return None
    best = like[0][0]
    held = [_held(said, place, score, encoded, ordinary) for score, place in like]
    near_enough = [each for each in held if each.likeness >= best - BEHIND]
    chosen = max(near_enough, key=lambda each: (each.support is Support.SUPPORTED, -each.numbers_amiss, each.likeness))
    if chosen.differs_in_numbers_alone:
        # Another source that is nearly as like has these very numbers: the first speaks of something else.
        agreeing = [each for each in held if each.support is Support.PARTLY and not each.numbers_amiss]
        chosen = max(agreeing, key=lambda each: each.likeness, default=chosen)
    return chosen


def _likeness(said: Said, place: _Place, encoded: Mapping[str, Encoded]) -> float:
    shared = _shared(said.worded, place)
    if not encoded:
        return shared
    similar = encoded[said.worded.text].tokens @ encoded[place.worded.text].tokens.T
    nearest = float(similar.max(axis=1).mean()) if similar.size else 0.0
    return (nearest + WORDS * shared) / (1 + WORDS)


def _held(
    said: Said, place: _Place, likeness: float, encoded: Mapping[str, Encoded], ordinary: frozenset[str]
) -> _Held:
    source = place.worded
    beside = side_by_side(said.worded, source)
    numbers = tuple(_number_differences(said.worded, source, beside))
    opposites = tuple(opposite_differences(said.worded, source, beside))
    compared = tuple(comparison_differences(said.worded, source, beside))
    stands_for = _stands_for(said.worded, source, beside, encoded)
    matched = {**beside, **{here: there for here, (there, _) in stands_for.items()}}
    markers = tuple(marker_differences(said.worded, source, matched))
    # "Did not rise" and "fell" say the same, and so do "A is slower than B" and "B is quicker than A".
    turned = [each for each in markers if each.respect is Respect.NEGATION]
    if turned and any(_is_denied(said.worded, each) or _is_denied(source, each) for each in opposites):
        markers, opposites = tuple(each for each in markers if each not in turned), ()
    if opposites and compared:
        opposites, compared = (), ()
    plain = frozenset(
        here for here, (there, _) in stands_for.items() if source.terms[there].text.casefold() in ordinary
    )
    names = tuple(name_differences(said.worded, source, beside, place.around, ordinary, plain))
    credit = {here: 1.0 if here in beside else stands_for.get(here, (0, 0.0))[1] for here in said.worded.telling}
    over = _stands_over(said, place, credit)
    covered = min(
        _mean([part for here, part in credit.items() if here in of_these and here not in over])
        for of_these in (credit, said.own or credit)
    )
    strange = [here for here in said.worded.telling if here not in beside and here not in over]
    adds = _longest_run(strange, said.worded.telling) >= STRANGE
    is_of_this = any(
        here in beside and said.worded.terms[here].quantity is None and not _is_counted(said.worded, here)
        for here in said.worded.telling
    )
    return _Held(place, likeness, covered, adds, is_of_this, (*numbers, *markers, *opposites, *compared, *names))


def _is_counted(text: Worded, here: int) -> bool:
    """Say whether a word says what the number before it counts, as "weeks" in "12 weeks"."""
    return here > 0 and text.terms[here - 1].quantity is not None


def _longest_run(places: Sequence[int], of_all: Sequence[int]) -> int:
    """Give how many of these follow on each other at most."""
    longest = run = 0
    held = set(places)
    for place in of_all:
        run = run + 1 if place in held else 0
        longest = max(longest, run)
    return longest


def _is_denied(text: Worded, difference: Difference) -> bool:
    """Say whether one of the opposed words stands with a "not" before it."""
    words = "|".join(re.escape(each) for each in difference.words)
    denied = rf"\b(?:not|never|no|without|cannot)\b(?:\W+\w+){{0,2}}?\W+(?:{words})\b"
    return bool(words) and re.search(denied, text.text, re.IGNORECASE) is not None


def _stands_over(said: Said, place: _Place, credit: Mapping[int, float]) -> frozenset[int]:
    """Give the words that need not stand in the sentence of a source, since they stand over it.

    These are names in titles, and for what announces a list all words of its source.
    """
    terms = said.worded.terms
    announced = frozenset(terms_of(place.source.text)) if said.text.endswith(":") else frozenset()
    return frozenset(
        here
        for here, part in credit.items()
        if part < 1
        and ((terms[here].key in place.titles and terms[here].text[0].isupper()) or terms[here].key in announced)
    )


def _mean(parts: Sequence[float]) -> float:
    return sum(parts) / len(parts) if parts else 0.0


def _number_differences(said: Worded, source: Worded, beside: Mapping[int, int]) -> Iterator[Difference]:
    free = [place for place in unmatched(source, tuple(beside.values())) if source.terms[place].quantity is not None]
    for here, term in enumerate(said.terms):
        if term.quantity is None:
            continue
        there = beside.get(here)
        other = source.terms[there] if there is not None else None
        if other is not None and other.quantity is not None and term.quantity.is_same(other.quantity):
            continue
        if other is None and free:
            same_unit = [one for one in free if _unit(source, one) == term.quantity.unit]
            # "2023" does not stand where another has "$14 billion".
            beside_it = same_unit or ([] if term.quantity.is_year else free)
            other = source.terms[beside_it[0]] if beside_it else None
        if other is None:
            yield Difference(Respect.NUMBER, f"says {_spoken(said, here)}, which the source does not", False)
        else:
            says = _spoken(source, source.terms.index(other))
            yield Difference(Respect.NUMBER, f"says {_spoken(said, here)}, the source says {says}", True)


def _unit(worded_text: Worded, place: int) -> str:
    quantity = worded_text.terms[place].quantity
    return quantity.unit if quantity is not None else ""


def _spoken(worded_text: Worded, place: int) -> str:
    """Give a number with the word after it: "12 weeks"."""
    term = worded_text.terms[place]
    follows = worded_text.terms[place + 1] if place + 1 < len(worded_text.terms) else None
    if follows is None or follows.quantity is not None or not follows.tells:
        return term.text
    if follows.text in _QUALIFIED and place + 2 < len(worded_text.terms):
        follows = worded_text.terms[place + 2]
    spoken = worded_text.text[term.start : follows.end]
    return spoken if re.fullmatch(r"[^.,;:()]*", spoken[len(term.text) :]) else term.text


def _stands_for(
    said: Worded, source: Worded, beside: Mapping[int, int], encoded: Mapping[str, Encoded]
) -> dict[int, tuple[int, float]]:
    """Give for words that are not the same the nearest word in meaning of the source, with the cosine."""
    if not encoded:
        return {}
    mine = [place for place in unmatched(said, tuple(beside)) if said.terms[place].quantity is None]
    theirs = [place for place in unmatched(source, tuple(beside.values())) if source.terms[place].quantity is None]
    if not mine or not theirs:
        return {}
    similar = _by_word(said, mine, encoded) @ _by_word(source, theirs, encoded).T
    found: dict[int, tuple[int, float]] = {}
    taken: dict[int, int] = {}
    # The surest first; a word stands for one other, or for several in a row ("ensure", "make sure").
    for flat in np.argsort(-similar, axis=None).tolist():
        row, column = divmod(flat, len(theirs))
        here, there, near = mine[row], theirs[column], float(similar[row, column])
        if near < NEAR_MEANING:
            break
        is_free = there not in taken or abs(taken[there] - here) <= 1
        if here not in found and is_free and not are_opposed(said.terms[here], source.terms[there]):
            found[here] = (there, near)
            taken[there] = here
    return found


def _by_word(text: Worded, places: Sequence[int], encoded: Mapping[str, Encoded]) -> NDArray[np.float32]:
    """Give a unit vector for each of these words: the mean of its tokens; zeros where the model did not read so far."""
    one = encoded[text.text]
    rows = np.zeros((len(places), one.tokens.shape[1]), dtype=np.float32)
    for row, place in enumerate(places):
        term = text.terms[place]
        first, last = (bisect_left(one.starts, limit) for limit in (term.start, term.end))
        if first < last:
            mean = one.tokens[first:last].mean(axis=0)
            rows[row] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return rows


def _reason(held: _Held) -> str:
    if held.support is Support.SUPPORTED:
        return "says what the source says"
    if held.covered < TOUCHED or (held.support is Support.NOT_SUPPORTED and not held.is_of_this):
        return "says what no source says"
    graves = [each.reason for each in held.differences if each.contradicts]
    reasons = graves or [each.reason for each in held.differences]
    if reasons:
        return "; ".join(dict.fromkeys(reasons))
    return "says more than the source"
