"""A question with what its words are also called, by the glossary rows of the versions that are searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from services.knowledge.knowledge_base import Snapshot
from services.knowledge.words import words_of
from services.store.database import Database
from services.store.tables import glossary

MOST_ADDED = 6
"""So many names at most are added to a question."""


@dataclass(frozen=True)
class Expanded:
    """The text that is searched for, and the names in it that the glossary added."""

    text: str
    also: tuple[str, ...] = ()


def expanded(database: Database, question: str, snapshots: Sequence[Snapshot]) -> Expanded:
    """Add to a question what its terms are also called; it is left as it is where no row of `snapshots` names one.

    Where several knowledge bases are searched together, the rows of all of them add to the one question.
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
    return expand(question, named)


def expand(question: str, named: Sequence[Sequence[str]]) -> Expanded:
    """Put after each term of `question` what it is also called; `named` holds the names of one thing each."""
    if not named:
        return Expanded(question)
    asked = [(word.end, _compared(question[word.start : word.end], word.term)) for word in words_of(question)]
    typed = [key for _, key in asked]
    added: dict[str, int] = {}
    for names in named:
        ends = [place for each in names if (place := _end_of(forms_key(each), typed)) is not None]
        if ends:
            for each in names:
                if _end_of(forms_key(each), typed) is None:
                    added.setdefault(each, asked[min(ends) - 1][0])
    also = tuple(added)[:MOST_ADDED]
    text = question
    # From the end, so that the places before stay where they are.
    for place in sorted({added[each] for each in also}, reverse=True):
        there = " ".join(each for each in also if added[each] == place)
        text = f"{text[:place]} {there}{text[place:]}"
    return Expanded(text, also)


def forms_key(name: str) -> tuple[str, ...]:
    """Give a name as it is compared, word by word."""
    return tuple(_compared(name[word.start : word.end], word.term) for word in words_of(name))


def _compared(typed: str, term: str) -> str:
    # "IT" is no "it": an empty word in capitals is a name.
    if term:
        return term
    return typed if typed.isupper() and len(typed) > 1 else typed.lower()


def _end_of(name: Sequence[str], typed: Sequence[str]) -> int | None:
    """Give after how many words of the question a name first ends in it, None where it does not stand there."""
    length = len(name)
    for start in range(len(typed) - length + 1):
        if length and tuple(typed[start : start + length]) == tuple(name):
            return start + length
    return None
