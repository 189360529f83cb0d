"""From candidates to a ranking: the legs are fused, the first are looked at closely, evidence is summed.

Pure functions on arrays; one set of parameters for every knowledge base.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.knowledge.document import Passage
from services.knowledge.index import Candidates
from services.knowledge.words import terms_of, words_of
from services.models.embedding import Encoded

Scores = NDArray[np.float32]
TokenVectors = Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]
"""Gives the unit token vectors, (n, reduced), of the passages named; a passage without any is left out."""


@dataclass(frozen=True)
class Written:
    """A passage and the terms of its embedded text, in order."""

    passage: Passage
    terms: Sequence[str]


Passages = Callable[[Sequence[str]], Mapping[str, Written]]
"""Gives the passages named; one that is no longer stored is left out."""


@dataclass(frozen=True)
class Parameters:
    """How a ranking is made; measured by `make bench-quality` on every set, tuned to none.

    Each score is from 0 to about 1, so that the weights can be compared. The fused score of a passage is `words`
    times its BM25 as a share of the best one's, and `meaning` times its cosine. To the first `depth` of the fused
    order `tokens` times late interaction is added. The first `read` of these are read: `pairs` times what words that
    stand together in the question and in the passage add to its BM25 is added; and `company` times the logarithm of
    how many passages of the same document are about as good, where one that is `near` worse counts for 1 / e. Last,
    `named` is added to the best passage of each document whose title the very best passage names: what it refers to
    is often the other half of an answer.
    """

    words: float = 0.4
    meaning: float = 0.6
    tokens: float = 0.8
    pairs: float = 0.2
    company: float = 0.05
    near: float = 0.1
    named: float = 0.15
    depth: int = 40
    read: int = 20


PARAMETERS = Parameters()

_OFTEN = 1.2
"""How soon a pair that is repeated stops adding, as BM25's k1 says for a word."""


@dataclass(frozen=True)
class Ranking:
    """Candidates in their final order. `order` holds rows of the candidates, best first.

    `fused` has one score a candidate; `reordered` the late interaction of the rows that were looked at, by row.
    `score` is what `order` was sorted by. `evidence` is explained by `answers/gate.py`, 0 where nothing was found.
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
    passages: Passages,
    parameters: Parameters = PARAMETERS,
) -> Ranking:
    """Rank `candidates` for `question`; `encoded` is None where the question could not be encoded."""
    fused = fuse(candidates, parameters)
    order = _best_first(fused)
    if not order:
        return Ranking((), fused, fused, {}, 0.0)
    score, late = fused.copy(), dict[int, float]()
    if encoded is not None:
        first, rest = order[: parameters.depth], order[parameters.depth :]
        names = [candidates.passage_ids[row] for row in first]
        near = late_interaction(question, encoded, candidates.idf, names, token_vectors)
        late = dict(zip(first, near.tolist(), strict=True))
        score[first] += parameters.tokens * near
        order = [*(first[place] for place in _best_first(score[first])), *rest]
    first, rest = order[: parameters.read], order[parameters.read :]
    names = [candidates.passage_ids[row] for row in first]
    written = passages(names)
    close = score[first] + parameters.pairs * _pairs(question, candidates, names, written)
    close += parameters.company * _company(names, close, parameters.near)
    best = int(np.argmax(close))
    close += parameters.named * _named(names, close, best, written)
    # Whoever is named follows what names it: the best passage stays the first.
    places = sorted(range(len(first)), key=lambda place: (place != best, -close[place]))
    close[best] = close.max()
    score[first] = close + 1  # whoever was read stays in front of who was not
    return Ranking(
        order=(*(first[place] for place in places), *rest),
        score=score,
        fused=fused,
        reordered=late,
        evidence=_evidence(candidates, first[best], written, late.get(first[best])),
    )


def fuse(candidates: Candidates, parameters: Parameters = PARAMETERS) -> Scores:
    """Give the weighted sum of words as a share of the best passage's and the cosine; words alone without meaning."""
    words = candidates.words / (candidates.words.max(initial=0) or 1)
    if candidates.meaning is None:
        return np.asarray(words, dtype=np.float32)
    return np.asarray(parameters.words * words + parameters.meaning * candidates.meaning, dtype=np.float32)


