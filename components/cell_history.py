"""The runs of one cell: each with how it ended, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st
from markupsafe import Markup

from components.app import boundary, services
from components.text import counted, exact
from services.notebooks.notebook import Cell, Notebook
from services.people.user import User


@st.dialog("History of this step", width="large")
def history(user: User, notebook: Notebook, cell: Cell) -> None:
    """List the runs of a cell and compare any two that gave an answer."""
    with boundary():
        runs = services().notebooks.history.list(user, notebook.id, cell.id)
        if not runs:
            st.text("It has not run yet.")
            return
        st.text(f"{counted(len(runs), 'run')}. Each is a receipt that stays, whatever is deleted here.")
        numbers = range(len(runs), 0, -1)
        said = {
            each.receipt_id: f"Run {number} · {exact(each.at)} · {each.said}"
            for number, each in zip(numbers, runs, strict=True)
        }
        for receipt_id, run in said.items():
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.text(run)
                st.download_button(
                    "Receipt",
                    partial(services().answers.document, user, receipt_id),
                    f"receipt-{receipt_id}.json",
                    "application/json",
                    key=f"playground.history.{receipt_id}",
                    type="tertiary",
                    on_click="ignore",
                    icon=":material/download:",
                )
        answered = [each.receipt_id for each in runs if each.said not in ("It was refused", "It failed")]
        if len(answered) > 1:
            _compare(user, answered, said)


def _compare(user: User, answered: Sequence[str], said: Mapping[str, str]) -> None:
    with st.container(horizontal=True):
        older = st.selectbox("Compare", answered, 1, key="playground.older", format_func=said.__getitem__)
        newer = st.selectbox("with", answered, 0, key="playground.newer", format_func=said.__getitem__)
    compared = services().notebooks.history.compare(user, older, newer)
    st.html(Markup("<p><b>{}</b></p>").format(compared.sentence))
    before, after = compared.asked
    if before != after:
        _sentences("Asked before", [before])
        _sentences("Asked after", [after])
    _sentences("Only before", compared.lost)
    _sentences("Only after", compared.gained)


def _sentences(heading: str, sentences: Sequence[str]) -> None:
    if sentences:
        said = Markup("").join(Markup('<p class="sentence">{}</p>').format(each) for each in sentences)
        st.html(Markup('<p class="soft">{}</p>{}').format(heading, said))
