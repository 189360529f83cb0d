"""Whatever somebody does to the ledger's file is named: the first broken link, the cut tail, the missing text."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from services.errors import BadInput
from services.ledger.chain import Head, parse_head
from services.ledger.ledger import HEAD_FILE, Ledger
from services.ledger.verify import main
from services.people.user import User
from services.store.database import Database
from tests.services.ledger.receipts import ask_receipt


@pytest.fixture
def ledger(database: Database) -> Ledger:
    ledger = Ledger(database)
    for _ in range(5):
        ledger.record(ask_receipt())
    return ledger


@pytest.fixture
def tamper(ledger: Ledger) -> Callable[..., None]:
    """Change the file behind the app's back, without its triggers."""

    def tamper(*statements: str) -> None:
        with closing(sqlite3.connect(ledger.database.path)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return tamper


def test_a_ledger_that_nobody_touched_is_whole(ledger: Ledger) -> None:
    verification = ledger.verify(ledger.head())

    assert verification.is_whole
    assert (verification.receipts, verification.audit_entries, verification.erased) == (5, 0, ())
    assert verification.head == ledger.head()


@pytest.mark.parametrize(
    ("statement", "broken_at", "sentence"),
    [
        ("UPDATE ledger SET body = replace(body, '0.0312', '0.0001') WHERE number = 3", 3, "Entry 3 was changed"),
        ("UPDATE ledger SET digest = previous WHERE number = 3", 3, "Entry 3 was changed"),
        ("DELETE FROM ledger WHERE number = 3", 3, "Entry 3 is missing"),
        ("DELETE FROM ledger WHERE number = 1", 1, "Entry 1 is missing"),
        ("UPDATE ledger SET previous = digest WHERE number = 4", 4, "Entry 4 does not follow"),
        ("UPDATE ledger SET line = 'people' WHERE number = 2", 2, "Column line of entry 2"),
        ("UPDATE ledger SET outcome = 'refused' WHERE number = 2", 2, "Column outcome of entry 2"),
        ("UPDATE ledger SET week = '2026-W01' WHERE number = 2", 2, "week of entry 2"),
        ("UPDATE ledger SET spent_millionths = 1 WHERE number = 2", 2, "Column spent_millionths of entry 2"),
        ("UPDATE ledger SET spent_currency = 'EUR' WHERE number = 2", 2, "Column spent_currency of entry 2"),
        ("UPDATE ledger SET at = replace(at, '09:30', '10:30') WHERE number = 2", 2, "Column at of entry 2"),
        ("UPDATE texts SET text = 'something else'", 1, "of entry 1 was changed"),
        ("DELETE FROM texts", 1, "of entry 1 is missing, and no erasure"),
        ("DELETE FROM ledger WHERE number = 5", 5, "The tail is cut: the chain ends at entry 4"),
        ("DELETE FROM ledger", 1, "The tail is cut: the chain ends at entry 0"),
    ],
)
def test_the_first_fault_is_named(
    ledger: Ledger, tamper: Callable[..., None], statement: str, broken_at: int, sentence: str
) -> None:
    tamper(statement)

    verification = ledger.verify()

    assert not verification.is_whole
    assert verification.broken_at == broken_at
    assert sentence in verification.fault


def test_a_tail_cut_together_with_the_head_file_shows_against_a_head_kept_elsewhere(
    ledger: Ledger, tamper: Callable[..., None]
) -> None:
    head = ledger.head()
    tamper("DELETE FROM ledger WHERE number > 3")
    ledger.database.path.with_name(HEAD_FILE).unlink()

    assert ledger.verify().is_whole  # a chain alone can't know
    assert "The tail is cut: the chain ends at entry 3, and the head that was given names entry 5" in (
        ledger.verify(head).fault
    )


def test_a_rewritten_chain_shows_against_a_head_kept_elsewhere(ledger: Ledger) -> None:
    verification = ledger.verify(Head(4, "0" * 64))

    assert verification.broken_at == 4
    assert "rewritten" in verification.fault


def test_an_older_head_is_still_in_the_chain(ledger: Ledger) -> None:
    head = ledger.head()
    ledger.record(ask_receipt())

    assert ledger.verify(head).is_whole


def test_an_erasure_row_that_the_chain_does_not_tell_of_explains_nothing(
    ledger: Ledger, tamper: Callable[..., None]
) -> None:
    tamper("INSERT INTO erasures SELECT digest, 1, '' FROM texts", "DELETE FROM texts")

    assert "no erasure explains it" in ledger.verify().fault


def test_the_head_file_follows_every_commit(ledger: Ledger) -> None:
    file = ledger.database.path.with_name(HEAD_FILE)

    for _ in range(7):
        ledger.record(ask_receipt())

    assert parse_head(file.read_text()) == ledger.head()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "five:abc", "5:abc", "abc"])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_head(text)


def test_the_command_says_what_it_found(
    ledger: Ledger, ana: User, sam: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_DATA", str(ledger.database.path.parent))
    ledger.erase(ana, sam, ledger.mine(ana)[-1].id, "It must go.")

    assert main([str(ledger.head())]) == 0

    out = capsys.readouterr().out
    assert "whole: 5 receipts and 1 audit entries" in out
    assert "Erased from entry 1: question, answer, quote 1, quote 2, quote 3." in out
    assert "Entry 6 says why (5 in all)." in out
    assert f"Newest entry: {ledger.head()}" in out


def test_the_command_fails_on_a_broken_chain_and_without_a_ledger(
    ledger: Ledger,
    tamper: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tamper("DELETE FROM ledger WHERE number = 3")
    monkeypatch.setenv("APP_DATA", str(ledger.database.path.parent))
    assert main([]) == 1
    assert capsys.readouterr().out.startswith("Entry 3 is missing.")

    monkeypatch.setenv("APP_DATA", str(tmp_path / "nothing"))
    assert main([]) == 1
    assert "There is no ledger" in capsys.readouterr().err


WRITE = """
import pathlib, sys
from services.ledger.ledger import Ledger
from services.store.database import open_database
from tests.services.ledger.receipts import ask_receipt

ledger = Ledger(open_database(pathlib.Path(sys.argv[1])))
for _ in range(300):
    ledger.record(ask_receipt())
"""


def test_four_processes_writing_1200_receipts_never_fork_the_chain(database: Database) -> None:
    database.engine.dispose()
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, str(database.path)]) for _ in range(4)]

    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]

    verification = Ledger(database).verify()
    assert verification.is_whole
    assert (verification.head.number, verification.receipts) == (1_200, 1_200)


def test_a_writer_that_is_killed_leaves_a_whole_chain(database: Database) -> None:
    ledger = Ledger(database)
    writer = subprocess.Popen([sys.executable, "-c", WRITE, str(database.path)])
    while ledger.head().number < 20:
        assert writer.poll() is None
    writer.kill()
    writer.wait()

    ledger.record(ask_receipt())

    assert ledger.verify().is_whole
