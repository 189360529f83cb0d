"""Whose access is checked, and what came of it."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.app import services
from components.state import tab
from components.text import counted, exact, one_line
from services.insight.insight import Reading
from services.knowledge.knowledge_base import ReadingRule
from services.people.user import User

_RULES = {
    ReadingRule.OWNER: "is its owner",
    ReadingRule.STEWARD: "is its steward",
    ReadingRule.DECIDES: "decides whether it is approved",
    ReadingRule.AUDIENCE: "belongs to its audience",
}


def choice(user: User) -> None:
    """Let a person be chosen and their access be checked."""
    people = {each.id: each for each in services().people.personas()}
    with st.container(horizontal=True, vertical_alignment="bottom", key="narrow-access"):
        person = st.selectbox(
            "Person",
            list(people),
            format_func=lambda each: one_line(f"{people[each].name} · {people[each].title} · {people[each].line.name}"),
            key="person",
            bind="query-params",
        )
        if st.button("Check", type="primary", key="access.check") and person:
            tab().checked = (person, services().insight.access_check(user, person))


def readings() -> None:
    """Show what came of the last check: what the person may read first, then the names of what they may not."""
    checked = tab().checked
    if checked is None:
        return
    person, found = checked
    name = services().people.name_of(person)
    may = sum(each.rule is not None for each in found)
    st.html(
        Markup('<h2 class="small-heading">{}</h2>').format(
            f"{name} may read {may} of {counted(len(found), 'shared knowledge base')}"
        )
    )
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            each.name, services().people.name_of(each.owner), each.state.value, _rule(each)
        )
        for each in found
    )
    st.html(
        Markup(
            '<div class="wide" tabindex="0"><table><thead><tr><th scope="col">Knowledge base</th>'
            '<th scope="col">Owner</th><th scope="col">State</th><th scope="col">Access</th></tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(rows)
    )
    st.caption("Drafts and files of their own are theirs alone and are not listed here.")


def _rule(reading: Reading) -> str:
    if reading.rule is None:
        return "May not read it"
    if reading.until is not None:
        return f"May read it: has access until {exact(reading.until)}"
    return f"May read it: {_RULES.get(reading.rule, 'has access')}"
