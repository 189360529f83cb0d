"""The audit: who did what to what and when, filtered, exported, and checked for being whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import streamlit as st
from markupsafe import Markup

from components.app import services
from components.text import counted, exact, one_line, when
from services.ledger.audit import AuditEntry, Wanted, as_csv, as_json
from services.people.user import User

A_PAGE = 25
MOST = 5_000
"""So many of the newest are looked through and exported."""

ANYBODY, ANYTHING = "Anybody", "Anything"


def filters(user: User) -> Wanted:
    """Let somebody say which entries they look for; the address keeps it."""
    people = {each.id: each.name for each in services().people.personas()}
    acts = services().ledger.audited_acts(user)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        person = st.selectbox(
            "Who",
            ["", *people],
            format_func=lambda each: one_line(people.get(each, ANYBODY)),
            key="who",
            bind="query-params",
            width=200,
        )
        action = st.selectbox(
            "Did what",
            ["", *acts],
            format_func=lambda each: one_line(each.capitalize() or ANYTHING),
            key="act",
            bind="query-params",
            width=240,
        )
        first = st.date_input("From", value=None, key="audit.first", max_value="today", width=150)
        last = st.date_input("To", value=None, key="audit.last", max_value="today", width=150)
        of = st.text_input("To what", key="object", bind="query-params", width=220)
    return Wanted(person or "", action or "", of.strip(), _day(first), _day(last))


def entries(user: User, found: tuple[AuditEntry, ...]) -> None:
    """Show entries as sentences, twenty-five at a time."""
    names = services().insight.names(user)
    if not found:
        st.text("No entry is here. Who approves, adds, withdraws or opens something leaves one; a filter may hide it.")
        return
    pages = -(-len(found) // A_PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    shown = found[(number - 1) * A_PAGE : number * A_PAGE]
    rows = Markup("").join(Markup("<li>{} · {}</li>").format(sentence_of(each, names), when(each.at)) for each in shown)
    st.html(Markup("<ul>{}</ul>").format(rows))
    details = st.expander("Details for specialists", type="compact", key="audit.details", on_change="rerun")
    if details.open:
        with details:
            told = "\n".join(f"{each.number} {exact(each.at)} {each.action} {_facts(each)}" for each in shown)
            st.html(Markup('<pre class="receipt" tabindex="0">{}</pre>').format(told))


def sentence_of(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """Say who did what to what: "Sam: approve access, Employee handbook. “I need it for the report.”"."""
    about = names.get(entry.object.partition(":")[0], "")
    person = services().people.name_of(entry.person) if entry.line else "Accelerate itself"
    reason = f" “{entry.facts['reason']}”" if entry.facts.get("reason") else ""
    return f"{person}: {entry.action}{f', {about}' if about else ''}.{reason}"


def exports(found: tuple[AuditEntry, ...]) -> None:
    """Offer what is shown as files, and the check of the whole record."""
    with st.container(horizontal=True):
        st.download_button(
            "Download as CSV", as_csv(found), "audit.csv", "text/csv", key="audit.csv", on_click="ignore"
        )
        st.download_button(
            "Download as JSON", as_json(found), "audit.json", "application/json", key="audit.json", on_click="ignore"
        )
        if st.button("Check the record", key="audit.verify"):
            checked = services().ledger.verify()
            number = counted(checked.receipts + checked.audit_entries, "entry", "entries")
            st.text(f"The record is whole: {number}, none changed." if checked.is_whole else checked.fault)


def _facts(entry: AuditEntry) -> str:
    return json.dumps(dict(entry.facts), ensure_ascii=False, sort_keys=True)


def _day(chosen: object) -> date | None:
    return chosen if isinstance(chosen, date) else None
