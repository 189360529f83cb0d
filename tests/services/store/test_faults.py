"""What goes wrong with disk or database reaches people as one sentence with a way out."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from services.errors import Unavailable
from services.ledger.ledger import Ledger
from services.store.database import Database, open_database
from services.store.faults import explained
from services.store.schema import bring_up_to_date
from tests.services.ledger.receipts import ask_receipt


def may_grow_to(pages: int, database: Database) -> None:
    """Limit the file's pages (SQLite never goes below those it has); the pool gives the same connection to writes."""
    with database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def fill(ledger: Ledger) -> None:
    for _ in range(200):
        ledger.record(ask_receipt())


def test_a_full_disk_is_said_and_what_was_saved_stays(database: Database) -> None:
    ledger = Ledger(database)
    ledger.record(ask_receipt())
    may_grow_to(1, database)

    with pytest.raises(Unavailable, match="disk is full") as fault:
        fill(ledger)

    assert "Free some space" in fault.value.hint
    may_grow_to(1_000_000, database)
    ledger.record(ask_receipt())
    assert ledger.verify().is_whole


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `program` in a process of its own."""
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)


FILL = """
import pathlib, resource, sys
from services.errors import Unavailable
from services.ledger.ledger import Ledger
from services.store.database import open_database
from tests.services.ledger.receipts import ask_receipt

ledger = Ledger(open_database(pathlib.Path(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    while True:
        ledger.record(ask_receipt())
except Unavailable as fault:
    print(fault.message, fault.hint)
"""


def test_a_limit_on_the_size_of_files_is_said_and_what_was_saved_stays(database: Database) -> None:
    database.engine.dispose()

    done = run(FILL, str(database.path))

    assert done.stdout.startswith(("The disk refused", "The disk is full")), done.stderr
    verification = Ledger(database).verify()
    assert verification.is_whole
    assert verification.receipts > 0


UNPRIVILEGED = """
import os, pathlib, sys
from services.errors import Unavailable
from services.ledger.ledger import Ledger
from services.store.database import open_database
from services.store.folder import hold_folder
from tests.services.ledger.receipts import ask_receipt

if os.getuid() == 0:  # whom no permission stops
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
database = pathlib.Path(sys.argv[1])
for act in (lambda: hold_folder(database.parent), lambda: Ledger(open_database(database)).record(ask_receipt())):
    try:
        act()
    except Unavailable as fault:
        print(fault.message)
"""


@pytest.mark.parametrize("database_mode", [0o444, 0o000])
def test_a_data_folder_that_may_not_be_written_is_said(database_mode: int) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others, all the way up
        folder = Path(name)
        database = open_database(folder / "accelerate.sqlite")
        bring_up_to_date(database)
        database.engine.dispose()
        database.path.chmod(database_mode)
        folder.chmod(0o555)

        done = run(UNPRIVILEGED, str(database.path))
        folder.chmod(0o700)

    first, second = done.stdout.splitlines()
    assert first == "The data folder can't be written to."
    assert second in ("The data folder can't be written to.", "The database can't be opened.")


def test_a_database_that_another_program_holds_is_said_after_a_while(database: Database) -> None:
    impatient = open_database(database.path, patience=0.05)

    with database.write(), pytest.raises(Unavailable, match="busy with another program"):
        Ledger(impatient).record(ask_receipt())

    assert Ledger(impatient).record(ask_receipt()).number == 1


def test_more_people_than_connections_is_said(database: Database) -> None:
    one = Database(create_engine(f"sqlite:///{database.path}", pool_size=1, max_overflow=0, pool_timeout=0.05))

    with one.read(), pytest.raises(Unavailable, match="Too many people"):
        Ledger(one).head()


def test_the_app_waits_ten_seconds_for_a_lock(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 10_000


@pytest.mark.parametrize("content", [b"this is no database at all" * 200, b"SQLite format 3\x00" + b"\xff" * 8_000])
def test_a_damaged_database_is_said_with_the_way_back(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "accelerate.sqlite").write_bytes(content)

    with pytest.raises(Unavailable, match="damaged") as fault:
        bring_up_to_date(open_database(tmp_path / "accelerate.sqlite"))

    assert "make restore" in fault.value.hint


def test_damage_in_the_middle_of_the_database_is_said(database: Database) -> None:
    ledger = Ledger(database)
    for _ in range(20):
        ledger.record(ask_receipt())
    database.engine.dispose()
    content = bytearray(database.path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    database.path.write_bytes(content)

    with pytest.raises(Unavailable, match="damaged"):
        ledger.verify()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="can't be opened"):
        bring_up_to_date(open_database(tmp_path / "nowhere" / "accelerate.sqlite"))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "written to"), (errno.EFBIG, "refused")],
)
def test_a_fault_of_the_disk_is_said_for_files_too(number: int, sentence: str) -> None:
    with pytest.raises(Unavailable, match=sentence), explained():
        raise OSError(number, os.strerror(number))


def test_a_mistake_of_ours_is_not_taken_for_a_fault_of_the_disk() -> None:
    with pytest.raises(sqlite3.ProgrammingError), explained():
        sqlite3.connect(":memory:").execute("SELECT ?", ())
    with pytest.raises(FileNotFoundError), explained():
        Path("/nowhere/at/all").read_text()
