from __future__ import annotations

import pytest

from services.answers.how_found import how_found, nothing_found
from services.knowledge.document import Passage
from services.knowledge.finding import Findings, Found, Leg
from services.knowledge.words import terms_asked

PASSAGE = Passage("d:0", "kb", "d", "Title", 0, 1, 0, 4, "", "text")


def found(*words: str, meaning: float | None = 0.7) -> Found:
    leg = None if meaning is None else Leg(1, meaning)
    return Found(PASSAGE, 1, 1.0, words=None, meaning=leg, fused=None, reordered=None, words_matched=words)


def findings(question: str, searched: int = 1204) -> Findings:
    idf = {**dict.fromkeys(terms_asked(question), 5.0), "much": 1.0}
    return Findings(question, (), (), passages_searched=searched, evidence=0.0, idf=idf)


@pytest.mark.parametrize(
    ("question", "used", "sentence"),
    [
        (
            "How long is parental leave?",
            [found("parental", "leave"), found("leave"), found()],
            "Found because it contains **parental leave** and means nearly the same; 3 of 1,204 sources used.",
        ),
        (
            "How long is leave?",
            [found(meaning=0.9)],
            "Found because it means nearly the same; 1 of 1,204 sources used.",
        ),
        (
            "leave",
            [found("leave", meaning=0.4)],
            "Found because it contains **leave** and means something close; 1 of 1,204 sources used.",
        ),
        ("leave", [found(meaning=0.1)], "Found because it came nearest to the question; 1 of 1,204 sources used."),
        (
            "leave or pay",
            [found("leave", "pay", meaning=None)],
            "Found by its words alone because it contains **leave** and **pay**; 1 of 1,204 sources used.",
        ),
        (
            "a doctor's note",
            [found("doctor", "s", "note", meaning=0)],
            "Found because it contains **doctor's note**; 1 of 1,204 sources used.",
        ),
    ],
    ids=["both", "meaning", "close", "neither", "words alone", "apostrophe"],
)
def test_it_is_one_plain_sentence(question: str, used: list[Found], sentence: str) -> None:
    assert how_found(findings(question), used) == sentence


def test_a_common_word_is_no_reason() -> None:
    sentence = how_found(findings("How much leave?"), [found("much", "leave")])
    assert sentence.startswith("Found because it contains **leave** and means")


def test_nothing_found_says_how_much_was_looked_at() -> None:
    assert nothing_found(findings("leave")) == "Looked through 1,204 sources; none says enough about this to be quoted."
    assert nothing_found(findings("leave", 1)).startswith("Looked through 1 source;")
    assert nothing_found(findings("leave", 0)) == "There was nothing to look through: no document has been read yet."
