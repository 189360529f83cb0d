"""The evidence gate: whether what was found is enough to answer at all."""

from __future__ import annotations

from services.knowledge.finding import Findings

THRESHOLD = 1.45
"""Provisional: words + meaning + late interaction, each 0 to 1, of the best passage (`ranking._evidence`)."""

THRESHOLD_BY_WORDS = 0.22
"""Where meaning could not be looked at, evidence is the share of the attainable BM25 alone.

It answers 4 of 5 questions that the shipped knowledge bases answer, and 1 of 10 that belong to another one."""


def threshold(findings: Findings) -> float:
    """Give the evidence that these findings need."""
    by_words = all(each.meaning is None for each in findings.found)
    return THRESHOLD_BY_WORDS if by_words else THRESHOLD


def is_enough(findings: Findings) -> bool:
    """Say whether the documents answer the question well enough to quote them."""
    return bool(findings.found) and findings.evidence >= threshold(findings)
