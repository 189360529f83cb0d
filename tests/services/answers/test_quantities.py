from __future__ import annotations

import pytest

from services.answers.quantities import quantities


def same(one: str, other: str) -> bool:
    mine, theirs = quantities(one), quantities(other)
    assert mine
    return len(mine) == len(theirs) and all(a.is_same(b) for a, b in zip(mine, theirs, strict=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 weeks", "twelve weeks"),
        ("$16.5 million", "16,500,000 dollars"),
        ("$5k", "five thousand dollars"),
        ("3bn", "3 billion"),
        ("5%", "5 per cent"),
        ("two weeks", "14 days"),
        ("one year", "12 months"),
        ("a 20-day notice", "20 days of notice"),
        ("14 March 2024", "the 14th of March 2024"),
        ("5 p.m.", "17:00"),
        ("5–7 days", "5 to 7 days"),
        ("one hundred and twenty", "120"),
    ],
)
def test_the_same_amount_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 weeks", "12 months"),
        ("5%", "$5"),
        ("5 million", "5 billion"),
        ("14 March", "14 April"),
        ("1,000", "1.000.5"),
        ("5 to 7 days", "5 to 7 weeks"),
    ],
)
def test_another_amount_or_unit_is_another(one: str, other: str) -> None:
    assert not same(one, other)


def test_what_counts_nothing_is_no_quantity() -> None:
    assert quantities("One of them runs on EC2 with H1N1, and you may march.") == ()


def test_quantities_stand_where_they_say() -> None:
    text = "It rose 12% to $3.1 million on 2024-03-14."
    assert [text[each.start : each.end] for each in quantities(text)] == ["12%", "$3.1 million", "2024", "03", "14"]


@pytest.mark.parametrize("text", ["from one year to the next", "one day after another", "one step at a time"])
def test_one_thing_after_the_other_counts_nothing(text: str) -> None:
    assert quantities(text) == ()


def test_one_thing_alone_is_one() -> None:
    assert len(quantities("It takes one year to complete.")) == 1
