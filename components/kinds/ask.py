"""A question: where to look, the answer with its sources, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from components.address import move
from components.answer import answer
from components.app import done, services
from components.found import how_found
from components.kinds.screen import Here, Screen, text_field
from components.models import price_of
from components.open_questions import ask_owner
from components.question import place, working
from components.recent import forget, recently
from components.state import tab
from components.text import dated, one_line, plain
from services.answers.answer import Strength
from services.answers.answers import Asked
from services.notebooks.feedback import Feedback, Opinion
from services.notebooks.kinds.ask import as_of_in, model_of, question_of, remembers, style_of, where_of
from services.people.user import User


def form(here: Here) -> dict[str, object]:
    """Draw question and where to look."""
    question = text_field(here, "question", "Question")
    chosen = [each for each in where_of(here.cell.form) if each in here.names]
    where = st.multiselect(
        "Where to look",
        list(here.names),
        chosen,
        key=f"playground.where.{here.cell.id}",
        format_func=lambda each: one_line(here.names[each]),
        placeholder="Everything I may read",
    )
    return {"question": question, "where": where}


def options(here: Here) -> dict[str, object]:
    """Take the day whose documents a question asks; none asks those of the present."""
    held = as_of_in(here.cell.form)
    day = st.date_input("As it was on", held, max_value="today", key=f"playground.day.{here.cell.id}")
    return {"as_of": day.isoformat() if isinstance(day, date) else None}


def _options(here: Here) -> dict[str, object]:
    styles = {each.name: each.label for each in services().answers.styles(here.user)}
    style = st.selectbox(
        "Style of the answer",
        list(styles),
        list(styles).index(now) if (now := style_of(here.cell.form)) in styles else 0,
        key=f"playground.style.{here.cell.id}",
        format_func=styles.__getitem__,
    )
    remember = st.checkbox(
        "Remember the questions above",
        remembers(here.cell.form),
        key=f"playground.remember.{here.cell.id}",
        help="They are asked together with this one, so that “And for part-timers?” is understood.",
    )
    chosen = options(here) | {"style": "" if style == next(iter(styles)) else style, "remember": remember}
    return chosen | _model(here)


def _model(here: Here) -> dict[str, object]:
    writers = [each for each in services().models.choices(here.user) if not each.is_built_in]
    offered = {each.id: f"{each.name} writes it: {price_of(each)}" for each in writers}
    now = model_of(here.cell.form)
    if not offered and not now:
        return {}
    named = {"": "Quoted word for word: costs nothing", **offered}
    named.setdefault(now, "A model that may not be asked any more")
    model = st.selectbox(
        "The answer is",
        list(named),
        list(named).index(now),
        key=f"playground.model.{here.cell.id}",
        format_func=lambda each: one_line(named[each]),
    )
    return {"model": model}


def heading(here: Here, asked: Asked, verb: str) -> Markup:
    """Give what was asked, of what, as the heading of what was found; not what is typed there now."""
    looked = place(here.names, where_of(here.cell.form))
    if (day := as_of_in(here.cell.form)) is not None:
        looked += f", as it was on {dated(day)}"
    return Markup(
        '<div class="arrived" data-name="{}"><p class="soft small">{} {}</p><h2 class="question">{}</h2></div>'
    ).format(here.cell.receipt_id or "", verb, looked, asked.question or question_of(here.cell.form))


def found_in(here: Here) -> Asked:
    """Give what a cell's last run found, as this person may read it today."""
    key = ("asked", here.user.id, here.cell.receipt_id, frozenset(here.names))
    return recently(key, lambda: here.view.asked(here.cell))


def _show(here: Here) -> None:
    asked = found_in(here)
    answer(here.user, asked, here.cell.id, heading(here, asked, "Ask"), may_go_on=here.may_change)
    if not here.may_change:
        return
    _after(here, asked)
    how_found(here.user, asked, here.cell.id)
    further = recently(
        ("further", here.user.id, here.cell.receipt_id, frozenset(here.names)),
        lambda: services().answers.follow_ups(here.user, asked.receipt.id),
    )
    _further(here, further)


