"""Token vectors as they are stored: four bits a dimension, two dimensions a byte, unit rows again when read."""

from __future__ import annotations

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
    half = packed[0]
    pairs = np.frombuffer(packed, dtype=np.uint8, offset=1).reshape(-1, half)
    levels = np.empty((len(pairs), half, 2), dtype=np.float32)
    levels[:, :, 0] = pairs >> 4
    levels[:, :, 1] = pairs & 15
    rows = levels.reshape(len(pairs), half * 2) - 8
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
