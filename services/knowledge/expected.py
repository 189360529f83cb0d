"""The sentence that somebody expected: on which page it stands, and in which passages."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from services.knowledge.causes import Spot
from services.knowledge.document import Document
from services.knowledge.rows import document_in
from services.knowledge.same_words import Match, folded, stretch_of, words_to_look_for
from services.store.tables import documents, pages, passages

LOOKED_AT = 20
"""How many pages are looked at closely: those that hold most words of the sentence."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Located:
    """Where the sentence stands, how, and in which passages; `over_pages` where it goes on on the next page."""

    spot: Spot
    match: Match
    passage_ids: tuple[str, ...]
    over_pages: bool = False
    share: float = 1.0


def locate(connection: Connection, sentence: str, among: ColumnElement[bool]) -> Located | None:
    """Find the sentence in the documents that `among` (of `documents`) names; None where it stands nowhere.

    Exactly before misread before nearly; between equals the page that holds more of its words.
    """
    looked = words_to_look_for(sentence)
    if not looked:
        return None
    best: Located | None = None
    for document_id, number in _likely_pages(connection, looked, among):
        found = _on_page(connection, sentence, document_id, number)
        if found is not None and (best is None or _worth(found) > _worth(best)):
            best = found
        if best is not None and best.match is Match.EXACT:
            break
    return best


def _worth(located: Located) -> tuple[int, float]:
    return (-list(Match).index(located.match), located.share)


def _likely_pages(
    connection: Connection, looked: Sequence[str], among: ColumnElement[bool]
) -> Iterable[tuple[str, int]]:
    there = (
        select(pages.c.document_id, pages.c.number, pages.c.text)
        .join(documents, documents.c.id == pages.c.document_id)
        .where(among)
        .execution_options(yield_per=_AT_ONCE)
    )
    counted = ((_held(looked, row.text), row.document_id, row.number) for row in connection.execute(there))
    likely = heapq.nlargest(LOOKED_AT, (each for each in counted if each[0]), key=lambda each: each[0])
    return [(document_id, number) for _, document_id, number in likely]


def _held(looked: Sequence[str], text: str) -> int:
    text = folded(text)
    return sum(word in text for word in looked)


def _on_page(connection: Connection, sentence: str, document_id: str, number: int) -> Located | None:
    """Find the sentence on a page, or begun there and ended on the next, or begun on the one before."""
    this = (pages.c.document_id == document_id) & pages.c.number.in_((number - 1, number, number + 1))
    texts = {row.number: row.text for row in connection.execute(select(pages.c.number, pages.c.text).where(this))}
    alone = stretch_of(sentence, texts[number])
    if alone is not None and alone.match is Match.EXACT:
        return _located(connection, document_id, number, alone.start, alone.end, alone.match)
    for first in (number, number - 1):
        if {first, first + 1} <= texts.keys():
            text, edge = texts[first] + texts[first + 1], len(texts[first])
            both = stretch_of(sentence, text)
            if both is not None and both.match is not Match.NEAR and both.start < edge < both.end:
                return _over_pages(connection, document_id, first, both.start, edge, both.end - edge, both.match)
    if alone is None:
        return None
    return _located(connection, document_id, number, alone.start, alone.end, alone.match, alone.share)


def _located(
    connection: Connection, document_id: str, number: int, start: int, end: int, match: Match, share: float = 1.0
) -> Located:
    spot = Spot(_document(connection, document_id), number, start, end)
    return Located(spot, match, _passages(connection, document_id, number, start, end), share=share)


def _over_pages(
    connection: Connection, document_id: str, number: int, start: int, edge: int, end: int, match: Match
) -> Located:
    spot = Spot(_document(connection, document_id), number, start, edge)
    here = _passages(connection, document_id, number, start, edge)
    return Located(spot, match, (*here, *_passages(connection, document_id, number + 1, 0, end)), over_pages=True)


def _passages(connection: Connection, document_id: str, number: int, start: int, end: int) -> tuple[str, ...]:
    """Give the passages that hold some of a range: one where one holds all of it."""
    this = (passages.c.document_id == document_id) & (passages.c.page == number)
    touched = select(passages).where(this, passages.c.start < end, passages.c.end > start).order_by(passages.c.ordinal)
    rows = connection.execute(touched).all()
    chosen = [row for row in rows if row.start <= start and end <= row.end][:1] or rows
    return tuple(f"{document_id}:{row.ordinal}" for row in chosen)


def _document(connection: Connection, document_id: str) -> Document:
    return document_in(connection.execute(select(documents).where(documents.c.id == document_id)).one())
