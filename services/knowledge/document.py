"""One source file, its pages, and the passages it was split into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far a document has come; only a published one is searchable."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"
    PUBLISHED = "published"
    REFUSED = "refused"


@dataclass(frozen=True)
class Document:
    """One source file. `digest` is the SHA-256 of its bytes; `verdict` one sentence where it was refused.

    It is part of every snapshot from `valid_from` up to, not including, `valid_to` (None: still part of it).
    `done` of `total` counts pages while reading and passages while embedding.
    """

    id: str
    knowledge_base_id: str
    name: str
    title: str
    media: str
    digest: str
    size: int
    stage: Stage
    verdict: str
    done: int
    total: int
    pages: int
    passages: int
    valid_from: int | None
    valid_to: int | None
    created_at: datetime


@dataclass(frozen=True)
class Page:
    """The text of one page, counted from 1, exactly as it was read. Markdown and text files have one page."""

    number: int
    text: str


@dataclass(frozen=True)
class Passage:
    """The piece of a document that is found and cited: characters `start` to `end` of one page's text.

    `id` is `DOCUMENT_ID:ORDINAL`. `heading` is the nearest heading above it, "" if none. `document_digest` is the
    SHA-256 of the file that it was read from.
    """

    id: str
    knowledge_base_id: str
    document_id: str
    document_title: str
    ordinal: int
    page: int
    start: int
    end: int
    heading: str
    text: str
    document_digest: str = ""
