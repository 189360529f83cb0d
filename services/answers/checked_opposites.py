"""Words that say the opposite of each other: pairs of them, and those made by "un-", "in-", "non-", "-less"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from services.answers.checked_difference import Difference, Respect
from services.answers.checked_words import Term, Worded, unmatched
from services.knowledge.words import terms_of

_OPPOSED = """
increase increases increased increasing rise rises rose rising grow grows grew growth higher gain gained up climbed
    / decrease decreases decreased decline declined fall falls fell falling drop dropped reduce reduced reduction lower
    lowered shrink shrank loss lost down less contract
more / less fewer
required mandatory compulsory obligatory necessary / optional voluntary unnecessary
before prior earlier / after following later
minimum lowest smallest least / maximum highest largest greatest biggest
include includes included including / exclude excludes excluded excluding except
allow allowed permit permitted / prohibit prohibited forbid forbidden ban banned deny denied prevent
accept accepted approve approved / reject rejected refuse refused decline declined deny denied
first / last final
begin begins began start starts started open opened / end ends ended finish stop stopped close closed cease
above over / below under beneath
win won victory / lose lost defeat defeated
profit profits gain surplus / loss losses deficit
enable enabled / disable disabled
add added / remove removed
create created / delete deleted destroy destroyed
public / private
internal inside / external outside
buy bought purchase / sell sold sale
import imports / export exports
positive / negative
success succeed succeeded / failure fail failed
large big great / small little
long longer / short shorter
high / low
strong stronger / weak weaker
early / late
quick quicker fast faster / slow slower
old older / new newer young younger
same identical / different
always / never
true / false
best better / worst worse
north northern / south southern
east eastern / west western
left / right
full / empty
temporary / permanent
domestic / foreign
upper / lower
majority / minority
asset assets / liability liabilities
major / minor
often frequently / rarely seldom
with / without
in favour / against
"""


def _pairs() -> list[tuple[frozenset[str], frozenset[str]]]:
    lines = _OPPOSED.replace("\n    ", " ").strip().splitlines()
    sides = [line.split("/") for line in lines]
    return [(_terms(one), _terms(other)) for one, other in sides]


def _terms(words: str) -> frozenset[str]:
    return frozenset(terms_of(words))


_PAIRS = _pairs()
_FORE = ("un", "in", "im", "ir", "il", "non", "dis", "mis")
_SHORTEST = 4


def opposite_differences(said: Worded, source: Worded, beside: Mapping[int, int]) -> Iterator[Difference]:
    """Give each word of `said` that stands beside nothing where the source has a word of the opposite sense."""
    mine = _different(said.terms[place] for place in unmatched(said, tuple(beside)))
    theirs = _different(source.terms[place] for place in unmatched(source, tuple(beside.values())))
    for one in mine:
        other = next((each for each in theirs if are_opposed(one, each)), None)
        # A source that says both ("rose, then fell") does not say the opposite.
        if other is not None and not any(_are_alike(one, each) for each in theirs):
            reason = f"says “{one.text}”, the source says “{other.text}”"
            yield Difference(Respect.OPPOSITE, reason, True, (one.text, other.text))


def _different(terms: Iterable[Term]) -> list[Term]:
    """Give each word once, in order, and no numbers."""
    return list({term.key: term for term in terms if term.quantity is None}.values())


def comparison_differences(said: Worded, source: Worded, beside: Mapping[int, int]) -> Iterator[Difference]:
    """Say so where what is compared has changed sides: "A is quicker than B" for "B is quicker than A".

    "More than 12 hours" compares nothing that could change sides.
    """
    here, there = _places_of_than(said), _places_of_than(source)
    if len(here) != 1 or len(there) != 1 or not (_compares(said, here[0]) and _compares(source, there[0])):
        return
    matched = [(one, other) for one, other in beside.items() if said.terms[one].tells]
    went_right = [one for one, other in matched if one < here[0] and other > there[0]]
    went_left = [one for one, other in matched if one > here[0] and other < there[0]]
    if went_right and went_left:
        one, other = said.terms[went_right[0]].text, said.terms[went_left[0]].text
        yield Difference(Respect.OPPOSITE, f"compares “{one}” with “{other}” the other way round than the source", True)


def _places_of_than(sentence: Worded) -> list[int]:
    return [place for place, term in enumerate(sentence.terms) if term.key == "than"]


def _compares(sentence: Worded, place: int) -> bool:
    return place + 1 < len(sentence.terms) and sentence.terms[place + 1].quantity is None


def are_opposed(one: Term, other: Term) -> bool:
    """Say whether two words are opposites."""
    if any(
        (one.key in left and other.key in right) or (one.key in right and other.key in left) for left, right in _PAIRS
    ):
        return True
    short, long = sorted((one.text.casefold(), other.text.casefold()), key=len)
    if len(short) < _SHORTEST:
        return False
    return any(long == fore + short for fore in _FORE) or (
        long.endswith("less") and short.removesuffix("ful") == long.removesuffix("less")
    )


def _are_alike(one: Term, other: Term) -> bool:
    return any(one.key in side and other.key in side for pair in _PAIRS for side in pair)