def _after(here: Here, asked: Asked) -> None:
    """What can be done with an answer."""
    user, cell = here.user, here.cell
    with st.container(horizontal=True, gap="xsmall"):
        copied = st.button("Copy with sources", key=f"playground-copy-{cell.id}", icon=":material/content_copy:")
        noting = st.button("Add a note", key=f"playground-note-{cell.id}", icon=":material/edit_note:")
        helped = st.button("This helped", key=f"playground-helped-{cell.id}", icon=":material/thumb_up:")
        wrong = st.button("Something is wrong", key=f"playground-wrong-{cell.id}", icon=":material/flag:")
    if copied:
        _to_copy(here)
    if helped:
        _give(user, asked, Opinion.HELPED)
    if noting:
        tab().noting = cell.id
    if wrong:
        tab().saying_wrong = asked.receipt.id
    if tab().noting == cell.id:
        _write_note(here)
    if tab().saying_wrong == asked.receipt.id:
        _say_wrong(user, asked)
    elif (said := _said(user, asked)) is not None:
        st.html(
            Markup('<p class="facts" role="status">You said: {}. Kept beside the receipt.</p>').format(
                _SAID[said.opinion]
            )
        )
        if said.opinion is not Opinion.HELPED and asked.answer.strength is not Strength.NOT_IN_THESE_DOCUMENTS:
            ask_owner(user, asked)


def _to_copy(here: Here) -> None:
    """Hand the answer to the browser, which copies it with its formatting (components/static/browser.js)."""
    copied = services().notebooks.leaving.with_sources(here.user, here.notebook.id, here.cell.id)
    answer_in_html = Markup(copied.html)  # noqa: S704  (the service has escaped every text in it)
    st.html(
        Markup('<p class="copied facts" role="status"></p><div class="to-copy" hidden data-text="{}">{}</div>').format(
            copied.text, answer_in_html
        )
    )


def _write_note(here: Here) -> None:
    with st.form(f"playground.note.{here.cell.id}", border=False):
        text = st.text_area("Note", key=f"playground.note.text.{here.cell.id}", placeholder="What you want to keep")
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save note", type="primary")
            left = st.form_submit_button("Cancel", type="tertiary")
    if left:
        tab().noting = None
        st.rerun()
    if saved and text.strip():
        services().notebooks.cells.add(here.user, here.notebook.id, "note", {"text": text}, after=here.cell.id)
        tab().noting = None
        done("Note added.")


_SAID = {
    Opinion.HELPED: "this helped",
    Opinion.WRONG: "wrong",
    Opinion.OUT_OF_DATE: "out of date",
    Opinion.INCOMPLETE: "incomplete",
    Opinion.SHOULD_NOT_SEE: "I shouldn't see this",
}
_WRONG = [each for each in Opinion if each is not Opinion.HELPED]


def _said(user: User, asked: Asked) -> Feedback | None:
    return recently(("said", user.id, asked.receipt.id), lambda: services().notebooks.feedback(user, asked.receipt.id))


def _give(user: User, asked: Asked, opinion: Opinion, note: str = "") -> None:
    services().notebooks.give_feedback(user, asked.receipt.id, opinion, note)
    forget(("said", user.id, asked.receipt.id))


def _say_wrong(user: User, asked: Asked) -> None:
    with st.form(f"playground.wrong.{asked.receipt.id}", border=False):
        what = st.pills(
            "What is wrong?",
            _WRONG,
            default=_WRONG[0],
            key=f"playground.what.{asked.receipt.id}",
            format_func=lambda each: _SAID[each],
        )
        note = st.text_input("In a few words, if you like", key=f"playground.why.{asked.receipt.id}")
        with st.container(horizontal=True):
            sent = st.form_submit_button("Send", type="primary")
            left = st.form_submit_button("Cancel", type="tertiary")
    if sent and what:
        _give(user, asked, what, note)
        tab().saying_wrong = None
        st.rerun()
    if left:
        tab().saying_wrong = None
        st.rerun()


def _further(here: Here, questions: Sequence[str]) -> None:
    if not questions:
        return
    chosen = st.pills("Ask next", questions, key=f"playground-further-{here.cell.id}", format_func=plain)
    if chosen is None:
        tab().chosen_next = None
    elif tab().chosen_next != chosen:  # what is chosen stays chosen, and must be asked once only
        tab().chosen_next = chosen
        with working():
            added = services().notebooks.running.ask(here.user, here.notebook.id, chosen, where_of(here.cell.form))
        move(cell=added.id, source=None)
        st.rerun()


SCREEN = Screen(":material/forum:", form, _show, _options)
