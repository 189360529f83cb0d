"""A database with knowledge bases to publish into, as small as an index test needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, update

from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.document import Passage, Stage
from services.knowledge.index import PassageIndex
from services.knowledge.knowledge_base import Snapshot
from services.models.embedding import Encoded
from services.store.database import Database
from services.store.tables import documents, knowledge_bases, pages, passages, projections

EPOCH = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass
class Shelf:
    """Publishes and withdraws documents, one change of the knowledge base each, in one transaction each."""

    database: Database
    index: PassageIndex
    _numbers: dict[str, int] = field(default_factory=dict)

    def snapshot(self, knowledge_base_id: str) -> Snapshot:
        """Name the present state of a knowledge base."""
        return Snapshot(knowledge_base_id, self._numbers.get(knowledge_base_id, 0))

    def publish(
        self,
        knowledge_base_id: str,
        document_id: str,
        texts: Sequence[str],
        vectors: NDArray[np.float32] | None = None,
        *,
        title: str = "",
        heading: str = "",
    ) -> Snapshot:
        """Publish a document of one passage a text; `vectors` is (texts, dimensions)."""
        return self.publish_all(knowledge_base_id, [(document_id, texts, vectors)], title=title, heading=heading)

    def publish_all(
        self,
        knowledge_base_id: str,
        several: Sequence[tuple[str, Sequence[str], NDArray[np.float32] | None]],
        *,
        title: str = "",
        heading: str = "",
    ) -> Snapshot:
        """Publish several documents in one change."""
        with self.database.write() as connection:
            number = self._next(knowledge_base_id)
            if number == 1:
                connection.execute(insert(knowledge_bases).values(_passport(knowledge_base_id)))
            for document_id, texts, vectors in several:
                text = "\n".join(texts)
                split = _split(knowledge_base_id, document_id, texts, title, heading)
                words, meaning = self.index.project(split, None if vectors is None else _encoded(vectors))
                row = _document(knowledge_base_id, document_id, title, len(texts), number)
                connection.execute(insert(documents).values(row))
                connection.execute(insert(pages).values(document_id=document_id, number=1, text=text))
                for passage in split:
                    connection.execute(insert(passages).values(_passage_row(passage)))
                connection.execute(
                    insert(projections).values(document_id=document_id, model="test", words=words, vectors=meaning)
                )
            self._record(connection, knowledge_base_id, number)
        return self.snapshot(knowledge_base_id)

    def withdraw(self, knowledge_base_id: str, document_id: str) -> Snapshot:
        """Take a document out of the snapshots from now on."""
        with self.database.write() as connection:
            number = self._next(knowledge_base_id)
            connection.execute(update(documents).where(documents.c.id == document_id).values(valid_to=number))
            self._record(connection, knowledge_base_id, number)
        return self.snapshot(knowledge_base_id)

    def erase(self, knowledge_base_id: str, document_id: str) -> None:
        """Delete the rows of a document, so that no snapshot has it any more."""
        with self.database.write() as connection:
            connection.execute(delete(documents).where(documents.c.id == document_id))
        self.index.forget(knowledge_base_id)

    def _next(self, knowledge_base_id: str) -> int:
        return self._numbers.get(knowledge_base_id, 0) + 1

    def _record(self, connection: Connection, knowledge_base_id: str, number: int) -> None:
        this = knowledge_bases.c.id == knowledge_base_id
        connection.execute(update(knowledge_bases).where(this).values(snapshot=number))
        self._numbers[knowledge_base_id] = number


def _passport(knowledge_base_id: str) -> dict[str, object]:
    return {
        "id": knowledge_base_id,
        "name": knowledge_base_id,
        "purpose": "",
        "owner": "ben",
        "steward": "sam",
        "classification": Classification.INTERNAL,
        "audience": [],
        "state": ApprovalState.APPROVED,
        "source": "",
        "licence": "",
        "questions": [],
        "snapshot": 0,
        "created_at": EPOCH,
    }


def _document(
    knowledge_base_id: str, document_id: str, title: str, number_of_passages: int, valid_from: int
) -> dict[str, object]:
    return {
        "id": document_id,
        "knowledge_base_id": knowledge_base_id,
        "name": f"{document_id}.txt",
        "title": title,
        "media": "text/plain",
        "digest": document_id,
        "size": 1,
        "stage": Stage.PUBLISHED,
        "verdict": "",
        "done": number_of_passages,
        "total": number_of_passages,
        "pages": 1,
        "passages": number_of_passages,
        "valid_from": valid_from,
        "created_at": EPOCH,
    }


def _split(knowledge_base_id: str, document_id: str, texts: Sequence[str], title: str, heading: str) -> list[Passage]:
    split: list[Passage] = []
    start = 0
    for ordinal, text in enumerate(texts):
        split.append(
            Passage(
                id=f"{document_id}:{ordinal}",
                knowledge_base_id=knowledge_base_id,
                document_id=document_id,
                document_title=title,
                ordinal=ordinal,
                page=1,
                start=start,
                end=start + len(text),
                heading=heading,
                text=text,
            )
        )
        start += len(text) + 1
    return split


def _passage_row(passage: Passage) -> dict[str, object]:
    return {name: getattr(passage, name) for name in ("document_id", "ordinal", "page", "start", "end", "heading")}


def _encoded(vectors: NDArray[np.float32]) -> list[Encoded]:
    return [Encoded(vector, np.empty((0, 0), dtype=np.float32), ()) for vector in vectors]
