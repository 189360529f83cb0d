"""Token vectors as they are stored: four bits a dimension, two dimensions a byte, unit rows again when read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LARGEST = 7  # a nibble holds -7 … 7, kept as 1 … 15


def pack(tokens: NDArray[np.float32]) -> bytes:
    """Pack unit rows, (n, d) with even d: one byte for d / 2, then n rows of d / 2 bytes. Lengths are not kept."""
    count, dimensions = tokens.shape
    largest = np.maximum(np.abs(tokens).max(axis=1, keepdims=True, initial=0), 1e-9)
    levels = np.rint(tokens / largest * _LARGEST).astype(np.int8) + 8
    nibbles = levels.astype(np.uint8).reshape(count, dimensions // 2, 2)
    return bytes([dimensions // 2]) + bytes((nibbles[:, :, 0] << 4 | nibbles[:, :, 1]).tobytes())


def unpack(packed: bytes) -> NDArray[np.float32]:
    """Give the unit rows, (n, d) float32, to within four bits of what was packed."""
    return unpack_all([packed])[0]


def unpack_all(packed: Sequence[bytes]) -> list[NDArray[np.float32]]:
    """Unpack many at once, which takes a third of the time; not where they are of different reductions."""
    halves = {each[0] for each in packed}
    if len(halves) != 1:
        return [unpack(each) for each in packed]
    half = halves.pop()
    ends = np.cumsum([(len(each) - 1) // half for each in packed])
    pairs = np.frombuffer(b"".join(each[1:] for each in packed), dtype=np.uint8).reshape(-1, half)
    levels = np.empty((len(pairs), half, 2), dtype=np.float32)
    np.subtract(pairs >> 4, 8, out=levels[:, :, 0], dtype=np.float32)
    np.subtract(pairs & 15, 8, out=levels[:, :, 1], dtype=np.float32)
    rows = levels.reshape(len(pairs), half * 2)
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.split(rows, ends[:-1])
