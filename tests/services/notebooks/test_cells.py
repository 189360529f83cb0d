"""Adding, naming, wiring and taking away the cells of a notebook."""

from __future__ import annotations

import pytest

from services.errors import BadInput, Conflict
from services.notebooks.kinds import KINDS
from services.notebooks.notebook import Notebook
from services.notebooks.output import Output
from services.people.user import User
from tests.services.answers.library import Library

REGION = {"label": "Region", "type": "choice", "choices": ["North", "South"], "value": "North"}


@pytest.fixture
def notebook(rooms: Library, ana: User) -> Notebook:
    return rooms.notebooks.new(ana)


def named(rooms: Library, ana: User, notebook: Notebook) -> dict[str, dict[str, object]]:
    return {cell.name: cell.form for cell in rooms.notebooks.open(ana, notebook.id).cells}


def given(rooms: Library, ana: User, notebook: Notebook, name: str) -> Output:
    opened = rooms.notebooks.open(ana, notebook.id)
    cell = next(each for each in opened.cells if each.name == name)
    return rooms.notebooks.running.view(ana, opened).output(cell)


def test_new_cells_are_called_by_what_they_are_and_stand_where_they_were_added(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    cells = rooms.notebooks.cells
    first = cells.add(ana, notebook.id, "note", {"text": "first"})
    cells.add(ana, notebook.id, "note", {"text": "second"})
    cells.add(ana, notebook.id, "input", REGION, after=first.id)
    assert list(named(rooms, ana, notebook)) == ["Note 1", "Region", "Note 2"]


def test_every_kind_can_be_added_blank_and_says_how_it_reads(rooms: Library, ana: User, notebook: Notebook) -> None:
    for kind in KINDS.values():
        added = rooms.notebooks.cells.add(ana, notebook.id, kind.name)
        assert kind.sentence(added.form, {})
    assert len(rooms.notebooks.open(ana, notebook.id).cells) == len(KINDS)


def test_what_an_input_holds_stands_in_a_note_and_changes_with_it(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    cells = rooms.notebooks.cells
    region = cells.add(ana, notebook.id, "input", REGION)
    cells.add(ana, notebook.id, "note", {"text": "Sales of **{{Region}}**"})
    assert given(rooms, ana, notebook, "Note 1").text == "Sales of **North**"

    cells.edit(ana, notebook.id, region.id, {**REGION, "value": "South"}, region.revision)

    assert given(rooms, ana, notebook, "Note 1").text == "Sales of **South**"


def test_what_others_wrote_is_no_markup_in_a_note(rooms: Library, ana: User, notebook: Notebook) -> None:
    value = "![](https://elsewhere.example/x.png) <b>{{Text}}</b> # [a](b)"
    rooms.notebooks.cells.add(ana, notebook.id, "input", {"label": "Text", "type": "text", "value": value})
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "*Mine*: {{Text}} ![](https://x.example)"})

    markdown = given(rooms, ana, notebook, "Note 1").markdown

    assert markdown.startswith("*Mine*: !\\[\\](https")
    assert "<b>" not in markdown
    assert "![" not in markdown


def test_renaming_a_cell_renames_its_references(rooms: Library, ana: User, notebook: Notebook) -> None:
    cells = rooms.notebooks.cells
    region = cells.add(ana, notebook.id, "input", REGION)
    cells.add(ana, notebook.id, "note", {"text": "{{Region}} and {{region}}"})

    cells.rename(ana, notebook.id, region.id, "Sales region")

    assert named(rooms, ana, notebook)["Note 1"] == {"text": "{{Sales region}} and {{Sales region}}"}
    assert given(rooms, ana, notebook, "Note 1").text == "North and North"


