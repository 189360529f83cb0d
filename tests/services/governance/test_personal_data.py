"""What is found in a question, of which kind, and what looks like it and is not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.governance.personal_data import PersonalKind, find


def found(text: str) -> list[tuple[str, str]]:
    return [(each.kind.value, text[each.start : each.end]) for each in find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Who answers ana.lee+leave@example.co.uk?", "email", "ana.lee+leave@example.co.uk"),
        ("write to jörg@bücher.example.", "email", "jörg@bücher.example"),
        ("Pay GB82 WEST 1234 5698 7654 32 please", "iban", "GB82 WEST 1234 5698 7654 32"),
        ("iban de89370400440532013000.", "iban", "de89370400440532013000"),
        ("Pay to NO93-8601-1117-947", "iban", "NO93-8601-1117-947"),
        ("my card 4111111111111111 expires 12/27", "card", "4111111111111111"),
        ("my card 4111 1111 1111 1111 12/27", "card", "4111 1111 1111 1111"),
        ("Amex 3782-822463-10005", "card", "3782-822463-10005"),
        ("card 5500\u00a00000\u00a00000\u00a00004", "card", "5500\u00a00000\u00a00000\u00a00004"),
        ("SSN 536-90-4399?", "ssn", "536-90-4399"),
        ("His social security number is 536904399", "ssn", "536904399"),
        ("my passport number is C01X00T47, may I travel?", "document", "C01X00T47"),
        ("Driving licence: 481195160", "document", "481195160"),
        ("blocked at 198.51.100.23 today", "ip", "198.51.100.23"),
        ("from 2001:db8:85a3::8a2e:370:7334", "ip", "2001:db8:85a3::8a2e:370:7334"),
        ("She was born on 12 March 1980 in Oslo", "birth", "12 March 1980"),
        ("DOB: 12/03/1980", "birth", "12/03/1980"),
        ("date of birth March 12, 1980", "birth", "March 12, 1980"),
        ("Call +44 20 7946 0958 about it", "phone", "+44 20 7946 0958"),
        ("is (202) 555-0143 ours?", "phone", "(202) 555-0143"),
        ("is 202-555-0143 ext. 12 ours?", "phone", "202-555-0143 ext. 12"),
        ("the number 06 12 34 56 78", "phone", "06 12 34 56 78"),
        ("Please call 5550143 about leave", "phone", "5550143"),
        ("What did Mrs. Anne-Marie O'Hara sign?", "name", "Anne-Marie O'Hara"),
        ("Is dr Łukasz Ångström on leave?", "name", "Łukasz Ångström"),
        ("My name is Zoë Miller and I ask", "name", "Zoë Miller"),
        ("May my colleague Brian Lee's laptop be repaired?", "name", "Brian Lee"),
    ],
)
def test_it_is_found_where_it_stands(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "Is 4111111111111112 a card?",
        "The order 1234567890123456",
        "2021 2022 2023 2024 compared",
        "GB83 WEST 1234 5698 7654 32",
        "XX82 WEST 1234 5698 7654 32",
        "the part 000-12-3456 and 666-12-3456",
        "Build 10.0.19041.1 and version 1.2.3.4 and 127.0.0.1 and 256.1.1.1",
        "at 12:30:45 std::sort",
        "Revenue was 1 234 567 890 or 1.234.567.890 and 1,234,567,890",
        "from 2019-2020 to 2021-11-24 10:30",
        "ISBN 978-3-16-148410-0",
        "the accession 0000320193-23-000106",
        "born leaders of 1980",
        "May my colleague I work with stay?",
        "Do I need a passport for 30 days?",
        "MS Word and the Employee Assistance Program",
        "Ask your steward, or email the team @ noon",
        "May my manager Monday or my boss in May decide?",
        "What is a 401(k) and a 501(c)3, and is $1,250.00 enough?",
        "",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_several_kinds_come_in_the_order_of_the_text_and_none_claims_what_another_has() -> None:
    text = "Mr. Lee, lee@example.org, 4111 1111 1111 1111, +1 202 555 0143"

    assert [kind for kind, _ in found(text)] == ["name", "email", "card", "phone"]


@given(st.integers(min_value=10**11, max_value=10**14 - 1))
def test_of_the_ten_last_digits_of_a_number_one_makes_it_a_card(body: int) -> None:
    cards = [last for last in range(10) if found(f"4{body}{last}") == [("card", f"4{body}{last}")]]

    assert len(cards) == 1


@given(st.text(max_size=300) | st.text(alphabet="0123456789 .-/()+@:xX'aAgG\n", max_size=300))
def test_any_text_is_looked_through_and_what_is_found_lies_in_it_side_by_side(text: str) -> None:
    places = [(each.start, each.end) for each in find(text)]

    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


def test_every_kind_has_its_words_and_none_of_them_tells_the_value() -> None:
    assert len({kind.in_words for kind in PersonalKind}) == len(PersonalKind)
    assert "ana@example.org" not in repr(find("ana@example.org"))
