"""Knowledge bases as cards, their passport, their documents, and how far reading has come."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from components.address import KNOWLEDGE, KNOWLEDGE_BASE
from components.app import boundary, services
from components.glossary import glossary
from components.passport import life, passport, state_badge
from components.question import begin, question_box
from components.recent import progress_of
from components.state import tab
from components.text import counted, shortened, soon
from services.knowledge.knowledge_base import KnowledgeBase
from services.people.user import User

CARDS_A_PAGE = 24


def cards(user: User, knowledge_bases: Sequence[KnowledgeBase]) -> None:
    """Show one card each, three a row where there is room."""
    pages = -(-len(knowledge_bases) // CARDS_A_PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    with st.grid(3, min_column_width=280, gap="small", border=True, key="cards"):
        for each in knowledge_bases[(number - 1) * CARDS_A_PAGE : number * CARDS_A_PAGE]:
            with st.container(key=f"card-{each.id}", gap="xsmall", height="stretch"):
                _card(user, each)


def _card(user: User, knowledge_base: KnowledgeBase) -> None:
    progress = progress_of(user, knowledge_base)
    facts = [counted(progress.documents_total, "document")]
    if not progress.ready:
        facts.append(f"{progress.documents_ready} read, {soon(progress.seconds_left)}")
    facts.append(f"Owner: {services().people.name_of(knowledge_base.owner)}")
    st.html(
        Markup(
            '<h2 class="card-title" title="{0}">{0}</h2><p>{1}</p><p class="purpose">{2}</p><p class="facts">{3}</p>'
        ).format(
            knowledge_base.name,
            state_badge(knowledge_base),
            shortened(knowledge_base.purpose, 120),
            " · ".join(facts),
        )
    )
    st.page_link(KNOWLEDGE_BASE, label="Open", icon=":material/arrow_forward:", query_params={"id": knowledge_base.id})


def crumbs(name: str) -> None:
    """Show where this page is: "Knowledge / Employee handbook"."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="crumbs"):
        st.page_link(KNOWLEDGE, label="Knowledge", icon=":material/arrow_back:")
        st.html(Markup('<span class="soft small">/ {}</span>').format(name), width="content")


def about(user: User, knowledge_base: KnowledgeBase) -> None:
    """Show who answers for the knowledge base, until when it is approved, and what they can do with it."""
    passport(user, knowledge_base)
    life(user, knowledge_base)
    if not knowledge_base.is_own_file:
        glossary(user, knowledge_base)
    if knowledge_base.is_own_file and st.button("Delete this file", icon=":material/delete:"):
        delete_own(user, knowledge_base)


def ask(user: User, knowledge_base: KnowledgeBase) -> None:
    """Let somebody ask this knowledge base alone."""
    asking = question_box("knowledge.question", f"Ask {knowledge_base.name}", (knowledge_base.id,))
    if asking is not None:
        begin(user, asking)


@st.dialog("Delete this file?")
def delete_own(user: User, knowledge_base: KnowledgeBase) -> None:
    """Ask once more, by name, then delete a person's own file."""
    with boundary():
        st.text(f"“{knowledge_base.name}” is deleted at once, for good. Answers that quote it say that it is gone.")
        if st.button("Delete file", type="primary", key="knowledge.delete"):
            services().knowledge.delete_own_file(user, knowledge_base.id)
            tab().notice = f"“{knowledge_base.name}” is deleted."
            st.switch_page(KNOWLEDGE)
