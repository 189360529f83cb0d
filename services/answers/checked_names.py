"""Names and acronyms: who or what a sentence is about must be named in the source as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.answers.checked_difference import Difference, Respect
from services.answers.checked_words import Worded

NEXT = 2
"""Words so near to a name are next to it."""

_NAMED = re.compile(r"[A-Z][^\W_]*|[^\W\d_]*[a-z][A-Z][^\W_]*")
_LINKING = re.compile(
    r"(?:[A-Z][a-z]+ly|However|Therefore|Thus|Hence|Moreover|Furthermore|Besides|Nevertheless|Otherwise|Instead|Overall"
    r"|Meanwhile|Afterwards?|Finally|Likewise|Yes|No|Please)\b,"
)
"""Begins a sentence and belongs to none of its names: "Additionally, …"."""
_URGES = re.compile(r"\s(?:the|an?|your|their|its|this|these)\s")
"""Follows a word that tells somebody to do something, as in "Set the cost", and no name."""
_JOINING = frozenset(
    ["because", "although", "though", "while", "since", "unless", "once", "despite", "during", "whether"]
)
_FORMS_OF_FIRMS = frozenset(["Inc", "Ltd", "LLC", "Corp", "Co", "GmbH", "AG", "PLC"])
_OURSELVES = frozenset(["Company", "Corporation", "Group", "Agency", "Bank", "Firm", "Organization", "Organisation"])
"""What a document calls the one that its title names: "the Company"."""
_JOINED = re.compile(r"[\s\-]{1,2}(?:(?:of|the|and|de|van|von|for)\s)?|\.\s")


@dataclass(frozen=True)
class _Name:
    """Words of a sentence that are one name: as keys, at their places, as written."""

    keys: tuple[str, ...]
    places: tuple[int, ...]
    text: str


def name_differences(
    said: Worded,
    source: Worded,
    beside: Mapping[int, int],
    around: str,
    ordinary: frozenset[str],
    plain: frozenset[int],
) -> Iterator[Difference]:
    """Give each name of `said` that the source does not name.

    `around` is what stands about the source sentence: titles, the heading, the sentence before. A name that is only
    there counts where the source sentence has no other name in its place, next to the same word. A sentence that
    begins with a word of `ordinary`, which the sources write small, or with one that stands for such (the places
    `plain`), begins with no name.
    """
    mine, theirs = _names(said, ordinary, plain), _names(source, ordinary, frozenset())
    there = {term.key for term in source.terms}
    written = source.text + " " + around
    beyond = {term.casefold() for term in re.findall(r"[^\W_]+", around)}
    taken = set(beside.values())
    others = [name for name in theirs if any(place not in taken for place in name.places)]
    for name in mine:
        missing = [key for key in name.keys if key not in there]
        if not missing or _is_short_for(name.text, written) or _is_spelled_out(name, source):
            continue
        is_over = all(
            said.terms[place].text.casefold() in beyond
            for place, key in zip(name.places, name.keys, strict=True)
            if key in missing
        )
        named_otherwise = [other for other in others if other.text not in _OURSELVES]
        if is_over and not any(_are_in_one_place(name, other, beside) for other in named_otherwise):
            continue
        if others:
            yield Difference(Respect.NAME, f"says “{name.text}”, the source says “{others[0].text}”", True)
        else:
            yield Difference(Respect.NAME, f"names “{name.text}”, which the source does not", False)


def _are_in_one_place(name: _Name, other: _Name, beside: Mapping[int, int]) -> bool:
    """Say whether a word next to one stands for a word next to the other, on the same side."""
    steps = range(1, NEXT + 1)
    before = {beside.get(name.places[0] - step) for step in steps} & {other.places[0] - step for step in steps}
    after = {beside.get(name.places[-1] + step) for step in steps} & {other.places[-1] + step for step in steps}
    return bool(before or after)


def _names(sentence: Worded, ordinary: frozenset[str], plain: frozenset[int]) -> list[_Name]:
    names: list[_Name] = []
    before: int | None = None
    for place, term in enumerate(sentence.terms):
        is_short = term.text.isupper() and len(term.text) > 1  # "IT" and "US" are no words such as "of"
        if not (term.tells or is_short) or term.quantity is not None or not _NAMED.fullmatch(term.text):
            continue
        begins = not re.search(r"[^\W_]", re.split(r"[.!?:]\s", sentence.text[: term.start])[-1])
        if begins and not is_short and (term.text.casefold() in ordinary | _JOINING or place in plain):
            continue
        if begins and (_LINKING.match(sentence.text, term.start) or _URGES.match(sentence.text, term.end)):
            continue
        between = sentence.text[sentence.terms[before].end : term.start] if before is not None else ""
        if term.text in _FORMS_OF_FIRMS and re.fullmatch(r",?\s", between):
            continue
        if before is not None and names and _JOINED.fullmatch(between):
            last = names.pop()
            names.append(_Name((*last.keys, term.key), (*last.places, place), last.text + between + term.text))
        else:
            names.append(_Name((term.key,), (place,), term.text))
        before = place
    return names


def _is_short_for(name: str, written: str) -> bool:
    """Say whether `name` is the initials of words that are written in a row."""
    if not (name.isupper() and 2 <= len(name) <= 6):
        return False
    small = r"\s+(?:(?:of|the|and|for|in|on)\s+)*"
    return re.search(rf"\b{small.join(rf'{letter}[a-z]+' for letter in name)}\b", written) is not None


def _is_spelled_out(name: _Name, source: Worded) -> bool:
    """Say whether the source has the initials of `name`."""
    initials = "".join(word[0] for word in re.findall(r"[A-Z][a-z]+", name.text))
    return len(initials) >= 2 and re.search(rf"\b{initials}\b", source.text) is not None
