"""A sentence is found where it stands, also as a scan misreads it."""

from __future__ import annotations

import pytest

from services.knowledge.same_words import Match, Stretch, nearly, spelled_out

SENTENCE = "Annual leave is 25 working days for all employees."


def stretch_of(sentence: str, text: str) -> Stretch | None:
    return spelled_out(sentence, text) or nearly(sentence, text, {})


@pytest.mark.parametrize(
    "text",
    [
        f"# Leave\n\n{SENTENCE} More follows.",
        "Annual leave is 25 work-\ning days\nfor all em\u00adployees",
        "ANNUAL  LEAVE is | 25 | working days, for all employees",
    ],
)
def test_layout_does_not_matter(text: str) -> None:
    found = stretch_of(SENTENCE, text)

    assert found is not None
    assert found.match is Match.EXACT
    assert text[found.start : found.end].lower().startswith("annual")
    assert text[found.start : found.end].endswith("ployees")


def test_ligatures_and_accents_are_read_as_their_letters() -> None:
    found = stretch_of("The office café is on the first floor", "x The oﬃce cafe\u0301 is on the ﬁrst ﬂoor y")

    assert found is not None
    assert (found.match, found.start) == (Match.EXACT, 2)


@pytest.mark.parametrize(
    "text",
    [
        "AnnuaI 1eave is Z5 vvorking days for aIl ernployees.",
        "Annual leave i5 25 working days f0r all employees",
    ],
)
def test_what_a_scan_confuses_is_recognised(text: str) -> None:
    found = stretch_of(SENTENCE, f"Page one. {text}")

    assert found is not None
    assert found.match is Match.MISREAD
    assert found.start == len("Page one. ")


def test_nearly_the_same_is_told_with_its_place() -> None:
    text = "Some words before. Annual leave is 30 working days for most employees. Some words after."
    found = stretch_of(SENTENCE, text)

    assert found is not None
    assert found.match is Match.NEAR
    assert text[found.start : found.end] == "Annual leave is 30 working days for most employees"


@pytest.mark.parametrize(
    "text",
    [
        "Before. Yearly leave comes to 25 working days for all our employees. After.",
        "Before. For all employees, 25 working days is annual leave. After.",
        "Before. Annual leave is 25 days for employees. After.",
    ],
)
def test_other_words_another_order_and_fewer_words_are_nearly_the_same(text: str) -> None:
    found = stretch_of(SENTENCE, text)

    assert found is not None
    assert found.match is Match.NEAR


def test_a_misread_word_is_told_with_its_place_among_other_letters() -> None:
    text = "Ünïcode ﬁrst – “quoted”: AnnuaI 1eave is Z5 vvorking days for aIl ernployees."
    found = stretch_of(SENTENCE, text)

    assert found is not None
    assert found.match is Match.MISREAD
    assert text[found.start : found.end] == "AnnuaI 1eave is Z5 vvorking days for aIl ernployees"


@pytest.mark.parametrize("text", ["", "Trains are preferred for journeys under four hours.", "leave " * 500])
def test_something_else_is_not_found(text: str) -> None:
    assert stretch_of(SENTENCE, text) is None


def test_two_words_are_not_nearly_found() -> None:
    assert stretch_of("annual holidays", "annual leave") is None
