"""Rows of the database as the nouns of this room, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, false, or_

from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.document import Document, Passage, Reason, Stage, Unread
from services.knowledge.knowledge_base import Audience, KnowledgeBase, Snapshot, Splitting
from services.people.user import Role

_DOCUMENT = tuple(field.name for field in fields(Document))


def knowledge_base_in(row: Row[Any]) -> KnowledgeBase:
    """Give the knowledge base of a whole row of `knowledge_bases`."""
    return KnowledgeBase(
        id=row.id,
        name=row.name,
        purpose=row.purpose,
        owner=row.owner,
        steward=row.steward,
        classification=Classification(row.classification),
        audience=Audience(tuple(row.audience), tuple(Role(each) for each in row.roles)),
        state=ApprovalState(row.state),
        approved_until=row.approved_until,
        review_by=row.review_by,
        source=row.source,
        licence=row.licence,
        questions=tuple(row.questions),
        snapshot=Snapshot(row.id, row.snapshot),
        created_at=row.created_at,
        expires_at=row.expires_at,
        shipped=row.shipped,
        splitting=Splitting(row.splitting),
        threshold=row.threshold,
        revision=row.revision,
    )


def passport_row(knowledge_base: KnowledgeBase) -> dict[str, Any]:
    """Give what a passport says, for a row of `knowledge_bases`: all but the snapshot, which publishing counts."""
    row = {field.name: getattr(knowledge_base, field.name) for field in fields(knowledge_base)}
    del row["snapshot"]
    return row | {
        "classification": knowledge_base.classification.value,
        "audience": list(knowledge_base.audience.lines),
        "roles": [each.value for each in knowledge_base.audience.roles],
        "splitting": knowledge_base.splitting.value,
        "state": knowledge_base.state.value,
        "questions": list(knowledge_base.questions),
    }


def document_in(row: Row[Any]) -> Document:
    """Give the document of a row that has all columns of `documents`."""
    values = {name: getattr(row, name) for name in _DOCUMENT}
    unread = tuple(Unread(*each) for each in row.unread)
    return Document(**values | {"stage": Stage(row.stage), "reason": Reason(row.reason), "unread": unread})


def document_row(document: Document) -> dict[str, Any]:
    """Give a row of `documents`."""
    return asdict(document) | {
        "stage": document.stage.value,
        "reason": document.reason.value,
        "unread": [[each.page, each.why, each.label] for each in document.unread],
    }


def passage_in(row: Row[Any], document: Document, page_text: str, place: str = "") -> Passage:
    """Give the passage of a row of `passages` of `document`, cut out of its page's text; `place` is its label."""
    return Passage(
        id=f"{row.document_id}:{row.ordinal}",
        knowledge_base_id=document.knowledge_base_id,
        document_id=row.document_id,
        document_title=document.title,
        ordinal=row.ordinal,
        page=row.page,
        start=row.start,
        end=row.end,
        heading=row.heading,
        text=page_text[row.start : row.end],
        document_digest=document.digest,
        place=place,
    )


def passage_row(passage: Passage) -> dict[str, Any]:
    """Give a row of `passages`; the text itself stands on the page alone."""
    return {name: getattr(passage, name) for name in ("document_id", "ordinal", "page", "start", "end", "heading")}


def is_one_of(table: Table, number: int) -> ColumnElement[bool]:
    """Match the rows of `passages` or `token_vectors` by so many primary keys; execute it with `keys_of` their ids.

    Not as a list of pairs, `(document_id, ordinal) IN (…)`: SQLite looks through the whole table for one.
    """
    same = (
        (table.c.document_id == bindparam(f"document_{place}")) & (table.c.ordinal == bindparam(f"ordinal_{place}"))
        for place in range(number)
    )
    return or_(false(), *same)


def keys_of(passage_ids: Sequence[str]) -> dict[str, str | int]:
    """Give the parameters of `is_one_of` for these ids."""
    keys: dict[str, str | int] = {}
    for place, passage_id in enumerate(passage_ids):
        document, _, ordinal = passage_id.rpartition(":")
        keys |= {f"document_{place}": document, f"ordinal_{place}": int(ordinal)}
    return keys
