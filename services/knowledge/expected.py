"""The sentence that somebody expected: on which page it stands, and in which passages."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from services.knowledge.causes import Spot
from services.knowledge.document import Document
from services.knowledge.rows import document_in
from services.knowledge.same_words import Match, Stretch, folded_bytes, nearly, spelled_out, words_to_look_for
from services.store.tables import documents, pages, passages

LOOKED_AT = 20
"""How many pages are looked at closely: those that hold most words of the sentence, rare ones before common ones."""
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
    likely, rarity = _likely_pages(connection, looked, among)
    best: Located | None = None
    for document_id, number in likely:
        is_open = best is None or best.match is Match.NEAR
        found = _on_page(connection, sentence, document_id, number, rarity if is_open else None)
        if found is not None and (best is None or _worth(found) > _worth(best)):
            best = found
        if best is not None and best.match is Match.EXACT:
            break
    return best


def _worth(located: Located) -> tuple[int, float]:
    return (-list(Match).index(located.match), located.share)


def _likely_pages(
    connection: Connection, looked: Sequence[str], among: ColumnElement[bool]
) -> tuple[list[tuple[str, int]], Mapping[str, float]]:
    """Give the pages that hold most of `looked`, and how rare each of these words is on all pages."""
    there = (
        select(pages.c.document_id, pages.c.number, pages.c.text)
        .join(documents, documents.c.id == pages.c.document_id)
        .where(among)
        .execution_options(yield_per=_AT_ONCE)
    )
    folded = [(word, word.encode()) for word in looked]
    counted = [(row.document_id, row.number, _held(folded, row.text)) for row in connection.execute(there)]
    holding = Counter(word for _, _, held in counted for word in held)
    # The inverse document frequency of a page; a word that stands nowhere tells no page from another.
    rarity = {word: math.log((len(counted) + 1) / number) for word, number in holding.items()}
    worth = ((sum(rarity[word] for word in held), document_id, number) for document_id, number, held in counted if held)
    likely = heapq.nlargest(LOOKED_AT, worth, key=lambda each: each[0])
    return [(document_id, number) for _, document_id, number in likely], rarity


def _held(looked: Sequence[tuple[str, bytes]], text: str) -> list[str]:
    there = folded_bytes(text)
    return [word for word, letters in looked if letters in there]


def _on_page(
    connection: Connection, sentence: str, document_id: str, number: int, rarity: Mapping[str, float] | None
) -> Located | None:
    """Find the sentence on a page, or begun there and ended on the next, or begun on the one before.

    Without `rarity` something near it is not looked for.
    """
    this = (pages.c.document_id == document_id) & pages.c.number.in_((number - 1, number, number + 1))
    texts = {row.number: row.text for row in connection.execute(select(pages.c.number, pages.c.text).where(this))}
    alone = spelled_out(sentence, texts[number])
    if alone is not None and alone.match is Match.EXACT:
        return _located(connection, document_id, number, alone)
    for first in (number, number - 1):
        if {first, first + 1} <= texts.keys():
            text, edge = texts[first] + texts[first + 1], len(texts[first])
            both = spelled_out(sentence, text)
            if both is not None and both.start < edge < both.end:
                return _over_pages(connection, document_id, first, both, edge)
    if alone is None and rarity is not None:
        alone = nearly(sentence, texts[number], rarity)
    return None if alone is None else _located(connection, document_id, number, alone)


def _located(connection: Connection, document_id: str, number: int, found: Stretch) -> Located:
    spot = Spot(_document(connection, document_id), number, found.start, found.end)
    passage_ids = _passages(connection, document_id, number, found.start, found.end)
    return Located(spot, found.match, passage_ids, share=found.share)


def _over_pages(connection: Connection, document_id: str, number: int, found: Stretch, edge: int) -> Located:
    spot = Spot(_document(connection, document_id), number, found.start, edge)
    here = _passages(connection, document_id, number, found.start, edge)
    there = _passages(connection, document_id, number + 1, 0, found.end - edge)
    return Located(spot, found.match, (*here, *there), over_pages=True)


def _passages(connection: Connection, document_id: str, number: int, start: int, end: int) -> tuple[str, ...]:
    """Give the passages that hold some of a range: one where one holds all of it."""
    this = (passages.c.document_id == document_id) & (passages.c.page == number)
    touched = select(passages).where(this, passages.c.start < end, passages.c.end > start).order_by(passages.c.ordinal)
    rows = connection.execute(touched).all()
    chosen = [row for row in rows if row.start <= start and end <= row.end][:1] or rows
    return tuple(f"{document_id}:{row.ordinal}" for row in chosen)


def _document(connection: Connection, document_id: str) -> Document:
    return document_in(connection.execute(select(documents).where(documents.c.id == document_id)).one())
