"""An approved answer as it is read today: its quote where it stands now, or nowhere any more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from services.answers.answer import Answer, Approved, Citation
from services.knowledge.document import Document, Stage
from services.knowledge.rows import document_in
from services.store.tables import documents, pages, passages


@dataclass(frozen=True)
class StoredPlace:
    """Characters `start` to `end` of a page of a document that is published now, and their text."""

    document: Document
    page: int
    start: int
    end: int
    quote: str
    label: str


@dataclass(frozen=True)
class ApprovedAnswer:
    """An answer, approved until a day or waiting for that, and its source, which is numbered when it is shown."""

    id: str
    by: str
    until: date | None
    sentence: str
    citation: Citation

    def shown_first(self, answer: Answer) -> Answer:
        """Put it above `answer`, its quote as the last of the sources."""
        number = max((each.number for each in answer.citations), default=0) + 1
        citation = replace(self.citation, number=number)
        assert self.until is not None  # noqa: S101  (what is approved has a last day)
        approved = Approved(self.id, self.by, self.until, self.sentence, number)
        return replace(answer, citations=(*answer.citations, citation), approved=approved)


def place_today(connection: Connection, row: Row[Any]) -> StoredPlace | None:
    """Say where the quote of an answer stands now: on its page, or word for word in the version that took its place.

    None where the document is gone, was erased, or no longer says it.
    """
    found = connection.execute(select(documents).where(documents.c.id == row.document_id)).first()
    page = stored_page(connection, row.document_id, row.page)
    if found is None or page is None or hashlib.sha256(page.text.encode()).hexdigest() != row.page_digest:
        return None
    quote = page.text[row.start : row.end]
    if found.valid_to is None and found.stage == Stage.PUBLISHED.value:
        return StoredPlace(document_in(found), row.page, row.start, row.end, quote, page.label)
    newer = connection.execute(
        select(documents).where(
            documents.c.knowledge_base_id == row.knowledge_base_id,
            documents.c.name == found.name,
            documents.c.stage == Stage.PUBLISHED.value,
            documents.c.valid_to.is_(None),
        )
    ).first()
    return _in_version(connection, document_in(newer), row.page, quote) if newer is not None else None


def read_approved(
    connection: Connection, row: Row[Any], place: StoredPlace, knowledge_base_name: str, by: str
) -> ApprovedAnswer:
    """Give an answer with its quote at the place where it stands now."""
    here = (passages.c.document_id == place.document.id) & (passages.c.page == place.page)
    begun = select(passages).where(here, passages.c.start <= place.start).order_by(passages.c.start.desc())
    passage = connection.execute(begun.limit(1)).first()
    citation = Citation(
        number=0,
        knowledge_base_id=row.knowledge_base_id,
        knowledge_base_name=knowledge_base_name,
        document_id=place.document.id,
        document_title=place.document.title,
        document_digest=place.document.digest,
        passage_id=f"{place.document.id}:{passage.ordinal if passage is not None else 0}",
        page=place.page,
        start=place.start,
        end=place.end,
        quote=place.quote,
        heading=passage.heading if passage is not None else "",
        place=place.label,
    )
    return ApprovedAnswer(row.id, by, row.approved_until, row.sentence, citation)


def _in_version(connection: Connection, document: Document, page: int, quote: str) -> StoredPlace | None:
    """Look for a quote in a document, first on the page that it stood on."""
    all_of_them = select(pages).where(pages.c.document_id == document.id)
    for each in connection.execute(all_of_them.order_by(pages.c.number != page, pages.c.number)):
        if (start := each.text.find(quote)) >= 0:
            return StoredPlace(document, each.number, start, start + len(quote), quote, each.label)
    return None


def stored_page(connection: Connection, document_id: str, number: int) -> Row[Any] | None:
    """Give a page as it is stored, in the caller's transaction; None where it is not there."""
    this = (pages.c.document_id == document_id) & (pages.c.number == number)
    return connection.execute(select(pages).where(this)).first()
