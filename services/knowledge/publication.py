"""What makes documents part of their knowledge base: the rows that one transaction writes, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from services.knowledge.document import Stage
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.preparation import Ready
from services.knowledge.progress import UNFINISHED
from services.knowledge.rows import passage_row
from services.knowledge.token_vectors import pack
from services.store.tables import documents as documents_table
from services.store.tables import knowledge_bases, pages, passages, projections, snapshots, token_vectors

Projected = tuple[bytes, bytes | None]
"""The words and the vectors that the index made of a document."""


def write_publication(
    connection: Connection,
    knowledge_base_id: str,
    ready: Sequence[Ready],
    projected: Sequence[Projected],
    embedder_name: str,
    at: datetime,
) -> Snapshot:
    """Write whole documents of one knowledge base in the caller's transaction; gives the snapshot they begin with.

    Those that were published or deleted meanwhile are left alone.
    """
    number = next_snapshot(connection, knowledge_base_id)
    still = _still_unpublished(connection, [each.document.id for each in ready])
    for each, (words, vectors) in zip(ready, projected, strict=True):
        if each.document.id in still:
            _write_content(connection, each)
            model = "" if vectors is None else embedder_name
            row = {"document_id": each.document.id, "model": model, "words": words, "vectors": vectors}
            connection.execute(insert(projections).values(row))
            _make_current(connection, each, number)
    if still:
        name_snapshot(connection, Snapshot(knowledge_base_id, number), ready[0].document.added_by, at)
    return Snapshot(knowledge_base_id, number)


def next_snapshot(connection: Connection, knowledge_base_id: str) -> int:
    """Give the number that the next change gets; whoever makes it calls `name_snapshot` in the same transaction."""
    number = connection.scalar(select(knowledge_bases.c.snapshot).where(knowledge_bases.c.id == knowledge_base_id))
    return (number or 0) + 1


def name_snapshot(connection: Connection, snapshot: Snapshot, person: str, at: datetime) -> None:
    """Make a change the present one, and keep when it was made and by whom ("": by nobody in particular)."""
    this = knowledge_bases.c.id == snapshot.knowledge_base_id
    connection.execute(update(knowledge_bases).where(this).values(snapshot=snapshot.number))
    row = {"knowledge_base_id": snapshot.knowledge_base_id, "number": snapshot.number, "at": at, "person": person}
    connection.execute(insert(snapshots).values(row))


def _still_unpublished(connection: Connection, document_ids: Sequence[str]) -> frozenset[str]:
    this = documents_table.c.id.in_(document_ids) & documents_table.c.stage.in_(UNFINISHED)
    return frozenset(connection.execute(select(documents_table.c.id).where(this)).scalars())


def _write_content(connection: Connection, ready: Ready) -> None:
    document_id = ready.document.id
    for page in ready.pages:
        row = {"number": page.number, "text": page.text, "label": page.label, "boxes": page.boxes}
        connection.execute(insert(pages).values(document_id=document_id, **row))
    if ready.passages:
        connection.execute(insert(passages), [passage_row(passage) for passage in ready.passages])
    if ready.encoded:
        connection.execute(
            insert(token_vectors),
            [
                {"document_id": document_id, "ordinal": ordinal, "tokens": pack(each.tokens)}
                for ordinal, each in enumerate(ready.encoded)
            ],
        )


def _make_current(connection: Connection, ready: Ready, number: int) -> None:
    document = ready.document
    older = (
        (documents_table.c.knowledge_base_id == document.knowledge_base_id)
        & (documents_table.c.name == document.name)
        & documents_table.c.valid_from.is_not(None)
        & documents_table.c.valid_to.is_(None)
    )
    connection.execute(update(documents_table).where(older).values(valid_to=number))
    published = {
        "stage": Stage.PUBLISHED.value,
        "title": document.title,
        "verdict": "" if ready.encoded is not None else "found by its words only, until the meaning model is back",
        "done": len(ready.passages),
        "total": len(ready.passages),
        "pages": len(ready.pages),
        "passages": len(ready.passages),
        "characters": sum(len(page.text) for page in ready.pages),
        "unread": [[page.number, page.unread, page.label] for page in ready.pages if page.unread],
        "valid_from": number,
    }
    connection.execute(update(documents_table).where(documents_table.c.id == document.id).values(published))
