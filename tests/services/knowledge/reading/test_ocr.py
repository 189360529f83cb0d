from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from services.knowledge.document import Page
from services.knowledge.reading.boxes import WHOLE, unpack_boxes
from services.knowledge.reading.ocr import NO_WORDS, Scan, Word, make_out
from tests.services.knowledge.scans import LEFT, SIZE, TOP, photograph, scan

LINES = ("Parental leave lasts sixteen weeks and is", "paid in full. Ask your manager early.")
NOWHERE = (0, 0, 0, 0)


def page(*words: Word, known: frozenset[str] = frozenset()) -> Page:
    return Scan(words).page(1, known)


def noisy(picture: Image.Image, deviation: float) -> Image.Image:
    noise = np.random.default_rng(1).normal(0, deviation, (picture.height, picture.width))
    return Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))


def test_each_word_knows_where_it_stands() -> None:
    made_out = make_out(scan(*LINES)).page(1, frozenset())
    assert made_out.text == "\n".join(LINES)
    words = unpack_boxes(made_out.boxes or b"")
    assert [made_out.text[word.start : word.end] for word in words] == " ".join(LINES).split()
    left, top = words[0].left * SIZE[0] / WHOLE, words[0].top * SIZE[1] / WHOLE
    assert abs(left - LEFT) < 6
    assert 0 <= top - TOP < 12


def test_lines_further_apart_than_usual_are_paragraphs() -> None:
    made_out = make_out(scan("Leave", "", *LINES, "", "Ask the office where you work for the form."))
    assert made_out.draft == f"Leave\n\n{LINES[0]}\n{LINES[1]}\n\nAsk the office where you work for the form."


@pytest.mark.parametrize(
    "picture",
    [
        scan(*LINES, ink=225),
        scan(*LINES).point(lambda value: 255 - value),
        noisy(scan(*LINES), 40),
        noisy(scan(*LINES), 25).convert("1"),
        scan(*LINES).resize((620, 877)),
        scan(*LINES).rotate(3, fillcolor=255),
    ],
    ids=["pale", "white on black", "noisy", "black and white dots", "small", "askew"],
)
def test_a_bad_picture_is_read_all_the_same(picture: Image.Image) -> None:
    assert "weeks and is" in make_out(picture).draft


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("L", SIZE, 255),
        Image.new("L", SIZE, 0),
        Image.new("L", (1, 1), 255),
        Image.new("L", (2, 3_000), 0),
        noisy(Image.new("L", SIZE, 240), 6),
        Image.linear_gradient("L").resize(SIZE),
    ],
    ids=["white", "black", "one point", "a line", "paper", "shade"],
)
def test_a_page_with_nothing_on_it_is_blank_not_unread(picture: Image.Image) -> None:
    assert make_out(picture) == Scan()


@pytest.mark.parametrize(
    "picture",
    [photograph(), noisy(Image.new("L", SIZE, 128), 300), scan(*LINES).filter(ImageFilter.GaussianBlur(8))],
    ids=["drawing", "noise", "blurred"],
)
def test_a_picture_without_words_says_so(picture: Image.Image) -> None:
    assert make_out(picture) == Scan(unread=NO_WORDS)


def test_a_word_broken_at_the_end_of_a_line_is_put_together_and_both_halves_keep_their_place() -> None:
    words = (Word("an", "", NOWHERE), Word("impor-", " ", (1, 1, 2, 2)), Word("tant", "\n", (3, 3, 4, 4)))
    made_out = page(*words)
    assert made_out.text == "an important"
    assert [(word.start, word.end) for word in unpack_boxes(made_out.boxes or b"")] == [(0, 2), (3, 8), (8, 12)]


def test_a_hyphen_between_two_words_of_the_document_stays() -> None:
    words = (Word("(in-", "", NOWHERE), Word("network)", "\n", NOWHERE))
    assert page(*words, known=frozenset({"in", "network"})).text == "(in-network)"


@pytest.mark.parametrize("after", [Word("Tant", "\n", NOWHERE), Word("tant", " ", NOWHERE), Word("5", "\n", NOWHERE)])
def test_a_hyphen_stays_where_no_word_goes_on(after: Word) -> None:
    assert page(Word("impor-", "", NOWHERE), after).text == f"impor-{after.gap}{after.text}"


def test_a_page_without_words_has_no_boxes() -> None:
    assert Scan(unread=NO_WORDS).page(3, frozenset()) == Page(3, "", unread=NO_WORDS)
