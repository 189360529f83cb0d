from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.ledger.ledger import Ledger
from services.ledger.receipt import Outcome
from services.store.database import open_database
from services.store.tables import ledger as ledger_table
from tests.bench import ledger as bench


def test_the_made_up_receipts_are_a_whole_chain_of_answered_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "RECEIPTS", 30)
    made = bench.fresh(tmp_path)
    made.database.engine.dispose()
    marks = ", ".join("?" * len(ledger_table.columns))
    with closing(sqlite3.connect(made.database.path)) as connection:
        connection.executemany(f"INSERT INTO ledger VALUES ({marks})", bench.links())
        connection.commit()
        outcomes = connection.execute("SELECT DISTINCT outcome FROM ledger").fetchall()

    verification = Ledger(open_database(made.database.path)).verify()

    assert verification.is_whole, verification.fault
    assert outcomes == [(Outcome.ANSWERED.value,)]
