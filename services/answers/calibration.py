"""The evidence that an answer takes, found from a knowledge base's own questions, with its error."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.answers.gate import THRESHOLD

FEWEST_QUESTIONS = 30
"""With fewer own questions the threshold that ships holds."""

FEWEST_REFUSALS = 5
"""With fewer that must be refused, nothing is learnt from them: the threshold follows the other questions alone."""

LEFT_UNANSWERED = 0.1
"""The share of answerable questions that may be refused: who asks and is wrongly refused does not come back.

Without this bound, near misses (questions that sound as if the documents answered them) would take a third of the
answers with them: on the shipped handbook 18 of 50, to refuse 16 of 20 instead of 10.
"""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """How often something went wrong, `wrong` of `number` times; `low` and `high` bound the true share (95 %)."""

    wrong: int
    number: int

    @property
    def low(self) -> float:
        """The lower bound of Wilson's score interval."""
        return self._wilson(-1)

    @property
    def high(self) -> float:
        """The upper bound of Wilson's score interval; 1 where nothing was counted."""
        return self._wilson(1)

    def _wilson(self, side: int) -> float:
        # E. B. Wilson, Probable inference, the law of succession, and statistical inference (JASA 22, 1927).
        if not self.number:
            return float(side > 0)
        z, n, share = 1.96, self.number, self.wrong / self.number
        middle = share + z * z / (2 * n)
        spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return min(1.0, max(0.0, (middle + side * spread) / (1 + z * z / n)))


@dataclass(frozen=True)
class Calibration:
    """A threshold with its error: how often it refuses what is answered, and answers what must be refused.

    Each question was judged by the threshold that all the others give (leave one out), so that the error holds for
    questions that were not asked yet. The `shipped_` ones are those of the threshold that ships, on the same questions.
    """

    threshold: float
    refused_wrongly: Share
    answered_wrongly: Share
    shipped_refused_wrongly: Share
    shipped_answered_wrongly: Share


def calibrate(answerable: Sequence[float], refusable: Sequence[float]) -> Calibration | None:
    """Calibrate from the evidence of own questions; None where there are fewer than `FEWEST_QUESTIONS`.

    Among the thresholds that leave at most `LEFT_UNANSWERED` of the answerable questions unanswered it is that of the
    best balanced accuracy (the mean of the two shares that are right), of equals the nearest to the one that ships.
    With fewer than `FEWEST_REFUSALS` to refuse it is the highest of them that is at most the one that ships.
    """
    own, other = np.sort(np.array(answerable, float)), np.sort(np.array(refusable, float))
    if len(own) + len(other) < FEWEST_QUESTIONS or not len(own):
        return None
    weighed = len(other) >= FEWEST_REFUSALS
    fit: Callable[[Array, Array], float] = _balanced if weighed else _answering
    refused = sum(bool(each < fit(np.delete(own, place), other)) for place, each in enumerate(own))
    answered = sum(bool(each >= fit(own, np.delete(other, place))) for place, each in enumerate(other))
    return Calibration(
        threshold=fit(own, other),
        refused_wrongly=Share(refused, len(own)),
        answered_wrongly=Share(answered, len(other)),
        shipped_refused_wrongly=Share(int((own < THRESHOLD).sum()), len(own)),
        shipped_answered_wrongly=Share(int((other >= THRESHOLD).sum()), len(other)),
    )


def _balanced(own: Array, other: Array) -> float:
    every = np.unique(np.concatenate([own, other, [THRESHOLD]]))
    # Between two neighbours every threshold judges alike: the middle keeps clear of both.
    candidates = np.concatenate([[every[0] - 0.01], (every[1:] + every[:-1]) / 2, [THRESHOLD]])
    unanswered = np.searchsorted(own, candidates, side="left")
    refused = np.searchsorted(other, candidates, side="left")
    accuracy = np.where(unanswered <= _may_stay_unanswered(own), refused / len(other) - unanswered / len(own), -np.inf)
    best = candidates[np.isclose(accuracy, accuracy.max())]
    return round(float(best[np.argmin(np.abs(best - THRESHOLD))]), 4)


def _answering(own: Array, _other: Array) -> float:
    return round(min(THRESHOLD, float(own[_may_stay_unanswered(own)])), 4) if len(own) else THRESHOLD


def _may_stay_unanswered(own: Array) -> int:
    return math.floor(LEFT_UNANSWERED * len(own))
