"""Questions without answer: sending one to an owner, answering it with a quote, and the answer that was approved."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from components.app import boundary, current_user, done, services
from components.text import counted, dated, plain
from services.answers.answer import Answer
from services.answers.answers import Asked
from services.answers.questions import Addressee, AnswerState, GivenAnswer, OpenQuestion, QuestionState
from services.governance.request import Request
from services.knowledge.document import Passage
from services.knowledge.knowledge_base import KnowledgeBase
from services.people.user import Role, User

FEWER = "fewer than five people wait"
_SHOWN = {
    AnswerState.APPROVED: ("good", "Approved answer"),
    AnswerState.REVIEW_DUE: ("partly", "Review due, not shown"),
    AnswerState.WITHDRAWN: ("bad", "Withdrawn"),
}
"""Colour and word of an answer that was approved once."""


def approved_heading(found: Answer) -> Markup:
    """Say who answered it and until when that is approved, with their sentence."""
    if found.approved is None:
        return Markup("")
    until = dated(found.approved.until)
    words = Markup('<div class="facts"><span class="badge good">Approved answer</span> by {} until {}</div>').format(
        found.approved.by, until
    )
    if found.approved.sentence:
        words += Markup('<p class="sentence">{}</p>').format(found.approved.sentence)
    return words


def ask_owner(user: User, asked: Asked) -> None:
    """Let the asker send their question to the owner of where it looked; nothing is sent without it."""
    receipt_id = asked.receipt.id
    if sent := services().answers.questions.sent(user, receipt_id):
        st.html(Markup('<p class="facts" role="status">Sent to {}.</p>').format(" and ".join(sent)))
        return
    addressees = services().answers.questions.addressees(user, receipt_id) if asked.question else ()
    if not addressees:
        return
    owners = {each.owner for each in addressees}
    whom = owners.pop() if len(owners) == 1 else "an owner"
    if st.button(f"Ask {plain(whom)}", key=f"playground-owner-{receipt_id}", icon=":material/forward_to_inbox:"):
        send(receipt_id, addressees)


@st.dialog("Ask the owner")
def send(receipt_id: str, addressees: Sequence[Addressee]) -> None:
    """Show who will read what, and send it."""
    with boundary():
        user = current_user()
        with st.form(f"questions.send.{receipt_id}", border=False):
            chosen = addressee(addressees, receipt_id)
            note = st.text_input("A note, if you like", key=f"questions.note.{receipt_id}", max_chars=500)
            st.caption("The owner and the steward read your question, your note and your name. Nobody else does.")
            if st.form_submit_button("Send", type="primary"):
                services().answers.questions.send(user, receipt_id, chosen.knowledge_base_id, note)
                done(f"Sent to {chosen.owner}. What becomes of it appears in your Inbox.")


def addressee(addressees: Sequence[Addressee], receipt_id: str) -> Addressee:
    """Let one of several owners be chosen; say who it is where there is one."""
    if len(addressees) == 1:
        only = addressees[0]
        st.html(Markup('<p class="sentence">To {}, for {}.</p>').format(only.owner, only.knowledge_base_name))
        return only
    return st.selectbox(
        "To",
        addressees,
        key=f"questions.to.{receipt_id}",
        format_func=lambda each: f"{each.owner}, for {each.knowledge_base_name}",
    )


def questions_of(user: User, knowledge_base: KnowledgeBase) -> None:
    """List what waits for an answer from one knowledge base, for those who answer for it."""
    waiting = services().answers.questions.waiting(user, knowledge_base.id)
    if waiting:
        st.html(Markup('<h2 class="small-heading">{}</h2>').format("Questions without answer"))
    for each in waiting:
        question(each)
    given = services().answers.questions.given(user, knowledge_base.id)
    if given:
        st.html(Markup('<h2 class="small-heading">{}</h2>').format("Approved answers"))
    for held in given:
        given_answer(held)


def all_questions(user: User) -> None:
    """List what waits in every knowledge base that `user` answers for; the CDO reads counts of the others."""
    waiting = services().answers.questions.to_answer(user)
    if not waiting:
        st.text("No question waits for you. One appears here when somebody sends it, after “Not in these documents”.")
    for each in waiting:
        question(each)
    if user.role is Role.CDO:
        counts(user)


def counts(user: User) -> None:
    """Say how many people wait, by knowledge base, in groups of at least five."""
    told = services().answers.questions.counts(user)
    if told:
        st.html(Markup('<h2 class="small-heading">{}</h2>').format("In all knowledge bases"))
    for name, number in told:
        waits = FEWER if number is None else f"{counted(number, 'person', 'people')} wait"
        st.html(Markup('<p class="sentence">{}: {}.</p>').format(name, waits))


def question(waiting: OpenQuestion) -> None:
    """Show a question with who sent it, and what its owner can do."""
    with st.container(key=f"narrow-question-{waiting.id}", gap="xsmall"):
        asked = f"asked by {counted(len(waiting.sent), 'person', 'people')}: {_names(waiting)}"
        facts = Markup('<p class="facts">{} · {}</p>').format(waiting.knowledge_base_name, asked)
        notes = Markup("").join(
            Markup('<p class="soft">{}: “{}”</p>').format(each.person, each.note) for each in waiting.sent if each.note
        )
        st.html(Markup('<p class="sentence">{}</p>').format(waiting.question) + facts + notes)
        if waiting.state is QuestionState.IN_REVIEW:
            st.text("Its answer waits for approval.")
            return
        with st.container(horizontal=True):
            if st.button("Answer", key=f"questions.answer.{waiting.id}", icon=":material/format_quote:"):
                answer(waiting)
            if st.button("Close", key=f"questions.close.{waiting.id}", type="tertiary"):
                close(waiting)


def given_answer(held: GivenAnswer) -> None:
    """Show an answer that was approved and whether it is shown, and let who answers for it take it back."""
    with st.container(key=f"narrow-answer-{held.id}", gap="xsmall"):
        colour, word = _SHOWN[held.state]
        facts = Markup('<p class="facts"><span class="badge {}">{}</span> by {} until {}</p>')
        said = Markup('<p class="soft">{}</p>').format(held.sentence) if held.sentence else Markup("")
        question = Markup('<p class="sentence">{}</p>').format(held.question)
        st.html(question + facts.format(colour, word, held.by, dated(held.until)) + said)
        if held.state is AnswerState.APPROVED and st.button("Withdraw", key=f"questions.withdraw.{held.id}"):
            withdraw(held)


@st.dialog("Withdraw the answer")
def withdraw(held: GivenAnswer) -> None:
    """Take the reason that everybody reads who asked."""
    with boundary():
        user = current_user()
        st.html(Markup('<p class="sentence">{}</p>').format(held.question))
        with st.form(f"questions.withdrawing.{held.id}", border=False):
            reason = st.text_input("Why? Those who asked will read it.", key=f"questions.reason.{held.id}")
            if st.form_submit_button("Withdraw it", type="primary"):
                services().answers.questions.withdraw(user, held.id, reason)
                done("Withdrawn. It is not shown any more, and its question waits for an answer again.")


@st.dialog("Answer with a quote", width="medium")
def answer(waiting: OpenQuestion) -> None:
    """Find the source, keep of it the words that answer the question, and send them for approval."""
    with boundary():
        user = current_user()
        st.html(Markup('<p class="sentence">{}</p>').format(waiting.question))
        words = st.text_input("Find the source", waiting.question, key=f"questions.find.{waiting.id}")
        found = services().answers.questions.find(user, waiting.knowledge_base_id, words)
        if not found:
            st.text("Nothing found. Try words that stand in the document; if none says it, add one that does.")
            return
        chosen = st.selectbox("Source", found, key=f"questions.source.{waiting.id}", format_func=_named)
        with st.form(f"questions.quote.{waiting.id}", border=False):
            quote = st.text_area(
                "Quote: keep the words that answer it",
                chosen.text,
                key=f"questions.quoted.{waiting.id}.{chosen.id}",
                height=200,
            )
            sentence = st.text_input("A sentence of yours, if you like", key=f"questions.sentence.{waiting.id}")
            st.caption("Somebody else approves it before anybody sees it.")
            if st.form_submit_button("Send for approval", type="primary"):
                services().answers.questions.answer(user, waiting.id, chosen.document_id, chosen.page, quote, sentence)
                done("Sent for approval.")


@st.dialog("Close the question")
def close(waiting: OpenQuestion) -> None:
    """Take the sentence that everybody reads who asked."""
    with boundary():
        user = current_user()
        st.html(Markup('<p class="sentence">{}</p>').format(waiting.question))
        with st.form(f"questions.closing.{waiting.id}", border=False):
            sentence = st.text_input("What those who asked will read", placeholder="Not ours, ask Finance.")
            if st.form_submit_button("Close it", type="primary"):
                services().answers.questions.close(user, waiting.id, sentence)
                done("Closed. Those who asked are told.")


def proposed_answer(user: User, request: Request) -> None:
    """Show the answer that a request is about, to who decides it."""
    proposed = services().answers.questions.proposed(user, request.id)
    if proposed is None:
        st.text("The page that it quotes has changed, or the answer is gone. Decline it.")
        return
    cited = proposed.citation
    place = f"{cited.document_title} · {cited.place or f'page {cited.page}'}"
    st.html(Markup('<blockquote>{}</blockquote><p class="facts">{}</p>').format(cited.quote, place))


def _names(waiting: OpenQuestion) -> str:
    return ", ".join(dict.fromkeys(each.person for each in waiting.sent))


def _named(passage: Passage) -> str:
    place = passage.place or f"page {passage.page}"
    return f"{passage.document_title} · {place} · {' '.join(passage.text.split())[:60]}…"
