"""An open notebook: its title and what can be done with it, its cells in order, and the box for the next question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.address import PLAYGROUND, at, move
from components.app import boundary, services
from components.cell import Handed, closed, read_only, show_new, unfolded
from components.notebook_menu import copy, menu
from components.question import Asking, question_box, wait_for_file, where_to_look, working
from components.runs import run_bar, runs_alone, under_way
from components.state import tab
from components.text import plain
from services.knowledge.knowledge_base import KnowledgeBase
from services.notebooks.kinds import KINDS
from services.notebooks.kinds.ask import where_of
from services.notebooks.notebook import Cell, Notebook
from services.people.user import User

SHORT = 12  # so many cells are all shown
AROUND = 2  # folded cells that stay in sight before and after the open one; the others wait behind one line


def title(user: User, notebook: Notebook) -> None:
    """Show the notebook's title, the way back, and the menu with what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False, key="title"):
        st.page_link(PLAYGROUND, label="My notebooks", icon=":material/arrow_back:")
        st.title(plain(notebook.title), anchor=False)
        st.download_button(
            "Download as Markdown",
            partial(services().notebooks.leaving.markdown, user, notebook.id),
            file_name=f"{notebook.title}.md",
            mime="text/markdown",
            key="icon-download",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )
        menu(user, notebook)
    if notebook.forked_from and (lineage := services().notebooks.sharing.lineage(user, notebook.id)):
        st.caption(plain(lineage))


def shared(user: User, notebook: Notebook, readable: Sequence[KnowledgeBase]) -> None:
    """Show another's notebook to read: its steps, with what this person may read of their sources."""
    names = {each.id: each.name for each in readable}
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="title"):
        st.page_link(PLAYGROUND, label="My notebooks", icon=":material/arrow_back:")
        st.title(plain(notebook.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Shared by {services().notebooks.sharing.owner_of(user, notebook.id)}, for you to read.")
        if st.button("Make a copy", key="playground.copy", icon=":material/content_copy:"):
            copy(user, notebook)
    view = services().notebooks.running.view(user, notebook)
    filled = [each for each in notebook.cells if not KINDS[each.kind].is_blank(each.form)]
    for each in filled:
        read_only(notebook, each, names, Handed(view))
    if not filled:
        st.text("There is nothing in it yet.")


def undo_bar() -> None:
    """Offer to bring back what was just taken away."""
    undo = tab().undo
    if undo is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="narrow-undo"):
        st.text(undo.sentence)
        if st.button("Undo", key="playground.undo", icon=":material/undo:"):
            undo.bring_back()
            tab().undo = None
            st.rerun()


def cells(user: User, notebook: Notebook, readable: Sequence[KnowledgeBase]) -> None:
    """Show the cells in order: the one in hand open, those around it as sentences, the rest behind one line."""
    if not notebook.cells:
        st.text("Nothing here yet. Ask a question below, or add a table, an input or a note.")
        return
    names = {each.id: each.name for each in readable}
    view = services().notebooks.running.view(user, notebook)
    ids = [each.id for each in notebook.cells]
    in_hand = ids.index(str(at("cell"))) if at("cell") in ids else _newest_answer(notebook)
    is_whole = notebook.id in tab().unfolded or len(ids) <= SHORT
    hidden_before = 0 if is_whole else max(0, in_hand - AROUND)
    after = len(ids) if is_whole else min(len(ids), in_hand + AROUND + 1)
    run_bar(user, notebook, view, least=2 if is_whole else 1)
    _rest(notebook, hidden_before, "earlier")
    running = runs_alone(user, notebook)
    for each in notebook.cells[hidden_before:after]:
        if each.id == ids[in_hand] or each.id in tab().unfolded or _stands_open(each):
            unfolded(notebook, each, names, Handed(view))
        else:
            closed(each, names, view)
        if each.id == running:
            under_way(notebook)
    _rest(notebook, len(ids) - after, "later")


def next_question(user: User, notebook: Notebook, readable: Sequence[KnowledgeBase]) -> None:
    """Show the box for the next question, which becomes a new cell at the end."""
    asks = [each for each in notebook.cells if each.kind == "ask"]
    with st.container(key="narrow-ask", gap="xsmall"):
        where = where_to_look("playground.where", readable, where_of(asks[-1].form) if asks else ())
        _add(user, notebook)
        asking = question_box("playground.next", "Ask a further question", where)
        if asking is not None:
            with boundary():
                _ask_next(user, notebook, asking)


def _add(user: User, notebook: Notebook) -> None:
    """The + menu: it says what one wants, not what a cell is called."""
    adds = {each.adds: each.name for each in KINDS.values()}
    chosen = st.menu_button("Add", list(adds), key="playground-add", type="tertiary", icon=":material/add:")
    if chosen is not None:
        with boundary():
            show_new(services().notebooks.cells.add(user, notebook.id, adds[chosen]))


def _ask_next(user: User, notebook: Notebook, asking: Asking) -> None:
    """Ask in a new cell and bring it into view."""
    if asking.file_name:
        wait_for_file(user, asking)
    with working():
        added = services().notebooks.running.ask(user, notebook.id, asking.question, asking.where)
    tab().undo = None
    move(cell=added.id, source=None)
    st.rerun()


def _stands_open(cell: Cell) -> bool:
    """Say whether a cell that is not in hand is shown all the same: what runs by itself is, unless kept closed."""
    return (
        cell.id in tab().editing
        or KINDS[cell.kind].is_blank(cell.form)
        or (KINDS[cell.kind].asks is None and not cell.folded)
    )


def _newest_answer(notebook: Notebook) -> int:
    asks = [place for place, each in enumerate(notebook.cells) if each.kind == "ask"]
    return asks[-1] if asks else len(notebook.cells) - 1


def _rest(notebook: Notebook, number: int, which: str) -> None:
    if number:
        st.button(
            f"Show {number} {which} {'step' if number == 1 else 'steps'}",
            key=f"row-rest-{which}",
            type="tertiary",
            icon=":material/unfold_more:",
            on_click=tab().unfolded.add,
            args=(notebook.id,),
        )
