"""Why didn't it find it? What was expected goes in, one sentence and one button come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import streamlit as st
from markupsafe import Markup

from components.address import KNOWLEDGE, KNOWLEDGE_BASE
from components.app import boundary, current_user, done, services
from components.open_questions import addressee
from components.recent import forget_progress, recently
from components.text import counted, one_line, plain
from services.answers.answers import Asked
from services.knowledge.causes import Remedy, Walk, Why
from services.knowledge.document import Document
from services.knowledge.glossary import Entry
from services.knowledge.setting import AS_ASK, Setting
from services.people.user import User

WHY = "Why didn't it find it?"


def walk(user: User, question: str, where: Sequence[str] = (), setting: Setting = AS_ASK) -> None:
    """Let somebody say, closed at first, what they expected."""
    inner = st.expander(WHY, key="walker.open", on_change="rerun")
    if inner.open:
        with inner:
            _form(user, Walk(question, where=tuple(where), setting=setting))


@st.dialog(WHY, width="large")
def why_not(asked: Asked) -> None:
    """Let somebody say what they expected of an answer; it is looked for where, and in the versions, that answered."""
    with boundary():
        user = current_user()
        if not asked.question:
            st.text("The question was erased. Ask it again first.")
            return
        st.html(Markup('<p class="soft">You asked: {}</p>').format(asked.question))
        where = tuple(str(each) for each in cast(Sequence[object], asked.receipt.inputs["where"]))
        _form(user, Walk(asked.question, where=where, versions=tuple(asked.receipt.snapshots.items())), asked)


def _form(user: User, looked: Walk, asked: Asked | None = None) -> None:
    """Let somebody say what they expected of `looked`, and tell why; `asked` is the answer that it began with."""
    there = services().knowledge.walker.expectable(user, looked.where or tuple(dict(looked.versions)))
    titles = {each.id: _titled(each, there) for each in there}
    with st.form("walker.expected", border=False):
        sentence = st.text_area(
            "Paste the sentence you expected",
            key="walker.sentence",
            height=96,
            placeholder="As it stands in the document",
        )
        document = st.selectbox(
            "Or pick the document",
            list(titles),
            None,
            format_func=lambda each: one_line(titles[each]),
            key="walker.document",
            placeholder="Any document",
        )
        st.form_submit_button("Find out", type="primary")
    if not sentence.strip() and document is None:
        return
    wanted = replace(looked, sentence=sentence, document_id=document)
    # A walk leaves a receipt, so it is not taken again at every rerun.
    why = recently(("why", user.id, wanted), lambda: services().answers.why(user, wanted))
    told = Markup("").join(Markup('<p class="missing">{}</p>').format(each) for each in why.missing)
    st.html(Markup('<p class="sentence" role="status">{}</p>').format(why.sentence) + told)
    _remedy(user, why, wanted, asked)
    _details(why)


def _titled(document: Document, there: Sequence[Document]) -> str:
    title = document.title or document.name
    alone = sum(each.title == document.title for each in there) == 1
    return title if alone else f"{title} ({document.name})"


def _remedy(user: User, why: Why, wanted: Walk, asked: Asked | None) -> None:
    """Show the one button that helps."""
    if why.remedy is Remedy.ASK_FOR_ACCESS:
        st.page_link(KNOWLEDGE, label="Ask for access", icon=":material/arrow_forward:")
    elif why.remedy is Remedy.TRY_AGAIN and why.document is not None:
        if st.button("Try the file again", key="walker.again", type="primary"):
            services().knowledge.uploads.retry(user, why.document.id)
            forget_progress(user, why.knowledge_base_id)
            done(f"“{why.document.name}” is read once more.")
    elif why.remedy is Remedy.GO_ON and why.document is not None:
        if st.button("Go on reading", key="walker.go_on", type="primary"):
            services().knowledge.uploads.resume(user, why.knowledge_base_id, why.document.id)
            forget_progress(user, why.knowledge_base_id)
            done(f"“{why.document.name}” is read in its turn.")
    elif why.remedy is Remedy.ASK_OWNER and asked is not None:
        _ask_owner(user, why, wanted, asked)
    elif why.remedy is Remedy.ADD_WORDS:
        _add_words(user, why)
    else:
        _link(why, wanted)


def _ask_owner(user: User, why: Why, wanted: Walk, asked: Asked) -> None:
    """Let the question of an answer be sent to the owner of where it looked; nothing is sent without it."""
    receipt_id = asked.receipt.id
    if sent := services().answers.questions.sent(user, receipt_id):
        st.html(Markup('<p class="facts" role="status">Sent to {}.</p>').format(" and ".join(sent)))
        return
    addressees = services().answers.questions.addressees(user, receipt_id)
    if not addressees:
        _link(replace(why, remedy=Remedy.SEE_DOCUMENTS), wanted)
        return
    with st.form("walker.owner", border=False):
        chosen = addressee(addressees, receipt_id)
        note = st.text_input("A note, if you like", key="walker.note", max_chars=500)
        st.caption("The owner and the steward read your question, your note and your name. Nobody else does.")
        whom = plain(chosen.owner) if len(addressees) == 1 else "the owner"
        pressed = st.form_submit_button(f"Ask {whom}", type="primary")
    if pressed:
        services().answers.questions.send(user, receipt_id, chosen.knowledge_base_id, note)
        done(f"Sent to {chosen.owner}. What becomes of it appears in your Inbox.")


def _link(why: Why, wanted: Walk) -> None:
    """Show the way to what helps."""
    place = {"id": why.knowledge_base_id or "".join(wanted.where[:1])}
    search = {**place, "tab": "Try search", "question": wanted.question}
    label, query = {
        Remedy.SEARCH_VERSION: (
            "Search that version" if why.version is not None else "Search the present version",
            search if why.version is None else {**search, "version": str(why.version)},
        ),
        Remedy.REMOVE_FILTERS: ("Remove the filters", search),
        Remedy.ASK_OTHERWISE: ("Ask in other words", {**place, "tab": "Ask"}),
        Remedy.ASK_OWNER: ("Ask this question, then its owner", {**place, "tab": "Ask"}),
        Remedy.OPEN_DOCUMENT: ("Open the document", {**place, "tab": "Documents"} | _leaf(why)),
    }.get(why.remedy, ("See the documents", {**place, "tab": "Documents"}))
    st.page_link(KNOWLEDGE_BASE, label=label, icon=":material/arrow_forward:", query_params=query)


def _leaf(why: Why) -> dict[str, str]:
    if why.document is None:
        return {}
    return {"document": why.document.id, "leaf": str(why.spot.page if why.spot else 1)}


def _add_words(user: User, why: Why) -> None:
    """Let somebody propose that two names mean the same; the guess can be corrected."""
    with st.form("walker.words", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            term = st.text_input("The question says", why.term, key=f"walker.term.{why.term}")
            also = st.text_input("The document says", why.also, key=f"walker.also.{why.also}")
        label = f"Add “{plain(why.term)} = {plain(why.also)}”" if why.term and why.also else "Add these words"
        pressed = st.form_submit_button(label, type="primary")
    if pressed:
        reason = "A search did not find a source that says the same in other words."
        services().knowledge.glossary.propose(user, why.knowledge_base_id, Entry(term, (also,)), reason)
        done(f"“{term} = {also}” is proposed to those who answer for it.")


def _details(why: Why) -> None:
    """Show, closed, how the source ranks in each leg."""
    if why.standing is None:
        return
    inner = st.expander("Details for specialists", type="compact", key="walker.details", on_change="rerun")
    if not inner.open:
        return
    found = why.standing
    legs = {"words": found.words, "meaning": found.meaning, "fused": found.fused, "reordered": found.reordered}
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, f"{leg.rank} · {leg.score:.6f}" if leg else "–")
        for name, leg in legs.items()
    )
    with inner:
        st.html(
            Markup('<dl class="passport"><dt>passage</dt><dd>{}</dd><dt>final</dt><dd>{} of {}</dd>{}</dl>').format(
                found.passage.id, found.rank, counted(why.searched, "passage"), rows
            )
        )
        st.caption(f"Cause: {why.cause.value}.")
