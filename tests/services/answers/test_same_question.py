"""Two questions are one where they say the same of the same; what only looks alike is two."""

from __future__ import annotations

import pytest

from services.answers.same_question import Asked, is_same
from tests.services.answers.library import EMBEDDER

QUESTION = "Which travel expenses require a receipt?"


@pytest.mark.parametrize(
    "asked", ["which travel  expenses require a receipt", "Which travel expense requires receipts?"]
)
def test_a_question_is_the_same_in_other_spelling_and_endings(asked: str) -> None:
    assert is_same(Asked(asked, EMBEDDER), QUESTION)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (QUESTION, "Which travel expenses do not require a receipt?"),
        (QUESTION, "Which travel expenses don’t require a receipt?"),
        (QUESTION, "Why do travel expenses require a receipt?"),
        ("When must employees complete training?", "Where must employees complete training?"),
        ("Do supervisors approve the leave of employees?", "Do employees approve the leave of supervisors?"),
        ("Can I carry hours over to the next year?", "Can I carry hours over from the next year?"),
        ("How much may I claim?", "How often may I claim?"),
    ],
)
def test_a_question_that_asks_something_else_in_nearly_the_same_words_is_another(first: str, second: str) -> None:
    assert not is_same(Asked(first, EMBEDDER), second)
