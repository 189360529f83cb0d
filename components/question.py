"""The question box: one line to type in, a place to drop a file, and who can read what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

import streamlit as st

from components.address import PLAYGROUND
from components.app import boundary, services
from components.state import chosen_under
from components.text import counted, one_line, plain
from services.knowledge.knowledge_base import KnowledgeBase
from services.people.user import User

WHO_READS = "Only you read what you ask. Oversight counts groups of at least five; to open yours, it tells you why."


@dataclass(frozen=True)
class Asking:
    """What somebody wants to know, where to look for it (empty: everything they may read), a file of their own.

    `as_of` asks what the documents said at the end of that day.
    """

    question: str
    where: tuple[str, ...] = ()
    file_name: str = ""
    file: bytes = b""
    as_of: date | None = None


def question_box(key: str, placeholder: str, where: tuple[str, ...] = ()) -> Asking | None:
    """Show the box and who reads what is asked; give what was just asked, once. Enter asks."""
    # Any file may be dropped: the knowledge room says in words why one can't be read. A box that turned it away
    # itself would send the question without it.
    given = st.chat_input(placeholder, key=key, accept_file=True)
    st.caption(WHO_READS)
    if not given:
        return None
    if not given.files:
        return Asking(given.text, where)
    return Asking(given.text, where, given.files[0].name, given.files[0].getvalue())


def where_to_look(key: str, readable: Sequence[KnowledgeBase], chosen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Let somebody narrow where to look; it starts at everything they may read."""
    names = {each.id: each.name for each in readable}
    looked = chosen_under(key, chosen)
    with st.popover(f"Where to look: {plain(place(names, looked))}", type="tertiary", key=f"{key}.popover"):
        return tuple(
            st.multiselect(
                "Look only in",
                list(names),
                default=[each for each in chosen if each in names],
                key=key,
                format_func=lambda each: one_line(names[each]),
                placeholder="Everything I may read",
            )
        )


def place(names: Mapping[str, str], where: Sequence[str]) -> str:
    """Say in words where a question looked; `names` holds those of readable knowledge bases by id."""
    if not where:
        return "everything I may read"
    if len(where) > 1:
        return counted(len(where), "knowledge base")
    return names.get(where[0], "a place that is not yours to read")


def begin(user: User, asking: Asking) -> None:
    """Start a notebook with this question, or with this file, and go there; what can't be asked says why here."""
    with boundary():
        if asking.file_name:
            wait_for_file(user, asking)
        with working():
            notebook = services().notebooks.running.start(user, asking.question, asking.where, asking.as_of)
        st.switch_page(PLAYGROUND, query_params={"notebook": notebook.id})


def wait_for_file(user: User, asking: Asking) -> NoReturn:
    """Take in a file of the person's own and go where it is asked as soon as it is read."""
    own = services().knowledge.ask_own_file(user, asking.file_name, asking.file)
    question = {"ask": asking.question} if asking.question else {}
    st.switch_page(PLAYGROUND, query_params={"where": own.id, **question})


@contextmanager
def working() -> Iterator[None]:
    """Hold the place of an answer while it is being found; seen only when that takes long enough to wonder."""
    with st.skeleton(height=240):
        yield
