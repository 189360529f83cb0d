"""The glossary of a knowledge base: its rows for every reader, and for who answers for it the ways to change them."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.app import boundary, current_user, done, services
from components.text import plain
from services.knowledge.glossary import Entry, GlossaryRow
from services.knowledge.knowledge_base import KnowledgeBase
from services.people.user import User

ROWS_SHOWN = 20


def glossary(user: User, knowledge_base: KnowledgeBase) -> None:
    """Show what things are called here; a search takes the name that the documents use."""
    rows = services().knowledge.glossary.rows(user, knowledge_base.id)
    may_change = knowledge_base.is_changed_by(user)
    st.html(Markup('<h2 class="small-heading">Glossary</h2>'))
    if not rows:
        st.text(
            "No row yet. A row such as “PTO = annual leave” lets a question find what documents say in other words."
        )
    shown = rows[:ROWS_SHOWN]
    for row in shown:
        _row(knowledge_base, row, may_change)
    if len(rows) > len(shown):
        st.text(f"And {len(rows) - len(shown):,} more; download them to read them all.")
    with st.container(horizontal=True):
        if st.button("Add a row" if may_change else "Propose a row", key="glossary.add", icon=":material/add:"):
            write(knowledge_base, may_change)
        if may_change and st.button("Add from CSV", key="glossary.bring", icon=":material/upload:"):
            bring(knowledge_base)
        if rows:
            sheet = services().knowledge.glossary.sheet(user, knowledge_base.id)
            st.download_button("Download", sheet, "glossary.csv", "text/csv", key="glossary.sheet", on_click="ignore")


def _row(knowledge_base: KnowledgeBase, row: GlossaryRow, may_change: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"narrow-term-{row.id}"):
        names = Markup(" = {}").format(", ".join(row.also)) if row.also else ""
        st.html(
            Markup('<p class="sentence"><strong>{}</strong>{}</p><p class="soft">{}</p>').format(
                row.term, names, row.meaning
            ),
            width="stretch",
        )
        if may_change and st.button(f"Change {plain(row.term)}", key=f"glossary.change.{row.id}", type="tertiary"):
            write(knowledge_base, may_change, row)


@st.dialog("Row of the glossary")
def write(knowledge_base: KnowledgeBase, may_change: bool, row: GlossaryRow | None = None) -> None:
    """Take a row: added or changed by who answers for it, proposed by everybody else."""
    with boundary():
        user = current_user()
        held = row or GlossaryRow("", ())
        with st.form("glossary.row", border=False):
            term = st.text_input("Term", held.term, placeholder="PTO")
            also = st.text_input("Also called, apart by ;", "; ".join(held.also), placeholder="annual leave; vacation")
            meaning = st.text_input("What it means, if you like", held.meaning)
            why = "" if may_change else st.text_input("Why, in a sentence")
            with st.container(horizontal=True):
                saved = st.form_submit_button("Save" if may_change else "Propose", type="primary")
                ended = row is not None and st.form_submit_button("Take it out")
        desk, entry = services().knowledge.glossary, Entry(term, tuple(also.split(";")), meaning)
        if saved and not may_change:
            desk.propose(user, knowledge_base.id, entry, why)
            done("Proposed. What becomes of it appears in your Inbox.")
        elif saved and row is not None:
            desk.change(user, knowledge_base.id, row.id, entry)
            done("Saved. Searches use it from now on.")
        elif saved:
            desk.add(user, knowledge_base.id, entry)
            done("Added. Searches use it from now on.")
        elif ended and row is not None:
            desk.end(user, knowledge_base.id, row.id)
            done("Taken out.")


@st.dialog("Add from CSV")
def bring(knowledge_base: KnowledgeBase) -> None:
    """Take rows from a file."""
    with boundary():
        user = current_user()
        st.text("The first line reads term,also,meaning. Several names in one cell stand apart by “;”.")
        given = st.file_uploader("CSV file", type="csv", key="glossary.file")
        if given is not None and st.button("Add its rows", type="primary", key="glossary.brought"):
            added = services().knowledge.glossary.bring(user, knowledge_base.id, given.getvalue())
            done(f"{added} added; terms that stand there already were left out.")
