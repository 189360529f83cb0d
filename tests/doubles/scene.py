"""What an endpoint does when it is asked once; the doubles of every endpoint play the same scenes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.models.reply import Ending


class Fault(StrEnum):
    """What an endpoint refuses a request with, or breaks off with in the middle."""

    BUSY = "too many requests"
    DENIED = "the key is wrong"
    TOO_LONG = "the request is too long"
    OUT_OF_ORDER = "a fault of its own"


@dataclass(frozen=True)
class Scene:
    """What happens, in the order of the fields.

    Where it is `silent`, nothing is answered at all until the client leaves. `refuses` is answered instead of a reply.
    After `pieces` come one of `fails` (in the middle of the stream), `hangs` (until the client leaves) and `breaks_off`
    (the connection ends); else `ending` and, where it `counts`, the usage. `waits_after` so many pieces it waits until
    the stage's `go_on` is set.
    """

    silent: bool = False
    refuses: Fault | None = None
    retry_after: int | None = None
    pieces: tuple[str, ...] = ("Sixteen ", "weeks.")
    waits_after: int | None = None
    fails: Fault | None = None
    hangs: bool = False
    breaks_off: bool = False
    ending: Ending = Ending.FINISHED
    counts: bool = True
    tokens_in: int = 21
    tokens_out: int = 4


@dataclass
class Stage:
    """Plays `scenes` one after another and keeps every request that it was asked."""

    scenes: deque[Scene] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    client_left: threading.Event = field(default_factory=threading.Event)

    def plays(self, *scenes: Scene) -> None:
        """Play these next."""
        self.scenes.extend(scenes)

    def next_scene(self, request: dict[str, Any], headers: Mapping[str, str]) -> Scene:
        """Keep what was asked, and give what happens."""
        self.requests.append(request)
        self.headers.append(dict(headers))
        self.asked.set()
        return self.scenes.popleft()
