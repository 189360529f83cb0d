"""An answer: sentences, each with the quote that supports it, or the honest statement that nothing was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.answers.sentences import shown
from services.knowledge.document import NOWHERE, Named

VERSION = 2
_READ = (1, 2)
"""Version 1 held titles and headings too: they are read where they stand, so that erasing takes them along."""


class Strength(StrEnum):
    """How well the documents support an answer; the words on the screen. Only a model writes what is not supported."""

    WELL_SUPPORTED = "Well supported"
    PARTLY_SUPPORTED = "Partly supported"
    NOT_SUPPORTED = "Not supported"
    NOT_IN_THESE_DOCUMENTS = "Not in these documents"


@dataclass(frozen=True)
class Citation:
    """The place of a quote: `quote` is exactly characters `start` to `end` of that page's stored text.

    `place` is the label of the page where it is no page ("Slide 3"). `withheld` is one sentence where the quote can't
    be shown any more (erased, or no longer for this person); `quote`, `heading`, `place` and `document_title` are ""
    then.
    """

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
    withheld: str = ""
    place: str = ""


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer and the numbers of the citations that support it; "" where those are withheld.

    `support` and `reason` say of a sentence that a model wrote what came of checking it (checking.py); "" for a quote.
    """

    text: str
    citations: tuple[int, ...]
    support: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Approved:
    """An answer of the owner's that somebody else approved until a day; `number` is the citation of its quote."""

    id: str
    by: str
    until: date
    sentence: str
    number: int


@dataclass(frozen=True)
class Answer:
    """What a person gets. For a refusal `claims` is empty and `citations` are the nearest sources.

    `how_found` is one plain sentence, with the words that were found between `**`; `owners` says who owns the knowledge
    bases that were searched (name of the knowledge base → owner's name); `missing` holds the sentences of a degraded
    search, and of texts that can't be shown any more. `approved` is shown before everything else. `written_by` names
    the model that wrote it, "" where it is quoted.
    """

    strength: Strength
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    how_found: str
    passages_searched: int
    owners: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()
    approved: Approved | None = None
    written_by: str = ""

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quotes in the order of their numbers, as a receipt keeps them."""
        return tuple(citation.quote for citation in self.citations)


def quoted(quotes: Sequence[str]) -> str:
    """Put quotes together as the text of the sentence that they are quoted for, word for word."""
    return " — ".join(shown(quote) for quote in quotes)


def to_json(answer: Answer) -> str:
    """Write an answer for its receipt, without its quotes: they lie beside it, so that each can be erased alone.

    Nor with the titles and headings they stand under, which are the documents' words as well.
    A sentence that is nothing but its quotes is left out as well and put together again when it is read.
    """
    by_number = {citation.number: citation.quote for citation in answer.citations}
    claims = [
        {
            "citations": claim.citations,
            "text": None if claim.text == quoted([by_number[number] for number in claim.citations]) else claim.text,
        }
        for claim in answer.claims
    ]
    written = {
        "version": VERSION,
        "strength": answer.strength,
        "claims": claims,
        "citations": [{name: getattr(each, name) for name in _STORED} for each in answer.citations],
        "how_found": answer.how_found,
        "passages_searched": answer.passages_searched,
        "owners": answer.owners,
        "missing": answer.missing,
    }
    if answer.written_by:
        written["written_by"] = answer.written_by
        for held, claim in zip(claims, answer.claims, strict=True):
            held |= {"support": claim.support, "reason": claim.reason}
    if answer.approved is not None:
        written["approved"] = {**vars(answer.approved), "until": answer.approved.until.isoformat()}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str, quotes: Sequence[str], named: Mapping[str, Named]) -> Answer:
    """Read an answer back with the quotes of its receipt, of which an erased one is "".

    `named` says by passage id where each stands now; a passage that is not in it has no title. ValueError for another
    version.
    """
    held = json.loads(text)
    if held["version"] not in _READ:
        raise ValueError(f"this answer was written in version {held['version']}, this code reads {VERSION}")
    citations = tuple(
        _citation({name: each[name] for name in _STORED}, quote, named.get(each["passage_id"], NOWHERE))
        for each, quote in zip(held["citations"], quotes, strict=True)
    )
    return Answer(
        strength=Strength(held["strength"]),
        claims=tuple(_claim(each, citations) for each in held["claims"]),
        citations=citations,
        how_found=held["how_found"],
        passages_searched=held["passages_searched"],
        owners=tuple((name, owner) for name, owner in held["owners"]),
        missing=tuple(held["missing"]),
        written_by=held.get("written_by", ""),
        approved=_approved(held.get("approved"), citations),
    )


def withhold(answer: Answer, numbers: frozenset[int], sentence: str) -> Answer:
    """Give the answer without what the citations `numbers` say: neither their quotes nor the sentences on them."""
    return replace(
        answer,
        approved=None if answer.approved is not None and answer.approved.number in numbers else answer.approved,
        citations=tuple(_withheld(each, sentence) if each.number in numbers else each for each in answer.citations),
        claims=tuple(_unsaid(each) if numbers & {*each.citations} else each for each in answer.claims),
    )


def _unsaid(claim: Claim) -> Claim:
    return replace(claim, text="", reason="")


def without_words(answer: Answer) -> Answer:
    """Give a written answer without its sentences: nobody can say which of them stands on what is withheld."""
    return replace(answer, claims=tuple(_unsaid(each) for each in answer.claims))


_NOT_STORED = ("quote", "withheld", "document_title", "heading", "place")
_STORED = [field.name for field in fields(Citation) if field.name not in _NOT_STORED]


def _citation(held: dict[str, Any], quote: str, named: Named) -> Citation:
    if not quote:
        return Citation(**held, quote="", document_title="", heading="", withheld="This quote was erased.")
    return Citation(**held, quote=quote, document_title=named.document_title, heading=named.heading, place=named.place)


def _claim(held: dict[str, Any], citations: Sequence[Citation]) -> Claim:
    numbers = tuple(held["citations"])
    supporting = [citation for citation in citations if citation.number in numbers]
    if any(not citation.quote for citation in supporting):
        return Claim("", numbers)
    text = quoted([each.quote for each in supporting]) if held["text"] is None else held["text"]
    return Claim(text, numbers, held.get("support", ""), held.get("reason", ""))


def _approved(held: dict[str, Any] | None, citations: Sequence[Citation]) -> Approved | None:
    if held is None or any(not each.quote for each in citations if each.number == held["number"]):
        return None
    return Approved(**{**held, "until": date.fromisoformat(held["until"])})


def _withheld(citation: Citation, sentence: str) -> Citation:
    return replace(citation, quote="", heading="", document_title="", place="", withheld=sentence)
