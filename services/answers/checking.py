"""Checks each sentence of an answer that a model wrote against the sources that the answer was to stand on.

The rule, the same on every machine and with no network:

1. The application looks for the sources itself. Bracketed numbers that the model wrote are taken out and not believed.
2. Each sentence is held against the sentences of all sources (two neighbours together where one leaves words open, a
   row of a table with its head). The one that is most like it decides: by the nearest token for each of its tokens
   (MaxSim), and by the share of its words. Where the model that compares meaning is missing, by words alone, and every
   sentence says so.
3. Word stands beside word, whatever the order of clauses. Then these are compared exactly: numbers with their units,
   dates and currency; "not" and its like; words of opposite sense and the sides of a "than"; names; words of scope such
   as "only" and "at least".
4. SUPPORTED: nearly all its words stand in the source or are near one that does, and nothing differs. PARTLY: most of
   them, or it adds a name, or a word of scope was added or left out. CONTRADICTED: as much is the same, but in the very
   place the source has another number, name or word of scope, or says it with "not" or the opposite. NOT_SUPPORTED:
   everything else.

What it can't see: who did what to whom, where both names stand in the sentence; a wrong word that is no number, name,
negation, opposite or scope and is near in meaning to the right one; what follows only from several sources together.
How often it errs is measured (`make bench-claims`) and told by `measured_error`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.answers.checked_difference import Difference, Respect
from services.answers.checked_markers import marker_differences
from services.answers.checked_names import name_differences
from services.answers.checked_opposites import are_opposed, comparison_differences, opposite_differences
from services.answers.checked_words import Worded, side_by_side, unmatched, worded, written_out
from services.answers.likeness import WORDS
from services.answers.sentences import Sentence, Shape, shown, split
from services.models.embedding import Embedder, Encoded

MEASURED = Path(__file__).parents[1] / "content" / "measured" / "claims.json"

COVERED = 0.8
"""From this share of its words in the source on, a sentence may be supported; words near in meaning count in part."""
TOUCHED = 0.55
"""From this share on it is partly supported; below, the source is about something else."""
NEAR_MEANING = 0.5
"""The cosine from which a word may stand for another that is not the same."""
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


@dataclass(frozen=True)
class MeasuredError:
    """How often the check was right on marked examples: shares of 0 to 1, and of how many examples.

    `supported` of true sentences were found supported, `found` of changed or unrelated ones were not; `by_kind` has the
    share found of each kind of change with its number of examples. Those are made by rule and easier than what a model
    writes: of so many `written` freely, `written_right` were judged rightly.
    """

    balanced_accuracy: float
    supported: float
    found: float
    examples: int
    written_right: int
    written: int
    by_kind: Mapping[str, tuple[float, int]]

    @property
    def sentence(self) -> str:
        """Say it in one sentence, as the screen does."""
        return (
            f"Measured on {self.examples:,} marked sentences: {self.supported:.0%} of those that the sources support "
            f"were found supported, {self.found:.0%} of those that they do not support were marked. These were "
            f"made by rule; of {self.written} that were written freely, {self.written_right} were judged rightly."
        )


def check(text: str, sources: Sequence[Source], embedder: Embedder) -> tuple[CheckedSentence, ...]:
    """Check every sentence of an answer. Headings are not sentences of it; the model is called twice at most."""
    said = [_Said(each, worded(_LEADING_IN.sub("", written_out(each)))) for each in sentences_of(text)]
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
        _checked(each, _better(each, one, wider, encoded, ordinary), missing)
        for each, one, wider in zip(said, held, joined, strict=True)
    )


def sentences_of(text: str) -> tuple[str, ...]:
    """Give the sentences of an answer as they read, without the numbers in brackets that its writer gave them."""
    bare, added = _with_ends(_BRACKETED.sub("", text))
    found = [
        shown(bare[each.start : each.end - (each.end in added)])
        for each in split(bare)
        if each.shape is not Shape.HEADING
    ]
    return tuple(each for each in found if any(character.isalnum() for character in each))


def _with_ends(text: str) -> tuple[str, frozenset[int]]:
    """End every line that is no heading or row of a table with a full stop; give where those stand that were added.

    A short line without one is a heading in a document; in an answer it is one that was left open, or cut off.
    """
    lines, added, length = list[str](), set[int](), 0
    for line in text.split("\n"):
        tidy = line.rstrip()
        if tidy and not tidy.lstrip().startswith(("#", "|")) and tidy[-1].isalnum():
            tidy += "."
            added.add(length + len(tidy))
        lines.append(tidy)
        length += len(tidy) + 1
    return "\n".join(lines), frozenset(added)


@cache
def measured_error(path: Path = MEASURED) -> MeasuredError | None:
    """Give what `make bench-claims` measured last and was kept, None where nothing was."""
    if not path.is_file():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    by_kind = {kind: (float(share), int(number)) for kind, (share, number) in held["by_kind"].items()}
    return MeasuredError(
        held["balanced_accuracy"],
        held["supported"],
        held["found"],
        held["examples"],
        held["written_right"],
        held["written"],
        by_kind,
    )


_BRACKETED = re.compile(
    r"\s*[\[【(]\s*(?:(?:sources?|quotes?)\s*)?\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*\s*[\]】](?!\()", re.IGNORECASE
)
_LEADING_IN = re.compile(
    r"^(?:according to|based on|as stated in|per) (?:the |these |your )?(?:\w+ )?"
    r"(?:sources?|documents?|context|information|text|quotes?)(?: (?:provided|given|above))?, ",
    re.IGNORECASE,
)
"""A writer's words about its sources, which are not compared."""
_POINTS_BACK = re.compile(r"\b(?:it|its|they|their|them|he|his|him|she|her|we|our|us|this|these)\b", re.IGNORECASE)
"""Words that stand for somebody or something that the source names elsewhere."""


