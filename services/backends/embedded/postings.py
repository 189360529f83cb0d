"""Which words stand in which passages: as stored with one document, as joined for many, as scored by BM25."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from itertools import accumulate, repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.knowledge.document import Passage
from services.knowledge.splitting import embedded_text
from services.knowledge.words import EMPTY_WORDS, terms_of

_FORMAT = b"AWP1"
_HEADER = struct.Struct("<4sIIII")
_KEY, _LENGTH, _COUNT = np.dtype("<u8"), np.dtype("<u4"), np.dtype("u1")
_SAMPLE = "The employee's 401(k) plans, approved in 2,024.50: Über-ﬁne naïve Leaves; x86_64 and ROSE's 3-day co-ops."


@dataclass(frozen=True)
class Postings:
    """The words of N passages, counted.

    `terms` are the keys (see `key_of`) of the T different terms, ascending. Term i stands in `passages[i]` of them:
    `rows[starts[i]:starts[i + 1]]` (numbers from 0 to N - 1), `counts` times each (255 at most). `lengths` is how
    many terms each passage has, and `ordinals` the place of each in its document.
    """

    terms: NDArray[np.uint64]
    passages: NDArray[np.integer]
    rows: NDArray[np.unsignedinteger]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.uint32]
    ordinals: NDArray[np.uint32]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Tell where in `rows` and `counts` each term begins, and where the last ends; (T + 1,)."""
        return _edges(self.passages)

    def of(self, key: int) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint8]]:
        """Give the passages in which a term stands and how often; two empty arrays where it stands in none."""
        at = int(np.searchsorted(self.terms, np.uint64(key)))
        if at == len(self.terms) or int(self.terms[at]) != key:
            return self.rows[:0], self.counts[:0]
        where = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.rows[where], self.counts[where]

    def to_bytes(self) -> bytes:
        """Write in the form kept in the database: little-endian, each array in the smallest type that holds it."""
        small = _smallest(len(self.lengths))
        header = _HEADER.pack(_FORMAT, _analysis(), len(self.lengths), len(self.terms), len(self.rows))
        return b"".join(
            (
                header,
                self.terms.astype(_KEY).tobytes(),
                self.lengths.astype(_LENGTH).tobytes(),
                self.ordinals.astype(_LENGTH).tobytes(),
                self.passages.astype(small).tobytes(),
                self.rows.astype(small).tobytes(),
                self.counts.astype(_COUNT).tobytes(),
            )
        )


def key_of(term: str) -> int:
    """Give the 64-bit number under which a term is kept: no list of words has to be stored or merged.

    Two of a million different terms share a number with a probability of three in a hundred million.
    """
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def count(passages: Sequence[Passage]) -> Postings:
    """Count the terms of the passages of one document."""
    known: dict[str, int] = {}
    numbers: list[int] = []
    lengths: list[int] = []
    for passage in passages:
        terms = terms_of(embedded_text(passage))
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
        passages=np.bincount(pairs // width, minlength=len(keys)),
        rows=(pairs % width).astype(np.uint32),
        counts=np.minimum(counts, 255).astype(np.uint8),
        lengths=np.array(lengths, dtype=np.uint32),
        ordinals=np.array([passage.ordinal for passage in passages], dtype=np.uint32),
    )


def from_bytes(stored: bytes) -> Postings:
    """Read what `to_bytes` wrote.

    Raises ValueError where it is of another form, was analysed otherwise than now, is cut short or too long.
    """
    if len(stored) < _HEADER.size:
        raise ValueError("the words of a document are cut short")
    form, analysis, passages, terms, standing = _HEADER.unpack_from(stored)
    if (form, analysis) != (_FORMAT, _analysis()):
        raise ValueError("the words of a document were analysed in another way")
    small = _smallest(passages)
    kinds: tuple[np.dtype[Any], ...] = (_KEY, _LENGTH, _LENGTH, small, small, _COUNT)
    numbers = (terms, passages, passages, terms, standing, standing)
    ends = list(accumulate((kind.itemsize * n for kind, n in zip(kinds, numbers, strict=True)), initial=_HEADER.size))
    if len(stored) != ends[-1]:
        raise ValueError("the words of a document are cut short or too long")
    keys, lengths, ordinals, passages_of_each, rows, counts = map(np.frombuffer, repeat(stored), kinds, numbers, ends)
    return Postings(keys, passages_of_each, rows, counts, lengths, ordinals)


def join(parts: Sequence[Postings]) -> Postings:
    """Lay the passages of `parts` one after the other and merge their terms."""
    firsts = _edges([len(part.lengths) for part in parts])[:-1]
    rows = np.concatenate([part.rows for part in parts], dtype=np.uint32)
    rows += np.repeat(firsts.astype(np.uint32), [len(part.rows) for part in parts])
    keys = np.concatenate([part.terms for part in parts])
    passages = np.concatenate([part.passages for part in parts], dtype=np.int64)
    # Every part holds its terms as runs of postings: sort the runs, which are far fewer, and move each as a piece.
    order = np.argsort(keys, kind="stable")
    begins = _edges(passages)[:-1][order]
    keys, passages = keys[order], passages[order]
    lands = _edges(passages)
    moved = np.repeat(begins - lands[:-1], passages)
    moved += np.arange(len(rows))
    new = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    return Postings(
        terms=keys[new],
        passages=np.diff(lands[:-1][new], append=len(rows)),
        rows=rows[moved],
        counts=np.concatenate([part.counts for part in parts])[moved],
        lengths=np.concatenate([part.lengths for part in parts]),
        ordinals=np.concatenate([part.ordinals for part in parts]),
    )


@cache
def _analysis() -> int:
    """Tell one way of analysing texts from another, so that words stored under an older one are not searched."""
    sample = Passage("", "", "", "Paid Leave", 0, 1, 0, len(_SAMPLE), "Who may Ask", _SAMPLE)
    return key_of(" ".join((*sorted(EMPTY_WORDS), *terms_of(embedded_text(sample))))) & 0xFFFFFFFF


def _edges(sizes: ArrayLike) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def _smallest(largest: int) -> np.dtype[np.unsignedinteger]:
    """Give the smallest whole numbers, little-endian, that hold `largest`."""
    return np.min_scalar_type(largest).newbyteorder("<")
