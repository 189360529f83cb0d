"""One step of a notebook: a question with its answer, or a note; closed, it reads as one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st
from markupsafe import Markup

from components.address import at, move
from components.answer import answer
from components.app import boundary, current_user, done, services
from components.found import how_found
from components.open_questions import ask_owner
from components.question import place, working
from components.recent import forget, recently
from components.state import Editing, Undo, tab
from components.text import dated, plain, shortened
from components.walker import WHY, why_not
from services.answers.answer import Strength
from services.answers.answers import Asked
from services.errors import Conflict
from services.notebooks.feedback import Feedback, Opinion
from services.notebooks.kinds import KINDS
from services.notebooks.kinds.ask import as_of_in, where_of
from services.notebooks.notebook import Cell, CellKind, Notebook
from services.people.user import User

EDIT, AGAIN, UP, DOWN, DELETE = "Edit", "Run again", "Move up", "Move down", "Delete"


def closed(cell: Cell, names: Mapping[str, str]) -> None:
    """Show a cell as the sentence it reads as; pressing it opens it."""
    st.button(
        shortened(KINDS[cell.kind].sentence(cell.form, names), 140),
        key=f"row-open-{cell.id}",
        type="tertiary",
        icon=":material/chevron_right:",
        width="stretch",
        on_click=_unfold,
        args=(cell.id,),
    )


@st.fragment
def unfolded(notebook: Notebook, cell: Cell, names: Mapping[str, str]) -> None:
    """Show a cell with everything it holds. It runs by itself, so that the rest of the notebook stays where it is."""
    with boundary(), st.container(key=f"cell-{cell.id}", gap="small"):
        user = current_user()  # a fragment runs without the gate: the visit may have ended meanwhile
        editing = tab().editing
        if editing is not None and editing.cell_id == cell.id:
            _edit(user, notebook, cell, editing.revision)
        elif cell.kind is CellKind.NOTE:
            _note(user, notebook, cell)
        else:
            _ask(user, notebook, cell, names)


def _ask(user: User, notebook: Notebook, cell: Cell, names: Mapping[str, str]) -> None:
    looked = place(names, where_of(cell.form))
    if (day := as_of_in(cell.form)) is not None:
        looked += f", as it was on {dated(day)}"
    heading = Markup(
        '<div class="arrived" data-name="{}"><p class="soft small">Ask {}</p><h2 class="question">{}</h2></div>'
    ).format(cell.receipt_id or "", looked, _text(cell))
    if cell.receipt_id is None:
        st.html(heading)
        st.button("Run", key=f"playground-run-{cell.id}", type="primary", on_click=_run, args=(user, notebook, cell))
        _menu(user, notebook, cell, (EDIT, UP, DOWN, DELETE))
        return
    receipt_id, readable = cell.receipt_id, frozenset(names)
    asked = recently(("asked", user.id, receipt_id, readable), lambda: services().answers.asked(user, receipt_id))
    answer(user, asked, cell.id, heading)
    _after(user, notebook, cell, asked)
    how_found(user, asked, cell.id)
    further = recently(
        ("further", user.id, receipt_id, readable), lambda: services().answers.follow_ups(user, receipt_id)
    )
    _further(user, notebook, cell, further)
    _menu(user, notebook, cell, (EDIT, AGAIN, WHY, UP, DOWN, DELETE))


def _note(user: User, notebook: Notebook, cell: Cell) -> None:
    st.html(Markup('<p class="note">{}</p>').format(_text(cell)))
    _menu(user, notebook, cell, (EDIT, UP, DOWN, DELETE))


def _menu(user: User, notebook: Notebook, cell: Cell, choices: Sequence[str]) -> None:
    """Show the ⋯ menu; the style sheet puts it into the cell's upper right corner."""
    chosen = st.menu_button("More", choices, key=f"icon-more-{cell.id}", type="tertiary", icon=":material/more_horiz:")
    if chosen is not None:
        _do(user, notebook, cell, chosen)


