from __future__ import annotations

import json

import pytest

from services.answers.answer import Answer, Citation, Claim, Strength, from_json, to_json, withhold
from services.knowledge.document import Named


def citation(number: int, quote: str) -> Citation:
    return Citation(number, "kb", "Handbook", "doc", "Leave", "d1", "doc:0", 3, 10, 10 + len(quote), quote, "Parental")


ANSWER = Answer(
    strength=Strength.PARTLY_SUPPORTED,
    claims=(Claim("Sixteen weeks.", (1,)), Claim("In my words.", (1, 2))),
    citations=(citation(1, "Sixteen\nweeks."), citation(2, "“Quoted” – ¿sí?")),
    how_found="Found because it contains **weeks**; 1 of 3 sources used.",
    passages_searched=3,
    owners=(("Handbook", "Ben"),),
    missing=("The meaning model is missing.",),
)


NAMED = {"doc:0": Named("Leave", "Parental", "")}


def test_an_answer_comes_back_as_it_was_written() -> None:
    assert from_json(to_json(ANSWER), ANSWER.quotes, NAMED) == ANSWER


def test_the_stored_text_holds_no_word_of_the_quotes() -> None:
    assert "Sixteen" not in to_json(ANSWER)
    assert "sí" not in to_json(ANSWER)
    assert "Parental" not in to_json(ANSWER)
    assert "Leave" not in to_json(ANSWER)


def test_an_answer_of_version_1_is_read_without_what_it_held_of_titles() -> None:
    held = json.loads(to_json(ANSWER)) | {"version": 1}
    held["citations"] = [each | {"document_title": "Old", "heading": "Old"} for each in held["citations"]]
    assert from_json(json.dumps(held), ANSWER.quotes, NAMED) == ANSWER


def test_an_erased_quote_takes_with_it_the_sentences_on_it() -> None:
    read = from_json(to_json(ANSWER), ("", ANSWER.quotes[1]), NAMED)
    assert read.citations[0].withheld == "This quote was erased."
    assert [claim.text for claim in read.claims] == ["", ""]
    assert read.citations[1] == ANSWER.citations[1]


def test_what_is_withheld_is_gone_from_quotes_and_sentences() -> None:
    less = withhold(ANSWER, frozenset({2}), "Not yours any more.")
    assert less.claims == (ANSWER.claims[0], Claim("", (1, 2)))
    assert less.citations[1].withheld == "Not yours any more."
    assert less.quotes == ("Sixteen\nweeks.", "")
    assert from_json(to_json(less), less.quotes, NAMED).claims == less.claims


def test_an_answer_of_a_version_that_is_not_known_is_not_guessed_at() -> None:
    newer = json.dumps({**json.loads(to_json(ANSWER)), "version": 3})
    with pytest.raises(ValueError, match="version 3"):
        from_json(newer, ANSWER.quotes, NAMED)
