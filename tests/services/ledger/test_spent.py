"""What runs cost is summed from columns that say what the bodies of the receipts say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import rfc8785
from alembic.command import upgrade
from sqlalchemy import select, text

from services.ledger.chain import link_digest
from services.ledger.ledger import Ledger
from services.ledger.receipt import Money
from services.people.user import User
from services.store.database import Database, open_database
from services.store.dialect import protect
from services.store.schema import bring_up_to_date, configuration_on
from services.store.tables import ledger as ledger_table
from tests.services.ledger.receipts import ask_receipt

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def run(ledger: Ledger, amount: str, currency: str = "USD", **which: str | datetime) -> None:
    ledger.record(replace(ask_receipt(), spent=Money(Decimal(amount), currency), **which))


def test_what_was_spent_is_summed_by_line_by_person_and_from_a_moment_on(database: Database) -> None:
    ledger = Ledger(database)
    run(ledger, "1.25", at=MONDAY - timedelta(microseconds=1))
    run(ledger, "0.10", at=MONDAY)
    run(ledger, "0.20", person="ben", at=MONDAY)
    run(ledger, "0.40", line="people", at=MONDAY)
    run(ledger, "0.80", "EUR", at=MONDAY)
    run(ledger, "0", at=MONDAY)

    with database.read() as connection:
        assert ledger.spent_since(MONDAY, "USD", connection=connection) == Decimal("0.70")
        assert ledger.spent_since(MONDAY, "USD", line="claims", connection=connection) == Decimal("0.30")
        assert ledger.spent_since(MONDAY, "USD", person="ana", connection=connection) == Decimal("0.50")
        assert ledger.spent_since(MONDAY, "EUR", person="ana", connection=connection) == Decimal("0.80")
        assert ledger.spent_since(MONDAY, "CHF", connection=connection) == 0


@pytest.mark.parametrize(
    ("amount", "millionths"),
    [("0.000001", 1), ("0.0000001", 1), ("0.00000100001", 2), ("0.03", 30_000), ("12", 12_000_000)],
)
def test_less_than_a_millionth_counts_as_one_so_that_nothing_is_free_that_was_not(
    database: Database, amount: str, millionths: int
) -> None:
    ledger = Ledger(database)

    run(ledger, amount)

    with database.read() as connection:
        row = connection.execute(select(ledger_table)).one()
    assert (row.spent_millionths, row.spent_currency) == (millionths, "USD")
    assert ledger.verify().is_whole


def test_what_cost_nothing_and_what_is_no_run_has_no_currency(database: Database, cleo: User) -> None:
    ledger = Ledger(database)

    run(ledger, "0")
    ledger.record_audit(cleo, "set budget", "claims", {"spent": "12.00 USD"})

    with database.read() as connection:
        rows = connection.execute(select(ledger_table.c.spent_millionths, ledger_table.c.spent_currency)).all()
    assert [tuple(row) for row in rows] == [(0, ""), (0, "")]
    assert ledger.verify().is_whole


@pytest.mark.parametrize("whose", ["line", "person"])
def test_summing_is_cheap_with_a_long_history(database: Database, whose: str) -> None:
    with database.read() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN SELECT coalesce(sum(spent_millionths), 0) FROM ledger"
            f" WHERE {whose} = 'x' AND spent_currency = 'USD' AND at >= '2026'"
        ).all()

    assert f"USING COVERING INDEX ix_ledger_{whose}_spent" in str(plan)


def test_a_chain_of_the_version_before_is_whole_after_the_migration(tmp_path: Path) -> None:
    database = open_database(tmp_path / "accelerate.sqlite")
    at = MONDAY.isoformat(timespec="microseconds")
    names = ("id", "entry", "kind", "cause", "person", "line", "environment", "outcome")
    members = dict(zip(names, ("r1", "receipt", "ask", "person", "ana", "claims", "draft", "answered"), strict=True))
    members |= {"notebook_id": None, "at": at, "number": 1}  # type: ignore[dict-item]
    texts = {"question": "", "answer": "", "quotes": []}
    body = rfc8785.dumps({**members, "texts": texts, "spent": {"amount": "0", "currency": "USD"}}).decode()
    row = {**members, "week": "2026-W48", "body": body, "previous": "", "digest": link_digest("", body)}
    with database.write() as connection:
        upgrade(configuration_on(connection), "0003")
        protect(connection)
        marks = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO ledger ({', '.join(row)}) VALUES ({marks})"), row)

    bring_up_to_date(database)

    verification = Ledger(database).verify()
    assert (verification.fault, verification.receipts) == ("", 1)
