"""Token vectors made small: projected to few dimensions, four bits each, so that a passage's fit in a few kilobytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

PROJECTION = Path(__file__).with_name("reduction.npz")
REDUCTION = "svd64.1"
"""Name of the projection that ships: stored vectors depend on it, so a new fit gets a new name.

Fitted on 20,000 token vectors each of five sets (employee handbook, Northwind, TAT-QA, XQuAD en, HotpotQA);
`make bench-projection` says what it keeps of every set, those it never saw among them, and fits the next one.
"""


@dataclass(frozen=True)
class Reduction:
    """The leading directions of many token vectors. `directions`: (dimensions of the model, reduced) float32."""

    directions: NDArray[np.float32]

    def reduce(self, tokens: NDArray[np.float32]) -> NDArray[np.float32]:
        """Project token vectors, (n, dimensions), to unit rows, (n, reduced)."""
        return unit(tokens @ self.directions)


def load_reduction(path: Path = PROJECTION) -> Reduction:
    """Read the projection that ships. Raises OSError or ValueError where the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Reduction(stored["directions"].astype(np.float32))
    except (BadZipFile, KeyError, zlib.error) as error:
        raise ValueError(f"{path.name} is damaged") from error


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give every row the length one; a row of zeros stays as it is."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)