def _do(user: User, notebook: Notebook, cell: Cell, chosen: str) -> None:
    notebooks = services().notebooks
    if chosen == WHY and cell.receipt_id is not None:
        why_not(services().answers.asked(user, cell.receipt_id))
        return
    if chosen == EDIT:
        tab().editing = Editing(cell.id, cell.revision)
        st.rerun()
    elif chosen == AGAIN:
        with working():
            notebooks.run(user, notebook.id, cell.id)
    elif chosen in (UP, DOWN):
        notebooks.move(user, notebook.id, cell.id, -1 if chosen == UP else 1)
    else:
        notebooks.delete_cell(user, notebook.id, cell.id)
        tab().undo = Undo(
            f"“{shortened(_text(cell), 60)}” is deleted.",
            partial(notebooks.restore_cell, user, notebook.id, cell.id),
        )
        if at("cell") == cell.id:
            move(cell=None, source=None)
    st.rerun()


def _edit(user: User, notebook: Notebook, cell: Cell, seen: int) -> None:
    """Change a question or a note. A save that would undo somebody else's says so and keeps what was typed."""
    is_ask = cell.kind is CellKind.ASK
    if (conflict := tab().conflict) is not None:
        # Who saves again has seen what they replace.
        tab().conflict, tab().editing = None, Editing(cell.id, cell.revision)
        _show_conflict(conflict)
    with st.form(f"playground.edit.{cell.id}", border=False):
        text = st.text_area("Question" if is_ask else "Note", _text(cell), key=f"playground.text.{cell.id}")
        options = _options(cell) if is_ask else {}
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save and run" if is_ask else "Save", type="primary")
            left = st.form_submit_button("Cancel", type="tertiary")
    if left:
        tab().editing = None
        st.rerun()
    if saved:
        notebooks = services().notebooks
        form = {**cell.form, ("question" if is_ask else "text"): text, **options}
        try:
            notebooks.edit(user, notebook.id, cell.id, form, seen)
        except Conflict as met:
            tab().conflict = met
            st.rerun()
        if is_ask:
            with working():
                notebooks.run(user, notebook.id, cell.id)
        tab().editing = None
        done("Saved.")


def _options(cell: Cell) -> dict[str, object]:
    """Take the day whose documents a question asks; none asks those of the present."""
    with st.expander("Options", type="compact"):
        held = as_of_in(cell.form)
        day = st.date_input("As it was on", held, max_value="today", key=f"playground.day.{cell.id}")
    return {"as_of": day.isoformat() if isinstance(day, date) else None}


def _show_conflict(conflict: Conflict) -> None:
    st.warning(plain(f"{conflict.message} {conflict.hint}"))
    st.html(Markup('<p class="soft small">What is saved now</p><p class="note">{}</p>').format(conflict.theirs))


def _text(cell: Cell) -> str:
    return KINDS[cell.kind].text(cell.form)


def _after(user: User, notebook: Notebook, cell: Cell, asked: Asked) -> None:
    """What can be done with an answer."""
    with st.container(horizontal=True, gap="xsmall"):
        copied = st.button("Copy with sources", key=f"playground-copy-{cell.id}", icon=":material/content_copy:")
        noting = st.button("Add a note", key=f"playground-note-{cell.id}", icon=":material/edit_note:")
        helped = st.button("This helped", key=f"playground-helped-{cell.id}", icon=":material/thumb_up:")
        wrong = st.button("Something is wrong", key=f"playground-wrong-{cell.id}", icon=":material/flag:")
    if copied:
        _to_copy(user, notebook, cell)
    if helped:
        _give(user, asked, Opinion.HELPED)
    if noting:
        tab().noting = cell.id
    if wrong:
        tab().saying_wrong = asked.receipt.id
    if tab().noting == cell.id:
        _write_note(user, notebook, cell)
    if tab().saying_wrong == asked.receipt.id:
        _say_wrong(user, asked)
    elif (said := _said(user, asked)) is not None:
        st.html(
            Markup('<p class="facts" role="status">You said: {}. Kept beside the receipt.</p>').format(
                _SAID[said.opinion]
            )
        )
        if said.opinion is not Opinion.HELPED and asked.answer.strength is not Strength.NOT_IN_THESE_DOCUMENTS:
            ask_owner(user, asked)


