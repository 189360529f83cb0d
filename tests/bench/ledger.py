"""`make bench-ledger`: counting over a million receipts, reading, writing, verifying, and the size of a receipt."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, select

from services.governance.governance import Governance
from services.governance.rules import Limits
from services.governance.run import Run
from services.ledger.chain import link_digest, spent_columns, week_of
from services.ledger.ledger import Ledger
from services.ledger.receipt import Kind
from services.people.user import LineOfBusiness, Role, User
from services.store.database import Database, open_database
from services.store.schema import bring_up_to_date, newest_revision
from services.store.tables import ledger as ledger_table
from services.store.tables import texts
from tests.bench.report import ROOT, Row, milliseconds, quantile, report
from tests.services.ledger.receipts import ask_receipt, open_receipt

RECEIPTS = 1_000_000
PEOPLE = 500
LINES = ("claims", "people", "office", "finance", "legal", "operations", "sales", "underwriting")
KINDS = (Kind.ASK, Kind.ASK, Kind.ASK, Kind.OPEN, Kind.OPEN, Kind.SEARCH)
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CLEO = User("cleo", "Cleo", "Chief Data Officer's office", LineOfBusiness("office", "Data Office"), Role.CDO)
ANA = User("person-0", "Ana", "business analyst", LineOfBusiness("claims", "Claims"), Role.CITIZEN)
BARE_COUNT = "SELECT line, week, count(*) FROM ledger WHERE entry = 'receipt' AND kind = 'ask' GROUP BY line, week"

WRITE = """
import pathlib, sys
from services.ledger.ledger import Ledger
from services.store.database import open_database
from tests.services.ledger.receipts import ask_receipt

ledger = Ledger(open_database(pathlib.Path(sys.argv[1])))
input()
for _ in range(int(sys.argv[2])):
    ledger.record(ask_receipt())
"""


def a_year_of_receipts() -> Path:
    """A ledger of `RECEIPTS` valid links, seeded; built once under build/ (a minute, 1.3 GB)."""
    path = ROOT / "build" / "ledger" / f"{RECEIPTS}-{newest_revision()}.sqlite"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    database = open_database(part)
    bring_up_to_date(database)
    database.engine.dispose()
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        marks = ", ".join("?" * len(ledger_table.columns))
        connection.executemany(f"INSERT INTO ledger VALUES ({marks})", links())
        connection.commit()
    part.rename(path)
    return path


def links() -> Iterator[tuple[object, ...]]:
    """Rows as `services.ledger.chain.append` writes them, from one body of its own with the values exchanged."""
    seeded, previous, body = random.Random(3), "", body_with_marks()
    spent = spent_columns(json.loads(body.replace("%(number)s", "0")))
    for number in range(1, RECEIPTS + 1):
        who = seeded.randrange(PEOPLE)
        at = YEAR + number * timedelta(days=364) / RECEIPTS
        members = {
            "number": number,
            "id": f"{number:016x}",
            "kind": seeded.choice(KINDS).value,
            "person": f"person-{who}",
            "line": LINES[who % len(LINES)],
            "at": at.isoformat(timespec="microseconds"),
        }
        row = json.loads(ROW)
        row |= members | spent | {"week": week_of(at), "body": body % members, "previous": previous}
        row["digest"] = previous = link_digest(previous, row["body"])
        yield tuple(row[column.name] for column in ledger_table.columns)


ROW = json.dumps(
    {"entry": "receipt", "cause": "person", "environment": "draft", "outcome": "answered", "notebook_id": "notebook-1"}
)


def body_with_marks() -> str:
    """The canonical body of a receipt without sources, with a mark in the place of each value that varies."""
    marked = replace(open_receipt(person="", line="", at=YEAR), sources=(), claims=())
    with tempfile.TemporaryDirectory() as folder:
        ledger = fresh(Path(folder))
        ledger.record(marked)
        with ledger.database.read() as connection:
            held: dict[str, Any] = json.loads(connection.execute(select(ledger_table.c.body)).scalar_one())
    held |= {name: value for name, value in json.loads(ROW).items() if name in held}
    held |= {name: f"%({name})s" for name in ("id", "kind", "person", "line", "at")} | {"number": -1}
    text = json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace('"number":-1', '"number":%(number)s')


def fresh(folder: Path) -> Ledger:
    """An empty ledger on this disk."""
    database = open_database(folder / "accelerate.sqlite")
    bring_up_to_date(database)
    return Ledger(database)


def counting(ledger: Ledger) -> Iterator[Row]:
    """The counts of Oversight over everything, beside SQLite's bare count of the same groups."""
    with closing(sqlite3.connect(ledger.database.path)) as connection:
        bare = [milliseconds(lambda: connection.execute(BARE_COUNT).fetchall()) for _ in range(10)]
    every = [milliseconds(lambda: ledger.counts_by_line_and_week(CLEO)) for _ in range(20)]
    yield Row("ledger", "p50_ms/count_by_line_and_week", median(every), "ms", 20, median(bare), aim="≤ 200")
    yield Row("ledger", "p95_ms/count_by_line_and_week", quantile(every, 0.95), "ms", 20, quantile(bare, 0.95))
    spent = time.process_time()
    for _ in range(10):
        ledger.counts_by_line_and_week(CLEO)
    spent = (time.process_time() - spent) / 10 * 1000
    yield Row("ledger", "cpu_ms/count_by_line_and_week", spent, "ms", 10)


