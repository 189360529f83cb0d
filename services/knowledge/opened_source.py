"""A source in its surroundings: what somebody sees who opens it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OpenedSource:
    """A quote where it stands. `before`, `quote` and `after` follow each other on the page, word for word.

    `page` is counted from 1 of `page_count`; `heading` is the nearest above, "" if none. `has_picture`: the page can
    be seen as it looks. `is_current` is False where a newer version of the document has taken its place.
    """

    document_id: str
    document_title: str
    knowledge_base_id: str
    knowledge_base_name: str
    page: int
    page_count: int
    heading: str
    before: str
    quote: str
    after: str
    has_picture: bool
    is_current: bool
    receipt_id: str
