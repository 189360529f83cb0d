"""An answer with its sources, to paste into Word or a mail: as HTML and as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from services.answers.answer import Answer, Citation, Claim, Strength
from services.answers.answers import Asked
from services.answers.checked_error import measured_error
from services.answers.checking import Support
from services.answers.sentences import shown

GENERATED = "AI-generated: quoted word for word by Accelerate; check the sources."

_REMARKS = {
    Support.PARTLY.value: "Partly supported.",
    Support.NOT_SUPPORTED.value: "Not in the sources.",
    Support.CONTRADICTED.value: "The sources say otherwise.",
}


@dataclass(frozen=True)
class CopiedAnswer:
    """The same answer twice: `html` with every text escaped, and `text`."""

    html: str
    text: str


def copied(asked: Asked, question: str) -> CopiedAnswer:
    """Write an answer with its numbers, then its quotes with document, page and knowledge base."""
    return CopiedAnswer("\n".join(_html(asked.answer, question)), "\n".join(_text(asked.answer, question)))


def place_of(citation: Citation) -> str:
    """Name where a quote stands: "Parental leave, page 3, Employee handbook"."""
    named = (citation.document_title, page_of(citation), citation.knowledge_base_name)
    return ", ".join(part for part in named if part)


def page_of(citation: Citation) -> str:
    """Name the page of a quote, "" where it is not shown or its document has none: "page 3", "Slide 3"."""
    if citation.place or citation.withheld:
        return citation.place
    return f"page {citation.page}" if citation.page > 1 or not citation.heading else ""


def said(claim: Claim) -> str:
    """Give a sentence, or say that it can't be shown any more."""
    return claim.text or "This sentence can't be shown any more."


def words_of(citation: Citation) -> str:
    """Give a quote in its marks, or the reason why it is not shown."""
    return citation.withheld or f"“{shown(citation.quote)}”"


def mark_of(answer: Answer) -> str:
    """Say that an answer was made by an AI, and how."""
    if not answer.written_by:
        return GENERATED
    error = measured_error()
    checked = f" {error.sentence}" if error else ""
    return f"AI-generated: written by {answer.written_by} and checked against its sources; check them too.{checked}"


def remark_of(claim: Claim) -> str:
    """Say what to know about a sentence that a model wrote, "" where the sources say it."""
    return f"{_REMARKS[claim.support]} {claim.reason}".strip() if claim.support in _REMARKS else ""


def heading_of_sources(answer: Answer) -> str:
    """Say what the citations are: sources, or those that came nearest."""
    if answer.strength is Strength.NOT_IN_THESE_DOCUMENTS:
        return "The nearest sources, which do not answer it"
    return "Sources"


def _html(answer: Answer, question: str) -> Iterable[str]:
    yield f"<p><b>{escape(question)}</b><br>{escape(answer.strength.value)}</p>"
    for claim in answer.claims:
        remark = f" <i>{escape(remark_of(claim))}</i>" if remark_of(claim) else ""
        yield f"<p>{escape(said(claim))} {_numbers(claim)}{remark}</p>"
    if answer.citations:
        yield f"<p><b>{escape(heading_of_sources(answer))}</b></p>"
    for citation in answer.citations:
        yield f"<p>[{citation.number}] {escape(words_of(citation))}<br><i>{escape(place_of(citation))}</i></p>"
    yield f"<p><small>{escape(mark_of(answer))}</small></p>"


def _text(answer: Answer, question: str) -> Iterable[str]:
    yield from (question, answer.strength.value, "")
    for claim in answer.claims:
        yield " ".join(part for part in (said(claim), _numbers(claim), remark_of(claim)) if part)
    if answer.citations:
        yield from ("", heading_of_sources(answer))
    for citation in answer.citations:
        yield f"[{citation.number}] {words_of(citation)} ({place_of(citation)})"
    yield from ("", mark_of(answer))


def _numbers(claim: Claim) -> str:
    return "".join(f"[{number}]" for number in claim.citations)
