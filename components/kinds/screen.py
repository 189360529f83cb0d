"""What the page asks of every kind of cell: how it is filled in, and how what it gives is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from components.state import insert_later, text_with_insertions
from components.text import one_line, plain, shortened
from services.notebooks.kinds.kind import Form
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.references import reference_to
from services.notebooks.view import View
from services.people.user import User

WIDE = 224
"""Pixels of a field where several stand beside each other: three in a row."""


@dataclass(frozen=True)
class Here:
    """A cell on the page of `user`: in its notebook, whose cells `view` shows as they stand now.

    `names` are those of the readable knowledge bases by id. `may_change` is False where it is another's, to read.
    """

    user: User
    notebook: Notebook
    cell: Cell
    view: View
    names: Mapping[str, str]
    may_change: bool = True


@dataclass(frozen=True)
class Screen:
    """How one kind of cell looks.

    `form` draws its first fields and gives what they hold, `options` draws those that stand closed under Options;
    `show` draws what the cell gives. `opens_filled` shows a cell that a chip made at once, not its form first.
    """

    icon: str
    form: Callable[[Here], dict[str, object]]
    show: Callable[[Here], None]
    options: Callable[[Here], dict[str, object]] = lambda here: {}
    opens_filled: bool = False


def text_field(here: Here, field: str, label: str, *, lines: bool = True, placeholder: str = "") -> str:
    """Draw a field for words that may refer to other cells, and the menu to pick them from; give what it holds."""
    key = f"playground.{field}.{here.cell.id}"
    text_with_insertions(key, text_of(here.cell.form, field))
    draw = st.text_area if lines else st.text_input
    typed = draw(label, key=key, placeholder=placeholder)
    others = [each for each in here.notebook.cells if each.id != here.cell.id]
    if others:
        said = {each.name: f"{plain(each.name)}: {plain(_value(here, each))}" for each in others}
        chosen = st.menu_button(
            "Refer to",
            list(said),
            key=f"playground-refer-{field}-{here.cell.id}",
            type="tertiary",
            icon=":material/data_object:",
            format_func=said.__getitem__,
        )
        if chosen is not None:
            insert_later(key, reference_to(chosen))
            st.rerun(scope="fragment")
    return str(typed or "")


def pick_cell(here: Here, field: str, label: str, choices: Mapping[str, str]) -> str:
    """Draw a list of cells to choose from, by name; give the reference that stands for the one chosen, "" for none."""
    now = text_of(here.cell.form, field)
    options = [reference_to(name) for name in choices]
    if now and now not in options:
        options.insert(0, now)
    chosen = st.selectbox(
        label,
        options,
        options.index(now) if now in options else (0 if options else None),
        key=f"playground.{field}.{here.cell.id}",
        format_func=lambda each: one_line(choices.get(each[2:-2], each)),
        placeholder="Nothing to choose yet",
    )
    return str(chosen or "")


def text_of(form: Form, field: str) -> str:
    """Give a text that a form holds, "" where it holds none."""
    value = form.get(field)
    return value if isinstance(value, str) else ""


def _value(here: Here, cell: Cell) -> str:
    output = here.view.output_or_none(cell)
    return shortened(output.text, 40) if output is not None and output.text else "nothing yet"
