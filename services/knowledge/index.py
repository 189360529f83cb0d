"""The port of the passage index: words and meaning over the snapshots that are searched, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.knowledge.document import Passage
from services.knowledge.knowledge_base import Snapshot
from services.models.embedding import Encoded


@dataclass(frozen=True)
class Candidates:
    """The union of the best of both legs; every array has one row per passage.

    `words` is BM25 (0 where no word of the question stands), `meaning` the cosine to the question (0 for a passage
    that has no vector), or None where no vector was given. `idf` has one entry per analysed word of the question that
    stands in the snapshots searched; `attainable` is the largest BM25 a passage could have had, words that stand
    nowhere counted too: the sum of `idf` is what those that do stand attain. `passages_searched` counts all looked at,
    `without_vector` those of them that meaning can't find (0 where no vector was given).
    """

    passage_ids: tuple[str, ...]
    words: NDArray[np.float32]
    meaning: NDArray[np.float32] | None
    idf: dict[str, float]
    attainable: float
    passages_searched: int
    without_vector: int = 0


class PassageIndex(Protocol):
    """Searches what was published. BM25's N, df and average length are counted over `snapshots` alone."""

    @property
    def missing(self) -> str:
        """Say in one sentence what it has to do without, for `Findings.missing`; "" where nothing."""
        ...

    def project(self, passages: Sequence[Passage], encoded: Sequence[Encoded] | None) -> tuple[bytes, bytes | None]:
        """Make the `words` and `vectors` of a row of `projections`; the caller stores it as it publishes.

        `encoded` is None where the model is missing: the document is then found by its words alone.
        """
        ...

    def candidates(
        self,
        question: str,
        vector: NDArray[np.float32] | None,
        snapshots: Sequence[Snapshot],
        *,
        documents: frozenset[str] | None = None,
        depth: int = 200,
    ) -> Candidates:
        """Give the best `depth` passages of each leg. `documents` narrows to those document ids, but not N, df and
        average length. The same snapshots give the same, whatever was published since.
        """
        ...

    def refresh(self, snapshots: Sequence[Snapshot]) -> None:
        """Make ready for questions to `snapshots`; without it the first question after publishing waits for it."""
        ...

    def forget(self, knowledge_base_id: str) -> None:
        """Let go of a knowledge base that was deleted, or from which a document was erased."""
        ...
