"""The Playground's first screen: a box to begin with, my notebooks, the bin, examples to start from."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from components.address import PLAYGROUND, at, move
from components.app import boundary, services
from components.documents import reading
from components.home import examples
from components.knowledge_bases import delete_own
from components.notebook import undo_bar
from components.notebooks import bin_rows, notebook_rows
from components.question import Asking, begin, question_box, where_to_look
from components.runs import EVERY_SECONDS
from components.state import tab
from components.text import day, plain
from services.errors import BadInput
from services.knowledge.knowledge_base import KnowledgeBase
from services.people.user import User

MINE, SHARED, EXAMPLES, BIN = "My notebooks", "Shared with me", "Start from an example", "Bin"


def first_screen(user: User) -> None:
    """Show what to begin with and what there is to go on with."""
    readable = services().knowledge.knowledge_bases(user)
    own = next((each for each in readable if each.id == at("where") and each.expires_at is not None), None)
    with st.container(key="narrow-first"):
        st.title("Playground", anchor=False)
        undo_bar()
        if own is not None:
            _own_file(user, own)
        else:
            _begin(user, readable)
        _notebooks(user)


def _begin(user: User, readable: tuple[KnowledgeBase, ...]) -> None:
    st.text("Ask a question to begin a notebook. It keeps the answers, their sources and your notes.")
    where = where_to_look("playground.where", readable, tuple(filter(None, [at("where")])))
    asking = question_box("playground.first", "Ask, or drop a file here", where)
    if st.button("Empty notebook", key="playground.empty", type="tertiary", icon=":material/add:"):
        made = services().notebooks.new(user)
        st.switch_page(PLAYGROUND, query_params={"notebook": made.id})
    if asking is not None:
        begin(user, asking)


def _own_file(user: User, own: KnowledgeBase) -> None:
    """Wait until a person's own file is read, then ask it what they asked."""
    progress = services().knowledge.progress(user, own.id)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain(own.name)}** · Private, not approved")
        if st.button("Delete file", key="playground.delete_file", type="tertiary", icon=":material/delete:"):
            delete_own(user, own)
    if own.expires_at is not None:
        st.caption(f"Only you can see this file. It is gone on {day(own.expires_at)}.")
    waiting = at("ask")  # in the address, so that a refresh or a restart does not lose the question
    if not progress.ready:
        if waiting:
            st.text(f"Your question is asked as soon as the file is read: {waiting}")
        reading(own.id)
        return
    if waiting:
        move(ask=None)
        begin(user, Asking(waiting, (own.id,)))
    asking = question_box("playground.own", "Ask this file", (own.id,))
    if asking is not None:
        begin(user, asking)


def _notebooks(user: User) -> None:
    mine, deleted = services().notebooks.mine(user), services().notebooks.bin(user)
    shared = services().notebooks.sharing.shared_with(user)
    if not mine and not deleted and not shared:
        st.subheader(EXAMPLES, anchor=False)
        examples(user)
        with st.expander("Start from a whole notebook", type="compact"):
            _starters(user)
        return
    names = [MINE, *([SHARED] if shared else []), EXAMPLES, *([BIN] if deleted else [])]
    shown = dict(zip(names, st.tabs(names, key="tab", on_change="rerun", bind="query-params"), strict=True))
    for name, place in shown.items():
        if place.open:
            with place:
                _tab(user, name)


def _starters(user: User) -> None:
    """Offer whole notebooks to start from."""
    for each in services().notebooks.starters.list(user):
        if st.button(
            f"**{plain(each.title)}** · {plain(each.purpose)}",
            key=f"row-starter-{each.id}",
            icon=":material/note_add:",
            width="stretch",
        ):
            made = services().notebooks.starters.start(user, each.id)
            tab().unfolded |= {cell.id for cell in made.cells}  # the whole of it is the example
            with suppress(BadInput):  # one without a question has nothing to run
                job = services().notebooks.runs.start_all(user, made.id)
                job.finished.wait(EVERY_SECONDS)
            st.switch_page(PLAYGROUND, query_params={"notebook": made.id})


def _bring_back(user: User) -> None:
    """Take in a notebook that was downloaded from here."""
    with st.expander("Bring back a notebook", type="compact"):
        brought = st.file_uploader("A Jupyter notebook that was downloaded here", type=["ipynb"], key="playground.back")
        if brought is not None and st.button("Bring it back", key="playground.bring_back", type="primary"):
            with boundary():
                made = services().notebooks.leaving.read_back(user, brought.name, brought.getvalue())
                st.switch_page(PLAYGROUND, query_params={"notebook": made.id})


def _tab(user: User, name: str) -> None:
    if name == MINE:
        mine = services().notebooks.mine(user)
        notebook_rows(mine)
        if not mine:
            st.text("No notebooks. Ask a question above to begin one.")
        _bring_back(user)
    elif name == SHARED:
        notebook_rows(services().notebooks.sharing.shared_with(user))
    elif name == BIN:
        bin_rows(user, services().notebooks.bin(user))
    else:
        _starters(user)
        st.html('<h2 class="small-heading">Or with a question</h2>')
        examples(user)
