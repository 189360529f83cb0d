"""From a file to passages that are found: read, split, embedded, and published in one transaction, durably."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path, PurePath

from sqlalchemy import Connection, insert, select, update

from services.errors import BadInput, Unavailable
from services.knowledge.document import Document, Page, Passage, Stage
from services.knowledge.durable_work import LINES, DurableWork
from services.knowledge.index import PassageIndex
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.originals import Originals
from services.knowledge.progress import UNFINISHED, Pace, work_in
from services.knowledge.reading.reader import Reader, Reading
from services.knowledge.rows import document_in, document_row, passage_row
from services.knowledge.shipped_vectors import FILE, NONE_SHIPPED, ShippedVectors, read_vectors
from services.knowledge.splitting import embedded_text, split
from services.knowledge.token_vectors import pack
from services.models.embedding import Embedder, Encoded
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import documents as documents_table
from services.store.tables import knowledge_bases, pages, passages, projections, token_vectors

BATCH_BYTES = 2_000_000
"""Documents are handed on together up to this much text: each hand-over waits for the queue to look."""

FLUSH_PASSAGES = 200
FLUSH_SECONDS = 1.0
"""What is ready is published when it is so much, or has waited so long."""

ENCODED_AT_ONCE = 32
TOLD_SECONDS = 0.3
"""How often the screen's progress is written at most."""

