"""An answer: sentences, each with the quote that supports it, or the honest statement that nothing was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """How well the documents support an answer; the words on the screen."""

    WELL_SUPPORTED = "Well supported"
    PARTLY_SUPPORTED = "Partly supported"
    NOT_IN_THESE_DOCUMENTS = "Not in these documents"


@dataclass(frozen=True)
class Citation:
    """The place of a quote: `quote` is exactly characters `start` to `end` of that page's stored text."""

    number: int
    knowledge_base_id: str
    knowledge_base_name: str
    document_id: str
    document_title: str
    document_digest: str
    passage_id: str
    page: int
    start: int
    end: int
    quote: str
    heading: str


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer and the numbers of the citations that support it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """What a person gets. For a refusal `claims` is empty and `citations` are the nearest sources.

    `how_found` is one plain sentence; `owners` says who owns the knowledge bases that were searched (name of the
    knowledge base → owner's name); `missing` holds the sentences of a degraded search.
    """

    strength: Strength
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    how_found: str
    passages_searched: int
    owners: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()
