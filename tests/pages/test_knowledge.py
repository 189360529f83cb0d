"""Knowledge: one card for each knowledge base that somebody may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.people.user import User
from tests.pages.screen import html, words
from tests.passports import passport
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PAGE = "pages/know/knowledge.py"


def test_a_card_says_what_it_is_whose_it_is_and_how_it_stands(app: FrontDoor, library: Library) -> None:
    dated = replace(passport("manual", "Claims manual"), approved_until=date(2027, 11, 30))
    library.add(dated, {})

    read = words(app.visit("ana", PAGE))

    assert "Employee handbook Approved For tests. 2 documents · Owner: Ben" in read
    assert "Approved until 30 November 2027" in read


def test_past_its_date_a_card_says_since_when_its_review_is_due(app: FrontDoor, library: Library) -> None:
    library.add(replace(passport("manual", "Claims manual"), approved_until=date(2020, 11, 30)), {})

    read = words(app.visit("ana", PAGE))

    assert "Claims manual Review due since 1 December 2020" in read


def test_what_is_not_for_somebody_has_no_card(app: FrontDoor, library: Library) -> None:
    assert "Board papers" not in words(app.visit("ana", PAGE))
    assert "Board papers" in words(app.visit("cleo", PAGE))


def test_two_hundred_cards_come_twenty_four_at_a_time(app: FrontDoor, library: Library) -> None:
    for number in range(30):
        library.add(passport(f"manual-{number}", f"Manual {number}"), {})

    visit = app.visit("ana", PAGE)

    assert html(visit).count('class="card-title"') == 24


def test_nothing_to_read_says_why_and_what_to_do(app: FrontDoor) -> None:
    visit = app.visit("ana", PAGE)

    assert "There is no knowledge base that you may read." in words(visit)
    assert [each.proto.label for each in visit.get("page_link")] == ["Ask a file of your own"]


def test_a_name_is_shown_as_it_was_given(app: FrontDoor, library: Library, ana: User) -> None:
    library.add(replace(passport("odd", "<b>Odd</b> & *even*"), purpose="<script>x</script>"), {})

    sent = html(app.visit("ana", PAGE))

    assert "&lt;b&gt;Odd&lt;/b&gt; &amp; *even*" in sent
    assert "<script>x" not in sent
