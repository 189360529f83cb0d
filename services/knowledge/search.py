"""The one search: candidates of both legs, ranked, and told with how each passage was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, tuple_

from services.knowledge.document import Passage
from services.knowledge.finding import Findings, Found, Leg
from services.knowledge.index import Candidates, PassageIndex
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.ranking import PARAMETERS, Parameters, Ranking, rank
from services.knowledge.token_vectors import unpack
from services.knowledge.words import words_of
from services.models.embedding import Embedder
from services.store.database import Database
from services.store.tables import documents as documents_table
from services.store.tables import pages, passages, token_vectors


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
    ) -> Findings:
        """Give the best `limit` passages, best first. `documents` narrows the search to those document ids.

        Without the embedder it goes on by words, and `missing` says so.
        """
        missing = self.embedder.missing
        encoded = None if missing else self.embedder.encode_question(question)
        vector = None if encoded is None else encoded.vector
        candidates = self.index.candidates(question, vector, snapshots, documents=documents)
        ranking = rank(question, encoded, candidates, self._token_vectors, self.parameters)
        stored = self._passages([candidates.passage_ids[row] for row in ranking.order[:limit]])
        return Findings(
            question=question,
            found=_found(question, candidates, ranking, stored),
            snapshots=tuple(snapshots),
            passages_searched=candidates.passages_searched,
            evidence=ranking.evidence,
            missing=(missing,) if missing else (),
            idf=candidates.idf,
        )

    def _token_vectors(self, passage_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        columns = (token_vectors.c.document_id, token_vectors.c.ordinal, token_vectors.c.tokens)
        wanted = tuple_(*columns[:2]).in_([_key(passage_id) for passage_id in passage_ids])
        with self.database.read() as connection:
            rows = connection.execute(select(*columns).where(wanted)).all()
        return {f"{document}:{ordinal}": unpack(tokens) for document, ordinal, tokens in rows}

    def _passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """Give the passages that are still stored, by id."""
        query = (
            select(
                passages,
                documents_table.c.knowledge_base_id,
                documents_table.c.title,
                documents_table.c.digest,
                pages.c.text,
            )
            .join(documents_table, documents_table.c.id == passages.c.document_id)
            .join(pages, (pages.c.document_id == passages.c.document_id) & (pages.c.number == passages.c.page))
            .where(tuple_(passages.c.document_id, passages.c.ordinal).in_([_key(one) for one in passage_ids]))
        )
        with self.database.read() as connection:
            rows = connection.execute(query).all()
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
            )
            for row in rows
        )
        return {passage.id: passage for passage in found}


def _found(question: str, candidates: Candidates, ranking: Ranking, stored: Mapping[str, Passage]) -> tuple[Found, ...]:
    asked = _asked(question)
    words = _ranks(candidates.words, above=0)
    meaning = {} if candidates.meaning is None else _ranks(candidates.meaning)
    fused = _ranks(ranking.fused)
    late = sorted(ranking.reordered, key=lambda row: -ranking.reordered[row])
    reordered = {row: Leg(rank, ranking.reordered[row]) for rank, row in enumerate(late, start=1)}
    found: list[Found] = []
    for row in ranking.order:
        passage = stored.get(candidates.passage_ids[row])
        if passage is not None:
            found.append(
                Found(
                    passage=passage,
                    rank=len(found) + 1,
                    score=float(ranking.score[row]),
                    words=words.get(row),
                    meaning=meaning.get(row),
                    fused=fused.get(row),
                    reordered=reordered.get(row),
                    words_matched=_matched(asked, passage),
                )
            )
    return tuple(found)


def _ranks(scores: NDArray[np.float32], above: float | None = None) -> dict[int, Leg]:
    order = np.argsort(-scores, kind="stable")
    kept = (int(row) for row in order if above is None or scores[row] > above)
    return {row: Leg(rank, float(scores[row])) for rank, row in enumerate(kept, start=1)}


def _asked(question: str) -> dict[str, list[str]]:
    """Give the question's words as typed, by term, in order."""
    typed: dict[str, list[str]] = defaultdict(list)
    for word in words_of(question):
        if word.term:
            typed[word.term].append(question[word.start : word.end])
    return typed


def _matched(asked: Mapping[str, Sequence[str]], passage: Passage) -> tuple[str, ...]:
    here = {word.term for text in (passage.document_title, passage.heading, passage.text) for word in words_of(text)}
    return tuple(typed[0] for term, typed in asked.items() if term in here)


def _key(passage_id: str) -> tuple[str, int]:
    document, _, ordinal = passage_id.rpartition(":")
    return document, int(ordinal)
