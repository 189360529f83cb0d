"""What this tab was given a moment ago, so that a rerun does not ask a service for the same again.

Only what does not change by itself is kept: an answer, what was offered after it. The key names the person and all
that they may read, which the page has just asked for: who may no longer read a source is never shown it from here.
Half a minute bounds how long erased text can stay on a screen that is being used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from components.app import services
from components.state import tab
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.progress import Progress
from services.people.user import User

SECONDS = 30
MOST = 60

Given = TypeVar("Given")


def recently(key: Hashable, ask: Callable[[], Given]) -> Given:
    """Give what `ask` gave under `key` in the last half minute, or ask."""
    kept, now = tab().recent, time.monotonic()
    if key in kept and now - kept[key][0] < SECONDS:
        return cast(Given, kept[key][1])
    given = ask()
    if len(kept) >= MOST:
        kept.clear()
    kept[key] = (now, given)
    return given


def forget(key: Hashable) -> None:
    """Ask again next time: the person has just changed it."""
    tab().recent.pop(key, None)


def forget_progress(user: User, knowledge_base_id: str) -> None:
    """Ask again how far reading has come: the person has just given it work."""
    for key in [each for each in tab().recent if isinstance(each, tuple) and each[:1] == ("progress",)]:
        if key[1:3] == (user.id, knowledge_base_id):
            forget(key)


def progress_of(user: User, knowledge_base: KnowledgeBase) -> Progress:
    """Give how far reading has come; asked again at once until it is ready, or something new was published."""
    key = ("progress", user.id, knowledge_base.id, knowledge_base.snapshot.number)
    progress = recently(key, lambda: services().knowledge.progress(user, knowledge_base.id))
    if not progress.ready:
        forget(key)
    return progress
