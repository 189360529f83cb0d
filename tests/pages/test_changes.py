"""Changes: every version as a sentence, and what lies between two of them."""

from __future__ import annotations

from tests.pages.screen import press, words
from tests.services.answers.library import LEAVE, TRAVEL, Library
from tests.visits import FrontDoor

PAGE = "pages/know/knowledge_base.py"


def test_the_last_two_versions_are_compared_at_first(app: FrontDoor, library: Library) -> None:
    library.publish("handbook", "new.md", [TRAVEL.replace("Travel", "Journeys")])
    library.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "20 weeks")])

    read = words(app.visit("ana", PAGE, id="handbook", tab="Changes"))

    assert "Changed All versions" in read
    assert "Parental leave" in read
    assert "Version 4" in read
    assert "1 document changed" in read
    assert "Came" not in read


def test_the_address_says_which_two_are_compared(app: FrontDoor, library: Library) -> None:
    library.publish("handbook", "new.md", [TRAVEL.replace("Travel", "Journeys")])

    read = words(app.visit("ana", PAGE, id="handbook", tab="Changes", older="1", newer="3"))

    assert "Came Journeys Travel" in read


def test_an_answer_names_its_version_and_runs_again_on_it(app: FrontDoor, library: Library) -> None:
    ana = app.services.people.user("ana")
    notebook = library.notebooks.running.start(ana, "How many weeks of paid parental leave?", ("handbook",))
    library.publish("handbook", "leave.md", [LEAVE.replace("16 weeks", "20 weeks")])
    visit = app.visit("ana", "pages/build/playground.py", notebook=notebook.id)
    visit.session_state[f"playground.found.{notebook.cells[0].id}"] = True
    visit.run()

    assert "Employee handbook, version 2 of" in words(visit)
    press(visit, "playground.again")
    assert "The same sources, in the same order." in words(visit)
