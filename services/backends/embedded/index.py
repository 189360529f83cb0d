"""The passage index on this machine: what the database published, kept in memory, one part per knowledge base."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.backends.embedded import postings, published, segment
from services.backends.embedded.scan import Dots, fastest_dots, quantise
from services.backends.embedded.segment import Segment, View
from services.knowledge.document import Passage
from services.knowledge.index import Candidates
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.words import terms_asked
from services.models.embedding import Encoded
from services.store.database import Database

K1 = 1.2
"""BM25: how soon a word that is repeated stops adding to the score."""
B = 0.75
"""BM25: how much a long passage is held against it, from 0 to 1."""


@dataclass(frozen=True)
class Kept:
    """One knowledge base up to snapshot `number`, in segments of falling size."""

    number: int = 0
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A segment under one snapshot; its passages are rows `start` onwards of the arrays of one search."""

    segment: Segment
    view: View
    start: int

    @property
    def rows(self) -> slice:
        return slice(self.start, self.start + len(self.segment))


@dataclass(frozen=True)
class EmbeddedIndex:
    """Searches in memory what `database` published. Safe for many threads: segments are never changed, only replaced.

    `dots` is the scan to use, the fastest this machine has where None.
    """

    database: Database
    k1: float = K1
    b: float = B
    dots: Dots | None = None
    _kept: dict[str, Kept] = field(default_factory=dict, init=False, repr=False, compare=False)
    _locks: dict[str, threading.Lock] = field(default_factory=dict, init=False, repr=False, compare=False)
    _scan: tuple[Dots, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_scan", fastest_dots() if self.dots is None else (self.dots, ""))

    @property
    def missing(self) -> str:
        """Say in one sentence what it has to do without; "" where nothing."""
        return self._scan[1]

    def project(self, passages: Sequence[Passage], encoded: Sequence[Encoded] | None) -> tuple[bytes, bytes | None]:
        """Analyse the passages of one document once, and round their vectors (see the port)."""
        words = postings.count(passages).to_bytes()
        if not encoded:
            return words, None
        return words, quantise(np.stack([each.vector for each in encoded])).to_bytes()

    def refresh(self, snapshots: Sequence[Snapshot]) -> None:
        """Bring into memory what `snapshots` need, so that no question has to wait for it (see the port)."""
        for snapshot in snapshots:
            self._up_to(snapshot)

    def forget(self, knowledge_base_id: str) -> None:
        """Drop what is kept of a knowledge base that was deleted or partly erased (see the port)."""
        with self._lock(knowledge_base_id):
            self._kept.pop(knowledge_base_id, None)

    def segments(self, knowledge_base_id: str) -> tuple[Segment, ...]:
        """Give what is kept in memory of a knowledge base now, the largest first."""
        return self._kept.get(knowledge_base_id, Kept()).segments

    def candidates(
        self,
        question: str,
        vector: NDArray[np.float32] | None,
        snapshots: Sequence[Snapshot],
        *,
        documents: frozenset[str] | None = None,
        depth: int = 200,
    ) -> Candidates:
        """Give the best `depth` passages of each leg (see the port), in the order of their ids."""
        parts = self._parts(snapshots)
        allowed = _allowed(parts, documents)
        words, idf, attainable = self._words(question, parts)
        chosen = _best(np.where(allowed, words, 0), parts, depth, least=0)
        meaning, without_vector = None, 0
        if vector is not None:
            meaning = self._meaning(vector, parts)
            has_vector = allowed & ~np.isnan(meaning)
            without_vector = int(np.count_nonzero(allowed) - np.count_nonzero(has_vector))
            found = _best(np.where(has_vector, meaning, -np.inf), parts, depth, least=-np.inf)
            chosen = np.union1d(chosen, found)
        passages = sorted(zip(_names(chosen, parts), chosen.tolist(), strict=True))
        rows = [row for _, row in passages]
        return Candidates(
            passage_ids=tuple(f"{document}:{ordinal}" for (document, ordinal), _ in passages),
            words=words[rows],
            meaning=None if meaning is None else np.nan_to_num(meaning[rows]),
            idf=idf,
            attainable=attainable,
            passages_searched=int(np.count_nonzero(allowed)),
            without_vector=without_vector,
        )

    def _parts(self, snapshots: Sequence[Snapshot]) -> list[_Part]:
        parts: list[_Part] = []
        start = 0
        for snapshot in dict.fromkeys(snapshots):
            for kept in self._up_to(snapshot).segments:
                view = kept.view(snapshot.number)
                if view.passages:
                    parts.append(_Part(kept, view, start))
                    start += len(kept)
        return parts

    def _words(self, question: str, parts: list[_Part]) -> tuple[NDArray[np.float32], dict[str, float], float]:
        scores = np.zeros(sum(len(part.segment) for part in parts), dtype=np.float32)
        passages = sum(part.view.passages for part in parts)
        length = sum(part.view.length for part in parts)
        average = length / passages if length else 1.0
        norms = [self._norms(part, average) for part in parts]
        idf: dict[str, float] = {}
        attainable = 0.0
        for term in terms_asked(question):
            key = postings.key_of(term)
            standing = [part.segment.postings.of(key) for part in parts]
            df = sum(part.view.passages_among(rows) for part, (rows, _) in zip(parts, standing, strict=True))
            weight = float(np.log(1 + (passages - df + 0.5) / (df + 0.5)))
            attainable += weight
            if df:
                idf[term] = weight
            for part, norm, (rows, counts) in zip(parts, norms, standing, strict=True):
                times = counts.astype(np.float32)
                scores[part.rows][rows] += np.float32(weight) * times / (times + norm[rows])
        return scores, idf, attainable

    def _norms(self, part: _Part, average: float) -> NDArray[np.float32]:
        lengths = part.segment.postings.lengths.astype(np.float32)
        lengths *= np.float32(self.k1 * self.b / average)
        lengths += np.float32(self.k1 * (1 - self.b))
        return lengths

    def _meaning(self, vector: NDArray[np.float32], parts: list[_Part]) -> NDArray[np.float32]:
        question = quantise(vector.reshape(1, -1))
        cosines = [part.segment.vectors.cosines(question, self._scan[0]) for part in parts]
        return np.concatenate([np.empty(0, dtype=np.float32), *cosines])

    def _up_to(self, snapshot: Snapshot) -> Kept:
        # No lock where nothing moved: what is kept is replaced as a whole, never changed.
        kept = self._kept.get(snapshot.knowledge_base_id, Kept())
        if kept.number >= snapshot.number:
            return kept
        with self._lock(snapshot.knowledge_base_id):
            kept = self._kept.get(snapshot.knowledge_base_id, Kept())
            if kept.number < snapshot.number:
                kept = self._refreshed(snapshot.knowledge_base_id, kept)
                self._kept[snapshot.knowledge_base_id] = kept
        return kept

    def _lock(self, knowledge_base_id: str) -> threading.Lock:
        return self._locks.setdefault(knowledge_base_id, threading.Lock())

    def _refreshed(self, knowledge_base_id: str, kept: Kept) -> Kept:
        with self.database.read() as connection:
            number = published.snapshot_number(connection, knowledge_base_id)
            if number is None:
                return Kept()
            ended = published.ended_since(connection, knowledge_base_id, kept.number)
            added, again = published.load(connection, knowledge_base_id, kept.number, number)
            segments = [part.ended(ended) for part in kept.segments] + ([added] if added else [])
            if _documents(segments) != published.count_published(connection, knowledge_base_id, number):
                # What older snapshots held was erased, so that all of it has to be read again.
                everything, again = published.load(connection, knowledge_base_id, 0, number)
                segments = [everything] if everything else []
        if again:
            published.keep(self.database, again)
        return Kept(number, _merged(segments))


def _documents(segments: Sequence[Segment]) -> int:
    return sum(len(part.documents) for part in segments)


def _merged(segments: list[Segment]) -> tuple[Segment, ...]:
    # Each is more than twice the next, so that there are few of them and a passage is moved only when its
    # segment doubles: publishing one document never rebuilds a large knowledge base.
    while len(segments) > 1 and len(segments[-2]) <= 2 * len(segments[-1]):
        segments[-2:] = [segment.join(segments[-2:])]
    return tuple(segments)


def _allowed(parts: list[_Part], documents: frozenset[str] | None) -> NDArray[np.bool_]:
    """Mark the rows that may be found: of the snapshots searched, and of `documents` if these are named."""
    allowed = np.ones(sum(len(part.segment) for part in parts), dtype=np.bool_)
    for part in parts:
        if part.view.rows is not None:
            allowed[part.rows] = part.view.rows
        if documents is not None:
            allowed[part.rows] &= part.segment.rows_of(documents)
    return allowed


def _best(scores: NDArray[np.float32], parts: list[_Part], depth: int, *, least: float) -> NDArray[np.int64]:
    """Give the rows of the `depth` largest scores above `least`; between equals the smaller id goes first."""
    edge = np.float32(least)
    if len(scores) > depth:
        # From the small end of the negatives: from the other end numpy is twenty times slower where many are equal.
        edge = max(edge, -np.partition(-scores, depth - 1)[depth - 1])
    above = np.flatnonzero(scores > edge)
    level = np.flatnonzero(scores == edge) if edge > least else above[:0]
    if len(above) + len(level) > depth:
        names = _names(level, parts)
        order = sorted(range(len(level)), key=names.__getitem__)
        level = level[order[: depth - len(above)]]
    return np.concatenate((above, level))


def _names(rows: NDArray[np.int64], parts: list[_Part]) -> list[tuple[str, int]]:
    """Give document id and ordinal of each row."""
    order = np.argsort(rows)
    edges = np.searchsorted(rows[order], [part.start for part in parts[1:]])
    names: list[tuple[str, int]] = [("", 0)] * len(rows)
    for part, mine in zip(parts, np.split(order, edges), strict=False):
        for place, name in zip(mine.tolist(), part.segment.passages_at(rows[mine] - part.start), strict=True):
            names[place] = name
    return names
