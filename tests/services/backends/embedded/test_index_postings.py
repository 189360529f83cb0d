from __future__ import annotations

import numpy as np
import pytest

from services.backends.embedded import postings
from services.backends.embedded.postings import Postings, key_of
from services.knowledge.document import Passage


def passage(ordinal: int, text: str) -> Passage:
    return Passage(f"d:{ordinal}", "handbook", "d", "", ordinal, 1, 0, len(text), "", text)


def counted(*texts: str) -> Postings:
    return postings.count([passage(i, text) for i, text in enumerate(texts)])


def listed(words: Postings) -> dict[int, list[tuple[int, int]]]:
    return {
        key: sorted((int(row), int(times)) for row, times in zip(*words.of(key), strict=True))
        for key in words.terms.tolist()
    }


def test_a_term_knows_its_passages_and_how_often_it_stands_there() -> None:
    words = counted("leave and leave", "desk", "leave")

    assert listed(words)[key_of("leav")] == [(0, 2), (2, 1)]
    assert words.of(key_of("submarin"))[0].tolist() == []
    assert words.lengths.tolist() == [2, 1, 1]


def test_a_term_that_fills_a_passage_is_counted_up_to_255() -> None:
    assert listed(counted("leave " * 400))[key_of("leav")] == [(0, 255)]


@pytest.mark.parametrize("texts", [(), ("",), ("leave", ""), tuple(f"word{i} leave" for i in range(300))])
def test_what_is_stored_is_read_back(texts: tuple[str, ...]) -> None:
    words = counted(*texts)

    read = postings.from_bytes(words.to_bytes())

    assert listed(read) == listed(words)
    assert read.lengths.tolist() == words.lengths.tolist()
    assert read.ordinals.tolist() == list(range(len(texts)))


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"", lambda b: b"XXXX" + b[4:]])
def test_damaged_bytes_are_refused(damage: object) -> None:
    stored = counted("leave", "desk leave").to_bytes()

    with pytest.raises(ValueError, match="the words of a document"):
        postings.from_bytes(damage(stored))  # type: ignore[operator]


def test_words_analysed_in_another_way_are_refused() -> None:
    stored = bytearray(counted("leave").to_bytes())
    stored[4] ^= 1

    with pytest.raises(ValueError, match="in another way"):
        postings.from_bytes(bytes(stored))


def test_joined_parts_are_what_would_have_been_counted_together() -> None:
    texts = [f"leave number{i % 7} desk{i}" for i in range(30)]

    joined = postings.join([counted(*texts[:4]), counted(), counted(*texts[4:5]), counted(*texts[5:])])

    together = counted(*texts)
    assert listed(joined) == listed(together)
    assert np.array_equal(joined.terms, together.terms)
    assert joined.lengths.tolist() == together.lengths.tolist()
    assert joined.ordinals.tolist() == [0, 1, 2, 3, 0, *range(25)]
