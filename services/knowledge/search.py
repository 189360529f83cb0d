"""The one search: candidates of both legs, ranked, and told with how each passage was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select

from services.knowledge.closeness import Closeness
from services.knowledge.document import Passage
from services.knowledge.expansion import Expanded, expanded
from services.knowledge.finding import Findings, Found, Leg
from services.knowledge.index import Candidates, PassageIndex
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.ranking import PARAMETERS, Parameters, Ranking, Written, rank, token_weights
from services.knowledge.rows import is_one_of, keys_of
from services.knowledge.setting import By
from services.knowledge.splitting import embedded_text
from services.knowledge.token_vectors import unpack_all
from services.knowledge.words import terms_of, words_of
from services.models.embedding import Embedder, Encoded
from services.store.database import Database
from services.store.tables import documents as documents_table
from services.store.tables import pages, passages, token_vectors

DEPTH = 200
"""How many passages of each leg a search looks at."""
EVERY = 1_000_000_000
OFTEN = 100
"""In so many sources at most a name of the glossary is looked for: those that fit its words best."""


@dataclass(frozen=True)
class _Ranked:
    """What a search came to: the candidates in their order, and those that were read on the way."""

    candidates: Candidates
    ranking: Ranking
    written: Mapping[str, Written]
    encoded: Encoded | None
    expanded: Expanded


@dataclass(frozen=True)
class PassageSearch:
    """Finds passages in the snapshots it is given; whether the asker may read them is decided before."""

    database: Database
    index: PassageIndex
    embedder: Embedder
    parameters: Parameters = PARAMETERS

    def search(
        self,
        question: str,
        snapshots: Sequence[Snapshot],
        documents: frozenset[str] | None = None,
        limit: int = 10,
        by: By = By.BOTH,
    ) -> Findings:
        """Give the best `limit` passages, best first. `documents` narrows the search to those document ids.

        Without the embedder it goes on by words, and `missing` says so.
        """
        ranked = self._ranked(question, snapshots, documents, by)
        candidates, asked = ranked.candidates, ranked.expanded
        shown = [candidates.passage_ids[row] for row in ranked.ranking.order[:limit]]
        written = dict(ranked.written)
        if limit > self.parameters.read:
            written.update(self._written(shown[self.parameters.read :]))
        stored = {name: written[name] for name in shown if name in written}
        return Findings(
            question=question,
            found=_found(asked.text, candidates, ranked.ranking, stored),
            snapshots=tuple(snapshots),
            passages_searched=candidates.passages_searched,
            evidence=ranked.ranking.evidence,
            missing=tuple(filter(None, (self.embedder.missing, self.index.missing, _by_words_alone(candidates)))),
            idf=candidates.idf,
            encoded=ranked.encoded,
            expanded=asked if asked.also else None,
        )

    def standing(
        self,
        question: str,
        snapshots: Sequence[Snapshot],
        passage_ids: Sequence[str],
        documents: frozenset[str] | None = None,
        by: By = By.BOTH,
    ) -> tuple[Found, ...]:
        """Tell where these passages stand among all that are searched, best first; what is not searched is left out.

        Unlike `search` it ranks every passage, so that a place is told however far down it is.
        """
        ranked = self._ranked(question, snapshots, documents, by, depth=EVERY)
        stored = self._written([name for name in passage_ids if name in set(ranked.candidates.passage_ids)])
        return _found(ranked.expanded.text, ranked.candidates, ranked.ranking, stored)

    def _ranked(
        self,
        question: str,
        snapshots: Sequence[Snapshot],
        documents: frozenset[str] | None,
        by: By,
        depth: int = DEPTH,
    ) -> _Ranked:
        asked = expanded(self.database, question, snapshots, cache(partial(self._said, snapshots)))
        encoded = None if self.embedder.missing or by is By.WORDS else self.embedder.encode_question(asked.text)
        parameters = replace(self.parameters, words=0.0, pairs=0.0) if by is By.MEANING and encoded else self.parameters
        vector = None if encoded is None else encoded.vector
        candidates = self.index.candidates(asked.text, vector, snapshots, documents=documents, depth=depth)
        written: dict[str, Written] = {}

        def read(passage_ids: Sequence[str]) -> Mapping[str, Written]:
            written.update(self._written(passage_ids))
            return written

        ranking = rank(asked.text, encoded, candidates, self._token_vectors, read, parameters)
        return _Ranked(candidates, ranking, written, encoded, asked)

    def closeness(self, findings: Findings, first: int) -> Mapping[str, Closeness]:
        """Tell of the `first` passages found, by id, how near each of their parts is to the question.

        A passage without token vectors is left out, and all are where the question could not be encoded.
        """
        if findings.encoded is None or self.embedder.missing:
            return {}
        found = [each.passage for each in findings.found[:first]]
        weights = token_weights(findings.searched, findings.encoded, findings.idf)
        vectors = self._token_vectors([passage.id for passage in found])
        texts = [embedded_text(passage) for passage in found]
        near: dict[str, Closeness] = {}
        for passage, text, starts in zip(found, texts, self.embedder.starts(texts), strict=True):
            tokens = vectors.get(passage.id)
            # Vectors of another splitting would be those of other tokens.
            if tokens is not None and len(tokens) == len(starts):
                shift = len(text) - len(passage.text)
                similarities = findings.encoded.tokens @ tokens.T
                near[passage.id] = Closeness(similarities, weights, tuple(start - shift for start in starts))
        return near

    def _token_vectors(self, passage_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        with self.database.read() as connection:
            rows = connection.execute(_token_vectors_by_id(len(passage_ids)), keys_of(passage_ids)).all()
        unpacked = unpack_all([tokens for _, _, tokens in rows])
        return {f"{document}:{ordinal}": tokens for (document, ordinal, _), tokens in zip(rows, unpacked, strict=True)}

    def _written(self, passage_ids: Sequence[str]) -> Mapping[str, Written]:
        found = self.passages(passage_ids).values()
        return {passage.id: Written(passage, terms_of(embedded_text(passage))) for passage in found}

    def _said(self, snapshots: Sequence[Snapshot], name: str) -> int:
        """Count the sources in which a name stands word by word, `OFTEN` at most; narrowing changes nothing."""
        candidates = self.index.candidates(name, None, snapshots, depth=OFTEN)
        wanted = f" {' '.join(terms_of(name))} "
        written = self._written(candidates.passage_ids).values()
        return sum(wanted in f" {' '.join(each.terms)} " for each in written)

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """Give the passages that are still stored, by id."""
        with self.database.read() as connection:
            rows = connection.execute(_passages_by_id(len(passage_ids)), keys_of(passage_ids)).all()
        found = (
            Passage(
                id=f"{row.document_id}:{row.ordinal}",
                knowledge_base_id=row.knowledge_base_id,
                document_id=row.document_id,
                document_title=row.title,
                ordinal=row.ordinal,
                page=row.page,
                start=row.start,
                end=row.end,
                heading=row.heading,
                text=row.text[row.start : row.end],
                document_digest=row.digest,
                place=row.label,
            )
            for row in rows
        )
        return {passage.id: passage for passage in found}


# Built once for each number of ids: building takes SQLAlchemy six times as long as running it.
@cache
def _token_vectors_by_id(number: int) -> Select[Any]:
    columns = (token_vectors.c.document_id, token_vectors.c.ordinal, token_vectors.c.tokens)
    return select(*columns).where(is_one_of(token_vectors, number))


@cache
def _passages_by_id(number: int) -> Select[Any]:
    return (
        select(
            passages,
            documents_table.c.knowledge_base_id,
            documents_table.c.title,
            documents_table.c.digest,
            pages.c.text,
            pages.c.label,
        )
        .join(documents_table, documents_table.c.id == passages.c.document_id)
        .join(pages, (pages.c.document_id == passages.c.document_id) & (pages.c.number == passages.c.page))
        .where(is_one_of(passages, number))
    )


def _found(question: str, candidates: Candidates, ranking: Ranking, stored: Mapping[str, Written]) -> tuple[Found, ...]:
    places = {row: place for place, row in enumerate(ranking.order, start=1) if candidates.passage_ids[row] in stored}
    shown = list(places)
    words = _legs(candidates.words, [row for row in shown if candidates.words[row] > 0])
    meaning = {} if candidates.meaning is None else _legs(candidates.meaning, shown)
    fused = _legs(ranking.fused, shown)
    late = sorted(ranking.reordered, key=lambda row: -ranking.reordered[row])
    reordered = {row: Leg(rank, ranking.reordered[row]) for rank, row in enumerate(late, start=1)}
    asked = _asked(question)
    return tuple(
        Found(
            passage=stored[candidates.passage_ids[row]].passage,
            rank=place,
            score=float(ranking.score[row]),
            words=words.get(row),
            meaning=meaning.get(row),
            fused=fused.get(row),
            reordered=reordered.get(row),
            words_matched=_matched(asked, stored[candidates.passage_ids[row]]),
        )
        for row, place in places.items()
    )


def _by_words_alone(candidates: Candidates) -> str:
    number, of_all = candidates.without_vector, candidates.passages_searched
    return f"{number:,} of {of_all:,} sources are found by their words only, until they are read again." * bool(number)


def _legs(scores: NDArray[np.float32], rows: Sequence[int]) -> dict[int, Leg]:
    """Give the place of each of `rows` among all; between equals the earlier row goes first."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return {row: Leg(int(ranks[row]), float(scores[row])) for row in rows}


def _asked(question: str) -> dict[str, list[str]]:
    """Give the question's words as typed, by term, in order."""
    typed: dict[str, list[str]] = defaultdict(list)
    for word in words_of(question):
        if word.term:
            typed[word.term].append(question[word.start : word.end])
    return typed


def _matched(asked: Mapping[str, Sequence[str]], written: Written) -> tuple[str, ...]:
    here = set(written.terms)
    return tuple(typed[0] for term, typed in asked.items() if term in here)
