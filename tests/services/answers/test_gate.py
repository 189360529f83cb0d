"""Whether what was found is enough to answer at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.answers.gate import THRESHOLD, THRESHOLD_BY_WORDS, is_enough
from services.knowledge.document import Passage
from services.knowledge.finding import Findings, Found, Leg

PASSAGE = Passage("d:0", "kb", "d", "Leave", 0, 1, 0, 5, "", "Leave", "digest")
FOUND = Found(PASSAGE, 1, 1.0, Leg(1, 1.0), Leg(1, 0.5), Leg(1, 1.0), None, ("leave",))


def _findings(evidence: float, found: tuple[Found, ...] = (FOUND,)) -> Findings:
    return Findings("How much leave?", found, (), 10, evidence)


@pytest.mark.parametrize(("evidence", "enough"), [(THRESHOLD, True), (THRESHOLD - 0.01, False)])
def test_evidence_is_enough_from_the_threshold_on(evidence: float, enough: bool) -> None:
    assert is_enough(_findings(evidence)) is enough


@pytest.mark.parametrize("enough", [True, False])
def test_by_words_alone_another_threshold_holds(enough: bool) -> None:
    by_words = replace(FOUND, meaning=None)

    assert is_enough(_findings(THRESHOLD_BY_WORDS - (not enough) * 0.01, (by_words,))) is enough


def test_nothing_found_is_never_enough() -> None:
    assert not is_enough(_findings(9.0, ()))
