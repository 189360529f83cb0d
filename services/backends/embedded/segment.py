"""A part of the index that never changes: passages of one knowledge base, their words, vectors and validity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.backends.embedded import postings, scan
from services.backends.embedded.postings import Postings
from services.backends.embedded.scan import Vectors

FOREVER = np.iinfo(np.int32).max
"""The `valid_to` of a document that is still part of its knowledge base."""

_VIEWS_KEPT = 16


@dataclass(frozen=True)
class View:
    """What of a segment one snapshot holds: `rows` marks its passages, None where all of them are in it.

    `passages` is their number and `length` that of their terms, for BM25's N and average length.
    """

    rows: NDArray[np.bool_] | None
    passages: int
    length: int

    def passages_among(self, rows: NDArray[np.unsignedinteger]) -> int:
        """Count which of `rows` this snapshot holds."""
        return len(rows) if self.rows is None else int(np.count_nonzero(self.rows[rows]))


@dataclass(frozen=True)
class Segment:
    """D documents and their N passages. Passages `firsts[d]` to `firsts[d + 1]` are those of document d.

    Document d is part of the snapshots from `valid_from[d]` up to, not including, `valid_to[d]`.
    """

    documents: tuple[str, ...]
    valid_from: NDArray[np.int32]
    valid_to: NDArray[np.int32]
    firsts: NDArray[np.int64]
    postings: Postings
    vectors: Vectors
    _views: dict[int, View] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.postings.lengths)

    @cached_property
    def places(self) -> dict[str, int]:
        """Tell which document of this segment has an id."""
        return {document: place for place, document in enumerate(self.documents)}

    def view(self, number: int) -> View:
        """Give what snapshot `number` holds of this segment."""
        view = self._views.get(number)
        if view is None:
            if len(self._views) >= _VIEWS_KEPT:
                self._views.clear()
            view = self._views[number] = self._view(number)
        return view

    def rows_of(self, documents: frozenset[str]) -> NDArray[np.bool_]:
        """Mark the passages of `documents`; ids that are not in this segment mark nothing."""
        marked = np.zeros(len(self), dtype=np.bool_)
        few, many = sorted((documents, self.places.keys()), key=len)
        for document in few:
            if document in many:
                place = self.places[document]
                marked[self.firsts[place] : self.firsts[place + 1]] = True
        return marked

    def passages_at(self, rows: NDArray[np.int64]) -> list[tuple[str, int]]:
        """Name the passages at `rows`: document id and ordinal."""
        places = np.searchsorted(self.firsts, rows, side="right") - 1
        ordinals = self.postings.ordinals[rows].tolist()
        return [(self.documents[place], ordinal) for place, ordinal in zip(places.tolist(), ordinals, strict=True)]

    def ended(self, endings: dict[str, int]) -> Segment:
        """Give this segment with the `valid_to` of some documents set; the same one where none is in it."""
        here = {self.places[document]: number for document, number in endings.items() if document in self.places}
        if not here:
            return self
        valid_to = self.valid_to.copy()
        valid_to[list(here)] = list(here.values())
        return Segment(self.documents, self.valid_from, valid_to, self.firsts, self.postings, self.vectors)

    def _view(self, number: int) -> View:
        inside = (self.valid_from <= number) & (number < self.valid_to)
        rows = None if inside.all() else np.repeat(inside, np.diff(self.firsts))
        lengths = self.postings.lengths if rows is None else self.postings.lengths[rows]
        return View(rows, len(lengths), int(lengths.sum(dtype=np.int64)))


def join(segments: Sequence[Segment]) -> Segment:
    """Lay segments one after the other as one."""
    sizes = np.concatenate([np.diff(segment.firsts) for segment in segments])
    return Segment(
        documents=tuple(document for segment in segments for document in segment.documents),
        valid_from=np.concatenate([segment.valid_from for segment in segments]),
        valid_to=np.concatenate([segment.valid_to for segment in segments]),
        firsts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        postings=postings.join([segment.postings for segment in segments]),
        vectors=scan.join([segment.vectors for segment in segments]),
    )
