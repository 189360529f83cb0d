"""How near each part of a passage is to a question, from the token vectors kept since it was published."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Closeness:
    """Cosines between the tokens of a question and of a passage.

    `similarities`: (question tokens, passage tokens), `weights`: (question tokens), summing to one, `starts`: the
    character of the passage's text at which each of its tokens begins; below 0 for those of the title before it.
    """

    similarities: NDArray[np.float32]
    weights: NDArray[np.float32]
    starts: tuple[int, ...]

    def of(self, *ranges: tuple[int, int]) -> float:
        """Give the weighted sum of each question token's best cosine among these ranges of the text together.

        0 where no token begins there: the model reads only the beginning of a long passage.
        """
        places = [bisect_left(self.starts, place) for limits in ranges for place in limits]
        tokens = [token for first, last in zip(places[::2], places[1::2], strict=True) for token in range(first, last)]
        return float(self.similarities[:, tokens].max(axis=1) @ self.weights) if tokens else 0.0
