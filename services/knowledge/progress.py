"""How far the reading of a knowledge base has come, and how long it will still take."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.knowledge.document import Document, Stage
from services.knowledge.reading.media import SHOWN

UNFINISHED = (Stage.WAITING, Stage.READING, Stage.EMBEDDING)

ASSUMED_RATE = 100_000.0
"""Bytes of text a second before anything has been measured."""

MEASURED_AFTER = 2.0
"""Seconds of work after which the measured rate is believed."""

TEXT_IN_PICTURES = 0.25
"""Share of a PDF's or a picture's bytes that are text to be published, roughly, or take as long to make out."""


@dataclass(frozen=True)
class Progress:
    """`ready`: nothing is left to do. `current` is the document being read now; `seconds_left` an estimate.

    Refused documents count as done, but not among `documents_ready`. `rate` is how many passages a second are
    published while there is work, 0 where nobody can tell yet. `may_stop`: who asks may stop it.
    """

    ready: bool
    documents_ready: int
    documents_refused: int
    documents_total: int
    passages: int
    current: Document | None
    seconds_left: int | None
    rate: int = 0
    may_stop: bool = False


@dataclass
class Pace:
    """How many bytes of text a second were published while there was work."""

    _bytes: float = 0.0
    _seconds: float = 0.0
    _passages: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, done: float, seconds: float, passages: int = 0) -> None:
        """Count `done` bytes in so many passages that took `seconds`."""
        with self._lock:
            self._passages += passages
            self._bytes += done
            self._seconds += seconds

    def passages_a_second(self) -> int:
        """Tell how many passages a second are published, 0 before it was measured."""
        with self._lock:
            return round(self._passages / self._seconds) if self._seconds >= MEASURED_AFTER else 0

    def seconds_for(self, amount: float) -> int:
        """Estimate how long so many bytes take."""
        with self._lock:
            rate = self._bytes / self._seconds if self._seconds >= MEASURED_AFTER else ASSUMED_RATE
        return max(1, round(amount / max(rate, 1.0)))


def work_in(document: Document) -> float:
    """Estimate the bytes of text that are still to be published of a document."""
    if document.stage not in UNFINISHED:
        return 0.0
    size = document.size * (TEXT_IN_PICTURES if document.media in SHOWN else 1.0)
    embedded = document.done / document.total if document.stage is Stage.EMBEDDING and document.total else 0.0
    return size * (1 - embedded)


def progress_of(
    counts: Mapping[Stage, int], passages: int, unfinished: Sequence[Document], ahead: Iterable[Document], pace: Pace
) -> Progress:
    """Sum up a knowledge base: how many documents at each stage, their passages, and those that are unfinished.

    `ahead` are all unfinished documents, of any knowledge base, whose turn is not after these.
    """
    working = [document for document in unfinished if document.stage is not Stage.WAITING]
    return Progress(
        ready=not unfinished,
        documents_ready=counts.get(Stage.PUBLISHED, 0),
        documents_refused=counts.get(Stage.REFUSED, 0),
        documents_total=sum(counts.values()),
        passages=passages,
        current=working[0] if working else None,
        seconds_left=pace.seconds_for(sum(work_in(document) for document in ahead)) if unfinished else None,
        rate=pace.passages_a_second(),
    )