def _to_copy(user: User, notebook: Notebook, cell: Cell) -> None:
    """Hand the answer to the browser, which copies it with its formatting (components/static/browser.js)."""
    copied = services().notebooks.with_sources(user, notebook.id, cell.id)
    answer_in_html = Markup(copied.html)  # noqa: S704  (the service has escaped every text in it)
    st.html(
        Markup('<p class="copied facts" role="status"></p><div class="to-copy" hidden data-text="{}">{}</div>').format(
            copied.text, answer_in_html
        )
    )


def _write_note(user: User, notebook: Notebook, cell: Cell) -> None:
    with st.form(f"playground.note.{cell.id}", border=False):
        text = st.text_area("Note", key=f"playground.note.text.{cell.id}", placeholder="What you want to keep")
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save note", type="primary")
            left = st.form_submit_button("Cancel", type="tertiary")
    if left:
        tab().noting = None
        st.rerun()
    if saved and text.strip():
        note = services().notebooks.add_note(user, notebook.id, text)
        below = [each.id for each in notebook.cells].index(cell.id) + 1
        services().notebooks.move(user, notebook.id, note.id, below - len(notebook.cells))
        tab().noting = None
        done("Note added.")


_SAID = {
    Opinion.HELPED: "this helped",
    Opinion.WRONG: "wrong",
    Opinion.OUT_OF_DATE: "out of date",
    Opinion.INCOMPLETE: "incomplete",
    Opinion.SHOULD_NOT_SEE: "I shouldn't see this",
}
_WRONG = [each for each in Opinion if each is not Opinion.HELPED]


def _said(user: User, asked: Asked) -> Feedback | None:
    return recently(("said", user.id, asked.receipt.id), lambda: services().notebooks.feedback(user, asked.receipt.id))


def _give(user: User, asked: Asked, opinion: Opinion, note: str = "") -> None:
    services().notebooks.give_feedback(user, asked.receipt.id, opinion, note)
    forget(("said", user.id, asked.receipt.id))


def _say_wrong(user: User, asked: Asked) -> None:
    with st.form(f"playground.wrong.{asked.receipt.id}", border=False):
        what = st.pills(
            "What is wrong?",
            _WRONG,
            default=_WRONG[0],
            key=f"playground.what.{asked.receipt.id}",
            format_func=lambda each: _SAID[each],
        )
        note = st.text_input("In a few words, if you like", key=f"playground.why.{asked.receipt.id}")
        with st.container(horizontal=True):
            sent = st.form_submit_button("Send", type="primary")
            left = st.form_submit_button("Cancel", type="tertiary")
    if sent and what:
        _give(user, asked, what, note)
        tab().saying_wrong = None
        st.rerun()
    if left:
        tab().saying_wrong = None
        st.rerun()


def _further(user: User, notebook: Notebook, cell: Cell, questions: Sequence[str]) -> None:
    if not questions:
        return
    chosen = st.pills("Ask next", questions, key=f"playground-further-{cell.id}", format_func=plain)
    if chosen is None:
        tab().chosen_next = None
    elif tab().chosen_next != chosen:  # what is chosen stays chosen, and must be asked once only
        tab().chosen_next = chosen
        with working():
            added = services().notebooks.add_ask(user, notebook.id, chosen, where_of(cell.form))
        move(cell=added.id, source=None)
        st.rerun()


def _run(user: User, notebook: Notebook, cell: Cell) -> None:
    services().notebooks.run(user, notebook.id, cell.id)


def _unfold(cell_id: str) -> None:
    tab().unfolded.add(cell_id)
