"""The port of the embedding model: one vector for meaning, and small token vectors for late interaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Encoded:
    """One text encoded. `vector`: (dimensions,) float32, unit length. `tokens`: (n, reduced) float32, unit rows,
    without the special tokens; `pieces`: the n token texts; `starts`: the character at which each begins.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    pieces: tuple[str, ...]
    starts: tuple[int, ...] = ()


class Embedder(Protocol):
    """Encodes text on one inference thread; questions go before documents."""

    @property
    def name(self) -> str:
        """Name and version of the model and of the reduction, part of every stored vector's key."""
        ...

    @property
    def missing(self) -> str:
        """One sentence saying why it can't encode (file absent, wrong digest); "" when it can."""
        ...

    def encode_question(self, text: str) -> Encoded:
        """Encode a question, before any waiting document. Raises Unavailable when `missing`."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode passages in small batches, giving way to questions between batches."""
        ...

    def starts(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Give the `starts` that `encode_passages` would give, without encoding. Raises Unavailable when `missing`."""
        ...
