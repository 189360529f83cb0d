"""What Home offers beside the question box: examples, the notebook in hand, the first four steps."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from components.address import PLAYGROUND
from components.app import boundary, current_user, services
from components.question import Asking, begin
from components.recent import progress_of
from components.text import plain, soon
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.progress import Progress
from services.notebooks.notebook import Notebook
from services.people.user import User

# Meant to fail, so that everybody meets "Not in these documents" early: no document knows what there is today.
NOWHERE = "What is in the cafeteria today?"
OFFERED = 2


def examples(user: User) -> None:
    """Show two questions that can be answered and one that can't; pressing one asks it.

    One whose documents are still being read says when it is ready; a ready one takes its place without a reload.
    """
    offered = _offered(user)
    if all(progress.ready for _, progress in offered):
        _buttons(user, offered)
    else:
        _buttons_until_ready()


@st.fragment(run_every=2)
def _buttons_until_ready() -> None:
    with boundary():
        user = current_user()  # a fragment runs without the gate: the visit may have ended meanwhile
        offered = _offered(user)
        if all(progress.ready for _, progress in offered):
            st.rerun()
        _buttons(user, offered)


def _offered(user: User) -> list[tuple[str, Progress]]:
    """Give two example questions from the passports, those of ready knowledge bases first."""
    readable = services().knowledge.knowledge_bases(user)
    shared = [each for each in readable if each.questions and each.expires_at is None]
    progress = {each.id: progress_of(user, each) for each in shared}
    ready_first = sorted(shared, key=lambda each: not progress[each.id].ready)
    offered: dict[str, Progress] = {}
    for each, question in _one_each(ready_first):
        offered.setdefault(question, progress[each.id])
    return list(offered.items())[:OFFERED]


def _one_each(readable: Sequence[KnowledgeBase]) -> list[tuple[KnowledgeBase, str]]:
    """Go round the knowledge bases: the first question of each, then the second, …"""
    longest = max((len(each.questions) for each in readable), default=0)
    return [(each, each.questions[turn]) for turn in range(longest) for each in readable if turn < len(each.questions)]


def _buttons(user: User, offered: Sequence[tuple[str, Progress]]) -> None:
    # What is nowhere can be told once everything has been read: it waits for the last.
    rows = [(str(number), *each) for number, each in enumerate(offered)]
    rows += [("nowhere", NOWHERE, progress) for _, progress in offered[-1:]]
    for name, question, progress in rows:
        waiting = "" if progress.ready else f" · {soon(progress.seconds_left)}"
        if st.button(
            f"{plain(question)}{waiting}",
            key=f"row-example-{name}",
            icon=":material/search:",
            width="stretch",
            disabled=not progress.ready,
        ):
            begin(user, Asking(question))


def continue_where_you_left(mine: Sequence[Notebook]) -> None:
    """Offer the notebook that was used last."""
    if mine:
        st.page_link(
            PLAYGROUND,
            label=f"Continue: **{plain(mine[0].title)}**",
            icon=":material/arrow_forward:",
            query_params={"notebook": mine[0].id},
        )


def getting_started(user: User) -> None:
    """Show how many of the first four steps are done, once the first is, and until all are."""
    steps = services().notebooks.getting_started(user)
    done = [steps.asked, steps.opened_a_source, steps.met_not_found, steps.wrote_a_note]
    if not any(done) or all(done):
        return
    words = ("Ask a question", "Open a source", "Meet “Not in these documents”", "Write a note")
    rows = Markup("").join(
        Markup('<li class="{}">{}<span class="hidden">, {}</span></li>').format(
            "is-done" if is_done else "", word, "done" if is_done else "to do"
        )
        for word, is_done in zip(words, done, strict=True)
    )
    st.html(
        Markup('<h2 class="small-heading">Getting started {} of 4</h2><ul class="steps">{}</ul>').format(
            sum(done), rows
        )
    )