def late_interaction(
    question: str,
    encoded: Encoded,
    idf: Mapping[str, float],
    passage_ids: Sequence[str],
    token_vectors: TokenVectors,
) -> Scores:
    """Give each passage the weighted sum of the question tokens' best cosines (MaxSim: ColBERT, arXiv 2004.12832).

    A passage without token vectors, or with those of another reduction, gets what the worst of the others has.
    """
    weights = token_weights(question, encoded, idf)
    found = {
        name: float((encoded.tokens @ tokens.T).max(axis=1, initial=-1) @ weights)
        for name, tokens in token_vectors(passage_ids).items()
        if tokens.shape[1] == encoded.tokens.shape[1]
    }
    worst = min(found.values(), default=0.0)
    return np.array([found.get(name, worst) for name in passage_ids], dtype=np.float32)


def token_weights(question: str, encoded: Encoded, idf: Mapping[str, float]) -> Scores:
    """Give each token of the question the IDF of the word it belongs to, shared out so that they sum to one.

    An empty word weighs nothing; a word that stands in no passage weighs as much as the rarest that does.
    """
    weights = np.array(_weights(question, encoded, idf), dtype=np.float32)
    total = float(weights.sum())
    return weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1), dtype=np.float32)


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


def _best_first(scores: Scores) -> list[int]:
    return [int(place) for place in np.argsort(-scores, kind="stable")]


def _pairs(question: str, candidates: Candidates, passage_ids: Sequence[str], written: Mapping[str, Written]) -> Scores:
    """Score neighbours of the question that are neighbours in a passage, empty words aside, as BM25 would one word.

    A pair weighs the mean IDF of its words; the scale is that of the words leg, as a share of its best passage.
    """
    idf = candidates.idf
    asked = {pair: (idf[pair[0]] + idf[pair[1]]) / 2 for pair in pairwise(terms_of(question)) if idf.keys() >= {*pair}}
    most = float(candidates.words.max(initial=0)) or 1.0
    scores = np.zeros(len(passage_ids), dtype=np.float32)
    for place, name in enumerate(passage_ids):
        if asked and name in written:
            times = Counter(pair for pair in pairwise(written[name].terms) if pair in asked)
            scores[place] = sum(asked[pair] * often / (often + _OFTEN) for pair, often in times.items()) / most
    return scores


def _company(passage_ids: Sequence[str], close: Scores, near: float) -> Scores:
    """Give the logarithm of how many passages of its document are about as good as its best: 0 for one alone."""
    documents = np.array([name.rpartition(":")[0] for name in passage_ids])
    company = np.zeros(len(close), dtype=np.float32)
    for document in set(documents.tolist()):
        here = documents == document
        company[here] = np.log(np.exp((close[here] - close[here].max()) / near).sum())
    return company


def _named(passage_ids: Sequence[str], close: Scores, best: int, written: Mapping[str, Written]) -> Scores:
    """Mark the best passage of each document whose whole title stands, word by word, in the text of the best one."""
    marked = np.zeros(len(close), dtype=np.float32)
    naming = written.get(passage_ids[best])
    if naming is None:
        return marked
    text = _joined(terms_of(naming.passage.text))
    seen = {naming.passage.document_title}
    for place in _best_first(close):
        other = written.get(passage_ids[place])
        if other is not None and other.passage.document_title not in seen:
            seen.add(other.passage.document_title)
            title = terms_of(other.passage.document_title)
            marked[place] = bool(title) and _joined(title) in text
    return marked


def _joined(terms: Sequence[str]) -> str:
    return f" {' '.join(terms)} "


def _evidence(candidates: Candidates, best: int, written: Mapping[str, Written], late: float | None) -> float:
    attainable = candidates.attainable or 1.0
    if late is None or candidates.meaning is None:
        return float(candidates.words[best]) / attainable
    passage = written.get(candidates.passage_ids[best])
    here = set(passage.terms) if passage else set[str]()
    covered = sum(weight for term, weight in candidates.idf.items() if term in here) / attainable
    return late + float(candidates.meaning[best]) + covered