TENDED_SECONDS = 60.0
"""How often unfinished documents without work under way are looked for."""

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The app ends: what was begun is taken up at the next start."""


@dataclass(frozen=True)
class Ready:
    """A document that is ready to be published; `encoded` is None where the model is missing."""

    document: Document
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    encoded: tuple[Encoded, ...] | None


@dataclass(frozen=True)
class Publishing:
    """Reads and publishes documents in the background. `shipped` is the folder of the shipped knowledge bases."""

    database: Database
    originals: Originals
    reader: Reader
    index: PassageIndex
    embedder: Embedder
    work: DurableWork
    shipped: Path
    now: Clock = utc_now
    pace: Pace = field(default_factory=Pace)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _started: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False, repr=False)

    def start(self, tend: Callable[[], None] = lambda: None) -> None:
        """Take up unfinished work in the background, and from then on look for forgotten work every minute.

        `tend` is called as often, for whatever else must happen now and then.
        """
        thread = threading.Thread(target=self._run, args=(tend,), name="publishing", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """End the work between two passages. Stopping twice, or before `start`, does nothing."""
        self._stopping.set()
        self.reader.close()
        for thread in self._threads:
            thread.join()
        self.work.stop()

    def submit(self, document_ids: Sequence[str]) -> None:
        """Have documents, whose rows are committed, read and published. Submitting one twice changes nothing."""
        if self._started.is_set():
            for line, batch in self._batches(document_ids):
                self.work.enqueue(line, batch)

    def add(self, connection: Connection, document: Document) -> Document:
        """Write the row of a new document, with an id of its own, in the caller's transaction; `submit` it then."""
        document = replace(document, id=secrets.token_hex(8))
        connection.execute(insert(documents_table).values(document_row(document)))
        return document

    def reconcile(self) -> None:
        """Submit what is unfinished and not under way, and again what was published without this model's vectors.

        Before the work has started it does nothing: starting reconciles by itself.
        """
        if not self._started.is_set():
            return
        under_way = self.work.under_way()
        self._renew_those_without_vectors()
        with self.database.read() as connection:
            unfinished = connection.execute(
                select(documents_table.c.id).where(documents_table.c.stage.in_(UNFINISHED))
            ).scalars()
            forgotten = [each for each in unfinished if each not in under_way]
        self.submit(forgotten)

    def publish_all(self, document_ids: Sequence[str]) -> None:
        """Read, embed and publish the documents that are not yet. Doing it twice, or again after a crash, is safe.

        Raises Unavailable where disk, database or model fail, and Stopped where the app ends meanwhile.
        """
        unfinished = sorted(self._unfinished(document_ids), key=_knowledge_base_id)
        for knowledge_base_id, group in groupby(unfinished, key=_knowledge_base_id):
            self._publish_those_of_one(group, self._vectors_for(knowledge_base_id))

    def publish(self, ready: Sequence[Ready]) -> None:
        """Publish whole documents of one knowledge base in one transaction: all of them can be found, or none.

        Each ends the older version of the same name. Those that were published or deleted meanwhile are left alone.
        Raises ValueError where they are of several knowledge bases, each of which counts its own snapshots.
        """
        if not ready:
            return
        (knowledge_base_id,) = {each.document.knowledge_base_id for each in ready}
        projected = [self.index.project(each.passages, each.encoded) for each in ready]
        with self.database.write() as connection:
            number = _next_snapshot(connection, knowledge_base_id)
            still = _still_unpublished(connection, [each.document.id for each in ready])
            for each, (words, vectors) in zip(ready, projected, strict=True):
                if each.document.id in still:
                    _write_content(connection, each)
                    model = "" if vectors is None else self.embedder.name
                    row = {"document_id": each.document.id, "model": model, "words": words, "vectors": vectors}
                    connection.execute(insert(projections).values(row))
                    _make_current(connection, each, number)
            if still:
                this = knowledge_bases.c.id == knowledge_base_id
                connection.execute(update(knowledge_bases).where(this).values(snapshot=number))
        self.index.refresh([Snapshot(knowledge_base_id, number)])

    def _publish_those_of_one(self, group: Iterable[Document], vectors: ShippedVectors) -> None:
        ready: list[Ready] = []
        flushed = time.monotonic()
        for document in group:
            self._go_on()
            ready += self._prepared(document, vectors)
            waiting = sum(len(each.passages) for each in ready)
            if waiting >= FLUSH_PASSAGES or time.monotonic() - flushed > FLUSH_SECONDS:
                self._flush(ready, flushed)
                ready, flushed = [], time.monotonic()
        self._flush(ready, flushed)

    def _run(self, tend: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            for act in (self._start_work, self.reconcile, tend):
                try:
                    act()
                except Unavailable as error:
                    _log.warning("documents wait: %s", error.message)
                except Exception:
                    _log.exception("looking after the documents failed")
            self._stopping.wait(TENDED_SECONDS)

    def _start_work(self) -> None:
        if not self._started.is_set():
            self.work.start(self._act)
            self._started.set()

    def _act(self, document_ids: list[str]) -> None:
        """Publish what can be published now; the rows say what is left, and `reconcile` submits that again."""
        try:
            self.publish_all(document_ids)
        except Stopped:
            pass
        except Unavailable as error:
            _log.warning("documents wait: %s", error.message)

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise Stopped

    def _batches(self, document_ids: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
        """Give the queue and the ids of each batch: neighbours of one knowledge base up to `BATCH_BYTES`."""
        for knowledge_base_id, group in groupby(self._unfinished(document_ids), key=_knowledge_base_id):
            line = LINES[1] if self._is_own_file(knowledge_base_id) else LINES[0]
            batch, size = list[str](), 0.0
            for document in group:
                if batch and size + work_in(document) > BATCH_BYTES:
                    yield line, batch
                    batch, size = [], 0.0
                batch.append(document.id)
                size += work_in(document)
            yield line, batch

    def _is_own_file(self, knowledge_base_id: str) -> bool:
        expires = select(knowledge_bases.c.expires_at).where(knowledge_bases.c.id == knowledge_base_id)
        with self.database.read() as connection:
            return connection.scalar(expires) is not None

    def _unfinished(self, document_ids: Sequence[str]) -> list[Document]:
        """Give those that are there and unfinished, in the order of the ids."""
        this = documents_table.c.id.in_(document_ids) & documents_table.c.stage.in_(UNFINISHED)
        with self.database.read() as connection:
            found = {row.id: document_in(row) for row in connection.execute(select(documents_table).where(this))}
        return [found[each] for each in document_ids if each in found]

    def _vectors_for(self, knowledge_base_id: str) -> ShippedVectors:
        # An id that did not ship is random, or at least no way out of the folder.
        folder = self.shipped / PurePath(knowledge_base_id).name
        return read_vectors(folder / FILE) if folder.is_dir() else NONE_SHIPPED

    def _prepared(self, document: Document, vectors: ShippedVectors) -> list[Ready]:
        """Read, split and embed one document; none where it is refused, and then its row says why."""
        try:
            tell = _Teller(self, document)
            reading = self.reader.read(self._original(document), document.media, tell.reading)
            document, split_passages = passages_of(document, reading)
            encoded = self._encoded(split_passages, vectors, tell)
        except (Stopped, Unavailable):
            raise
        except BadInput as refused:
            self._go_on()  # A reader that was closed because the app ends refuses everything.
            self._refuse(document, f"{refused.message} {refused.hint}".strip())
        except Exception:
            _log.exception("document %s could not be read", document.id)
            self._refuse(document, "It could not be read because of a fault in Accelerate, which is in the log.")
        else:
            return [Ready(document, reading.pages, split_passages, encoded)]
        return []

    def _original(self, document: Document) -> Path:
        path = self.originals.path(document.digest)
        if not path.is_file():
            raise BadInput("The file itself is gone from the data folder.", "Add it again.")
        return path

    def _encoded(
        self, split_passages: Sequence[Passage], vectors: ShippedVectors, tell: _Teller
    ) -> tuple[Encoded, ...] | None:
        """Take the vectors that shipped and compute the others; None where some are neither there nor to be had."""
        texts = [embedded_text(passage) for passage in split_passages]
        encoded = {place: vectors.find(self.embedder.name, text) for place, text in enumerate(texts)}
        lacking = [place for place, each in encoded.items() if each is None]
        if lacking and self.embedder.missing:
            return None
        for first in range(0, len(lacking), ENCODED_AT_ONCE):
            self._go_on()
            some = lacking[first : first + ENCODED_AT_ONCE]
            encoded.update(zip(some, self.embedder.encode_passages([texts[place] for place in some]), strict=True))
            tell.embedding(len(texts) - len(lacking) + first + len(some), len(texts))
        return tuple(each for each in encoded.values() if each is not None)

    def _flush(self, ready: Sequence[Ready], since: float) -> None:
        self.publish(ready)
        self.pace.note(sum(work_in(each.document) for each in ready), time.monotonic() - since)

    def _refuse(self, document: Document, verdict: str) -> None:
        this = documents_table.c.id == document.id
        refused = {"stage": Stage.REFUSED.value, "verdict": verdict, "done": 0, "total": 0}
        with self.database.write() as connection:
            connection.execute(update(documents_table).where(this).values(refused))

    def _renew_those_without_vectors(self) -> None:
        """Add once more what is current but has no vectors of this model; the new version takes its place."""
        renewed = documents_table.alias()
        lacking = (
            select(documents_table)
            .join(projections, projections.c.document_id == documents_table.c.id)
            .where(documents_table.c.valid_to.is_(None), projections.c.model != self.embedder.name)
            .where(
                ~select(renewed.c.id)
                .where(renewed.c.knowledge_base_id == documents_table.c.knowledge_base_id)
                .where(renewed.c.name == documents_table.c.name, renewed.c.stage.in_(UNFINISHED))
                .exists()
            )
        )
        with self.database.read() as connection:
            found = [document_in(row) for row in connection.execute(lacking)]
        # Asked last: a model that was not needed yet is loaded to answer it.
        if found and not self.embedder.missing:
            with self.database.write() as connection:
                for document in found:
                    self.add(connection, waiting_again(document, self.now))

    def _tell(self, document: Document, stage: Stage, done: int, total: int) -> None:
        this = (documents_table.c.id == document.id) & documents_table.c.stage.in_(UNFINISHED)
        with self.database.write() as connection:
            connection.execute(update(documents_table).where(this).values(stage=stage.value, done=done, total=total))


class _Teller:
    """Writes a document's progress for the screen, not too often: many documents are done before the first time."""

    def __init__(self, publishing: Publishing, document: Document) -> None:
        self._publishing = publishing
        self._document = document
        self._told = time.monotonic()

    def reading(self, done: int, total: int) -> None:
        self._tell(Stage.READING, done, total)

    def embedding(self, done: int, total: int) -> None:
        self._tell(Stage.EMBEDDING, done, total)

    def _tell(self, stage: Stage, done: int, total: int) -> None:
        if time.monotonic() - self._told >= TOLD_SECONDS:
            self._told = time.monotonic()
            self._publishing._tell(self._document, stage, done, total)


def new_document(
    knowledge_base_id: str, name: str, media: str, digest: str, size: int, now: Clock, *, title: str = ""
) -> Document:
    """Describe a document that waits to be read; `Publishing.add` gives it its id."""
    return Document(
        id="",
        knowledge_base_id=knowledge_base_id,
        name=name,
        title=title or title_of(name),
        media=media,
        digest=digest,
        size=size,
        stage=Stage.WAITING,
        verdict="",
        done=0,
        total=0,
        pages=0,
        passages=0,
        valid_from=None,
        valid_to=None,
        created_at=now(),
    )


def waiting_again(document: Document, now: Clock) -> Document:
    """Describe the same file waiting to be read once more."""
    again = new_document(document.knowledge_base_id, document.name, document.media, document.digest, document.size, now)
    return replace(again, title=document.title)


def passages_of(document: Document, reading: Reading) -> tuple[Document, tuple[Passage, ...]]:
    """Give the document with its title, and its passages.

    A title that somebody gave goes before the file's own; one that was made of the file's name after it.
    """
    if reading.title and document.title == title_of(document.name):
        document = replace(document, title=reading.title)
    return document, split(document, reading.pages)


def title_of(name: str) -> str:
    """Make a title out of a file's name: "employee_handbook.pdf" is "Employee handbook"."""
    words = " ".join(PurePath(name).stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:] or name


def _knowledge_base_id(document: Document) -> str:
    return document.knowledge_base_id


def _next_snapshot(connection: Connection, knowledge_base_id: str) -> int:
    number = connection.scalar(select(knowledge_bases.c.snapshot).where(knowledge_bases.c.id == knowledge_base_id))
    return (number or 0) + 1


def _still_unpublished(connection: Connection, document_ids: Sequence[str]) -> frozenset[str]:
    this = documents_table.c.id.in_(document_ids) & documents_table.c.stage.in_(UNFINISHED)
    return frozenset(connection.execute(select(documents_table.c.id).where(this)).scalars())


def _write_content(connection: Connection, ready: Ready) -> None:
    document_id = ready.document.id
    for page in ready.pages:
        connection.execute(insert(pages).values(document_id=document_id, number=page.number, text=page.text))
    if ready.passages:
        connection.execute(insert(passages), [passage_row(passage) for passage in ready.passages])
    if ready.encoded:
        connection.execute(
            insert(token_vectors),
            [
                {"document_id": document_id, "ordinal": ordinal, "tokens": pack(each.tokens)}
                for ordinal, each in enumerate(ready.encoded)
            ],
        )


def _make_current(connection: Connection, ready: Ready, number: int) -> None:
    document = ready.document
    older = (
        (documents_table.c.knowledge_base_id == document.knowledge_base_id)
        & (documents_table.c.name == document.name)
        & documents_table.c.valid_from.is_not(None)
        & documents_table.c.valid_to.is_(None)
    )
    connection.execute(update(documents_table).where(older).values(valid_to=number))
    published = {
        "stage": Stage.PUBLISHED.value,
        "title": document.title,
        "verdict": "" if ready.encoded is not None else "found by its words only, until the meaning model is back",
        "done": len(ready.passages),
        "total": len(ready.passages),
        "pages": len(ready.pages),
        "passages": len(ready.passages),
        "valid_from": number,
    }
    connection.execute(update(documents_table).where(documents_table.c.id == document.id).values(published))
