"""Wherever somebody can ask, it says who reads that."""

from __future__ import annotations

import pytest

from components.question import WHO_READS
from services.people.user import User
from tests.pages.screen import words
from tests.servers import ROOT
from tests.services.answers.library import Library
from tests.visits import FrontDoor


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("pages/home/home.py", {}),
        ("pages/build/playground.py", {}),
        ("pages/know/knowledge_base.py", {"id": "handbook", "tab": "Ask"}),
    ],
    ids=["home", "playground", "knowledge base"],
)
def test_every_question_box_says_who_reads_what_is_asked(
    app: FrontDoor, library: Library, page: str, query: dict[str, str]
) -> None:
    visit = app.visit("ana", page, **query)

    assert len(visit.chat_input) == 1
    assert WHO_READS in words(visit)


def test_the_box_below_a_notebook_says_it_as_well(app: FrontDoor, library: Library, ana: User) -> None:
    notebook = library.notebooks.running.start(ana, "Which expenses need a receipt?")

    assert WHO_READS in words(app.visit("ana", "pages/build/playground.py", notebook=notebook.id))


def test_no_page_shows_a_box_of_its_own() -> None:
    screens = (*ROOT.glob("pages/**/*.py"), *ROOT.glob("components/*.py"))
    boxes = [path for path in screens if "chat_input" in path.read_text(encoding="utf-8")]
    assert [path.name for path in boxes] == ["question.py"]