def test_two_cells_never_have_one_name_not_even_with_one_that_is_in_the_bin(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    cells = rooms.notebooks.cells
    first = cells.add(ana, notebook.id, "note", {"text": "first"})
    second = cells.add(ana, notebook.id, "note", {"text": "second"})
    with pytest.raises(BadInput, match="Another step"):
        cells.rename(ana, notebook.id, second.id, "NOTE 1")
    cells.delete(ana, notebook.id, first.id)
    with pytest.raises(BadInput, match="Another step"):
        cells.edit(ana, notebook.id, second.id, {"text": "changed"}, second.revision, name="Note 1")
    assert named(rooms, ana, notebook) == {"Note 2": {"text": "second"}}
    assert cells.add(ana, notebook.id, "note", {"text": "third"}).name == "Note 3"


def test_a_reference_that_would_close_a_circle_changes_nothing(rooms: Library, ana: User, notebook: Notebook) -> None:
    cells = rooms.notebooks.cells
    first = cells.add(ana, notebook.id, "note", {"text": "{{Note 2}}"})
    second = cells.add(ana, notebook.id, "note", {"text": "words"})

    with pytest.raises(BadInput, match=r"Note 1 → Note 2 → Note 1|Note 2 → Note 1 → Note 2"):
        cells.edit(ana, notebook.id, second.id, {"text": "{{Note 1}}"}, second.revision)

    assert named(rooms, ana, notebook)["Note 2"] == {"text": "words"}
    assert first.name == "Note 1"


def test_a_reference_to_a_deleted_cell_says_so_and_works_again_when_it_is_back(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    cells = rooms.notebooks.cells
    region = cells.add(ana, notebook.id, "input", REGION)
    cells.add(ana, notebook.id, "note", {"text": "{{Region}}"})
    cells.delete(ana, notebook.id, region.id)
    with pytest.raises(BadInput, match="“Note 1” refers to “Region”, which is not in this notebook"):
        given(rooms, ana, notebook, "Note 1")
    cells.restore(ana, notebook.id, region.id)
    assert given(rooms, ana, notebook, "Note 1").text == "North"


def test_a_copy_stands_below_under_its_own_name_and_has_not_run(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, "Who keeps their health insurance?")
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "last"})
    (question, _) = rooms.notebooks.open(ana, notebook.id).cells

    copy = rooms.notebooks.cells.duplicate(ana, notebook.id, question.id)

    assert (copy.name, copy.form, copy.receipt_id) == ("Question 1 copy", question.form, None)
    assert list(named(rooms, ana, notebook)) == ["Question 1", "Question 1 copy", "Note 1"]


def test_a_stale_save_of_a_name_or_a_form_is_refused_with_both(rooms: Library, ana: User, notebook: Notebook) -> None:
    cells = rooms.notebooks.cells
    note = cells.add(ana, notebook.id, "note", {"text": "first"})
    cells.edit(ana, notebook.id, note.id, {"text": "theirs"}, note.revision)
    with pytest.raises(Conflict) as met:
        cells.edit(ana, notebook.id, note.id, {"text": "mine"}, note.revision)
    assert (met.value.yours, met.value.theirs) == ("mine", "theirs")


def test_an_input_is_called_by_what_it_asks_for_until_somebody_names_it(
    rooms: Library, ana: User, notebook: Notebook
) -> None:
    cells = rooms.notebooks.cells
    blank = cells.add(ana, notebook.id, "input")
    cells.add(ana, notebook.id, "note", {"text": "{{Input 1}}"})
    filled = cells.edit(ana, notebook.id, blank.id, REGION, blank.revision)
    second = cells.add(ana, notebook.id, "input", REGION)
    assert (blank.name, filled.name, second.name) == ("Input 1", "Region", "Region 2")
    assert named(rooms, ana, notebook)["Note 1"] == {"text": "{{Region}}"}

    typed = cells.edit(ana, notebook.id, filled.id, {**REGION, "label": "Land"}, filled.revision, name="Where")
    assert typed.name == "Where"
    again = cells.edit(ana, notebook.id, filled.id, {**REGION, "label": "Ort"}, typed.revision)
    assert again.name == "Where"


def test_a_step_keeps_its_name_when_a_smaller_number_comes_free(rooms: Library, ana: User) -> None:
    made, cells = rooms.notebooks.new(ana), rooms.notebooks.cells
    first, second = (cells.add(ana, made.id, "note", {"text": text}) for text in ("One", "Two"))
    cells.rename(ana, made.id, first.id, "Intro")
    cells.edit(ana, made.id, second.id, {"text": "Two and more"}, second.revision)
    assert [each.name for each in rooms.notebooks.open(ana, made.id).cells] == ["Intro", "Note 2"]