_QUALIFIED = ("business", "working", "calendar", "consecutive", "full")


@dataclass(frozen=True)
class _Said:
    text: str
    worded: Worded


@dataclass(frozen=True)
class _Place:
    """One sentence of a source, or neighbours: characters `start` to `end`, with what stands around them.

    `order` counts the sentences of the source, headings too.
    """

    source: Source
    start: int
    end: int
    worded: Worded
    around: str
    order: int

    @property
    def quote(self) -> str:
        return self.source.text[self.start : self.end]


@dataclass(frozen=True)
class _Held:
    """A sentence held against a place: how like they are, how much of it stands there, and in what they differ."""

    place: _Place
    likeness: float
    covered: float
    differences: tuple[Difference, ...]

    @property
    def is_open(self) -> bool:
        """Say whether neighbours may hold the words that are missing here: nothing is said otherwise."""
        return self.covered < COVERED and not any(each.contradicts for each in self.differences)

    @property
    def differs_in_numbers(self) -> bool:
        return any(each.respect is Respect.NUMBER for each in self.differences)

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
            return Support.CONTRADICTED
        if any(each.respect is Respect.NUMBER for each in self.differences):
            return Support.NOT_SUPPORTED
        return Support.SUPPORTED if self.covered >= COVERED and not self.differences else Support.PARTLY


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
    return _Place(source, each.start, each.end, worded(written_out(shown(text))), shown(" ".join(around)), at)


def _sharing_most(said: _Said, places: Sequence[_Place]) -> list[_Place]:
    scored = [(_shared(said.worded, place.worded), -at) for at, place in enumerate(places)]
    best = sorted(scored, reverse=True)[:LOOKED_AT]
    return [places[-at] for share, at in best if share > 0]


def _shared(said: Worded, source: Worded) -> float:
    there = {term.key for term in source.terms}
    telling = [said.terms[place].key for place in said.telling]
    return sum(key in there for key in telling) / len(telling) if telling else 0.0


def _encode(said: Sequence[_Said], looked_at: Sequence[Sequence[_Place]], embedder: Embedder) -> dict[str, Encoded]:
    places = [each.worded.text for near in looked_at for each in near]
    texts = list(dict.fromkeys([*(each.worded.text for each in said), *places]))
    return dict(zip(texts, embedder.encode_passages(texts), strict=True))


def _written_small(sources: Sequence[Source]) -> frozenset[str]:
    return frozenset(word for each in sources for word in re.findall(r"(?<![^\W_])[a-z]+(?![^\W_])", each.text))


