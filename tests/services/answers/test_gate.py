from __future__ import annotations

import pytest

from services.answers.gate import THRESHOLD, THRESHOLD_BY_WORDS, is_enough, threshold
from services.knowledge.document import Passage
from services.knowledge.finding import Findings, Found, Leg

FIRST = Leg(1, 0.9)


def findings(question: str, *texts: str, evidence: float = THRESHOLD, meaning: Leg | None = FIRST) -> Findings:
    found = tuple(
        Found(
            Passage(f"a:{place}", "kb", "a", "", place, 1, 0, len(text), "", text),
            place + 1,
            0.9,
            words=FIRST,
            meaning=meaning,
            fused=FIRST,
            reordered=FIRST,
            words_matched=(),
        )
        for place, text in enumerate(texts)
    )
    return Findings(question, found, snapshots=(), passages_searched=len(texts), evidence=evidence)


def test_evidence_at_the_threshold_is_enough_and_below_it_is_not() -> None:
    assert is_enough(findings("Who pays?", "The plan pays."))
    assert not is_enough(findings("Who pays?", "The plan pays.", evidence=THRESHOLD - 0.001))


def test_nothing_found_is_never_enough() -> None:
    assert not is_enough(findings("Who pays?", evidence=9.0))


def test_by_words_alone_evidence_has_a_threshold_of_its_own() -> None:
    by_words = findings("Who pays?", "The plan pays.", evidence=THRESHOLD_BY_WORDS, meaning=None)
    assert threshold(by_words) == THRESHOLD_BY_WORDS
    assert is_enough(by_words)


@pytest.mark.parametrize("day", ["today", "Tonight", "TOMORROW", "yesterday"])
def test_a_document_does_not_know_what_there_is_on_a_day_it_does_not_speak_of(day: str) -> None:
    where_it_is = "There is a cafeteria on the first floor."
    assert not is_enough(findings(f"What is in the cafeteria {day}?", where_it_is))
    assert is_enough(findings(f"What is in the cafeteria {day}?", where_it_is, f"Soup is served {day.lower()}."))
