"""Which words stand in which passages: as stored with one document, as joined for many, as scored by BM25."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike, NDArray

from services.knowledge.document import Passage
from services.knowledge.words import terms_of

TITLE_COUNTS = 1
"""How many times the words of the document's title count in each of its passages."""
HEADING_COUNTS = 1
"""How many times the words of the nearest heading count."""

_HEADER = struct.Struct("<4sIIII")
_FORMAT = b"AWP1"


@dataclass(frozen=True)
class Postings:
    """The words of N passages, counted.

    `terms` are the keys (see `key_of`) of the T different terms, ascending. Term i stands in the passages
    `rows[starts[i]:starts[i + 1]]` (numbers from 0 to N - 1), `counts` times each (255 at most). `lengths` is how
    many terms each passage has, and `ordinals` the place of each in its document.
    """

    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.uint32]
    ordinals: NDArray[np.uint32]

    def of(self, key: int) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """Give the passages in which a term stands and how often; two empty arrays where it stands in none."""
        at = int(np.searchsorted(self.terms, np.uint64(key)))
        if at == len(self.terms) or int(self.terms[at]) != key:
            return self.rows[:0], self.counts[:0]
        where = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.rows[where], self.counts[where]

    def to_bytes(self) -> bytes:
        """Write in the form kept in the database: little-endian, each array in the smallest type that holds it."""
        passages = len(self.lengths)
        small = np.min_scalar_type(passages).newbyteorder("<")
        header = _HEADER.pack(_FORMAT, passages, len(self.terms), len(self.rows), 0)
        return b"".join(
            (
                header,
                self.terms.astype("<u8").tobytes(),
                self.lengths.astype("<u4").tobytes(),
                self.ordinals.astype("<u4").tobytes(),
                np.diff(self.starts).astype(small).tobytes(),
                self.rows.astype(small).tobytes(),
                self.counts.tobytes(),
            )
        )


def key_of(term: str) -> int:
    """Give the 64-bit number under which a term is kept: no list of words has to be stored or merged.

    Two of a million different terms share a number with a probability of three in a hundred million.
    """
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def count(passages: Sequence[Passage]) -> Postings:
    """Count the terms of the passages of one document, title and heading among them."""
    known: dict[str, int] = {}
    numbers: list[int] = []
    lengths: list[int] = []
    for passage in passages:
        terms = _terms(passage)
        numbers += [known.setdefault(term, len(known)) for term in terms]
        lengths.append(len(terms))
    keys = np.array([key_of(term) for term in known], dtype=np.uint64)
    order = np.argsort(keys)
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys))
    # One number per (term, passage), so that sorting and counting them sorts and counts both at once.
    width = max(1, len(passages))
    row_of_each = np.repeat(np.arange(len(passages)), lengths)
    pairs, counts = np.unique(place[np.array(numbers, dtype=np.int64)] * width + row_of_each, return_counts=True)
    return Postings(
        terms=keys[order],
        starts=_starts(np.bincount(pairs // width, minlength=len(keys))),
        rows=(pairs % width).astype(np.uint32),
        counts=np.minimum(counts, 255).astype(np.uint8),
        lengths=np.array(lengths, dtype=np.uint32),
        ordinals=np.array([passage.ordinal for passage in passages], dtype=np.uint32),
    )


def from_bytes(stored: bytes) -> Postings:
    """Read what `to_bytes` wrote. Raises ValueError where it is of another form, cut short or too long."""
    if len(stored) < _HEADER.size:
        raise ValueError("the words of a document are cut short")
    form, passages, terms, postings, _ = _HEADER.unpack_from(stored)
    small = np.min_scalar_type(passages).newbyteorder("<")
    sizes = (8 * terms, 4 * passages, 4 * passages, small.itemsize * terms, small.itemsize * postings, postings)
    if form != _FORMAT or len(stored) != _HEADER.size + sum(sizes):
        raise ValueError("the words of a document are not in the form that is expected")
    edges = np.cumsum((_HEADER.size, *sizes)).tolist()
    kinds: tuple[DTypeLike, ...] = ("<u8", "<u4", "<u4", small, small, "u1")
    arrays = [np.frombuffer(stored[a:b], dtype=kind) for (a, b), kind in zip(pairwise(edges), kinds, strict=True)]
    keys, lengths, ordinals, times, rows, counts = arrays
    return Postings(keys, _starts(times), rows.astype(np.uint32), counts, lengths, ordinals)


def join(parts: Sequence[Postings]) -> Postings:
    """Lay the passages of `parts` one after the other and merge their terms."""
    if len(parts) == 1:
        return parts[0]
    sizes = [len(part.lengths) for part in parts]
    firsts = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.uint32)
    rows = np.concatenate([part.rows for part in parts])
    rows += np.repeat(firsts, [len(part.rows) for part in parts])
    keys = np.concatenate([part.terms for part in parts])
    times = np.concatenate([np.diff(part.starts) for part in parts])
    # Every part holds its terms as runs of postings: sort the runs, which are far fewer, and move each as a piece.
    order = np.argsort(keys, kind="stable")
    keys, times, begins = keys[order], times[order], _starts(times)[:-1][order]
    lands = _starts(times)
    moved = np.repeat(begins - lands[:-1], times) + np.arange(len(rows))
    new = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    return Postings(
        terms=keys[new],
        starts=np.append(lands[:-1][new], len(rows)),
        rows=rows[moved],
        counts=np.concatenate([part.counts for part in parts])[moved],
        lengths=np.concatenate([part.lengths for part in parts]),
        ordinals=np.concatenate([part.ordinals for part in parts]),
    )


def _terms(passage: Passage) -> list[str]:
    around = terms_of(passage.document_title) * TITLE_COUNTS + terms_of(passage.heading) * HEADING_COUNTS
    return around + terms_of(passage.text)


def _starts(times: NDArray[np.integer]) -> NDArray[np.int64]:
    starts = np.zeros(len(times) + 1, dtype=np.int64)
    np.cumsum(times, out=starts[1:])
    return starts
