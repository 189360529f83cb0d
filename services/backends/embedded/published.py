"""What the database published of one knowledge base, read into a segment of the index."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, func, select, update

from services.backends.embedded import postings, scan
from services.backends.embedded.postings import Postings
from services.backends.embedded.scan import Vectors
from services.backends.embedded.segment import FOREVER, Segment
from services.errors import Unavailable
from services.knowledge.document import Passage
from services.knowledge.rows import document_in, passage_in
from services.store.database import Database
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


def load(
    connection: Connection, knowledge_base_id: str, after: int, number: int
) -> tuple[Segment | None, dict[str, Postings]]:
    """Read the documents published after change `after` up to `number` as one segment; None where there are none.

    Words that are damaged, or were analysed in another way than now, are analysed again from the text; these are
    given too, by document id, for `keep`.
    """
    columns = (documents.c.id, documents.c.valid_from, documents.c.valid_to)
    query = _published(knowledge_base_id, after, number, *columns, projections.c.words, projections.c.vectors)
    query = query.order_by(documents.c.valid_from, documents.c.id)
    kept: list[tuple[str, int, int]] = []
    words: list[Postings] = []
    vectors: list[Vectors] = []
    again: dict[str, Postings] = {}
    for row in connection.execute(query).yield_per(_ROWS_AT_ONCE):
        document, valid_from, valid_to, stored_words, stored_vectors = row
        kept.append((document, valid_from, FOREVER if valid_to is None else valid_to))
        try:
            words.append(postings.from_bytes(stored_words))
        except ValueError:
            again[document] = postings.count(_passages(connection, document))
            words.append(again[document])
        vectors.append(_vectors(document, stored_vectors, len(words[-1].lengths)))
    if not kept:
        return None, again
    ids, begin, end = zip(*kept, strict=True)
    segment = Segment(
        documents=ids,
        valid_from=np.array(begin, dtype=np.int32),
        valid_to=np.array(end, dtype=np.int32),
        firsts=np.concatenate(([0], np.cumsum([len(each.lengths) for each in words]))).astype(np.int64),
        postings=postings.join(words),
        vectors=scan.join(vectors),
    )
    return segment, again


def keep(database: Database, words: dict[str, Postings]) -> None:
    """Store words that were analysed again, so that the next start need not; a disk that refuses does no harm."""
    rows = [{"document": document, "again": each.to_bytes()} for document, each in words.items()]
    which = projections.c.document_id == bindparam("document")
    try:
        with database.write() as connection:
            connection.execute(update(projections).where(which).values(words=bindparam("again")), rows)
    except Unavailable as error:
        _log.warning("the words of %d documents will be analysed again at the next start: %s", len(rows), error)
    else:
        _log.warning("the words of %d documents were analysed again from their text", len(rows))


def _published(knowledge_base_id: str, after: int, number: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(documents.join(projections, projections.c.document_id == documents.c.id))
        .where(documents.c.knowledge_base_id == knowledge_base_id)
        .where(documents.c.valid_from > after, documents.c.valid_from <= number)
    )


def _vectors(document_id: str, stored: bytes | None, number: int) -> Vectors:
    try:
        return scan.from_bytes(stored, number)
    except ValueError as error:
        _log.error("document %s is found by its words alone: %s", document_id, error)
        return scan.without(number)


def _passages(connection: Connection, document_id: str) -> list[Passage]:
    document = document_in(connection.execute(select(documents).where(documents.c.id == document_id)).one())
    query = (
        select(passages, pages.c.text)
        .join(pages, (pages.c.document_id == passages.c.document_id) & (pages.c.number == passages.c.page))
        .where(passages.c.document_id == document_id)
        .order_by(passages.c.ordinal)
    )
    return [passage_in(row, document, row.text) for row in connection.execute(query)]
