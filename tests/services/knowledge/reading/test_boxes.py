from __future__ import annotations

import pytest

from services.errors import BadInput
from services.knowledge.reading.boxes import WHOLE, WordBox, boxes_within, pack_boxes, unpack_boxes

PAID = WordBox(0, 4, 0, 10, 500, 60)
LEAVE = WordBox(5, 10, 520, 10, 1_000, 60)
FAR = WordBox(70_000, 70_004, WHOLE - 1, WHOLE - 1, WHOLE, WHOLE)


def test_boxes_come_back_as_they_were_kept() -> None:
    assert unpack_boxes(pack_boxes([PAID, LEAVE, FAR])) == (PAID, LEAVE, FAR)


def test_a_word_takes_sixteen_bytes() -> None:
    assert len(pack_boxes([PAID, LEAVE])) == 1 + 2 * 16


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(0, 4, [PAID]), (0, 5, [PAID]), (2, 7, [PAID, LEAVE]), (4, 5, []), (9, 10, [LEAVE])],
)
def test_the_words_of_a_range_are_those_it_touches(start: int, end: int, words: list[WordBox]) -> None:
    assert boxes_within(pack_boxes([PAID, LEAVE]), start, end) == words


@pytest.mark.parametrize("kept", [b"", b"\x02", b"\x02" + bytes(16), b"\x01" + bytes(15)])
def test_bytes_of_another_format_are_refused(kept: bytes) -> None:
    with pytest.raises(BadInput, match="not known"):
        unpack_boxes(kept)
