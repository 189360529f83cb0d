from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.answers.sentences import LONGEST, Shape, shown, split


def sentences(text: str) -> list[str]:
    return [text[each.start : each.end] for each in split(text)]


def test_a_sentence_goes_on_over_a_wrapped_line() -> None:
    assert sentences("Leave must begin within\ntwelve months. It may be\nsplit.") == [
        "Leave must begin within\ntwelve months.",
        "It may be\nsplit.",
    ]


def test_an_abbreviation_or_a_number_does_not_end_a_sentence() -> None:
    text = "See No. 5 of Dr. Smith's list, e.g. Item 2.1, at 9 a.m. on Friday. The U.S. Treasury pays 3.5 percent."
    assert sentences(text) == [
        "See No. 5 of Dr. Smith's list, e.g. Item 2.1, at 9 a.m. on Friday.",
        "The U.S. Treasury pays 3.5 percent.",
    ]


def test_a_reference_to_a_numbered_part_does_not_end_a_sentence() -> None:
    assert sentences("See Part II, Item 1A. “Risk Factors” of this report. There are 12. Read all.") == [
        "See Part II, Item 1A. “Risk Factors” of this report.",
        "There are 12.",
        "Read all.",
    ]


def test_a_line_in_capitals_is_a_title() -> None:
    found = split("NVIDIA CORPORATION AND SUBSIDIARIES\nNOTES TO CONDENSED FINANCIAL STATEMENTS\nSales grew.")
    assert [each.shape for each in found] == [Shape.HEADING, Shape.HEADING, Shape.PROSE]


def test_a_list_item_stands_without_its_mark() -> None:
    assert sentences("You need:\n- a form\n  signed twice\n• a photo\n2) a stamp") == [
        "You need:",
        "a form\n  signed twice",
        "a photo",
        "a stamp",
    ]


def test_a_title_above_a_paragraph_is_told_from_it() -> None:
    text = "Foot care\nOrthotics are covered when a doctor has prescribed them for daily use.\n\nExceptions\n\nNone."
    shapes = [(text[each.start : each.end], each.shape) for each in split(text)]
    assert shapes == [
        ("Foot care", Shape.HEADING),
        ("Orthotics are covered when a doctor has prescribed them for daily use.", Shape.PROSE),
        ("Exceptions", Shape.HEADING),
        ("None.", Shape.PROSE),
    ]


def test_each_row_of_a_table_stands_alone_and_its_rule_is_left_out() -> None:
    text = (
        "| Leave | Hours |\n|---|---|\n| Sick | 104 |\n\nNet sales:\nProducts $ 63,355 $ 63,948\nServices 19,604 17,486"
    )
    rows = [text[each.start : each.end] for each in split(text) if each.shape is Shape.ROW]
    assert rows == [
        "| Leave | Hours |",
        "| Sick | 104 |",
        "Products $ 63,355 $ 63,948",
        "Services 19,604 17,486",
    ]


def test_what_never_ends_is_cut_where_a_line_or_a_word_ends() -> None:
    pieces = sentences("word " * 400)
    assert max(map(len, pieces)) <= LONGEST
    assert all(piece.startswith("word") and piece.endswith("word") for piece in pieces)


@given(st.text(alphabet="aB1. \n-|?#*•\t(é", max_size=300))
def test_sentences_are_ordered_ranges_without_white_space_around_them(text: str) -> None:
    found = split(text)
    assert all(text[each.start : each.end].strip() == text[each.start : each.end] != "" for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "text", [". " * 20_000, "**a " * 10_000, "[" * 20_000, "<a " * 10_000, "|" * 20_000, "- \n" * 9_000]
)
def test_a_hostile_text_takes_no_longer_than_another(text: str) -> None:
    started = time.perf_counter()
    split(text)
    shown(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("quote", "reads"),
    [
        ("care at\n  home", "care at home"),
        ("FDA-\napproved", "FDA-approved"),
        ("See [the **form**](https://a.example/x_(1)) *now*", "See the form now"),
        ("snake_case and 2*3*4", "snake_case and 2*3*4"),
        ("| Sick | 104 |", "Sick | 104"),
        ("a <br> b, 3 < 4", "a b, 3 < 4"),
    ],
)
def test_a_quote_is_shown_without_marks_and_line_ends(quote: str, reads: str) -> None:
    assert shown(quote) == reads
