"""One inference thread with two priorities: whoever asks a question never waits behind a document."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Priority(IntEnum):
    """Which queue a piece of work waits in; the lower one is emptied first."""

    QUESTION = 0
    DOCUMENT = 1


class InferenceThread:
    """Runs small pieces of work one after the other, questions first.

    One thread, because onnxruntime called from many keeps an arena for each: 1,197 MB with eight, 419 MB with one.
    The thread starts with the first piece of work and ends with the process.
    """

    def __init__(self) -> None:
        self._waiting: tuple[deque[tuple[Future[Any], Callable[[], Any]]], ...] = (deque(), deque())
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._last_question = float("-inf")

    def asked_within(self, seconds: float) -> bool:
        """Say whether a question came in the last `seconds`: documents then do well to take small bites."""
        return time.monotonic() - self._last_question < seconds

    def run(self, work: Callable[[], T], priority: Priority) -> T:
        """Run `work` on the thread and give its result or raise its error; the caller waits."""
        return self.submit(work, priority).result()

    def submit(self, work: Callable[[], T], priority: Priority) -> Future[T]:
        """Queue `work`; pieces of one priority run in the order they came."""
        future: Future[T] = Future()
        with self._changed:
            self._waiting[priority].append((future, work))
            if priority is Priority.QUESTION:
                self._last_question = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="inference", daemon=True)
                self._thread.start()
            self._changed.notify()
        return future

    def _serve(self) -> None:
        while True:
            future, work = self._next()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # the caller, not this thread, decides what an error means
                future.set_exception(error)

    def _next(self) -> tuple[Future[Any], Callable[[], Any]]:
        with self._changed:
            while True:
                for queue in self._waiting:
                    if queue:
                        return queue.popleft()
                self._changed.wait()
