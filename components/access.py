"""Who may read a knowledge base: its audience, access that was given until a day, and asking for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st
from markupsafe import Markup

from components.app import boundary, current_user, done, services
from components.passport import audience_in_words
from components.text import day, shortened
from services.knowledge.knowledge_base import KnowledgeBase, ReadingRule
from services.people.user import User
from services.store.moment import utc_now

ASKED_DAYS = 30


def access(user: User, knowledge_base: KnowledgeBase) -> None:
    """Say why this person may read it and who else may; those who answer for it can end what they gave."""
    st.html(Markup('<p class="sentence">{}</p>').format(_why(user, knowledge_base)))
    st.html(Markup('<p class="soft">Who may read it: {}.</p>').format(audience_in_words(knowledge_base)))
    if user.id not in (knowledge_base.owner, knowledge_base.steward) or knowledge_base.is_own_file:
        return
    held = services().knowledge.sharing.grants(user, knowledge_base.id)
    st.subheader("Access until a day", anchor=False)
    if not held:
        st.text("Nobody has been given access beyond this audience.")
    for each in held:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            name = services().people.name_of(each.person)
            st.text(f"{name} until {day(each.until - timedelta(seconds=1))}", width="content")
            if st.button("End it", key=f"access.end.{each.id}"):
                services().knowledge.sharing.end(user, knowledge_base.id, each.id)
                done(f"{name}'s access has ended.")


def _why(user: User, knowledge_base: KnowledgeBase) -> str:
    reading = services().knowledge.sharing.reading(user, knowledge_base.id)
    if reading.rule is ReadingRule.GRANT and reading.until is not None:
        return f"You may read it until {day(reading.until - timedelta(seconds=1))}: access was given to you."
    return {
        ReadingRule.OWNER: "You may read it because you are its owner.",
        ReadingRule.STEWARD: "You may read it because you are its steward.",
        ReadingRule.DECIDES: "You may read it while you decide about it.",
        ReadingRule.AUDIENCE: "You may read it because you belong to its audience.",
    }[reading.rule]


def listed(knowledge_bases: Sequence[KnowledgeBase]) -> None:
    """Show what this person may not read but may ask for, one card each."""
    st.subheader("More that you can ask for", anchor=False)
    with st.grid(3, min_column_width=280, gap="small", border=True, key="listed"):
        for each in knowledge_bases:
            with st.container(key=f"card-{each.id}", gap="xsmall", height="stretch"):
                st.html(
                    Markup(
                        '<h2 class="card-title" title="{0}">{0}</h2><p><span class="badge">Not open to you</span></p>'
                        '<p class="purpose">{1}</p><p class="facts">{2} · Owner: {3}</p>'
                    ).format(
                        each.name,
                        shortened(each.purpose, 120),
                        each.classification.value,
                        services().people.name_of(each.owner),
                    )
                )
                if st.button("Ask for access", key=f"access.ask.{each.id}"):
                    ask_for_access(each)


@st.dialog("Ask for access")
def ask_for_access(knowledge_base: KnowledgeBase) -> None:
    """Ask why and until when; its owner or steward decides."""
    with boundary(), st.form("access.form", border=False):
        user = current_user()
        owner = services().people.name_of(knowledge_base.owner)
        st.text(f"{owner} decides who may read “{knowledge_base.name}”.")
        reason = st.text_input("What do you need it for?", key="access.reason")
        today = utc_now().date()
        until = st.date_input("Until", today + timedelta(days=ASKED_DAYS), min_value=today, key="access.until")
        if st.form_submit_button("Ask", type="primary"):
            services().knowledge.sharing.ask(user, knowledge_base.id, reason, _day(until, today))
            done("Asked. You find it in your Inbox, under My requests.")


def _day(chosen: object, otherwise: date) -> date:
    return chosen if isinstance(chosen, date) else otherwise
