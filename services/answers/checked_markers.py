"""Words that turn or bound what a sentence says ("not", "only", "at least", "must"), each with the word it bears on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.answers.checked_difference import Difference, Respect
from services.answers.checked_words import Worded

NEAR = 4
"""A marker bears on the first word after it that says something, at most so many words on."""


@dataclass(frozen=True)
class _Sort:
    """Markers that say one of several things in the same respect; what they say has its words.

    One that is added or left out counts only if it is in `added` or `left_out`: "the staff" often is "all staff".
    """

    name: str
    says: Mapping[str, str]
    added: frozenset[str]
    left_out: frozenset[str]


@dataclass(frozen=True)
class _Marker:
    """A marker in a sentence: what it says, as written, at word `place`, and the word it bears on (None: none)."""

    sort: _Sort
    says: str
    text: str
    place: int
    bears_on: int | None


def _sort(name: str, says: dict[str, str], added: str = "", left_out: str = "") -> _Sort:
    every = frozenset(says)
    return _Sort(
        name,
        says,
        frozenset(added.split()) if added else every,
        every if left_out == "*" else frozenset(left_out.split()),
    )


_NEGATION = _sort(
    "negation",
    {
        "not": r"not(?! only)|no(?! (?:more|less|later|fewer|longer) than)|never|none|nobody|nothing|nor|neither"
        r"|without|instead of|rather than|in lieu of"
    },
    left_out="*",
)
_SORTS = (
    _NEGATION,
    _sort(
        "duty",
        {
            "must": r"must|(?:has|have|had|having|need|needs|needed) to|shall"
            r"|(?:is|are) (?:also )?(?:required|obliged|responsible|expected)",
            "should": r"should|ought to|(?:is|are) (?:advised|recommended) to",
            "may": r"may|might|can|could|(?:is|are) (?:allowed|permitted|able|free) to",
        },
        added="must should",
        left_out="may",
    ),
    _sort(
        "how many",
        {
            "all": r"all|every|each|everyone|everybody|any|entire|whole",
            "most": r"(?<!the )(?<!a )(?<!at )most|the majority of",
            "many": r"many|numerous|a number of|several|various",
            "some": r"some|certain|a few|part of|a portion of",
            "few": r"few|hardly any",
            "both": r"both",
        },
        added="all most some few",
        left_out="most some few many",
    ),
    _sort("only", {"only": r"(?<!not )(?:only|solely|exclusively)|nothing but", "not only": r"not only"}, left_out="*"),
    _sort(
        "how often",
        {
            "always": r"always|invariably|at all times",
            "usually": r"usually|generally|typically|normally|mostly|mainly|primarily|often|frequently|commonly",
            "sometimes": r"sometimes|occasionally|at times|partially|partly|in part",
            "rarely": r"rarely|seldom|hardly|scarcely",
            "entirely": r"entirely|completely|fully|wholly|totally",
        },
        left_out="usually sometimes rarely",
    ),
    _sort(
        "how sure",
        {"perhaps": r"perhaps|maybe|possibly|probably|presumably|supposedly|allegedly|reportedly|apparently"},
        left_out="*",
    ),
    _sort(
        "bound",
        {
            "at least": r"at least|no less than|no fewer than|not less than|a minimum of|a minimum|or more",
            "at most": r"at most|up to|no more than|not more than|a maximum of|a maximum|or less|or fewer",
            "more than": r"(?<!no )(?<!not )(?:more|greater|higher|longer) than|exceeding|(?:over|above)(?= [$€£]?\d)",
            "less than": r"(?<!no )(?<!not )(?:less|fewer|lower|shorter) than|(?:under|below)(?= [$€£]?\d)",
            "exactly": r"exactly|precisely",
        },
        left_out="*",
    ),
    _sort(
        "every how long",
        {
            "day": r"(?:per|a|each|every) day|daily",
            "week": r"(?:per|a|each|every) week|weekly",
            "month": r"(?:per|a|each|every) month|monthly",
            "quarter": r"(?:per|a|each|every) quarter|quarterly",
            "year": r"(?:per|a|each|every) (?:year|annum)|annual|annually|yearly",
        },
        left_out="",
    ),
)
_FORMS = [
    (sort, says, re.compile(rf"(?<![\w])(?:{form})(?![\w])", re.IGNORECASE))
    for sort in _SORTS
    for says, form in sort.says.items()
]


def marker_differences(said: Worded, source: Worded, beside: Mapping[int, int]) -> Iterator[Difference]:
    """Give each marker that one has and the other has not where the words it bears on stand in both."""
    mine, theirs = _markers(said), _markers(source)
    there = {other: one for one, other in beside.items()}
    for sort in _SORTS:
        here = [each for each in mine if each.sort is sort]
        over = [each for each in theirs if each.sort is sort]
        yield from _of_sort(sort, *_without_counterparts(here, over, beside), there)


def _of_sort(sort: _Sort, alone: list[_Marker], left: list[_Marker], there: Mapping[int, int]) -> Iterator[Difference]:
    # What the source says of words that the sentence leaves out is left out with them.
    left = [each for each in left if each.bears_on in there]
    respect = Respect.NEGATION if sort is _NEGATION else Respect.SCOPE
    for each in alone:
        other = next((one for one in left if one.says != each.says), None)
        if other is not None:
            yield Difference(respect, f"says “{each.text}”, the source says “{other.text}”", True)
        elif each.says in sort.added:
            yield Difference(respect, f"says “{each.text}”, the source does not", sort is _NEGATION)
    if not alone:
        for each in left:
            if each.says in sort.left_out:
                yield Difference(respect, f"leaves out “{each.text}”, which the source says", sort is _NEGATION)


def _without_counterparts(
    here: list[_Marker], over: list[_Marker], beside: Mapping[int, int]
) -> tuple[list[_Marker], list[_Marker]]:
    """Give those of either that the other has not: each is the counterpart of one, the nearest to the same word."""
    alone: list[_Marker] = []
    left = list(over)
    # Those whose word stands in both choose first.
    for marker in sorted(here, key=lambda each: each.bears_on not in beside):
        at = beside.get(marker.bears_on) if marker.bears_on is not None else None
        near = [each for each in left if each.says == marker.says and _may_be(each, at, beside)]
        if near:
            left.remove(min(near, key=lambda each: _away(each, at)))
        else:
            alone.append(marker)
    return alone, left


def _away(marker: _Marker, at: int | None) -> int:
    if at is None or marker.bears_on is None:
        return NEAR
    return abs(marker.bears_on - at)


def _may_be(marker: _Marker, at: int | None, beside: Mapping[int, int]) -> bool:
    """Say whether it bears on the word at `at`, or on one that says nothing against it."""
    if at is None or marker.bears_on is None or marker.bears_on not in set(beside.values()):
        return True
    return min(abs(marker.bears_on - at), abs(marker.place - at)) <= NEAR


def _markers(sentence: Worded) -> list[_Marker]:
    text = sentence.text
    found: list[_Marker] = []
    for sort, says, form in _FORMS:
        for match in form.finditer(text):
            if any(each.sort is sort and _overlaps(sentence, each, match) for each in found):
                continue
            place = next((at for at, term in enumerate(sentence.terms) if term.end > match.start()), None)
            if place is not None:
                found.append(_Marker(sort, says, match.group(), place, _bears_on(sentence, match.end())))
    return found


def _overlaps(sentence: Worded, marker: _Marker, match: re.Match[str]) -> bool:
    start = sentence.terms[marker.place].start
    return match.start() < start + len(marker.text) and start < match.end()


def _bears_on(sentence: Worded, end: int) -> int | None:
    after = [place for place, term in enumerate(sentence.terms) if term.start >= end][:NEAR]
    return next((place for place in after if sentence.terms[place].tells), None)