def reading(ledger: Ledger) -> Iterator[Row]:
    """What a page and the gate ask of one person's history among a million receipts."""
    since = YEAR + timedelta(days=364) - timedelta(minutes=1)
    for name, work in {
        "count_since": lambda: ledger.count_since(ANA, Kind.ASK, since),
        "has_run": lambda: ledger.has_run(ANA, Kind.ASK),
        "mine": lambda: ledger.mine(ANA, limit=50),
    }.items():
        yield Row("ledger", f"p50_ms/{name}", median(milliseconds(work) for _ in range(50)), "ms", 50)


def verifying(ledger: Ledger) -> Iterator[Row]:
    """Walking the whole chain."""
    started = time.perf_counter()
    verification = ledger.verify()
    assert verification.is_whole, verification.fault
    rate = verification.receipts / (time.perf_counter() - started)
    yield Row("ledger", "receipts_per_s/verify", rate, "1/s", verification.receipts)


def writing(folder: Path) -> Iterator[Row]:
    """One writer, the gate, four processes. Every commit is synced, so the disk decides: bare commits run in turn."""
    ledger, count = fresh(folder), 300
    gate = Governance(ledger, limits=Limits(per_minute={}))
    bare, record, admit = [], [], []
    with closing(bare_database(folder / "bare.sqlite")) as connection:
        for _ in range(count):
            bare.append(milliseconds(lambda: connection.execute("INSERT INTO rows VALUES (?)", ("x" * 6_000,))))
            record.append(milliseconds(lambda: ledger.record(ask_receipt())))
            admit.append(milliseconds(lambda: admitted(gate)))
    yield Row("ledger", "p50_ms/record", median(record), "ms", count, median(bare))
    yield Row("ledger", "p50_ms/admit_and_settle", median(admit), "ms", count, 2 * median(bare))
    yield Row("ledger", "receipts_per_s/record", 1000 * count / sum(record), "1/s", count, 1000 * count / sum(bare))
    together = four_processes(ledger.database, count)
    yield Row("ledger", "receipts_per_s/four_processes", together, "1/s", 4 * count, 1000 * count / sum(bare))
    yield from sizes(ledger.database)


def bare_database(path: Path) -> sqlite3.Connection:
    """A database with the same promises and nothing of ours."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE rows (body TEXT)")
    return connection


def admitted(governance: Governance) -> None:
    """One run through the gate."""
    with governance.admit(ANA, Run(Kind.ASK, "How many weeks of parental leave are there?")) as admission:
        admission.settle(replace(ask_receipt(), id=admission.blank.id))


def four_processes(database: Database, each: int) -> float:
    """Receipts a second that four processes write together."""
    command = [sys.executable, "-c", WRITE, str(database.path), str(each)]
    writers = [subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True) for _ in range(4)]
    time.sleep(3)  # all of them have imported what they need and wait for the word
    started = time.perf_counter()
    for writer in writers:
        writer.communicate("\n")
    took = time.perf_counter() - started
    assert Ledger(database).verify().is_whole
    return 4 * each / took


def sizes(database: Database) -> Iterator[Row]:
    """What a typical answer with ten sources and three quotes takes."""
    with database.read() as connection:
        bodies = connection.execute(select(func.length(ledger_table.c.body))).scalars().all()
        held = connection.execute(select(func.sum(func.length(texts.c.text)))).scalar_one()
    yield Row("ledger", "p50_bytes/receipt", median(bodies), "bytes", len(bodies), aim="≤ 8192")
    yield Row("ledger", "mean_bytes/texts", held / len(bodies), "bytes", len(bodies))


def main() -> None:
    """Measure and report."""
    ledger = Ledger(open_database(a_year_of_receipts()))
    folder = Path(tempfile.mkdtemp(dir=ROOT / "build"))  # the disk that is measured, not one in memory
    try:
        rows = [*counting(ledger), *reading(ledger), *verifying(ledger), *writing(folder)]
    finally:
        shutil.rmtree(folder)
    report(
        "ledger",
        rows,
        [
            f"Counting, reading and verifying stand on {RECEIPTS:,} receipts of {PEOPLE} people in {len(LINES)} lines.",
            "Bare is SQLite alone: the same groups counted, or one row of 6,000 bytes committed (twice for the gate).",
        ],
    )


if __name__ == "__main__":
    main()
