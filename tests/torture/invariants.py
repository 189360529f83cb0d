"""What must hold after every kill, and what must hold once the work is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import func, select

from services.knowledge.document import Document, Page, Stage
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.splitting import split
from services.store.tables import documents, knowledge_bases, pages, passages, projections, token_vectors
from tests.services.knowledge.room import Room


def faults(room: Room) -> list[str]:
    """Give what is doubled or half there: nothing, at any moment."""
    return [*_doubled(room), *_half(room), *_half_searchable(room)]


def losses(room: Room) -> list[str]:
    """Give what is still not published, for when the work says that it is done."""
    return [f"{each.name} is {each.stage}" for each in room.documents() if each.stage is not Stage.PUBLISHED]


def _doubled(room: Room) -> Iterator[str]:
    counted = Counter((each.knowledge_base_id, each.name) for each in room.documents() if each.valid_to is None)
    yield from (f"{name} is there {count} times" for (_, name), count in counted.items() if count > 1)


def _half(room: Room) -> Iterator[str]:
    for document in room.documents():
        rows = {table.name: _count(room, table, document.id) for table in (pages, passages, projections, token_vectors)}
        whole = {
            "pages": document.pages,
            "passages": document.passages,
            "projections": 1,
            "token_vectors": document.passages,
        }
        expected = whole if document.stage is Stage.PUBLISHED else dict.fromkeys(whole, 0)
        if rows != expected:
            yield f"{document.name} ({document.stage}) has {rows}, not {expected}"
        elif document.stage is Stage.PUBLISHED and not _is_covered(room, document):
            yield f"{document.name} lacks text"


def _is_covered(room: Room, document: Document) -> bool:
    """Say whether the stored passages are those that its stored pages split into."""
    with room.database.read() as connection:
        texts = connection.execute(select(pages).where(pages.c.document_id == document.id).order_by(pages.c.number))
        stored = [Page(row.number, row.text) for row in texts]
        ranges = connection.execute(
            select(passages.c.page, passages.c.start, passages.c.end)
            .where(passages.c.document_id == document.id)
            .order_by(passages.c.ordinal)
        ).all()
    made = [(each.page, each.start, each.end) for each in split(document, stored)]
    return made == [tuple(each) for each in ranges] and all(one <= other for one, other in pairwise(made))


def _half_searchable(room: Room) -> Iterator[str]:
    with room.database.read() as connection:
        for row in connection.execute(select(knowledge_bases)).all():
            this = (documents.c.knowledge_base_id == row.id) & documents.c.valid_from.is_not(None)
            published = connection.execute(
                select(func.coalesce(func.sum(documents.c.passages), 0)).where(this)
            ).scalar()
            latest = connection.execute(select(func.coalesce(func.max(documents.c.valid_from), 0)).where(this)).scalar()
            found = room.publishing.index.candidates("leave", None, [Snapshot(row.id, row.snapshot)])
            if found.passages_searched != published:
                yield f"{row.id}: {found.passages_searched} passages are searched, {published} are published"
            if latest != row.snapshot:
                yield f"{row.id}: the snapshot is {row.snapshot}, the latest document {latest}"


def _count(room: Room, table: object, document_id: str) -> int:
    counted = select(func.count()).select_from(table).where(table.c.document_id == document_id)  # type: ignore[attr-defined,arg-type]
    with room.database.read() as connection:
        return connection.execute(counted).scalar_one()
