"""A note: Markdown in which what other cells gave stands as text."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.kinds.screen import Here, Screen, text_field


def _form(here: Here) -> dict[str, object]:
    return {"text": text_field(here, "text", "Note", placeholder="What you want to keep")}


def _show(here: Here) -> None:
    with st.container(key=f"note-{here.cell.id}"):
        st.markdown(here.view.output(here.cell).markdown)
        for each in here.view.written_in(here.cell):
            st.html(Markup('<p class="soft small-print">{}</p>').format(each))


SCREEN = Screen(":material/edit_note:", _form, _show)
