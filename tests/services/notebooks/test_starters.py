"""The notebooks that ship to start from: each is read, made one's own, and runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import services
from services.errors import Misconfigured, NotFound
from services.notebooks.notebook import State
from services.notebooks.starters import read_starter
from services.people.user import User
from tests.passports import passport
from tests.services.answers.library import LEAVE, Library

FOLDER = Path(services.__file__).parent / "content" / "starters"
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.fixture
def furnished(rooms: Library) -> Library:
    """The rooms with something to read in each knowledge base that a starter needs."""
    for each in ("employee-handbook", "northwind-benefits", "quarterly-reports"):
        rooms.add(passport(each, each), {"leave.md": LEAVE})
    return rooms


def test_five_ship_and_are_offered_in_their_order(furnished: Library, ana: User) -> None:
    assert [each.id for each in furnished.notebooks.starters.list(ana)] == [
        "first-question",
        "sales-summary",
        "policy-question",
        "two-plans",
        "a-quarter",
    ]


def test_one_whose_documents_are_not_for_somebody_is_not_offered_to_them(rooms: Library, ana: User) -> None:
    assert [each.id for each in rooms.notebooks.starters.list(ana)] == ["sales-summary"]
    with pytest.raises(NotFound):
        rooms.notebooks.starters.start(ana, "two-plans")


@pytest.mark.parametrize("name", SHIPPED)
def test_each_runs_to_its_end_and_every_step_gives_something(furnished: Library, ana: User, name: str) -> None:
    notebooks = furnished.notebooks
    made = notebooks.starters.start(ana, name)
    if any(each.kind in ("ask", "search") for each in made.cells):
        assert notebooks.runs.start_all(ana, made.id).finished.wait(30)

    opened = notebooks.open(ana, made.id)

    assert {each.state for each in opened.cells} == {State.NONE}
    view = notebooks.running.view(ana, opened)
    assert all(view.output(each).text for each in opened.cells)
    notebooks.runs.close()


def test_the_summary_of_sales_follows_the_chosen_product(rooms: Library, ana: User) -> None:
    notebooks = rooms.notebooks
    made = notebooks.starters.start(ana, "sales-summary")
    summary = next(each for each in made.cells if each.name == "Summary")
    desks = notebooks.running.view(ana, made).output(summary).text
    product = made.cells[0]
    notebooks.cells.edit(ana, made.id, product.id, {**product.form, "value": "Lamp"}, product.revision)
    lamps = notebooks.running.view(ana, notebooks.open(ana, made.id)).output(summary).text
    assert "Desk" in desks
    assert "Lamp" in lamps
    assert desks.splitlines()[2] != lamps.splitlines()[2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('title = "T"\npurpose = "P"\nplace = 1\nneeds = []\n[cells.A]\nkind = "spell"\nform.text = "x"\n', "spell"),
        ('title = "T"\npurpose = "P"\nplace = 1\nneeds = []\n[cells.A]\nkind = "note"\nform.text = ""\n', "empty"),
        (
            'title = "T"\npurpose = "P"\nplace = 1\nneeds = []\n[cells.A]\nkind = "note"\nform.text = "{{A}}"\n',
            "A → A",
        ),
        ('title = "T"\npurpose = "P"\nplace = 1\nneeds = []\n', "cells"),
    ],
)
def test_a_wrong_file_is_named_with_the_rule_it_breaks(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=says) as met:
        read_starter(path)
    assert "wrong.toml" in met.value.message
