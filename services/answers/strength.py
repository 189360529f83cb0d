"""How well an answer is supported, by one stated rule."""

from __future__ import annotations

from collections.abc import Sequence

from services.answers.answer import Strength
from services.answers.extract import Quote, likeness
from services.answers.gate import threshold
from services.knowledge.finding import Findings
from services.knowledge.words import terms_of

WELL_ABOVE = 0.25
WELL_COVERED = 0.6

RULE = (
    "Well supported: the evidence is well above what an answer needs, and one quoted sentence with its heading holds "
    "most of the question's telling words. Partly supported: any other answer that passed the gate."
)


def strength(findings: Findings, quotes: Sequence[Quote]) -> Strength:
    """Say how well `quotes` support the answer; see `RULE`."""
    if not quotes:
        return Strength.NOT_IN_THESE_DOCUMENTS
    asked = likeness(findings)
    covered = max(asked.of(_terms(quote)) for quote in quotes)
    plenty = findings.evidence >= threshold(findings) + WELL_ABOVE
    return Strength.WELL_SUPPORTED if plenty and covered >= WELL_COVERED else Strength.PARTLY_SUPPORTED


def _terms(quote: Quote) -> frozenset[str]:
    passage = quote.found.passage
    return frozenset(terms_of(" ".join((passage.document_title, passage.heading, quote.text))))
