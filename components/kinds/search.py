"""A search: the sources that Ask would read, each opening in its surroundings."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.found import how_found
from components.kinds.ask import form, found_in, heading, options
from components.kinds.screen import Here, Screen
from components.source import source
from components.text import counted, when
from services.answers.sentences import shown


def _show(here: Here) -> None:
    asked = found_in(here)
    found = asked.answer
    facts = Markup('<div class="facts"><span>{} · {}</span></div>').format(
        counted(len(found.citations), "source"), when(asked.receipt.at)
    )
    missing = Markup("").join(Markup('<p class="missing">{}</p>').format(each) for each in found.missing)
    st.html(heading(here, asked, "Search") + facts + missing)
    for each in found.citations:
        if not each.withheld:
            st.html(Markup('<p class="sentence">{}</p>').format(shown(each.quote)))
        source(here.user, asked.receipt.id, here.cell.id, each)
    if not found.citations:
        st.text("No source speaks of this. Put it in other words, or look in more places.")
    if here.may_change:
        how_found(here.user, asked, here.cell.id)


SCREEN = Screen(":material/search:", form, _show, options)
