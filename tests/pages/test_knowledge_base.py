"""The page of one knowledge base: About, Ask, Documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from services.governance.life_cycle import ApprovalState
from services.people.user import User
from services.store.moment import utc_now
from tests.pages.screen import html, words
from tests.passports import passport
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PAGE = "pages/know/knowledge_base.py"


def test_it_stands_under_knowledge_and_says_what_it_is_for(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ana", PAGE, id="handbook")

    read = words(visit)
    assert [each.value for each in visit.title] == ["Employee handbook"]
    assert "/ Employee handbook" in read
    assert "For tests." in read
    assert "Owner Ben" in read
    assert "Steward Sam" in read
    assert "Everybody who is signed in" in read


def test_past_its_date_it_says_since_when_its_review_is_due(app: FrontDoor, library: Library) -> None:
    library.change("handbook", approved_until=date(2020, 11, 30))

    assert "State Review due since 1 December 2020" in words(app.visit("ana", PAGE, id="handbook"))


def test_the_tab_is_part_of_the_link(app: FrontDoor, library: Library) -> None:
    read = words(app.visit("ana", PAGE, id="handbook", tab="Documents"))

    assert "Parental leave Read 1 page" in read


def test_asking_it_looks_there_alone(app: FrontDoor, library: Library, ana: User) -> None:
    visit = app.visit("ana", PAGE, id="handbook", tab="Ask")
    visit.chat_input(key="knowledge.question").set_value("Which expenses need a receipt?").run()

    (notebook,) = library.notebooks.mine(ana)
    assert library.notebooks.open(ana, notebook.id).cells[0].form["where"] == ["handbook"]
    assert "Every expense above $75 needs a receipt." in words(visit)


def test_a_hundred_documents_come_twenty_five_at_a_time(app: FrontDoor, library: Library) -> None:
    for number in range(30):
        library.publish(
            "handbook", f"page-{number}.md", [f"# Page {number}\n\nNumber {number} is about number {number}."]
        )

    visit = app.visit("ana", PAGE, id="handbook", tab="Documents")

    assert html(visit).count('<span class="badge good">Read</span>') == 25


def test_what_is_not_for_somebody_reads_like_what_is_not_there(app: FrontDoor, library: Library) -> None:
    forbidden = app.visit("ana", PAGE, id="board")
    absent = app.visit("ana", PAGE, id="nobody-knows")

    assert [each.value for each in forbidden.error] == [each.value for each in absent.error] != []
    assert "Zephyr" not in words(forbidden)


def test_an_own_file_is_labelled_private_and_its_owner_can_delete_it(
    app: FrontDoor, library: Library, ana: User
) -> None:
    own = replace(
        passport("own", "contract.pdf"),
        owner="ana",
        state=ApprovalState.DRAFT,
        expires_at=utc_now() + timedelta(days=30),
    )
    library.add(own, {"contract.md": "# Contract\n\nThe rent is 900 euros a month."})

    read = words(app.visit("ana", PAGE, id="own"))
    assert "Private, not approved" in read
    assert "Only you" in read
    assert "Delete this file" in read
    assert "contract" not in words(app.visit("ben", PAGE, id="own"))


def test_the_owner_sees_three_ways_to_divide_a_document_before_one_is_used(app: FrontDoor, library: Library) -> None:
    visit = app.visit("ben", PAGE, id="handbook", tab="Documents")
    visit.session_state["documents.options"] = True
    read = words(visit.run())

    assert "By heading and paragraph" in read
    assert "By size" in read
    assert "By page" in read
    assert read.count("the first of them:") == 3
    assert [each.label for each in visit.button if each.label == "Use it for all"] == ["Use it for all"] * 2
    assert "documents.options" not in app.visit("ana", PAGE, id="handbook", tab="Documents").session_state
