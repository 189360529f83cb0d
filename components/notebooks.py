"""Lists of notebooks: mine by last use, and the bin."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from components.address import PLAYGROUND
from components.app import done, services
from components.text import plain, when
from services.notebooks.notebook import Notebook
from services.people.user import User

A_PAGE = 20


def notebook_rows(notebooks: Sequence[Notebook]) -> None:
    """Show notebooks as rows that open, newest use first, twenty at a time."""
    for each in _page(notebooks, "playground.page"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", wrap=False):
            st.page_link(
                PLAYGROUND,
                label=plain(each.title),
                icon=":material/description:",
                query_params={"notebook": each.id},
            )
            st.html(Markup('<span class="soft small">{}</span>').format(when(each.used_at)), width="content")


def bin_rows(user: User, notebooks: Sequence[Notebook]) -> None:
    """Show deleted notebooks, each with the way back."""
    for each in _page(notebooks, "playground.bin_page"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", wrap=False):
            st.text(each.title)
            if st.button("Restore", key=f"playground.restore.{each.id}", icon=":material/undo:"):
                services().notebooks.restore(user, each.id)
                done(f"“{each.title}” is back.")


def _page(notebooks: Sequence[Notebook], key: str) -> Sequence[Notebook]:
    if len(notebooks) <= A_PAGE:
        return notebooks
    pages = -(-len(notebooks) // A_PAGE)
    number = st.pagination(pages, key=key)
    return notebooks[(number - 1) * A_PAGE : number * A_PAGE]
