"""Oversight: the overview, the receipts behind its figures, and whose access is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.ledger.receipt import Outcome, Receipt
from services.people.user import User
from services.store.moment import utc_now
from tests.pages.screen import RAW, SPECIALIST, buttons, html, words
from tests.passports import passport
from tests.services.answers.library import Library
from tests.services.ledger.receipts import ask_receipt
from tests.visits import FrontDoor

OVERVIEW = "pages/oversee/overview.py"
ACCESS_CHECK = "pages/oversee/access_check.py"


def asked_last_week(library: Library, people: int, outcome: Outcome, line: str = "claims") -> Sequence[Receipt]:
    blank = replace(
        ask_receipt(line=line, at=utc_now() - timedelta(days=7)), outcome=outcome, snapshots={"handbook": 1}
    )
    return [library.ledger.record(replace(blank, id="", person=f"{line}-{each}")) for each in range(people)]


def test_a_new_installation_says_why_there_are_no_figures(app: FrontDoor, library: Library) -> None:
    read = words(app.visit("cleo", OVERVIEW))

    assert "Nobody has asked anything in the last weeks." in read
    assert "No knowledge base is due for review within the next 30 days." in read


def test_fewer_than_five_people_give_no_figure(app: FrontDoor, library: Library) -> None:
    asked_last_week(library, 4, Outcome.ANSWERED)

    visit = app.visit("cleo", OVERVIEW)

    assert "In no whole week have five people asked something." in words(visit)
    assert not visit.get("plotly_chart")


def test_figures_are_sentences_first_then_two_charts_and_a_table(app: FrontDoor, library: Library) -> None:
    asked_last_week(library, 8, Outcome.ANSWERED)
    asked_last_week(library, 5, Outcome.NOT_FOUND)

    visit = app.visit("sam", OVERVIEW)

    read = words(visit)
    assert "8 people asked 13 questions" in read
    assert "8 were answered, 5 were not in these documents." in read
    assert "38% of 13 questions were not in these documents" in read
    assert "Claims asked most: 13 of 13 questions" in read
    assert len(visit.get("plotly_chart")) == 2
    assert SPECIALIST.findall(read) == []
    assert RAW.findall(read) == []


def test_a_figure_opens_the_receipts_it_counts(app: FrontDoor, library: Library) -> None:
    asked_last_week(library, 8, Outcome.ANSWERED)
    (week,) = {each.week for each in app.services.insight.overview(app.services.people.user("cleo")).told}
    assert f'href="/overview?week={week}&amp;line=claims&amp;figure=answered"' in html(app.visit("cleo", OVERVIEW))

    visit = app.visit("cleo", OVERVIEW, week=week, line="claims", figure="answered")

    assert visit.title[0].value.startswith("Answered: Claims, week of ")
    assert len(buttons(visit, "row-receipt-")) == 8
    assert "Employee handbook · Answered" in words(visit)
    assert "claims-0" not in words(visit)


def test_a_receipt_asks_for_a_reason_before_it_opens(app: FrontDoor, library: Library, cleo: User) -> None:
    asked_last_week(library, 5, Outcome.ANSWERED)
    (week,) = {each.week for each in app.services.insight.overview(cleo).told}
    visit = app.visit("cleo", OVERVIEW, week=week, line="claims", figure="questions")

    visit.button(key=buttons(visit, "row-receipt-")[0]).click().run()

    assert "They will be told that you opened it, and why." in words(visit)
    assert "How many weeks of parental leave are there?" not in words(visit)
    assert library.ledger.audit(cleo) == ()


@pytest.mark.parametrize("figure", ["questions", "wrong", "people", "nonsense"])
def test_a_link_to_a_figure_that_is_not_told_reads_like_one_to_nothing(
    app: FrontDoor, library: Library, figure: str
) -> None:
    asked_last_week(library, 4, Outcome.ANSWERED)

    visit = app.visit("cleo", OVERVIEW, week="2026-W01", line="claims", figure=figure)

    assert [each.value for each in visit.error] == ["There is no such figure, or it is of fewer than five people."]


def test_what_is_due_for_review_stands_with_its_owner_and_one_button(app: FrontDoor, library: Library) -> None:
    library.change("handbook", approved_until=utc_now().date() - timedelta(days=1))

    visit = app.visit("cleo", OVERVIEW)

    assert "Employee handbook: was due on" in words(visit)
    assert "owner Ben" in words(visit)
    assert "Open Employee handbook" in words(visit)


def test_access_is_checked_by_a_click_and_stands_in_the_audit(app: FrontDoor, library: Library, cleo: User) -> None:
    visit = app.visit("cleo", ACCESS_CHECK)
    assert library.ledger.audit(cleo) == ()
    visit.selectbox(key="person").select("ana")

    visit.button(key="access.check").click().run()

    read = words(visit)
    assert "Employee handbook Ben Approved May read it: belongs to its audience" in read
    assert "Board papers Ben Approved May not read it" in read
    assert [(each.action, each.object) for each in library.ledger.audit(cleo)] == [("check access", "ana")]


def test_a_draft_of_somebody_else_is_not_named_in_the_check(app: FrontDoor, library: Library) -> None:
    library.add(passport("plans", "Ana’s plans", owner="ana"), {})
    library.change("plans", state="Draft")
    visit = app.visit("cleo", ACCESS_CHECK)
    visit.selectbox(key="person").select("ana")

    assert "plans" not in words(visit.button(key="access.check").click().run())


@pytest.mark.parametrize("page", [OVERVIEW, ACCESS_CHECK])
def test_a_member_is_not_let_in(app: FrontDoor, library: Library, page: str) -> None:
    visit = app.visit("ana", page)

    assert visit.error[0].value.endswith("is not open to you.")


def test_home_shows_the_cdo_four_figures_first_and_nobody_else_any(app: FrontDoor, library: Library) -> None:
    asked_last_week(library, 8, Outcome.ANSWERED)
    asked_last_week(library, 5, Outcome.NOT_FOUND)

    figures = "8 people asked 13 questions 8 answered 5 not in these documents"
    assert figures in words(app.visit("cleo"))
    assert figures not in words(app.visit("sam"))
    assert figures not in words(app.visit("ana"))


def test_home_says_to_the_cdo_that_there_are_no_figures_yet(app: FrontDoor, library: Library) -> None:
    assert "Nothing to count yet" in words(app.visit("cleo"))


def test_who_asked_reads_in_the_inbox_who_opened_their_receipt_and_why(
    app: FrontDoor, library: Library, cleo: User
) -> None:
    receipt, *_ = asked_last_week(library, 4, Outcome.ANSWERED)
    own = library.ledger.record(replace(receipt, id="", person="ana", answer="", quotes=()))
    asked_last_week(library, 5, Outcome.ANSWERED)
    app.services.insight.open_receipt(cleo, own.id, "Legal has to know.")

    read = words(app.visit("ana", "pages/home/inbox.py", tab="News"))

    assert "Cleo, as Oversight, opened the receipt of a question you asked on" in read
    assert "“Legal has to know.”" in read
    assert RAW.findall(read) == []


def test_a_total_opens_the_receipts_of_every_group_that_it_adds_up(app: FrontDoor, library: Library) -> None:
    asked_last_week(library, 8, Outcome.ANSWERED)
    asked_last_week(library, 5, Outcome.ANSWERED, "people")
    asked_last_week(library, 4, Outcome.ANSWERED, "finance")
    shown = html(app.visit("cleo", OVERVIEW))
    assert '<a href="/overview?figure=answered&amp;weeks=12" target="_self">' in shown
    told = sum(each.answered or 0 for each in app.services.insight.overview(app.services.people.user("cleo")).told)

    visit = app.visit("cleo", OVERVIEW, figure="answered", weeks="12")

    assert visit.title[0].value == "Answered: the last 12 whole weeks"
    assert 13 <= told <= 17
    assert len(buttons(visit, "row-receipt-")) == 10  # the first page of them
    assert "finance-0" not in words(visit)


def test_the_four_figures_of_home_open_their_receipts(app: FrontDoor, library: Library) -> None:
    asked_last_week(library, 8, Outcome.ANSWERED)
    asked_last_week(library, 5, Outcome.NOT_FOUND)

    shown = html(app.visit("cleo"))

    assert '<b><a href="/overview?figure=not_found&amp;weeks=4" target="_self">5</a></b>' in shown
    assert shown.count('href="/overview?figure=questions&amp;weeks=4"') == 2
    visit = app.visit("cleo", OVERVIEW, figure="not_found", weeks="4")
    assert visit.title[0].value == "Not in these documents: the last 4 whole weeks"
    assert len(buttons(visit, "row-receipt-")) == 5


@pytest.mark.parametrize("query", [{"figure": "people"}, {"figure": "wrong"}, {"figure": "answered", "weeks": "x"}])
def test_a_total_that_is_not_told_reads_like_nothing(app: FrontDoor, library: Library, query: dict[str, str]) -> None:
    asked_last_week(library, 4, Outcome.ANSWERED)

    visit = app.visit("cleo", OVERVIEW, **query)

    assert [each.value for each in visit.error] == ["There is no such figure, or it is of fewer than five people."]
