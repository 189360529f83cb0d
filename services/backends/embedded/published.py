"""What the database published of one knowledge base, read into a segment of the index."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, func, select

from services.backends.embedded import postings, scan
from services.backends.embedded.postings import Postings
from services.backends.embedded.scan import Vectors
from services.backends.embedded.segment import FOREVER, Segment
from services.knowledge.document import Passage
from services.store.tables import documents, knowledge_bases, pages, passages, projections

_ROWS_AT_ONCE = 200

_log = logging.getLogger(__name__)


def snapshot_number(connection: Connection, knowledge_base_id: str) -> int | None:
    """Tell the present snapshot of a knowledge base; None where there is no such knowledge base."""
    number: int | None = connection.scalar(
        select(knowledge_bases.c.snapshot).where(knowledge_bases.c.id == knowledge_base_id)
    )
    return number


def count_published(connection: Connection, knowledge_base_id: str, number: int) -> int:
    """Count the documents published up to change `number`, those that left again among them."""
    documents_there: int = connection.execute(_published(knowledge_base_id, 0, number, func.count())).scalar_one()
    return documents_there


def ended_since(connection: Connection, knowledge_base_id: str, number: int) -> dict[str, int]:
    """Give the `valid_to` of the documents that left after change `number`, by their ids."""
    left = (documents.c.knowledge_base_id == knowledge_base_id) & (documents.c.valid_to > number)
    return {
        row.id: row.valid_to for row in connection.execute(select(documents.c.id, documents.c.valid_to).where(left))
    }


def load(connection: Connection, knowledge_base_id: str, after: int, number: int) -> Segment | None:
    """Read the documents published after change `after` up to `number` as one segment; None where there are none."""
    columns = (documents.c.id, documents.c.title, documents.c.valid_from, documents.c.valid_to)
    query = _published(knowledge_base_id, after, number, *columns, projections.c.words, projections.c.vectors)
    query = query.order_by(documents.c.valid_from, documents.c.id)
    kept: list[tuple[str, int, int]] = []
    words: list[Postings] = []
    vectors: list[Vectors] = []
    for row in connection.execute(query).yield_per(_ROWS_AT_ONCE):
        kept.append((row.id, row.valid_from, FOREVER if row.valid_to is None else row.valid_to))
        words.append(_words(connection, row))
        vectors.append(_vectors(row, len(words[-1].lengths)))
    if not kept:
        return None
    ids, valid_from, valid_to = zip(*kept, strict=True)
    return Segment(
        documents=ids,
        valid_from=np.array(valid_from, dtype=np.int32),
        valid_to=np.array(valid_to, dtype=np.int32),
        firsts=np.concatenate(([0], np.cumsum([len(each.lengths) for each in words]))).astype(np.int64),
        postings=postings.join(words),
        vectors=scan.join(vectors),
    )


def _published(knowledge_base_id: str, after: int, number: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(documents.join(projections, projections.c.document_id == documents.c.id))
        .where(documents.c.knowledge_base_id == knowledge_base_id)
        .where(documents.c.valid_from > after, documents.c.valid_from <= number)
    )


def _words(connection: Connection, row: Row[Any]) -> Postings:
    try:
        return postings.from_bytes(row.words)
    except ValueError as error:
        _log.warning("document %s is analysed again from its text: %s", row.id, error)
        return postings.count(_passages(connection, row))


def _vectors(row: Row[Any], number: int) -> Vectors:
    try:
        return scan.from_bytes(row.vectors, number)
    except ValueError as error:
        _log.error("document %s is found by its words alone: %s", row.id, error)
        return scan.without(number)


def _passages(connection: Connection, row: Row[Any]) -> list[Passage]:
    query = (
        select(passages, pages.c.text)
        .join(pages, (pages.c.document_id == passages.c.document_id) & (pages.c.number == passages.c.page))
        .where(passages.c.document_id == row.id)
        .order_by(passages.c.ordinal)
    )
    return [
        Passage(
            id=f"{row.id}:{found.ordinal}",
            knowledge_base_id="",
            document_id=row.id,
            document_title=row.title,
            ordinal=found.ordinal,
            page=found.page,
            start=found.start,
            end=found.end,
            heading=found.heading,
            text=found.text[found.start : found.end],
        )
        for found in connection.execute(query)
    ]
