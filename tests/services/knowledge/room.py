"""The knowledge room over a data folder of its own, with a small embedder, for tests of documents coming in."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import select

from services.backends.embedded.index import EmbeddedIndex
from services.errors import Unavailable
from services.governance.governance import Governance
from services.governance.rules import Limits
from services.knowledge.document import Document, Stage
from services.knowledge.durable_work import DurableWork
from services.knowledge.knowledge import Knowledge
from services.knowledge.originals import Originals
from services.knowledge.own_files import OwnFiles
from services.knowledge.pictures import Pictures
from services.knowledge.progress import UNFINISHED
from services.knowledge.publishing import Publishing
from services.knowledge.reading.reader import Reader
from services.knowledge.rows import document_in
from services.knowledge.search import PassageSearch
from services.knowledge.shipped import Shipped
from services.knowledge.words import Word, words_of
from services.ledger.ledger import Ledger
from services.models.embedding import Encoded
from services.store.database import Database, open_database
from services.store.dialect import protect
from services.store.moment import Clock, utc_now
from services.store.tables import documents, metadata

DIMENSIONS = 32
PATIENCE = 30.0

PASSPORT = """
id = "{id}"
name = "{id}"
purpose = "For tests."
owner = "cleo"
steward = "sam"
classification = "Internal"
audience = {audience}
state = "Approved"
approved_until = 2027-11-30
review_by = 2027-06-30
source = "tests"
licence = "CC0"
questions = ["a?", "b?", "c?", "d?", "e?", "f?"]
"""


@dataclass
class WordsEmbedder:
    """A text's vector is the sum of its words' vectors, which their digests make; `pause` seconds a text."""

    name: str = "words.1"
    missing: str = ""
    pause: float = 0.0
    encoded: list[str] = field(default_factory=list)

    def encode_question(self, text: str) -> Encoded:
        return self.encode_passages([text])[0]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        if self.missing:
            raise Unavailable(self.missing)
        time.sleep(self.pause * len(texts))
        self.encoded += texts
        return [_encoded(text) for text in texts]

    def starts(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        if self.missing:
            raise Unavailable(self.missing)
        return [_encoded(text).starts for text in texts]


@dataclass(frozen=True)
class Room:
    """The room's parts, and what tests do with them again and again."""

    database: Database
    knowledge: Knowledge
    publishing: Publishing
    shipped: Shipped
    embedder: WordsEmbedder
    content: Path

    def ship(self, knowledge_base_id: str, files: dict[str, bytes | str], audience: Sequence[str] = ()) -> None:
        """Write the folder of a shipped knowledge base with exactly these files."""
        folder = self.content / knowledge_base_id
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        passport = PASSPORT.format(id=knowledge_base_id, audience=[*audience]).replace("'", '"')
        (folder / "passport.toml").write_text(passport)
        (folder / "LICENSE").write_text("CC0")
        for path in (folder / "documents").iterdir():
            path.unlink()
        for name, data in files.items():
            (folder / "documents" / name).write_bytes(data.encode() if isinstance(data, str) else data)

    def bring_in(self) -> None:
        """Bring in what ships and publish it at once, without durable work."""
        self.shipped.bring_in()
        self.publish_what_waits()

    def publish_what_waits(self) -> None:
        """Publish every unfinished document at once."""
        self.publishing.publish_all([each.id for each in self.documents() if each.stage in UNFINISHED])

    def documents(self, **columns: object) -> list[Document]:
        """Give all documents with these values, in the order of arrival."""
        rows = select(documents).filter_by(**columns).order_by(documents.c.created_at, documents.c.name)
        with self.database.read() as connection:
            return [document_in(row) for row in connection.execute(rows)]

    def wait_until_all_is_read(self) -> None:
        """Wait for the work in the background."""
        wait_until(lambda: not any(each.stage in UNFINISHED for each in self.documents()))

    def close(self) -> None:
        """Stop the work, and close the database."""
        self.publishing.stop()
        self.knowledge.pictures.reader.close()
        self.database.engine.dispose()


def open_room(data: Path, content: Path, *, embedder: WordsEmbedder | None = None, now: Clock = utc_now) -> Room:
    """Open the room on a data folder, made when absent; nothing is started."""
    data.mkdir(exist_ok=True)
    content.mkdir(exist_ok=True)
    database = open_database(data / "accelerate.sqlite")
    with database.write() as connection:
        metadata.create_all(connection)
        protect(connection)
    embedder = embedder or WordsEmbedder()
    index = EmbeddedIndex(database)
    originals = Originals(data / "files")
    pictures = Pictures(data / "pictures", originals, Reader())
    work = DurableWork(data / "work.sqlite")
    publishing = Publishing(database, originals, Reader(), index, embedder, work, content, now)
    knowledge = Knowledge(
        database=database,
        governance=Governance(Ledger(database, now), now, Limits(per_minute={})),
        passage_search=PassageSearch(database, index, embedder),
        publishing=publishing,
        pictures=pictures,
        own_files=OwnFiles(database, originals, pictures, publishing, index, now),
        now=now,
    )
    shipped = Shipped(database, originals, publishing, content, now)
    return Room(database, knowledge, publishing, shipped, embedder, content)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; AssertionError where it does not in good time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def is_whole(document: Document) -> bool:
    """Say whether a document is published with as many passages as it says."""
    return document.stage is Stage.PUBLISHED and document.done == document.passages > 0


def _encoded(text: str) -> Encoded:
    words = [word for word in words_of(text) if word.term] or [Word(0, 0, "")]
    rows = np.stack([_vector(word.term) for word in words])
    total = rows.sum(axis=0)
    return Encoded(
        np.asarray(total / np.linalg.norm(total), dtype=np.float32),
        rows,
        tuple(word.term for word in words),
        tuple(word.start for word in words),
    )


def _vector(term: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    digest = hashlib.blake2b(term.encode(), digest_size=DIMENSIONS).digest()
    row = np.frombuffer(digest, dtype=np.uint8).astype(np.float32) - 127.5
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)
