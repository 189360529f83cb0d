"""The evidence gate: whether what was found is enough to answer at all."""

from __future__ import annotations

import re

from services.knowledge.finding import Findings

THRESHOLD = 1.64
"""The threshold that ships and holds until a knowledge base is calibrated.

It is for the sum of three shares of the best passage, each 0 to about 1.

Late interaction (how near the passage comes to each telling word of the question), the cosine (how near they are as
a whole), and coverage (how much of the question's telling words, by IDF, stand in it; words that stand nowhere count
against it). It tells a question about the subject from one about something else; `make bench-refusals` says how well.
It can't tell that a page about the subject leaves out the very fact that was asked for.
"""

THRESHOLD_BY_WORDS = 0.22
"""Where meaning could not be looked at, evidence is the share of the attainable BM25 alone.

It answers 4 of 5 questions that the shipped knowledge bases answer, and 1 of 10 that belong to another one."""


def threshold(findings: Findings) -> float:
    """Give the evidence that these findings need: what the best passage's knowledge base was calibrated to, if it was.

    A calibration is of both legs together: by words alone the one for words holds.
    """
    by_words = all(each.meaning is None for each in findings.found)
    if by_words:
        return THRESHOLD_BY_WORDS
    return THRESHOLD if findings.calibrated is None else findings.calibrated


_OF_A_DAY = re.compile(r"\b(?:today|tonight|tomorrow|yesterday)\b", re.IGNORECASE)


def is_enough(findings: Findings) -> bool:
    """Say whether the documents answer the question well enough to quote them."""
    return bool(findings.found) and findings.evidence >= threshold(findings) and not _is_of_another_day(findings)


def _is_of_another_day(findings: Findings) -> bool:
    """Say whether the question is about a day that the best passage does not speak of: documents don't know the day.

    "What is in the cafeteria today?" is not answered by a page that says where the cafeteria is.
    """
    days = {day.casefold() for day in _OF_A_DAY.findall(findings.question)}
    told = {day.casefold() for day in _OF_A_DAY.findall(findings.found[0].passage.text)}
    return not days <= told
