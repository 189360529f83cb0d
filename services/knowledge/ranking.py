"""From candidates to a ranking: the legs are fused, the first are put in order by late interaction, evidence is summed.

Pure functions on arrays; one set of parameters for every knowledge base.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.knowledge.index import Candidates
from services.knowledge.words import words_of
from services.models.embedding import Encoded

Scores = NDArray[np.float32]
TokenVectors = Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]
"""Gives the unit token vectors, (n, reduced), of the passages named; a passage without any is left out."""


@dataclass(frozen=True)
class Parameters:
    """How a ranking is made; measured by `make bench-quality` on every set, tuned to none.

    `words` and `meaning` weigh the two legs, `reordered` late interaction against the fused score, among the
    first `depth` of the fused order.
    """

    words: float = 0.4
    meaning: float = 0.6
    reordered: float = 0.5
    depth: int = 20


PARAMETERS = Parameters()


@dataclass(frozen=True)
class Ranking:
    """Candidates in their final order. `order` holds rows of the candidates, best first.

    `fused` has one score a candidate; `reordered` one a row that late interaction looked at, by row. `score` is what
    `order` was sorted by. `evidence` tells how well the best passages answer the question, 0 where there are none.
    """

    order: tuple[int, ...]
    score: Scores
    fused: Scores
    reordered: Mapping[int, float]
    evidence: float


def rank(
    question: str,
    encoded: Encoded | None,
    candidates: Candidates,
    token_vectors: TokenVectors,
    parameters: Parameters = PARAMETERS,
) -> Ranking:
    """Rank `candidates` for `question`; `encoded` is None where the question could not be encoded."""
    fused = fuse(candidates, parameters)
    order = [int(row) for row in np.argsort(-fused, kind="stable")]
    score = fused.copy()
    late: dict[int, float] = {}
    if encoded is not None and order:
        first = order[: parameters.depth]
        late = _late_interaction(question, encoded, candidates, first, token_vectors)
        both = _spread(fused[first]) * (1 - parameters.reordered)
        both += _spread(np.array([late.get(row, 0) for row in first], dtype=np.float32)) * parameters.reordered
        # They stay in front of the rest: the first of them gets the place after none.
        score[first] = both + (fused.max() + 1)
        order = [first[place] for place in np.argsort(-both, kind="stable")] + order[parameters.depth :]
    return Ranking(tuple(order), score, fused, late, _evidence(candidates, order, late))


def fuse(candidates: Candidates, parameters: Parameters = PARAMETERS) -> Scores:
    """Give the weighted sum of words as a share of the best passage's and the cosine; words alone without meaning."""
    most = float(candidates.words.max(initial=0))
    words = candidates.words / most if most > 0 else candidates.words
    if candidates.meaning is None:
        return np.asarray(words, dtype=np.float32)
    return np.asarray(parameters.words * words + parameters.meaning * candidates.meaning, dtype=np.float32)


def token_weights(question: str, encoded: Encoded, idf: Mapping[str, float]) -> Scores:
    """Give each token of the question the IDF of the word it belongs to, shared out so that they sum to one.

    An empty word weighs nothing; a word that stands in no passage weighs as much as the rarest that does.
    """
    weights = np.array(_weights(question, encoded, idf), dtype=np.float32)
    total = float(weights.sum())
    return weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1), dtype=np.float32)


def max_sim(question: NDArray[np.float32], weights: Scores, passage: NDArray[np.float32]) -> float:
    """Give the weighted sum of each question token's best cosine (late interaction, ColBERT, arXiv 2004.12832)."""
    return float((question @ passage.T).max(axis=1) @ weights)


def _weights(question: str, encoded: Encoded, idf: Mapping[str, float]) -> list[float]:
    rarest = max(idf.values(), default=1.0)
    words = list(words_of(question))
    ends = [word.end for word in words]
    weights: list[float] = []
    for start in encoded.starts:
        place = bisect_right(ends, start)
        word = words[place] if place < len(words) and words[place].start <= start else None
        weights.append(idf.get(word.term, rarest) if word and word.term else 0.0)
    return weights


def _late_interaction(
    question: str, encoded: Encoded, candidates: Candidates, rows: Sequence[int], token_vectors: TokenVectors
) -> dict[int, float]:
    weights = token_weights(question, encoded, candidates.idf)
    stored = token_vectors([candidates.passage_ids[row] for row in rows])
    found = ((row, stored.get(candidates.passage_ids[row])) for row in rows)
    return {row: max_sim(encoded.tokens, weights, tokens) for row, tokens in found if tokens is not None}


def _spread(scores: Scores) -> Scores:
    """Spread scores over 0 to 1; all alike give zeros."""
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _evidence(candidates: Candidates, order: Sequence[int], late: Mapping[int, float]) -> float:
    if not order:
        return 0.0
    best = order[0]
    words = float(candidates.words[best]) / candidates.attainable if candidates.attainable > 0 else 0.0
    meaning = 0.0 if candidates.meaning is None else float(candidates.meaning[best])
    return words + meaning + late.get(best, 0.0)
