"""One inference thread with two priorities: whoever asks a question never waits behind a document."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

T = TypeVar("T")

LULL_SECONDS = 0.05
"""For so long after a question no document begins: the asker's search and quotes have the processor to themselves."""
LONGEST_HELD_SECONDS = 1.0
"""A document that questions held up for so long runs once to its end, so that reading goes on under any load."""


class Priority(IntEnum):
    """Which queue a piece of work waits in; the lower one is emptied first."""

    QUESTION = 0
    DOCUMENT = 1


class Stopped(Exception):
    """Raised by a piece of work that was told to stop: it is run again, from its beginning."""


@dataclass
class _Piece:
    future: Future[Any]
    work: Callable[[], Any]
    stop: Callable[[], None] | None = None
    held_since: float | None = None
    """Since when questions have kept this piece from its end."""

    def is_overdue(self, now: float) -> bool:
        return self.held_since is not None and now - self.held_since >= LONGEST_HELD_SECONDS


class InferenceThread:
    """Runs small pieces of work one after the other, questions first.

    One thread, because onnxruntime called from many keeps an arena for each: 1,197 MB with eight, 419 MB with one.
    The thread starts with the first piece of work and ends with `close()` or the process.
    """

    def __init__(self) -> None:
        self._questions: deque[_Piece] = deque()
        self._documents: deque[_Piece] = deque()
        self._running: _Piece | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._last_question = float("-inf")

    def asked_within(self, seconds: float) -> bool:
        """Say whether a question came in the last `seconds`: documents then do well to take small bites."""
        return time.monotonic() - self._last_question < seconds

    def run(self, work: Callable[[], T], priority: Priority, stop: Callable[[], None] | None = None) -> T:
        """Run `work` on the thread and give its result or raise its error; the caller waits."""
        return self.submit(work, priority, stop).result()

    def submit(self, work: Callable[[], T], priority: Priority, stop: Callable[[], None] | None = None) -> Future[T]:
        """Queue `work`; pieces of one priority run in the order they came.

        `stop` makes a running document's `work` raise Stopped soon: it is called, from another thread, when a question
        comes, and `work` is then run again.
        """
        future: Future[T] = Future()
        with self._changed:
            now = time.monotonic()
            if priority is Priority.QUESTION:
                self._questions.append(_Piece(future, work))
                self._last_question = now
                self._stop_running(now)
            else:
                self._documents.append(_Piece(future, work, stop))
            if self._thread is None:
                self._closing = False
                self._thread = threading.Thread(target=self._serve, name="inference", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return future

    def close(self) -> None:
        """End the thread, and let go of what it holds, after what waits is done. A later piece would start another."""
        with self._changed:
            thread, self._thread, self._closing = self._thread, None, True
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def _stop_running(self, now: float) -> None:
        running = self._running
        if running is None or running.stop is None or running.is_overdue(now):
            return
        running.held_since = running.held_since or now
        running.stop()

    def _serve(self) -> None:
        while (piece := self._next()) is not None:
            self._do(piece)
            del piece  # or an idle thread would keep the model that it ran last

    def _do(self, piece: _Piece) -> None:
        if not (piece.future.running() or piece.future.set_running_or_notify_cancel()):
            return
        try:
            result = piece.work()
        except Stopped:
            with self._changed:
                self._documents.appendleft(piece)
        except BaseException as error:  # the caller, not this thread, decides what an error means
            piece.future.set_exception(error)
        else:
            piece.future.set_result(result)
        finally:
            with self._changed:
                self._running = None

    def _next(self) -> _Piece | None:
        with self._changed:
            while True:
                now = time.monotonic()
                if self._documents and self._documents[0].is_overdue(now):
                    self._running = self._documents.popleft()
                    return self._running
                if self._questions:
                    return self._questions.popleft()
                if not self._documents:
                    if self._closing:
                        return None
                    self._changed.wait()
                    continue
                lull = 0 if self._closing else self._last_question + LULL_SECONDS - now
                if lull <= 0:
                    self._running = self._documents.popleft()
                    return self._running
                first = self._documents[0]
                first.held_since = first.held_since or now
                self._changed.wait(lull)
