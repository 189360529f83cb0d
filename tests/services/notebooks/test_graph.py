from __future__ import annotations

import pytest

from services.errors import BadInput
from services.notebooks.graph import below, run_order
from services.notebooks.notebook import Cell


def note(name: str, *refers_to: str) -> Cell:
    text = " ".join(f"{{{{{each}}}}}" for each in refers_to) or "words"
    return Cell(name.lower(), "note", {"text": text}, None, 1, name)


def names(cells: object) -> list[str]:
    return [each.name for each in cells]  # type: ignore[attr-defined]


def test_each_cell_runs_after_those_it_is_made_from_and_else_as_they_stand() -> None:
    cells = [note("D", "B"), note("A"), note("C", "A", "D"), note("B"), note("E", "Gone")]
    assert names(run_order(cells)) == ["A", "B", "D", "C", "E"]


def test_a_circle_is_refused_with_its_path() -> None:
    with pytest.raises(BadInput, match=r"A → B → C → A|B → C → A → B|C → A → B → C"):
        run_order([note("A", "B"), note("B", "C"), note("C", "A"), note("D", "A")])
    with pytest.raises(BadInput, match="A → A"):
        run_order([note("A", "A")])


def test_what_is_made_from_a_cell_is_found_through_others() -> None:
    cells = [note("A"), note("C", "B"), note("B", "A"), note("D")]
    assert names(below("a", cells)) == ["B", "C"]
