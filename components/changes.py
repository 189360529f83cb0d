"""The Changes of a knowledge base: its versions, and what came, went and changed between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from components.address import at, move
from components.app import services
from components.question import Asking, begin
from components.text import counted, dated, plain, readable, shortened
from services.knowledge.document import Document
from services.knowledge.glossary import Entry
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.versions import Version
from services.people.user import User

SHOWN = 30
TEXTS = 5


def changes(user: User, knowledge_base: KnowledgeBase) -> None:
    """Show two versions side by side, the last two at first, and then all of them as sentences."""
    versions = services().knowledge.versions.list(user, knowledge_base.id)
    if not versions:
        st.text("Nothing has changed yet: it has no documents. Its owner adds them under Documents.")
        return
    older, newer = _chosen(versions)
    if older:
        _between(user, knowledge_base, older, newer)
    _ask_as_of(user, knowledge_base)
    _list(versions)


def sentence_of(version: Version) -> str:
    """Say what a version brought: "3 documents came, 1 changed"."""
    parts = []
    if version.came:
        parts.append(f"{counted(version.came, 'document')} came")
    if version.went:
        parts.append(f"{counted(version.went, 'document')} went")
    if version.changed:
        parts.append(f"{counted(version.changed, 'document')} changed")
    if version.words:
        parts.append(f"{counted(version.words, 'row')} of the glossary changed")
    return ", ".join(parts) or "no document came or went"


def _chosen(versions: Sequence[Version]) -> tuple[int, int]:
    """Give the two versions in the address, or the last two; 0 as the older where there is one alone."""
    numbers = [each.number for each in versions]
    names = {each.number: f"Version {each.number} of {dated(each.at.date())}" for each in versions}
    if len(numbers) < 2:
        return 0, numbers[0]
    newer = _number(at("newer"), numbers, numbers[0])
    older = _number(at("older"), numbers, numbers[1])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        left = st.selectbox(
            "From", numbers, numbers.index(older), format_func=names.__getitem__, key="changes.older", width=280
        )
        right = st.selectbox(
            "To", numbers, numbers.index(newer), format_func=names.__getitem__, key="changes.newer", width=280
        )
    if (left, right) != (older, newer):
        move(older=str(left), newer=str(right))
    return min(left, right), max(left, right)


def _number(text: str | None, numbers: Sequence[int], otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) in numbers else otherwise


def _between(user: User, knowledge_base: KnowledgeBase, older: int, newer: int) -> None:
    if older == newer:
        st.text("These are the same version. Choose two.")
        return
    found = services().knowledge.versions.changes(user, knowledge_base.id, older, newer)
    if not (found.came or found.went or found.changed or found.words_came or found.words_went):
        st.text("Nothing came, went or changed between these two.")
    _named("Came", [each.title for each in found.came])
    _named("Went", [each.title for each in found.went])
    _named("Added to the glossary", [_in_words(each) for each in found.words_came])
    _named("No longer in the glossary", [_in_words(each) for each in found.words_went])
    if found.changed:
        st.html(Markup('<h2 class="small-heading">Changed</h2>'))
    for before, after in found.changed[:SHOWN]:
        shown = st.expander(plain(after.title), type="compact", key=f"changes.of.{after.id}", on_change="rerun")
        if shown.open:
            with shown:
                _difference(user, before, after)


def _in_words(entry: Entry) -> str:
    return f"{entry.in_words}: {entry.meaning}" if entry.also and entry.meaning else entry.in_words


def _named(heading: str, names: Sequence[str]) -> None:
    if not names:
        return
    rows = Markup("").join(Markup("<li>{}</li>").format(each) for each in names[:SHOWN])
    more = len(names) - SHOWN
    rest = Markup("<li>and {} more</li>").format(more) if more > 0 else Markup("")
    st.html(Markup('<h2 class="small-heading">{}</h2><ul>{}{}</ul>').format(heading, rows, rest))


def _difference(user: User, before: Document, after: Document) -> None:
    if before.erased_at or after.erased_at:
        st.text("One of the two was erased.")
        return
    difference = services().knowledge.versions.difference(user, before.id, after.id)
    if not difference.gained and not difference.lost:
        st.text("It says the same; it was read or divided in another way.")
    for heading, texts in (("It now says", difference.gained), ("It no longer says", difference.lost)):
        if texts:
            told = Markup("").join(Markup('<p class="note">{}</p>').format(readable(text)) for text in texts[:TEXTS])
            st.html(Markup('<p class="soft small-print">{}</p>{}').format(heading, told))
            if len(texts) > TEXTS:
                st.caption(f"and {counted(len(texts) - TEXTS, 'more place')}")


def _ask_as_of(user: User, knowledge_base: KnowledgeBase) -> None:
    with st.expander("Ask as it was on a day", type="compact"), st.form("changes.ask", border=False):
        question = st.text_input("Question", key="changes.question")
        day = st.date_input("As it was on", key="changes.day", max_value="today")
        if st.form_submit_button("Ask") and question.strip():
            chosen = day if isinstance(day, date) else None
            begin(user, Asking(question, (knowledge_base.id,), as_of=chosen))


def _list(versions: Sequence[Version]) -> None:
    people = services().people
    rows = Markup("").join(
        Markup("<li>Version {}, {}{}: {}</li>").format(
            each.number,
            dated(each.at.date()),
            f", {shortened(people.name_of(each.person), 60)}" if each.person else "",
            sentence_of(each),
        )
        for each in versions[:SHOWN]
    )
    st.html(Markup('<h2 class="small-heading">All versions</h2><ul>{}</ul>').format(rows))
    if len(versions) > SHOWN:
        st.caption(f"The newest {SHOWN} of {counted(len(versions), 'version')}.")
