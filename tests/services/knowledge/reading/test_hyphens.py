from __future__ import annotations

import pytest

from services.knowledge.reading.hyphens import HYPHEN, join_hyphens, vocabulary


@pytest.mark.parametrize(
    ("draft", "others", "text"),
    [
        (f"an impor{HYPHEN}tant day", "nothing else", "an important day"),
        (f"an in{HYPHEN}network doctor", "in a network", "an in-network doctor"),
        (f"an in{HYPHEN}network doctor", "in a network, innetwork", "an innetwork doctor"),
        (f"the 401{HYPHEN}k plan", "a k", "the 401-k plan"),
        (f"at the end{HYPHEN}", "the end", "at the end"),
    ],
)
def test_the_words_of_the_document_decide_on_a_hyphen(draft: str, others: str, text: str) -> None:
    assert join_hyphens(draft, vocabulary([others])) == text


def test_a_broken_word_is_not_a_word_of_the_document() -> None:
    assert vocabulary([f"Paid leave, impor{HYPHEN}tant"]) == {"paid", "leave"}
