"""A document that waits to be read: what is known of it before anybody has looked inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from services.knowledge.document import Document, Stage
from services.store.moment import Clock


def new_document(
    knowledge_base_id: str, name: str, media: str, digest: str, size: int, now: Clock, *, title: str = ""
) -> Document:
    """Describe a document that waits to be read; `Publishing.add` gives it its id."""
    return Document(
        id="",
        knowledge_base_id=knowledge_base_id,
        name=name,
        title=title or title_of(name),
        media=media,
        digest=digest,
        size=size,
        stage=Stage.WAITING,
        verdict="",
        done=0,
        total=0,
        pages=0,
        passages=0,
        valid_from=None,
        valid_to=None,
        created_at=now(),
    )


def waiting_again(document: Document, now: Clock) -> Document:
    """Describe the same file waiting to be read once more."""
    again = new_document(document.knowledge_base_id, document.name, document.media, document.digest, document.size, now)
    return replace(again, title=document.title, added_by=document.added_by)


def title_of(name: str) -> str:
    """Make a title out of a file's name: "employee_handbook.pdf" is "Employee handbook"."""
    words = " ".join(PurePath(name).stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:] or name