def _joined(held: _Held) -> list[_Place]:
    """Give the place with the sentence before it, with the one after, and as the whole list with what announces it."""
    source, at = held.place.source, held.place.order
    sentences = split(source.text)
    first = at
    while first > 0 and sentences[first].shape is Shape.ITEM:
        first -= 1
    last = first + 1
    while last < len(sentences) and sentences[last].shape is Shape.ITEM:
        last += 1
    found = []
    for begin, end in sorted({(max(at - 1, 0), at + 1), (at, at + 2), (first, last)}):
        parts = sentences[begin:end]
        is_short = parts[-1].end - parts[0].start <= LONGEST_TOGETHER
        if len(parts) > 1 and is_short and all(each.shape in (Shape.PROSE, Shape.ITEM) for each in parts):
            text = shown(" ".join(source.text[each.start : each.end] for each in parts))
            words = worded(written_out(text))
            found.append(_Place(source, parts[0].start, parts[-1].end, words, held.place.around, at))
    return found


def _better(
    said: _Said, held: _Held | None, wider: Sequence[_Place], encoded: Mapping[str, Encoded], ordinary: frozenset[str]
) -> _Held | None:
    """Give what supports the sentence where neighbours together do and one alone does not."""
    together = (_held(said, each, held.likeness, encoded, ordinary) for each in wider if held is not None)
    return next((each for each in together if each.support is Support.SUPPORTED), held)


def _checked(said: _Said, held: _Held | None, missing: str) -> CheckedSentence:
    if held is None:
        return CheckedSentence(said.text, Support.NOT_SUPPORTED, None, 0, 0, "", "says what no source says", missing)
    place = held.place
    reason = _reason(held)
    return CheckedSentence(
        said.text, held.support, place.source.number, place.start, place.end, place.quote, reason, missing
    )


def _deciding(
    said: _Said, near: Sequence[_Place], encoded: Mapping[str, Encoded], ordinary: frozenset[str]
) -> _Held | None:
    like = sorted(((_likeness(said, each, encoded), each) for each in near), key=lambda one: -one[0])[:DECIDING]
    if not like:
        return None
    best = like[0][0]
    held = [_held(said, place, score, encoded, ordinary) for score, place in like]
    near_enough = [each for each in held if each.likeness >= best - BEHIND]
    chosen = max(near_enough, key=lambda each: (each.support is Support.SUPPORTED, each.likeness))
    if chosen.differs_in_numbers_alone:
        # Another source that is nearly as like has these very numbers: the first speaks of something else.
        agreeing = [each for each in held if each.support is Support.PARTLY and not each.differs_in_numbers]
        chosen = max(agreeing, key=lambda each: each.likeness, default=chosen)
    return chosen


def _likeness(said: _Said, place: _Place, encoded: Mapping[str, Encoded]) -> float:
    shared = _shared(said.worded, place.worded)
    if not encoded:
        return shared
    similar = encoded[said.worded.text].tokens @ encoded[place.worded.text].tokens.T
    nearest = float(similar.max(axis=1).mean()) if similar.size else 0.0
    return (nearest + WORDS * shared) / (1 + WORDS)


def _held(
    said: _Said, place: _Place, likeness: float, encoded: Mapping[str, Encoded], ordinary: frozenset[str]
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
    if opposites and turned:
        markers, opposites = tuple(each for each in markers if each not in turned), ()
    if opposites and compared:
        opposites, compared = (), ()
    plain = frozenset(
        here for here, (there, _) in stands_for.items() if source.terms[there].text.casefold() in ordinary
    )
    names = tuple(name_differences(said.worded, source, beside, place.around, ordinary, plain))
    telling = said.worded.telling
    credit = sum(1.0 if here in beside else stands_for[here][1] if here in stands_for else 0.0 for here in telling)
    covered = credit / len(telling) if telling else 0.0
    return _Held(place, likeness, covered, (*numbers, *markers, *opposites, *compared, *names))


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
            other = source.terms[(same_unit or free)[0]]
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
    theirs = [place for place in source.telling if source.terms[place].quantity is None]
    if not mine or not theirs:
        return {}
    similar = _by_word(said, mine, encoded) @ _by_word(source, theirs, encoded).T
    found = {}
    for row, here in enumerate(mine):
        column = int(similar[row].argmax())
        near = float(similar[row, column])
        if near >= NEAR_MEANING and not are_opposed(said.terms[here], source.terms[theirs[column]]):
            found[here] = (theirs[column], near)
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
    if held.covered < TOUCHED:
        return "says what no source says"
    graves = [each.reason for each in held.differences if each.contradicts]
    reasons = graves or [each.reason for each in held.differences]
    if reasons:
        return "; ".join(dict.fromkeys(reasons))
    return "says more than the source"
