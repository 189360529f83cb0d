"""What the app has written can be saved while it runs, and brought back bit for bit."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from services.errors import BadInput, Conflict, Unavailable
from services.ledger.chain import parse_head
from services.ledger.ledger import Ledger
from services.people.user import User
from services.store.backup import back_up, main, restore
from services.store.database import Database, open_database
from services.store.folder import hold_folder
from services.store.schema import bring_up_to_date
from tests.conftest import SettableClock
from tests.services.ledger.receipts import ask_receipt


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as an app leaves it, with two originals and a queue of work."""
    folder = tmp_path / "data"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "aa11").write_bytes(b"%PDF one")
    (folder / "files" / "bb22").write_bytes(b"%PDF two" * 1_000)
    (folder / "files" / ".half-written").write_bytes(b"not yet")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "page.png").write_bytes(b"made again when it is needed")
    (folder / "secret").write_text("a key")
    (folder / "ended").write_text("a visit")
    with closing(sqlite3.connect(folder / "work.sqlite")) as work:
        work.execute("CREATE TABLE queue (id INTEGER)")
        work.commit()
    return folder


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    opened = open_database(data / "accelerate.sqlite")
    bring_up_to_date(opened)
    yield opened
    opened.engine.dispose()


def test_a_restored_folder_holds_what_was_saved(data: Path, database: Database, tmp_path: Path, ana: User) -> None:
    receipt = Ledger(database).record(ask_receipt())
    saved = back_up(data, tmp_path / "backup.tar.gz")

    restored = restore(tmp_path / "backup.tar.gz", tmp_path / "new")

    assert restored == saved
    new = tmp_path / "new"
    assert (new / "files" / "bb22").read_bytes() == b"%PDF two" * 1_000
    assert (new / "secret").read_text() == "a key"
    assert (new / "ended").read_text() == "a visit"
    assert sorted(path.name for path in new.iterdir()) == [
        "accelerate.sqlite",
        "ended",
        "files",
        "lock",
        "secret",
        "work.sqlite",
    ]
    ledger = Ledger(open_database(new / "accelerate.sqlite"))
    assert ledger.receipt(ana, receipt.id) == receipt
    assert ledger.verify(parse_head(saved.head)).is_whole


def test_a_backup_is_readable_by_its_maker_only(data: Path, database: Database, tmp_path: Path) -> None:
    back_up(data, tmp_path / "backup.tar.gz")
    restore(tmp_path / "backup.tar.gz", tmp_path / "new")

    for private in (tmp_path / "backup.tar.gz", tmp_path / "new" / "secret", tmp_path / "new" / "accelerate.sqlite"):
        assert private.stat().st_mode & 0o077 == 0


def test_a_backup_made_while_receipts_are_written_is_one_moment(data: Path, database: Database, tmp_path: Path) -> None:
    ledger, stop = Ledger(database), threading.Event()

    def write() -> None:
        while not stop.is_set():
            ledger.record(ask_receipt())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        heads = [back_up(data, tmp_path / f"{number}.tar.gz").head for number in range(3)]
    finally:
        stop.set()
        writer.join()

    for number, head in enumerate(heads):
        restore(tmp_path / f"{number}.tar.gz", tmp_path / f"new-{number}")
        verification = Ledger(open_database(tmp_path / f"new-{number}" / "accelerate.sqlite")).verify()
        assert verification.is_whole
        assert str(verification.head) == head
    assert ledger.verify(parse_head(heads[-1])).is_whole


def test_a_folder_that_holds_something_is_not_overwritten_unasked(
    data: Path, database: Database, tmp_path: Path, clock: SettableClock
) -> None:
    back_up(data, tmp_path / "backup.tar.gz")
    database.engine.dispose()
    (data / "files" / "cc33").write_bytes(b"came later")

    with pytest.raises(Conflict, match="not empty"):
        restore(tmp_path / "backup.tar.gz", data)
    assert (data / "files" / "cc33").exists()
    restore(tmp_path / "backup.tar.gz", data, replace=True, now=clock)

    assert not (data / "files" / "cc33").exists()
    assert (data / "before-restore-2026-11-24-093000" / "files" / "cc33").read_bytes() == b"came later"
    assert Ledger(open_database(data / "accelerate.sqlite")).verify().is_whole


