"""How fast are searching, publishing and opening at 10,000 and at 100,000 passages?"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlalchemy import insert, select

from services.backends.embedded.embedder import MiniLMEmbedder
from services.backends.embedded.index import EmbeddedIndex
from services.backends.embedded.scan import fastest_dots
from services.bootstrap import Services, build
from services.knowledge.document import Document, Page, Passage
from services.knowledge.preparation import Ready
from services.knowledge.publishing import FLUSH_PASSAGES
from services.knowledge.ranking import rank
from services.knowledge.rows import passport_row
from services.knowledge.splitting import embedded_text
from services.knowledge.waiting import new_document
from services.models.embedding import Embedder, Encoded
from services.settings import Settings
from services.store.moment import utc_now
from services.store.tables import knowledge_bases, passages
from tests.bench.report import BUILD, ROOT, Row, milliseconds, quantile, report, resident_mb
from tests.bench.sets import folder_of_sets
from tests.bench.windows import Material, Nearby, encode_some, read_material
from tests.passports import passport

SIZES = (10_000, 100_000)
PASSAGES_A_DOCUMENT = 20
QUESTIONS = 300
EMBEDDED = 2_000
ROUNDS = 4
HERE = "bench"
NOTES = (
    "hybrid: Knowledge.search whole (permission, both legs, late interaction, passages read) but for the encoding of",
    "the question, which is embed_query; hybrid_filtered: 1 % of the documents; hybrid_older: the state nine tenths of",
    "the way; rerank: token vectors read and compared. Bare: for a search the raw int8 scan, for embed_query the model",
    "alone, for ingest_per_s the same rows copied by SQLite alone, for ingest_with_embedding_per_s the embedder alone.",
)


@dataclass(frozen=True)
class Remembered:
    """The embedder, but that it knows a few questions by heart, so that a search can be timed without it."""

    embedder: Embedder
    encoded: Mapping[str, Encoded]
    name: str = "remembered"
    missing: str = ""

    def encode_question(self, text: str) -> Encoded:
        """Give what was encoded before."""
        return self.encoded[text]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode passages as always."""
        return self.embedder.encode_passages(texts)

    def starts(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Split passages as always."""
        return self.embedder.starts(texts)


def main() -> None:
    """Measure every size, then embedding; a benchmark asserts nothing."""
    material = read_material(folder_of_sets())
    embedder = MiniLMEmbedder()
    nearby = encode_some(material, embedder)
    rows: list[Row] = []
    for size in SIZES:
        rows += measure(size, material, nearby, embedder)
    rows += measure_embedding(material, embedder)
    report("search", rows, NOTES)


def measure(size: int, material: Material, nearby: Nearby, embedder: MiniLMEmbedder) -> list[Row]:
    """Publish `size` passages, search them, and open them again in a process of its own."""
    data = _empty_folder(f"search-{size}")
    services = build(Settings(data=data, backend="embedded"))
    try:
        _open_knowledge_base(services)
        published = publish(services, size, material, nearby)
        searched = search(services, str(size), material, embedder)
    finally:
        services.close()
    rate = Row(str(size), "ingest_per_s", size / published, "1/s", size, size / _copied(data), aim=">= 1,000")
    try:
        return [*searched, rate, *_opened_alone(data, str(size))]
    finally:
        shutil.rmtree(data)


def publish(services: Services, size: int, material: Material, nearby: Nearby) -> float:
    """Publish so many windows as the app does, with vectors at hand; give the seconds that took."""
    publishing = services.knowledge.publishing
    windows = material.windows()
    seconds = 0.0
    for batch in range(size // FLUSH_PASSAGES):
        ready = _ready(services, batch, windows, nearby)
        start = time.perf_counter()
        publishing.publish(ready)
        seconds += time.perf_counter() - start
    return seconds


def search(services: Services, name: str, material: Material, embedder: MiniLMEmbedder) -> Iterator[Row]:
    """Time every way of searching with the same questions."""
    knowledge = services.knowledge
    user = services.people.user("ana")
    questions = material.some_questions(QUESTIONS)
    encoded = {question: embedder.encode_question(question) for question in questions}
    by_heart = replace(knowledge.passage_search, embedder=Remembered(embedder, encoded))
    here = replace(knowledge, passage_search=by_heart)
    now = knowledge.knowledge_base(user, HERE).snapshot
    older = {HERE: now.number * 9 // 10}
    few = _one_percent([document.id for document in knowledge.documents(user, HERE)])
    index = by_heart.index
    scan = _raw_scan(index)
    candidates = {question: index.candidates(question, encoded[question].vector, [now]) for question in questions}

    def timed(metric: str, act: Callable[[str], object], bare: float, *aims: str) -> Iterator[Row]:
        times = [milliseconds(lambda q=question: act(q)) for question in questions]  # type: ignore[misc]
        for share, aim in zip((50, 95), (*aims, "", "")[:2], strict=True):
            value = quantile(times, share / 100)
            yield Row(name, f"p{share}_ms/{metric}", value, "ms", len(times), bare, aim=aim)

    def narrowed(question: str) -> object:
        return by_heart.search(question, [now], documents=few)

    def reordered(question: str) -> object:
        return rank(question, encoded[question], candidates[question], by_heart._token_vectors, by_heart._written)

    raw = quantile([milliseconds(lambda q=q: scan(encoded[q].vector)) for q in questions], 0.5)  # type: ignore[misc]
    yield from timed("hybrid", lambda q: here.search(user, q, (HERE,)), raw, "<= 10", "<= 20")
    yield from timed("hybrid_filtered", narrowed, raw, "<= 10", "<= 20")
    yield from timed("hybrid_older", lambda q: here.search(user, q, (HERE,), snapshots=older), raw, "<= 10", "<= 20")
    yield from timed("words", lambda q: index.candidates(q, None, [now]), raw)
    yield from timed("meaning", lambda q: index.candidates("", encoded[q].vector, [now]), raw, "<= 5")
    yield from timed("rerank", reordered, raw, "<= 10")
    model = _bare_model(embedder)
    bare = quantile([milliseconds(lambda q=q: model(q)) for q in questions], 0.5)  # type: ignore[misc]
    yield from timed("embed_query", embedder.encode_question, bare, "<= 10")


def measure_embedding(material: Material, embedder: MiniLMEmbedder) -> list[Row]:
    """Publish text files by the ordinary path, reading and embedding them, in turns with the embedder alone."""
    services = build(Settings(data=_empty_folder("search-embedding"), backend="embedded"))
    publishing = replace(services.knowledge.publishing, embedder=embedder)
    windows = material.windows(seed=1)
    seconds = {"whole": 0.0, "bare": 0.0}
    number = 0
    try:
        _open_knowledge_base(services)
        for turn in range(ROUNDS):
            files = [
                "\n\n".join(next(windows) for _ in range(PASSAGES_A_DOCUMENT)).encode()
                for _ in range(EMBEDDED // ROUNDS // PASSAGES_A_DOCUMENT)
            ]
            ids = [_add(services, f"{turn}-{place}.txt", data) for place, data in enumerate(files)]
            seconds["whole"] += milliseconds(lambda ids=ids: publishing.publish_all(ids)) / 1000  # type: ignore[misc]
            texts = _texts(services, ids)
            number += len(texts)
            seconds["bare"] += milliseconds(lambda texts=texts: embedder.encode_passages(texts)) / 1000  # type: ignore[misc]
    finally:
        services.close()
    whole, bare = number / seconds["whole"], number / seconds["bare"]
    return [
        Row(str(SIZES[0]), "ingest_with_embedding_per_s", whole, "1/s", number, bare, aim=">= 90 % of bare"),
        Row(str(SIZES[0]), "embedder_per_s", bare, "1/s", number),
    ]


def open_alone(data: Path) -> None:
    """Open what lies in `data`, as a start of the app does, and print what that took; run in a process of its own."""
    services = build(Settings(data=data, backend="embedded"))
    try:
        user = services.people.user("ana")
        now = services.knowledge.knowledge_base(user, HERE).snapshot
        index = services.knowledge.passage_search.index
        seconds = milliseconds(lambda: index.refresh([now])) / 1000
        for _ in range(20):
            services.knowledge.search(user, "How many days of leave do I have?", (HERE,))
        print(json.dumps({"open_s": seconds, "rss_mb": resident_mb()}))
    finally:
        services.close()


def _open_knowledge_base(services: Services) -> None:
    knowledge_base = passport(HERE)
    with services.knowledge.database.write() as connection:
        connection.execute(insert(knowledge_bases).values(passport_row(knowledge_base) | {"snapshot": 0}))


def _ready(services: Services, batch: int, windows: Iterator[str], nearby: Nearby) -> list[Ready]:
    """Make as many documents as are published at once, their rows written."""
    encoded = nearby.encode(FLUSH_PASSAGES, seed=batch)
    ready: list[Ready] = []
    with services.knowledge.database.write() as connection:
        for first in range(0, FLUSH_PASSAGES, PASSAGES_A_DOCUMENT):
            new = new_document(HERE, f"{batch}-{first}.txt", "text/plain", f"{batch}-{first}", 0, utc_now)
            document = services.knowledge.publishing.add(connection, new)
            texts = [next(windows) for _ in range(PASSAGES_A_DOCUMENT)]
            mine = tuple(encoded[first : first + PASSAGES_A_DOCUMENT])
            ready.append(Ready(document, (Page(1, "\n".join(texts)),), _passages(document, texts), mine))
    return ready


def _passages(document: Document, texts: Sequence[str]) -> tuple[Passage, ...]:
    made: list[Passage] = []
    start = 0
    for ordinal, text in enumerate(texts):
        where = (document.id, document.title, ordinal, 1, start, start + len(text))
        made.append(Passage(f"{document.id}:{ordinal}", HERE, *where, "", text))
        start += len(text) + 1
    return tuple(made)


def _add(services: Services, name: str, data: bytes) -> str:
    publishing = services.knowledge.publishing
    digest = publishing.originals.keep(data, durably=False)
    with services.knowledge.database.write() as connection:
        return publishing.add(connection, new_document(HERE, name, "text/plain", digest, len(data), utc_now)).id


def _texts(services: Services, document_ids: Sequence[str]) -> list[str]:
    """Give what was embedded of some documents."""
    with services.knowledge.database.read() as connection:
        found = select(passages.c.document_id, passages.c.ordinal).where(passages.c.document_id.in_(document_ids))
        names = [f"{row.document_id}:{row.ordinal}" for row in connection.execute(found)]
    stored = services.knowledge.passage_search.passages(names)
    return [embedded_text(stored[name]) for name in names]


def _one_percent(document_ids: Sequence[str]) -> frozenset[str]:
    return frozenset(random.Random(1).sample(sorted(document_ids), max(1, len(document_ids) // 100)))


def _raw_scan(index: object) -> Callable[[np.ndarray], object]:
    assert isinstance(index, EmbeddedIndex)
    values = np.concatenate([segment.vectors.values for segment in index.segments(HERE)])
    dots, _ = fastest_dots()
    return lambda vector: dots(values, np.rint(vector * 127 / np.abs(vector).max()).astype(np.int8))


def _bare_model(embedder: MiniLMEmbedder) -> Callable[[str], object]:
    model, _ = embedder._ready()
    return lambda question: model.run(model.read([question]))


def _copied(data: Path) -> float:
    """Give the seconds that SQLite alone takes to write the same rows, in as many transactions."""
    copy = data / "copy.sqlite"
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("ATTACH ? AS published", [str(data / "accelerate.sqlite")])
        tables = ("pages", "passages", "projections", "token_vectors")
        for table in tables:
            connection.execute(f"CREATE TABLE main.{table} AS SELECT * FROM published.{table} LIMIT 0")
        (changes,) = connection.execute("SELECT max(valid_from) FROM published.documents").fetchone()
        start = time.perf_counter()
        for change in range(1, changes + 1):
            connection.execute("BEGIN IMMEDIATE")
            for table in tables:
                connection.execute(
                    f"INSERT INTO main.{table} SELECT t.* FROM published.documents d "
                    f"JOIN published.{table} t ON t.document_id = d.id WHERE d.valid_from = ?",
                    [change],
                )
            connection.execute("COMMIT")
        seconds = time.perf_counter() - start
    copy.unlink()
    return seconds


def _opened_alone(data: Path, name: str) -> list[Row]:
    disk = sum(path.stat().st_size for path in data.glob("accelerate.sqlite*")) / 1e6
    command = [sys.executable, "-m", "tests.bench.search", str(data)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    opened = json.loads(output.splitlines()[-1])
    read = milliseconds(lambda: _read_bare(data)) / 1000
    return [
        Row(name, "open_s", opened["open_s"], "s", 1, read, aim="<= 2"),
        Row(name, "rss_mb", opened["rss_mb"], "MB", 1),
        Row(name, "disk_mb", disk, "MB", 1),
    ]


def _read_bare(data: Path) -> None:
    with closing(sqlite3.connect(data / "accelerate.sqlite")) as connection:
        for _ in connection.execute("SELECT words, vectors FROM projections"):
            pass


def _empty_folder(name: str) -> Path:
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


if __name__ == "__main__":
    if len(sys.argv) > 1:
        open_alone(Path(sys.argv[1]))
    else:
        main()
