"""A queue that takes turns between people: who starts many runs does not make another one wait for all of them."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

WORKERS = 4
"""Runs at once: what they wait for is mostly a model elsewhere, and the embedder has a thread of its own."""


class FairQueue:
    """Runs pieces of work on a few threads; each person's in their order, and people in turn.

    The threads start with the first piece and end with `close`.
    """

    def __init__(self, workers: int = WORKERS) -> None:
        self._workers = workers
        self._waiting: OrderedDict[str, deque[Callable[[], None]]] = OrderedDict()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, person: str, work: Callable[[], None]) -> None:
        """Queue `work`, which must not raise. After `close` it is dropped: what waits is found again at the start."""
        with self._changed:
            if self._closed:
                return
            self._waiting.setdefault(person, deque()).append(work)
            if len(self._threads) < self._workers:
                thread = threading.Thread(target=self._serve, name=f"runs-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Drop what waits, and wait for what runs."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while (work := self._next()) is not None:
            work()
            del work

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            person, works = self._waiting.popitem(last=False)
            work = works.popleft()
            if works:
                self._waiting[person] = works  # behind everybody else who waits
            return work