def test_nothing_is_restored_under_a_running_app(data: Path, database: Database, tmp_path: Path) -> None:
    back_up(data, tmp_path / "backup.tar.gz")
    held = hold_folder(data, "http://127.0.0.1:8501")

    with pytest.raises(Unavailable, match=r"already runs.*127\.0\.0\.1:8501"):
        restore(tmp_path / "backup.tar.gz", data, replace=True)
    held.release()


def test_a_damaged_archive_restores_nothing(data: Path, database: Database, tmp_path: Path) -> None:
    back_up(data, tmp_path / "backup.tar.gz")
    whole = (tmp_path / "backup.tar.gz").read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :],
        "empty": b"",
        "text": b"this is no archive",
    }

    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match="damaged"):
            restore(tmp_path / name, tmp_path / "new")
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "files/../../escaped", "lock", "files/unnamed"])
def test_an_archive_puts_nothing_where_it_does_not_belong(tmp_path: Path, name: str) -> None:
    manifest = {
        "made_at": "",
        "revision": "",
        "head": "0:",
        "digests": {name: "0" * 64} if "unnamed" not in name else {},
    }
    with tarfile.open(tmp_path / "crafted.tar.gz", "w:gz") as tar:
        for member, content in (("manifest.json", json.dumps(manifest).encode()), (name, b"mine")):
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))

    with pytest.raises(BadInput, match="damaged"):
        restore(tmp_path / "crafted.tar.gz", tmp_path / "new")

    assert not (tmp_path / "escaped").exists()


def test_a_backup_does_not_replace_another(data: Path, database: Database, tmp_path: Path) -> None:
    back_up(data, tmp_path / "backup.tar.gz")

    with pytest.raises(Conflict, match="already"):
        back_up(data, tmp_path / "backup.tar.gz")


def test_there_is_nothing_to_save_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing to back up"):
        back_up(tmp_path, tmp_path / "backup.tar.gz")


def test_a_backup_into_a_folder_that_is_not_there_is_refused(data: Path, database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        back_up(data, tmp_path / "nowhere" / "backup.tar.gz")


def test_the_commands_save_and_restore_the_folder_of_the_settings(
    data: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Ledger(database).record(ask_receipt())
    archive = str(tmp_path / "backup.tar.gz")
    monkeypatch.setenv("APP_DATA", str(data))
    assert main(["backup", archive]) == 0
    assert main(["restore", archive]) == 1
    assert "not empty" in capsys.readouterr().err
    monkeypatch.setenv("APP_DATA", str(tmp_path / "new"))
    assert main(["restore", archive]) == 0

    assert "make verify-ledger HEAD=" in capsys.readouterr().out
    assert (tmp_path / "new" / "files" / "aa11").exists()


def test_a_file_that_is_deleted_meanwhile_does_not_stop_a_backup(
    data: Path, database: Database, tmp_path: Path, clock: SettableClock
) -> None:
    def deleted_meanwhile() -> datetime:
        (data / "files" / "aa11").unlink()
        return clock()

    back_up(data, tmp_path / "backup.tar.gz", now=deleted_meanwhile)

    restore(tmp_path / "backup.tar.gz", tmp_path / "new")
    assert (tmp_path / "new" / "files" / "aa11").read_bytes() == b"%PDF one"


def test_files_that_come_and_go_do_not_stop_a_backup(data: Path, database: Database, tmp_path: Path) -> None:
    done = threading.Event()

    def churn() -> None:
        while not done.is_set():
            for number in range(200):
                (data / "files" / f"own{number}").write_bytes(b"mine")
            for number in range(200):
                (data / "files" / f"own{number}").unlink()

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        for number in range(10):
            saved = back_up(data, tmp_path / f"{number}.tar.gz")
            assert {"files/aa11", "files/bb22"} <= saved.digests.keys()
    finally:
        done.set()
        churning.join()
