"""Screens speak plainly: no page that a member reads uses a word of the trade, a raw id, JSON or an ISO time."""

from __future__ import annotations

import pytest

import streamlit_app
from services.people.user import User
from tests.pages.screen import RAW, SPECIALIST, press, words
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PLACES = {
    "home": ("pages/home/home.py", {}),
    "playground": ("pages/build/playground.py", {}),
    "knowledge": ("pages/know/knowledge.py", {}),
    "about": ("pages/know/knowledge_base.py", {"id": "handbook"}),
    "ask": ("pages/know/knowledge_base.py", {"id": "handbook", "tab": "Ask"}),
    "quality": ("pages/know/knowledge_base.py", {"id": "handbook", "tab": "Quality"}),
    "documents": ("pages/know/knowledge_base.py", {"id": "handbook", "tab": "Documents"}),
    "try search": (
        "pages/know/knowledge_base.py",
        {"id": "handbook", "tab": "Try search", "question": "parental leave"},
    ),
    "changes": ("pages/know/knowledge_base.py", {"id": "handbook", "tab": "Changes"}),
    "access": ("pages/know/knowledge_base.py", {"id": "handbook", "tab": "Access"}),
    "inbox": ("pages/home/inbox.py", {}),
    "overview": ("pages/oversee/overview.py", {}),
    "models": ("pages/oversee/models.py", {}),
    "questions without answer": ("pages/oversee/questions.py", {}),
    "access check": ("pages/oversee/access_check.py", {}),
    "audit": ("pages/oversee/audit.py", {}),
}
READERS = {
    "overview": "cleo",
    "models": "cleo",
    "questions without answer": "cleo",
    "access check": "cleo",
    "audit": "cleo",
}
"""Who opens what is not open to a member."""


def test_the_words_of_the_trade_are_recognised() -> None:
    read = "Passages, 3 chunks of a snapshot, BM25, re-ranked, recall@10, top-k"

    assert len(SPECIALIST.findall(read)) == 7
    assert RAW.search('{"id": 1}')
    assert RAW.search("at 2026-11-24T09:30")
    assert RAW.search("0123456789ab")


def test_every_place_of_the_front_door_is_read_here() -> None:
    assert {path for path, _ in PLACES.values()} == {place.path for place in streamlit_app.PLACES}


@pytest.mark.parametrize("place", PLACES)
def test_a_member_reads_plain_words_on_every_page(app: FrontDoor, library: Library, place: str) -> None:
    page, query = PLACES[place]

    read = words(app.visit(READERS.get(place, "ana"), page, **query))

    assert SPECIALIST.findall(read) == []
    assert RAW.findall(read) == []


@pytest.mark.parametrize("question", ["How many weeks of paid parental leave?", "What is in the cafeteria today?"])
def test_an_answer_with_everything_open_but_the_details_is_in_plain_words(
    app: FrontDoor, library: Library, ana: User, question: str
) -> None:
    notebook = library.notebooks.running.start(ana, question)
    visit = app.visit("ana", "pages/build/playground.py", notebook=notebook.id)
    visit.session_state[f"playground.found.{notebook.cells[0].id}"] = True
    press(visit, "row-source")

    read = words(visit)

    assert SPECIALIST.findall(read) == []
    assert RAW.findall(read) == []
