"""A reply while a model writes it: its pieces, a way to stop it, and afterwards what it used and how it ended."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import TypeAlias

from services.errors import AppError
from services.models.chat_faults import broke_off, loops, returned_nothing, too_slow

BYTES_A_TOKEN = 4
"""The makers' own rule of thumb for English; where the endpoint does not count, this does."""
MOST_BYTES_A_TOKEN = 16
"""A reply with more bytes than that for each token that was allowed was not cut where it was asked to be."""
REPEATS, REPEATED_WORDS, LONGEST_PHRASE = 8, 40, 20
"""A model loops when it says a phrase of up to 20 words 8 times running, in 40 words or more."""
_RECENT = REPEATS * LONGEST_PHRASE * 40
"""Characters that are looked at: the longest phrase as often as it may be said, in words of up to 40 letters."""


class Ending(StrEnum):
    """How a reply ended."""

    FINISHED = "finished"
    CUT = "cut at its longest"
    STOPPED = "stopped"
    FILTERED = "filtered by a guardrail"
    BROKEN = "broken off"
    LOOPED = "repeated itself"


@dataclass(frozen=True)
class Usage:
    """Tokens read and written. `estimated` where the endpoint did not say."""

    tokens_in: int
    tokens_out: int
    estimated: bool = False


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text by its length in UTF-8."""
    return -(-len(text.encode()) // BYTES_A_TOKEN)


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and how often to try: `first` until the first sign of life, `between` any two."""

    connect: float = 5.0
    first: float = 60.0
    between: float = 30.0
    whole: float = 600.0
    attempts: int = 3
    back_off: float = 0.5
    longest_back_off: float = 8.0

    def pause(self, attempt: int, chance: float) -> float:
        """Give the seconds to wait after `attempt` (from 1) failed: exponential, with full jitter.

        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        return chance * min(self.longest_back_off, self.back_off * 2.0 ** (attempt - 1))


@dataclass(frozen=True)
class Timing:
    """Clock, sleep and chance, each to be replaced in tests. Without a `sleep`, a pause ends when it is stopped."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] | None = None
    chance: Callable[[], float] = random.random


class PassingFault(Exception):
    """A fault that may be gone in a moment: `error` says it; `after` is when the endpoint wants to be asked again."""

    def __init__(self, error: AppError, after: float = 0.0) -> None:
        super().__init__(error.message)
        self.error = error
        self.after = after


