"""The form of a step: what is typed is kept as it is typed; Save closes it, Cancel takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st
from markupsafe import Markup

from components.app import done, services
from components.kinds import SCREENS
from components.kinds.screen import Here
from components.runs import price, run_cell
from components.state import Editing, Undo, tab
from components.text import plain, shortened
from services.errors import AppError, Conflict
from services.notebooks.kinds import KINDS
from services.notebooks.output import Gives
from services.notebooks.references import named

NAMED = (Gives.FIGURE, Gives.TABLE, Gives.VALUE)
"""What a deleted step gave that is told by its name; others by their words."""


def edit(here: Here, editing: Editing) -> None:
    """Change what a cell holds. What is typed is kept as it is typed; Save closes the form, Cancel takes it back.

    A save that would undo somebody else's says so and keeps what was typed.
    """
    cell, kind, screen = here.cell, KINDS[here.cell.kind], SCREENS[here.cell.kind]
    if editing.conflict is not None:
        # Who saves again has seen what they replace.
        _show_conflict(editing.conflict)
        editing.conflict, editing.by_hand, editing.is_changed, editing.revision = None, True, False, cell.revision
    form = screen.form(here)
    with st.expander("Options", type="compact"):
        form |= screen.options(here)
        name = st.text_input("Name", cell.name, key=f"playground.name.{cell.id}", max_chars=40)
    typed = {**cell.form, **form}
    is_asked = kind.asks is not None
    label = "Save" if not is_asked else "Run" if cell.receipt_id is None else "Save and run"
    with st.container(horizontal=True, vertical_alignment="center"):
        saved = st.button(label, type="primary", key=f"playground-save-{cell.id}")
        left = st.button("Cancel", type="tertiary", key=f"playground-cancel-{cell.id}")
        if is_asked:
            st.caption(price(replace(here, cell=replace(cell, form=typed))))
    if left:
        _cancel(here, editing)
    elif saved:
        _save(here, editing, typed, name)
    else:
        _keep(here, editing, typed)


def _keep(here: Here, editing: Editing, typed: Mapping[str, object]) -> None:
    """Keep what was typed so far, so that nothing is lost with the tab; what can't be kept yet waits for Save."""
    if editing.kept is None:
        editing.kept = typed
    if editing.by_hand or typed == editing.kept:
        return
    cells, cell = services().notebooks.cells, here.cell
    try:
        kept = cells.edit(here.user, here.notebook.id, cell.id, typed, editing.revision, is_draft=True)
    except AppError as met:
        editing.by_hand = isinstance(met, Conflict)
        return
    editing.kept, editing.revision, editing.is_changed = typed, kept.revision, True


def _cancel(here: Here, editing: Editing) -> None:
    """Leave a form: a new step goes, another one is what it was."""
    cells, cell = services().notebooks.cells, here.cell
    del tab().editing[cell.id]
    if editing.is_new:
        cells.delete(here.user, here.notebook.id, cell.id)
        if editing.is_changed:
            tab().undo = undo_of(here)
    elif editing.is_changed:
        cells.edit(here.user, here.notebook.id, cell.id, editing.held, editing.revision, is_draft=True)
    st.rerun()


def _save(here: Here, editing: Editing, typed: Mapping[str, object], name: str) -> None:
    cells, cell = services().notebooks.cells, here.cell
    try:
        saved = cells.edit(here.user, here.notebook.id, cell.id, typed, editing.revision, name=name)
    except Conflict as met:
        editing.conflict = met
        st.rerun()
    del tab().editing[cell.id]
    if KINDS[cell.kind].asks is None:
        done("Saved.")
    run_cell(replace(here, cell=saved))


def undo_of(here: Here) -> Undo:
    """Say what was taken off the page, and how it comes back."""
    cell, kind = here.cell, KINDS[here.cell.kind]
    restore = partial(services().notebooks.cells.restore, here.user, here.notebook.id, cell.id)
    said = cell.name if kind.gives in NAMED else shortened(named(kind.text(cell.form)), 60)
    return Undo(f"“{said or cell.name}” is deleted.", restore)


def _show_conflict(conflict: Conflict) -> None:
    st.warning(plain(f"{conflict.message} {conflict.hint}"))
    st.html(Markup('<p class="soft small">What is saved now</p><p class="note">{}</p>').format(conflict.theirs))
