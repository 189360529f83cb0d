"""What this tab has not saved: the one place with `st.session_state`.

Everything here may be lost by a refresh without anybody losing work; what must survive it is in a service, and what
a link should reproduce is in the address (`components/address.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import Conflict

if TYPE_CHECKING:
    from services.insight.insight import Reading
    from services.knowledge.opened_source import OpenedSource


@dataclass(frozen=True)
class Place:
    """Where a source stands open: the `number`-th of the answer `receipt_id` in the cell `cell_id`."""

    receipt_id: str
    cell_id: str
    number: int


@dataclass(frozen=True)
class Undo:
    """What was just taken away, in words, and how to bring it back."""

    sentence: str
    bring_back: Callable[[], object]


@dataclass
class Editing:
    """A step that is being changed: what it `held` when its form was opened, what was typed so far and is `kept`.

    `revision` is the one that what is kept was written over; `is_changed` once anything was. `is_new`: it was added a
    moment ago, so that leaving it takes it away. After a `conflict` nothing is kept but by hand.
    """

    revision: int
    held: Mapping[str, object]
    is_new: bool = False
    kept: Mapping[str, object] | None = None
    is_changed: bool = False
    conflict: Conflict | None = None
    by_hand: bool = False


@dataclass
class Tab:
    """One tab's unsaved choices.

    `unfolded` holds ids of cells that were opened by hand, or of the notebook when all are; `editing` holds by cell the
    forms that stand open, `noting` the one a note is being written under, `saying_wrong` the
    receipt somebody finds wrong; `opened` is the source that is shown, so that looking at it again is not opening it
    again; `chosen_next` is the further question that was pressed last;
    `ran_again` holds by cell the receipt of the answer that it gave before it was run again; `inserted` waits to be put
    into the text field of that key; `notice` is the word after a write, for the next run; `checked` is whose access
    was checked last, with the result; `recent` is kept by components/recent.py.
    """

    unfolded: set[str] = field(default_factory=set)
    editing: dict[str, Editing] = field(default_factory=dict)
    noting: str | None = None
    saying_wrong: str | None = None
    undo: Undo | None = None
    opened: tuple[Place, OpenedSource] | None = None
    chosen_next: str | None = None
    notice: str | None = None
    checked: tuple[str, Sequence[Reading]] | None = None
    ran_again: dict[str, str] = field(default_factory=dict)
    inserted: dict[str, str] = field(default_factory=dict)
    recent: dict[Hashable, tuple[float, object]] = field(default_factory=dict)


def tab() -> Tab:
    """Give this tab's choices."""
    if "unsaved" not in st.session_state:
        st.session_state["unsaved"] = Tab()
    kept: Tab = st.session_state["unsaved"]
    return kept


def keep_notice(sentence: str) -> None:
    """Keep what is to be said after the next rerun."""
    tab().notice = sentence


def take_notice() -> str | None:
    """Give what was kept, once."""
    sentence, tab().notice = tab().notice, None
    return sentence


def text_with_insertions(key: str, initial: str) -> None:
    """Give the text field `key`, which is drawn after this, its first text, and put in what was inserted meanwhile."""
    if key not in st.session_state:
        st.session_state[key] = initial
    if inserted := tab().inserted.pop(key, ""):
        held = str(st.session_state[key])
        st.session_state[key] = f"{held} {inserted}" if held and not held[-1].isspace() else held + inserted


def insert_later(key: str, text: str) -> None:
    """Put `text` at the end of what the field `key` holds, when it is drawn the next time."""
    tab().inserted[key] = text


def chosen_under(key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Give what a widget further down this run holds under `key`, or `default` before it was ever shown."""
    return tuple(st.session_state.get(key, default))
