"""Documents become passages that are found: in the background, in turn, and once more after a crash."""

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
from services.knowledge.document import Document, Reason, Stage
from services.knowledge.durable_work import LINES, DurableWork
from services.knowledge.index import PassageIndex
from services.knowledge.knowledge_base import Splitting
from services.knowledge.originals import Originals
from services.knowledge.preparation import Preparation, Ready
from services.knowledge.progress import UNFINISHED, Pace, work_in
from services.knowledge.publication import write_publication
from services.knowledge.reading.reader import Reader
from services.knowledge.reading.refused import Refused
from services.knowledge.rows import document_in, document_row
from services.knowledge.shipped_vectors import FILE, NONE_SHIPPED, ShippedVectors, read_vectors
from services.knowledge.waiting import waiting_again
from services.models.embedding import Embedder
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import documents as documents_table
from services.store.tables import knowledge_bases, projections

BATCH_BYTES = 2_000_000
"""Documents are handed on together up to this much text: each hand-over waits for the queue to look."""

FLUSH_PASSAGES = 200
FLUSH_SECONDS = 1.0
"""What is ready is published when it is so much, or has waited so long."""

TENDED_SECONDS = 60.0
"""How often unfinished documents without work under way are looked for."""

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The app ends: what was begun is taken up at the next start."""


class Overtaken(Exception):
    """Somebody stopped or deleted the document that is being read."""


@dataclass(frozen=True)
class Publishing:
    """Reads and publishes documents in the background. `shipped` is the folder of the shipped knowledge bases.

    People's own files have a reader of their own: a scan of a thousand pages keeps the other for half an hour.
    """

    database: Database
    originals: Originals
    reader: Reader
    index: PassageIndex
    embedder: Embedder
    work: DurableWork
    shipped: Path
    now: Clock = utc_now
    pace: Pace = field(default_factory=Pace)
    own_reader: Reader = field(default_factory=Reader)
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
        self.own_reader.close()
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
            vectors = self._vectors_for(knowledge_base_id)
            reader = self.own_reader if self._is_own_file(knowledge_base_id) else self.reader
            preparation = Preparation(
                self.originals,
                reader,
                self.embedder,
                vectors,
                go_on=self._go_on,
                tell=self._tell,
                splitting=self._splitting_of(knowledge_base_id),
            )
            self._publish_those_of_one(group, preparation)

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
            name = self.embedder.name
            snapshot = write_publication(connection, knowledge_base_id, ready, projected, name, self.now())
        self.index.refresh([snapshot])

    def _publish_those_of_one(self, group: Iterable[Document], preparation: Preparation) -> None:
        ready: list[Ready] = []
        flushed = time.monotonic()
        for document in group:
            self._go_on()
            ready += self._prepared(document, preparation)
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

    def _splitting_of(self, knowledge_base_id: str) -> Splitting:
        chosen = select(knowledge_bases.c.splitting).where(knowledge_bases.c.id == knowledge_base_id)
        with self.database.read() as connection:
            return Splitting(connection.execute(chosen).scalar_one())

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

    def _prepared(self, document: Document, preparation: Preparation) -> list[Ready]:
        """Prepare one document; none where it is refused, and then its row says why."""
        try:
            return [preparation.prepare(document)]
        except (Stopped, Unavailable):
            raise
        except Overtaken:
            pass  # its row says what became of it
        except BadInput as refused:
            self._go_on()  # A reader that was closed because the app ends refuses everything.
            reason = refused.reason if isinstance(refused, Refused) else Reason.FAULT
            self._refuse(document, reason, f"{refused.message} {refused.hint}".strip())
        except Exception:
            _log.exception("document %s could not be read", document.id)
            self._refuse(
                document, Reason.FAULT, "It could not be read because of a fault in Accelerate, which is in the log."
            )
        return []

    def _flush(self, ready: Sequence[Ready], since: float) -> None:
        self.publish(ready)
        passages = sum(len(each.passages) for each in ready)
        self.pace.note(sum(work_in(each.document) for each in ready), time.monotonic() - since, passages)

    def _refuse(self, document: Document, reason: Reason, verdict: str) -> None:
        this = (documents_table.c.id == document.id) & documents_table.c.stage.in_(UNFINISHED)
        refused = {"stage": Stage.REFUSED.value, "reason": reason.value, "verdict": verdict, "done": 0, "total": 0}
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
            told = update(documents_table).where(this).values(stage=stage.value, done=done, total=total)
            still_there = connection.execute(told).rowcount
        if not still_there:
            raise Overtaken


def _knowledge_base_id(document: Document) -> str:
    return document.knowledge_base_id
