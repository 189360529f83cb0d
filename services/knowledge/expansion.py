"""A question in the words of the documents, by the glossary rows of the versions that are searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from services.knowledge.knowledge_base import Snapshot
from services.knowledge.words import words_of
from services.store.database import Database
from services.store.tables import glossary

SELDOM = 5
"""A name is said seldom where another name of the same thing is said so many times as often, or more."""

Said = Callable[[str], int]
"""Tells in how many sources a name stands; from a number on that is often, more need not be told apart."""


@dataclass(frozen=True)
class Expanded:
    """The text that is searched for, and the names in it that the glossary put there."""

    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NamedPlace:
    """Characters `start` to `end` of a question, which are one of `names` of a thing."""

    start: int
    end: int
    name: str
    names: tuple[str, ...]


def expanded(database: Database, question: str, snapshots: Sequence[Snapshot], said: Said) -> Expanded:
    """Ask in the words of the documents; a question is left as it is where no row of `snapshots` names its words.

    Where several knowledge bases are searched together, the rows of all of them hold for the one question.
    """
    held = [
        (glossary.c.knowledge_base_id == each.knowledge_base_id)
        & (glossary.c.valid_from <= each.number)
        & (glossary.c.valid_to.is_(None) | (glossary.c.valid_to > each.number))
        for each in snapshots
    ]
    if not held:
        return Expanded(question)
    rows = select(glossary.c.term, glossary.c.also).where(or_(*held)).order_by(glossary.c.term, glossary.c.id)
    with database.read() as connection:
        named = [(row.term, *row.also) for row in connection.execute(rows)]
    return expand(question, named, said)


def expand(question: str, named: Sequence[Sequence[str]], said: Said) -> Expanded:
    """Put in the place of a name that the documents say seldom or never the one that they say most.

    `named` holds the names of one thing each. A name stays where the documents say none of the others, where they say
    it about as often, and where another of its names is asked as well: a question that is asked in their words is
    searched as it is. `make bench-quality` measures it with the glossaries that ship; putting every other name after
    the question cost questions that were asked in the documents' words.
    """
    places = places_of(question, named)
    asked = {forms_key(each.name) for each in places}
    text, put = question, list[str]()
    for each in reversed(places):
        others = [name for name in each.names if forms_key(name) != forms_key(each.name)]
        best = max(others, key=said, default="")
        if asked.isdisjoint(map(forms_key, others)) and best and said(best) >= max(1, SELDOM * said(each.name)):
            text = text[: each.start] + best + text[each.end :]
            put.append(best)
    return Expanded(text, tuple(dict.fromkeys(reversed(put))))


def places_of(question: str, named: Sequence[Sequence[str]]) -> tuple[NamedPlace, ...]:
    """Give where names stand in a question, word by word and in order; of names that overlap the longest stands."""
    words = list(words_of(question))
    typed = forms_key(question)
    found: list[tuple[int, int, str, Sequence[str]]] = []
    for names in named:
        for name in names:
            key = forms_key(name)
            found += [
                (first, first + len(key), name, names)
                for first in range(len(typed) - len(key) + 1)
                if key and typed[first : first + len(key)] == key
            ]
    taken: set[int] = set()
    places: list[NamedPlace] = []
    for first, end, name, names in sorted(found, key=lambda each: (each[0] - each[1], each[0])):
        if taken.isdisjoint(range(first, end)):
            taken |= set(range(first, end))
            places.append(NamedPlace(words[first].start, words[end - 1].end, name, tuple(names)))
    return tuple(sorted(places, key=lambda each: each.start))


def forms_key(name: str) -> tuple[str, ...]:
    """Give a name as it is compared, word by word."""
    return tuple(_compared(name[word.start : word.end], word.term) for word in words_of(name))


def _compared(typed: str, term: str) -> str:
    # "IT" is no "it": an empty word in capitals is a name.
    if term:
        return term
    return typed if typed.isupper() and len(typed) > 1 else typed.lower()