class Connection:
    """What a model writes over. `leave` breaks it off from any thread, also while another one reads from it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._close: Callable[[], None] | None = None
        self._left = False

    @property
    def left(self) -> bool:
        """Whether nobody listens any more."""
        return self._left

    def closes_by(self, close: Callable[[], None]) -> None:
        """Remember how to break off what is open now; it is done at once where nobody listens any more."""
        with self._lock:
            self._close = close
            if not self._left:
                return
        _quietly(close)

    def leave(self) -> None:
        """Break off. Doing so twice, or after the end, changes nothing."""
        with self._lock:
            close, self._close, self._left = self._close, None, True
        if close is not None:
            _quietly(close)


Part: TypeAlias = "str | Usage | Ending"
"""What a model says: a piece of text ("" is a sign of life), how it ended, what it used."""
Speak: TypeAlias = Callable[[Connection], Iterator[Part]]
"""One attempt. Raises AppError, or PassingFault where another attempt may succeed."""


@dataclass(frozen=True)
class _Over:
    """An attempt has said everything, or failed."""

    error: Exception | None = None


class Reply(Iterator[str]):
    """Iterate it once for the pieces; `stop` from any thread. It is read on a thread of its own.

    An attempt that failed is repeated only before the first piece: what a person has seen is never taken back.
    Raises AppError when there is no reply, or when it breaks off; `text` keeps what came until then.
    """

    def __init__(
        self,
        name: str,
        speak: Speak,
        *,
        text_in: str,
        most_tokens: int,
        patience: Patience | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.name = name
        self.ending: Ending | None = None
        """How it ended; None while it goes on."""
        self.first_piece_ms: int | None = None
        """Milliseconds from the start of the iteration to the first piece; None where none came."""
        self._speak = speak
        self._text_in = text_in
        self._most_bytes = most_tokens * MOST_BYTES_A_TOKEN
        self._patience = patience or Patience()
        self._timing = timing or Timing()
        self._reported: Usage | None = None
        self._said: list[str] = []
        self._recent = ""
        self._bytes = 0
        self._heard_anything = False
        self._stopped = Event()
        self._connection = Connection()
        self._parts: SimpleQueue[Part | _Over] = SimpleQueue()
        self._pieces = self._listen()

    def __next__(self) -> str:
        return next(self._pieces)

    def __enter__(self) -> Reply:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def text(self) -> str:
        """All pieces so far."""
        return "".join(self._said)

    @property
    def usage(self) -> Usage:
        """What the endpoint counted, or the estimate of what was sent and what came."""
        return self._reported or Usage(estimated_tokens(self._text_in), estimated_tokens(self.text), estimated=True)

    def stop(self) -> None:
        """Stop it, from any thread, and close the connection. What has come is kept."""
        self._stopped.set()
        self._connection.leave()
        self._parts.put(_Over())

    def close(self) -> None:
        """Stop it from the thread that reads it."""
        self.stop()
        self._pieces.close()
        self.ending = self.ending or Ending.STOPPED

    def _listen(self) -> Generator[str]:
        self._began = self._timing.now()
        attempt = 0
        try:
            while not self._stopped.is_set() and self.ending is None:
                attempt += 1
                try:
                    yield from self._attempt()
                except PassingFault as fault:
                    self._rest(attempt, fault)
        except Exception:
            self.ending = self.ending or Ending.BROKEN
            raise
        finally:
            self._connection.leave()
            self.ending = self.ending or Ending.STOPPED

    def _attempt(self) -> Generator[str]:
        self._connection, self._parts = Connection(), SimpleQueue()
        if self._stopped.is_set():
            return
        Thread(target=_read, args=(self._speak, self._connection, self._parts), daemon=True).start()
        try:
            # What has ended may still say what it used.
            while not isinstance(part := self._next_part(), _Over) and not self._stopped.is_set():
                if isinstance(part, Usage):
                    self._reported = part
                elif isinstance(part, Ending):
                    self.ending = part
                elif part:
                    yield self._heard(part)
                    if self._bytes > self._most_bytes:
                        self.ending = Ending.CUT
                        return
            if not self._stopped.is_set():
                self._judge(part.error if isinstance(part, _Over) else None)
        finally:
            self._connection.leave()

    def _next_part(self) -> Part | _Over:
        patience, is_first = self._patience, not self._heard_anything
        left = self._began + patience.whole - self._timing.now()
        wait = min(patience.first if is_first else patience.between, left)
        try:
            part = self._parts.get(timeout=max(0.0, wait))
        except Empty:
            if self.ending is not None:
                return _Over()
            raise too_slow(self.name, wait if wait < left else patience.whole, begun=bool(self._said)) from None
        self._heard_anything = True
        return part

    def _heard(self, piece: str) -> str:
        if self.first_piece_ms is None:
            self.first_piece_ms = round((self._timing.now() - self._began) * 1000)
        self._said.append(piece)
        self._bytes += len(piece.encode())
        self._recent = (self._recent + piece)[-_RECENT:]
        if _repeats(self._recent):
            self.ending = Ending.LOOPED
            raise loops(self.name)
        return piece

    def _judge(self, error: Exception | None) -> None:
        """Raise what is wrong with an attempt that is over."""
        if error is not None and self.ending is None:
            raise error
        if self.ending is None:
            fault = broke_off(self.name)
            raise fault if self._said else PassingFault(fault)
        if self.ending in (Ending.FINISHED, Ending.CUT) and not self.text.strip():
            raise returned_nothing(self.name)

    def _rest(self, attempt: int, fault: PassingFault) -> None:
        """Wait for the next attempt, or raise the fault where none may follow."""
        patience = self._patience
        if self._said or attempt >= patience.attempts or fault.after > patience.longest_back_off:
            raise fault.error from fault
        self.ending, self._reported, self._heard_anything = None, None, False
        seconds = max(fault.after, patience.pause(attempt, self._timing.chance()))
        (self._timing.sleep or self._stopped.wait)(seconds)


def _read(speak: Speak, connection: Connection, parts: SimpleQueue[Part | _Over]) -> None:
    """Read one attempt to its end, or until nobody listens any more."""
    try:
        with closing(speak(connection)) as said:  # type: ignore[type-var]  # A generator, which can be closed.
            for part in said:
                parts.put(part)
                if connection.left:
                    break
    except Exception as error:
        parts.put(_Over(error))
    else:
        parts.put(_Over())


def _repeats(text: str) -> bool:
    words = text.split()[1 : None if text[-1:].isspace() else -1]  # The first may be cut, the last unfinished.
    return any(
        words[-length * times :] == words[-length:] * times
        for length in range(1, min(LONGEST_PHRASE, len(words)) + 1)
        for times in [max(REPEATS, -(-REPEATED_WORDS // length))]
        if len(words) >= length * times
    )


def _quietly(close: Callable[[], None]) -> None:
    with suppress(OSError, ValueError, RuntimeError, AttributeError):
        close()
