"""Vectors that ship beside the content, so that a first start need not compute them: found by model and text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.knowledge.token_vectors import pack, unpack
from services.models.embedding import Encoded

FILE = "vectors.npz"
"""Its name in the folder of a shipped knowledge base; computed by `make vectors`."""

_KEY_BYTES = 16


def key_of(model: str, text: str) -> bytes:
    """Give the key of a text's vectors: the first half of SHA-256 over the embedder's name and the embedded text."""
    return hashlib.sha256(f"{model}\n{text}".encode()).digest()[:_KEY_BYTES]


@dataclass(frozen=True)
class ShippedVectors:
    """Vectors by key. `values` (n, dimensions) int8 stand for unit vectors; `tokens[i]` is as `token_vectors` packs."""

    rows: Mapping[bytes, int]
    values: NDArray[np.int8]
    tokens: Sequence[bytes]

    def find(self, model: str, text: str) -> Encoded | None:
        """Give what the embedder named `model` makes of `text`, to within its rounding; None if it did not ship."""
        row = self.rows.get(key_of(model, text))
        if row is None:
            return None
        vector = self.values[row].astype(np.float32)
        return Encoded(vector / np.linalg.norm(vector), unpack(self.tokens[row]), pieces=())


NONE_SHIPPED = ShippedVectors({}, np.empty((0, 0), dtype=np.int8), ())


def read_vectors(path: Path) -> ShippedVectors:
    """Read a file of vectors; where there is none, nothing will be found."""
    if not path.is_file():
        return NONE_SHIPPED
    with np.load(path, allow_pickle=False) as stored:
        keys, values, sizes, tokens = (stored[name] for name in ("keys", "values", "sizes", "tokens"))
    ends = np.cumsum(sizes, dtype=np.int64)
    flat = tokens.tobytes()
    return ShippedVectors(
        rows={key.tobytes(): row for row, key in enumerate(keys)},
        values=values,
        tokens=[flat[end - size : end] for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)],
    )


def write_vectors(path: Path, model: str, encoded: Mapping[str, Encoded]) -> None:
    """Write the vectors of texts, in the order of their keys, so that the same content gives the same file."""
    by_key = sorted((key_of(model, text), each) for text, each in encoded.items())
    packed = [pack(each.tokens) for _, each in by_key]
    np.savez_compressed(
        path,
        keys=np.frombuffer(b"".join(key for key, _ in by_key), dtype=np.uint8).reshape(-1, _KEY_BYTES),
        values=np.stack([_rounded(each.vector) for _, each in by_key]),
        sizes=np.array([len(one) for one in packed], dtype=np.uint32),
        tokens=np.frombuffer(b"".join(packed), dtype=np.uint8),
    )


def _rounded(vector: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.asarray(np.rint(vector / np.abs(vector).max() * 127), dtype=np.int8)
