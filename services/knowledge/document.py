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
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why a file was refused; NONE where it was not."""

    NONE = ""
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too large"
    MISNAMED = "not what its name says"
    FAULT = "fault"


@dataclass(frozen=True)
class Unread:
    """A page of a document that could not be read, and why, in a few words; `label` as in `Page`."""

    page: int
    why: str
    label: str = ""


@dataclass(frozen=True)
class Document:
    """One source file. `digest` is the SHA-256 of its bytes; `verdict` one sentence where it was refused.

    It is part of every snapshot from `valid_from` up to, not including, `valid_to` (None: still part of it).
    `done` of `total` counts pages while reading and passages while embedding. `unread` names the pages of a document
    that was read in part, `characters` counts what was read. `erased_at` is set where nothing of it is left but this.
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
    reason: Reason = Reason.NONE
    unread: tuple[Unread, ...] = ()
    characters: int = 0
    added_by: str = ""
    erased_at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """The text of one page, counted from 1, exactly as it was read. Markdown and text files have one page.

    `label` names it where it is no page: "Slide 3", "Sheet Rates"; "" elsewhere. `boxes` tell where each word stands
    on a scan (reading/boxes.py), None where the file itself tells. `unread` says in a few words why there is no text.
    """

    number: int
    text: str
    label: str = ""
    boxes: bytes | None = None
    unread: str = ""


@dataclass(frozen=True)
class Passage:
    """The piece of a document that is found and cited: characters `start` to `end` of one page's text.

    `id` is `DOCUMENT_ID:ORDINAL`. `heading` is the nearest heading above it, "" if none. `document_digest` is the
    SHA-256 of the file that it was read from. `place` is the label of its page ("Slide 3"), "" where it is a page.
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
    place: str = ""


@dataclass(frozen=True)
class Named:
    """Under which words a passage stands: its document's title, the heading above it, the label of its page."""

    document_title: str
    heading: str
    place: str


NOWHERE = Named("", "", "")
