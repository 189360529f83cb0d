"""The Inbox: what waits, what was asked, what happened; and the way from a draft to somebody else's answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from services.knowledge.knowledge_base import Audience
from services.people.user import User
from services.store.moment import utc_now
from tests.pages.screen import press, words
from tests.passports import passport
from tests.services.answers.library import Library
from tests.services.knowledge.test_approval import COMPLETE, made_by
from tests.visits import FrontDoor

INBOX = "pages/home/inbox.py"
KNOWLEDGE = "pages/know/knowledge.py"
KNOWLEDGE_BASE = "pages/know/knowledge_base.py"


def test_a_newcomer_reads_what_belongs_here(app: FrontDoor, library: Library) -> None:
    assert "Nothing waits for you" in words(app.visit("ana", INBOX))
    assert "You have asked for nothing yet" in words(app.visit("ana", INBOX, tab="My requests"))
    assert "No news" in words(app.visit("ana", INBOX, tab="News"))


def test_what_waits_is_a_sentence_with_one_button_and_counts_in_the_menu(
    app: FrontDoor, library: Library, ben: User, sam: User
) -> None:
    made = made_by(library, ben)
    library.knowledge.approval.submit(ben, made.id, "It is complete.")

    read = words(app.visit("sam", INBOX))

    assert "Ben asks you to approve “Travel rules”" in read
    assert "“It is complete.”" in read
    assert "Decide" in read
    assert library.knowledge.governance.requests.count(sam) == 1
    assert "Decide" not in words(app.visit("ana", INBOX))


def test_a_decision_reaches_who_asked_and_opens_what_it_is_about(
    app: FrontDoor, library: Library, ben: User, sam: User
) -> None:
    made = made_by(library, ben)
    request = library.knowledge.approval.submit(ben, made.id, "It is complete.")
    library.knowledge.governance.requests.decide(sam, request.id, True, until=date(2027, 5, 1))

    news = app.visit("ben", INBOX, tab="News")

    assert "Sam approved until 1 May 2027: Approve “Travel rules”" in words(news)
    press(news, "inbox.Read")
    assert library.knowledge.governance.requests.count(ben) == 0


def test_a_request_can_be_taken_back(app: FrontDoor, library: Library, ana: User) -> None:
    library.knowledge.sharing.ask(ana, board(library), "I write the report.", utc_now().date())

    mine = app.visit("ana", INBOX, tab="My requests")
    assert "Let me read “Claims papers”" in words(mine)
    press(mine, "inbox.Take back")

    assert "Taken back" in words(app.visit("ana", INBOX, tab="My requests"))


def board(library: Library) -> str:
    library.add(passport("papers", "Claims papers", audience=Audience(("office",))), {})
    return "papers"


def test_what_somebody_may_not_read_is_offered_by_its_name_alone(app: FrontDoor, library: Library) -> None:
    board(library)

    read = words(app.visit("ana", KNOWLEDGE))

    assert "Claims papers" in read
    assert "Ask for access" in read
    assert "not there, or not for you" in words(app.visit("ana", KNOWLEDGE_BASE, id="papers"))


def test_the_access_page_says_why_somebody_may_read_and_until_when(
    app: FrontDoor, library: Library, ana: User, ben: User
) -> None:
    request = library.knowledge.sharing.ask(ana, board(library), "I write the report.", utc_now().date())
    library.knowledge.governance.requests.decide(ben, request.id, True, until=utc_now().date() + timedelta(days=1))

    assert "access was given to you" in words(app.visit("ana", KNOWLEDGE_BASE, id="papers", tab="Access"))
    owner = app.visit("ben", KNOWLEDGE_BASE, id="papers", tab="Access")
    assert "because you are its owner" in words(owner)
    press(owner, "access.end")
    assert not library.knowledge.can_read(ana, ("papers",))


def test_a_passport_says_who_may_read_it_in_names(app: FrontDoor, library: Library, ben: User) -> None:
    made = made_by(library, ben, replace(COMPLETE, audience=Audience(("claims", "people"))))

    read = words(app.visit("ben", KNOWLEDGE_BASE, id=made.id))

    assert "Claims and People & Culture" in read
    assert "Draft" in read
    assert "Submit for approval" in read
    assert "just now" in read
