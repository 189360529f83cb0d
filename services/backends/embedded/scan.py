"""Nearness in meaning, exactly: every passage's vector, in 8 bits a number, against the question's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Dots = Callable[[NDArray[np.int8], NDArray[np.int8]], NDArray[np.float32]]
"""Gives the dot product of each of (n, dimensions) vectors with one of (dimensions,). They are whole numbers below
2**24 up to 1,040 dimensions, so every way of computing them in float32 gives the same."""

_BLOCK = 4096


@dataclass(frozen=True)
class Vectors:
    """`values` (n, dimensions) times `scales` (n,) are n unit vectors; a missing one has the scale NaN."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]

    @property
    def dimensions(self) -> int:
        """Tell the length of a vector; 0 where no passage has one."""
        return int(self.values.shape[1])

    def cosines(self, question: Vectors, dots: Dots) -> NDArray[np.float32]:
        """Give the cosine of each to the one vector of `question`; NaN where a passage has none of that length."""
        if self.dimensions != question.dimensions or not len(self.scales):
            return np.full(len(self.scales), np.nan, dtype=np.float32)
        cosines = dots(self.values, question.values[0])
        cosines *= self.scales
        cosines *= question.scales[0]
        return cosines

    def to_bytes(self) -> bytes:
        """Write in the form kept in the database: the scales, then the values row by row."""
        return self.scales.astype("<f4").tobytes() + self.values.tobytes()


def quantise(vectors: NDArray[np.float32]) -> Vectors:
    """Round (n, dimensions) vectors to 8 bits, each stretched so that its largest number becomes 127."""
    largest = np.abs(vectors).max(axis=1, initial=0.0).astype(np.float32)
    scales = largest / np.float32(127)
    rounded = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return Vectors(rounded, scales)


def from_bytes(stored: bytes | None, passages: int) -> Vectors:
    """Read the vectors of so many passages; None gives none. Raises ValueError where the size can't be right."""
    if stored is None or passages == 0:
        return without(passages)
    dimensions, rest = divmod(len(stored), passages)
    if rest or dimensions < 4:
        raise ValueError("the vectors of a document are not in the form that is expected")
    scales = np.frombuffer(stored, dtype="<f4", count=passages)
    values = np.frombuffer(stored, dtype=np.int8, offset=4 * passages).reshape(passages, dimensions - 4)
    return Vectors(values, scales)


def without(passages: int) -> Vectors:
    """Stand for passages that were published without vectors."""
    return Vectors(np.zeros((passages, 0), dtype=np.int8), np.full(passages, np.nan, dtype=np.float32))


def join(parts: Sequence[Vectors]) -> Vectors:
    """Lay `parts` one after the other. Those of another length than the last that has any count as having none."""
    dimensions = next((part.dimensions for part in reversed(parts) if part.dimensions), 0)
    passages = sum(len(part.scales) for part in parts)
    values = np.zeros((passages, dimensions), dtype=np.int8)
    scales = np.full(passages, np.nan, dtype=np.float32)
    row = 0
    for part in parts:
        here = slice(row, row + len(part.scales))
        row = here.stop
        if part.dimensions == dimensions:
            values[here], scales[here] = part.values, part.scales
    return Vectors(values, scales)


def fastest_dots() -> tuple[Dots, str]:
    """Choose how to scan: numkong's kernels, else numpy with a sentence saying so ("" otherwise)."""
    try:
        return numkong_dots(), ""
    except ImportError:
        return numpy_dots, "Meaning is compared without numkong on this machine: same results, about ten times slower."


def numkong_dots() -> Dots:
    """Give the scan by numkong, which lets go of Python's lock. Raises ImportError where it is not installed."""
    from numkong import cdist

    def dots(vectors: NDArray[np.int8], question: NDArray[np.int8]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = np.asarray(cdist(question[None, :], vectors, "dot", out_dtype="float32"))[0]
        return found

    return dots


def numpy_dots(vectors: NDArray[np.int8], question: NDArray[np.int8]) -> NDArray[np.float32]:
    """Scan with numpy alone, in blocks small enough to stay in the processor's cache."""
    dots = np.empty(len(vectors), dtype=np.float32)
    asked = question.astype(np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        np.matmul(vectors[block].astype(np.float32), asked, out=dots[block])
    return dots
