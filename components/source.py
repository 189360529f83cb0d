"""A source: its button under the sentence it supports, and the panel that shows it in its surroundings."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.address import at, move
from components.app import services
from components.state import Place, tab
from components.text import plain, quoted, readable
from services.answers.answer import Citation
from services.knowledge.opened_source import OpenedSource
from services.notebooks.copied import page_of
from services.people.user import User

BEFORE, AFTER = 300, 600  # characters of a page that are seen at once before and after the quote


def source(user: User, receipt_id: str, cell_id: str, citation: Citation) -> None:
    """Show the button that opens a source; open, the panel stands right after it, beside it where there is room."""
    if citation.withheld:
        st.html(Markup('<p class="facts">{}. {}</p>').format(citation.number, citation.withheld))
        return
    here = Place(receipt_id, cell_id, citation.number)
    is_open = open_place(receipt_id, cell_id) == here
    st.button(
        f"**{citation.number}** {plain(named(citation))}",
        key=f"row-source-{cell_id}-{citation.number}",
        type="tertiary",
        icon=":material/close:" if is_open else ":material/chevron_right:",
        icon_position="right",
        width="stretch",
        on_click=_close if is_open else _open,
        args=() if is_open else (here,),
    )
    if is_open:
        _panel(user, citation, here)


def named(citation: Citation) -> str:
    """Name a source as people would: "Parental leave · Employee handbook · page 3"."""
    parts = (citation.document_title, citation.knowledge_base_name, page_of(citation))
    return " · ".join(part for part in parts if part)


def open_place(receipt_id: str, cell_id: str) -> Place | None:
    """Read from the address which source of this cell is open."""
    number = at("source") or ""
    return Place(receipt_id, cell_id, int(number)) if at("cell") == cell_id and number.isdecimal() else None


def _open(here: Place) -> None:
    move(cell=here.cell_id, source=str(here.number))


def _close() -> None:
    move(source=None)


def _panel(user: User, citation: Citation, here: Place) -> None:
    shown = _opened_once(user, citation, here)
    with st.container(key=f"source-panel-{here.cell_id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", wrap=False):
            st.html(
                Markup('<div class="opened" data-number="{}"><b>{}</b><div class="facts">{}</div></div>').format(
                    here.number, citation.document_title, _where(citation, shown)
                )
            )
            st.button(
                "Close",
                key=f"playground-close-{here.cell_id}",
                type="tertiary",
                icon=":material/close:",
                shortcut="Escape",
                on_click=_close,
            )
        if not shown.is_current:
            st.html('<p class="facts">A newer version of this document has taken its place.</p>')
        if shown.has_picture:
            st.image(
                services().knowledge.picture(user, citation.document_id, citation.page, citation.start, citation.end),
                width="stretch",
                alt=f"Page {citation.page} of {citation.document_title}, with the quoted words marked",
            )
        st.html(_surroundings(shown))


def _where(citation: Citation, shown: OpenedSource) -> str:
    parts = [citation.knowledge_base_name]
    if citation.place:
        parts.append(citation.place)
    elif shown.page_count > 1:
        parts.append(f"page {citation.page} of {shown.page_count}")
    if citation.heading and citation.heading != citation.document_title:
        parts.append(citation.heading)
    return " · ".join(parts)


def _opened_once(user: User, citation: Citation, here: Place) -> OpenedSource:
    """Open a source once a tab, not at every rerun: opening it writes a receipt."""
    kept = tab().opened
    if kept is None or kept[0] != here:
        shown = services().knowledge.open_source(
            user, citation.document_id, citation.page, citation.start, citation.end, receipt_id=here.receipt_id
        )
        kept = tab().opened = (here, shown)
    return kept[1]


def _surroundings(shown: OpenedSource) -> Markup:
    """Put the quote, marked, between what is near it; what is farther off unfolds."""
    as_text = Markup.escape if shown.has_picture else readable
    as_quoted = _quoted_as_it_is if shown.has_picture else quoted
    cut = _line_near(shown.before, len(shown.before) - BEFORE)
    end = _line_near(shown.after, AFTER)
    return Markup('<div class="surroundings">{}{}{}</div>').format(
        _farther("Earlier on this page", as_text(shown.before[:cut])),
        as_quoted(shown.before[cut:], shown.quote, shown.after[:end]),
        _farther("Further on this page", as_text(shown.after[end:])),
    )


def _quoted_as_it_is(before: str, quote: str, after: str) -> Markup:
    return Markup("{}<mark>{}</mark>{}").format(before, quote, after)


def _line_near(text: str, position: int) -> int:
    """Give where the line begins that holds `position`; 0 before the text, its end after it."""
    if position <= 0:
        return 0
    return len(text) if position >= len(text) else text.rfind("\n", 0, position) + 1


def _farther(words: str, text: Markup) -> Markup:
    if not text.strip():
        return Markup("")
    return Markup("<details><summary>{}</summary><div>{}</div></details>").format(words, text)
