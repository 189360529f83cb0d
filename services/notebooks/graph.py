"""Which cell is made from which: the order of a run, and the circle that a change would close."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from services.errors import BadInput
from services.notebooks.kinds import kind_named
from services.notebooks.notebook import Cell
from services.notebooks.references import key_of


def by_name(cells: Sequence[Cell]) -> dict[str, Cell]:
    """Give the cells by the form under which their names are compared."""
    return {key_of(each.name): each for each in cells}


def sources_of(cell: Cell, named: dict[str, Cell]) -> tuple[Cell, ...]:
    """Give the cells that `cell` refers to; a name that no cell has is passed over."""
    return tuple(named[key_of(name)] for name in kind_named(cell.kind).references(cell.form) if key_of(name) in named)


def run_order(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Give the cells so that each comes after those it is made from, else as they stand on the page.

    Raises BadInput with the path of a circle where there is one.
    """
    named = by_name(cells)
    place = {each.id: number for number, each in enumerate(cells)}
    there = {each.id: each for each in cells}
    sorter = TopologicalSorter({each.id: [one.id for one in sources_of(each, named)] for each in cells})
    try:
        sorter.prepare()
    except CycleError as error:
        path = " → ".join(there[each].name for each in reversed(error.args[1]))
        raise BadInput(
            f"These steps would wait for each other: {path}.",
            "Take one reference out, so that one of them comes first.",
        ) from error
    ordered: list[Cell] = []
    ready: list[tuple[int, str]] = []
    while sorter.is_active():
        for each in sorter.get_ready():
            heapq.heappush(ready, (place[each], each))
        _, first = heapq.heappop(ready)
        ordered.append(there[first])
        sorter.done(first)
    return tuple(ordered)


def below(cell_id: str, cells: Sequence[Cell]) -> Iterator[Cell]:
    """Give the cells that are made from this one, directly or through others, in the order of a run."""
    named = by_name(cells)
    reached = {cell_id}
    for each in run_order(cells):
        if each.id != cell_id and any(one.id in reached for one in sources_of(each, named)):
            reached.add(each.id)
            yield each
