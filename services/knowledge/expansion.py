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
    """Put after `question` what its terms are also called; `named` holds the names of one thing each.

    Measured: names put after the question find as much as names put beside their terms or more, and a name that takes
    the place of another loses where the documents know both.
    """
    if not named:
        return Expanded(question)
    typed = forms_key(question)
    added: dict[str, None] = {}
    for names in named:
        asked = [_stands(forms_key(each), typed) for each in names]
        if any(asked):
            added |= {each: None for each, stands in zip(names, asked, strict=True) if not stands}
    also = tuple(added)[:MOST_ADDED]
    return Expanded(" ".join((question, *also)), also)


def forms_key(name: str) -> tuple[str, ...]:
    """Give a name as it is compared, word by word."""
    return tuple(_compared(name[word.start : word.end], word.term) for word in words_of(name))


def _compared(typed: str, term: str) -> str:
    # "IT" is no "it": an empty word in capitals is a name.
    if term:
        return term
    return typed if typed.isupper() and len(typed) > 1 else typed.lower()


def _stands(name: Sequence[str], typed: Sequence[str]) -> bool:
    """Say whether a name stands in a question, word by word."""
    length = len(name)
    return length > 0 and any(typed[start : start + length] == name for start in range(len(typed) - length + 1))
