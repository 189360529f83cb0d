"""Receipts are kept, read by their asker alone, erased by four eyes, and counted in groups."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from services.errors import BadInput, NotAllowed, NotFound
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Kind, Outcome
from services.ledger.texts import text_digest
from services.people.user import User
from services.store.database import Database
from services.store.tables import ledger as ledger_table
from services.store.tables import notebooks, texts
from tests.conftest import SettableClock
from tests.services.ledger.receipts import QUOTES, ask_receipt, open_receipt


@pytest.fixture
def ledger(database: Database, clock: SettableClock) -> Ledger:
    return Ledger(database, clock)


def test_a_receipt_reads_back_as_it_was_recorded(ledger: Ledger, ana: User) -> None:
    recorded = ledger.record(ask_receipt())

    assert ledger.receipt(ana, recorded.id) == recorded
    assert recorded.number == 1
    assert str(ledger.head()) == f"1:{recorded.digest}"


def test_only_the_asker_reads_a_receipt(ledger: Ledger, ben: User, sam: User, cleo: User) -> None:
    recorded = ledger.record(ask_receipt())

    for other in (ben, sam, cleo):
        with pytest.raises(NotFound):
            ledger.receipt(other, recorded.id)
        with pytest.raises(NotFound):
            ledger.document(other, recorded.id)
        assert ledger.mine(other) == ()


def test_the_chain_holds_no_word_of_question_answer_or_quotes(ledger: Ledger, database: Database) -> None:
    receipt = ledger.record(ask_receipt())

    with database.read() as connection:
        body = connection.execute(select(ledger_table.c.body)).scalar_one()
    assert receipt.question not in body
    assert json.loads(body)["texts"]["question"]
    for quote in QUOTES:
        assert quote not in body


def test_the_body_is_canonical_json_with_money_and_times_as_strings(ledger: Ledger, database: Database) -> None:
    ledger.record(ask_receipt())

    with database.read() as connection:
        body = connection.execute(select(ledger_table.c.body)).scalar_one()
    held = json.loads(body)
    assert rfc8785.dumps(held).decode() == body
    assert held["spent"] == {"amount": "0.0312", "currency": "USD"}
    assert held["at"] == "2026-11-24T09:30:00.000000+00:00"


def test_a_typical_receipt_takes_at_most_eight_kilobytes(ledger: Ledger, database: Database) -> None:
    ledger.record(ask_receipt())

    with database.read() as connection:
        body = connection.execute(select(ledger_table.c.body)).scalar_one()
    assert len(body.encode()) <= 8 * 1024


def test_the_document_of_a_receipt_is_enough_to_check_it(ledger: Ledger, ana: User) -> None:
    recorded = ledger.record(ask_receipt())

    document = json.loads(ledger.document(ana, recorded.id))

    question = document["texts"]["question"]
    assert question["text"] == recorded.question
    assert text_digest(question["salt"], question["text"]) == document["body"]["texts"]["question"]
    assert document["digest"] == recorded.digest


def test_the_newest_of_ones_own_receipts_come_first(ledger: Ledger, ana: User, clock: SettableClock) -> None:
    first = ledger.record(ask_receipt(at=clock()))
    opened = ledger.record(open_receipt(person="ana", line="claims", at=clock() + timedelta(seconds=1)))
    ledger.record(ask_receipt(person="ben", at=clock()))

    assert ledger.mine(ana) == (opened, first)
    assert ledger.mine(ana, kind=Kind.ASK) == (first,)
    assert ledger.mine(ana, limit=1) == (opened,)


def test_a_ledger_knows_what_somebody_ever_ran(ledger: Ledger, ana: User, ben: User) -> None:
    ledger.record(ask_receipt())

    assert ledger.has_run(ana, Kind.ASK)
    assert ledger.has_run(ana, Kind.ASK, Outcome.ANSWERED)
    assert not ledger.has_run(ana, Kind.ASK, Outcome.NOT_FOUND)
    assert not ledger.has_run(ana, Kind.OPEN)
    assert not ledger.has_run(ben, Kind.ASK)


def test_runs_since_leave_out_refusals_and_runs_set_off_by_tests(
    ledger: Ledger, ana: User, clock: SettableClock
) -> None:
    ledger.record(ask_receipt(at=clock() - timedelta(minutes=2)))
    ledger.record(ask_receipt(at=clock()))
    ledger.record(replace(ask_receipt(at=clock()), outcome=Outcome.REFUSED))
    ledger.record(replace(ask_receipt(at=clock()), cause=Cause.TEST))

    assert ledger.count_since(ana, Kind.ASK, clock() - timedelta(minutes=1)) == 1


def test_half_a_character_in_a_question_is_kept_as_a_question_mark(ledger: Ledger, ana: User) -> None:
    recorded = ledger.record(ask_receipt(question="half \ud83d of it"))

    assert ledger.receipt(ana, recorded.id).question == "half ? of it"


def test_a_receipt_is_committed_or_rolled_back_with_the_transaction_it_was_written_in(
    ledger: Ledger, database: Database, ana: User, clock: SettableClock
) -> None:
    row = {"owner": "ana", "title": "Leave", "created_at": clock(), "used_at": clock(), "revision": 1}
    with database.write() as connection:
        connection.execute(notebooks.insert().values(id="kept", **row))
        kept = ledger.record(ask_receipt(), connection=connection)
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin() as transaction:
        connection.execute(notebooks.insert().values(id="lost", **row))
        ledger.record(ask_receipt(), connection=connection)
        transaction.rollback()

    assert [receipt.id for receipt in ledger.mine(ana)] == [kept.id]
    with database.read() as connection:
        assert connection.execute(select(notebooks.c.id)).scalars().all() == ["kept"]
    assert ledger.verify().is_whole


def test_the_same_receipt_is_never_recorded_twice(ledger: Ledger) -> None:
    recorded = ledger.record(ask_receipt())

    with pytest.raises(IntegrityError):
        ledger.record(recorded)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET person = 'ben'",
        "DELETE FROM ledger",
        "UPDATE texts SET text = 'something else'",
        "DELETE FROM texts",
        "REPLACE INTO texts SELECT digest, salt, 'something else', keep_until FROM texts",
        "REPLACE INTO ledger SELECT * FROM ledger",
        "INSERT INTO erasures SELECT digest, 99, '' FROM texts",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_recorded(
    ledger: Ledger, database: Database, statement: str
) -> None:
    ledger.record(ask_receipt())

    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text(statement))
    assert ledger.verify().is_whole


def test_an_erasure_that_no_audit_entry_explains_deletes_nothing(ledger: Ledger, database: Database) -> None:
    ledger.record(ask_receipt())

    with database.write() as connection:
        connection.execute(text("INSERT INTO erasures SELECT digest, 1, '' FROM texts"))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("DELETE FROM texts"))


def test_erasing_takes_the_texts_and_leaves_the_chain(ledger: Ledger, database: Database, ana: User, sam: User) -> None:
    recorded = ledger.record(ask_receipt())
    other = ledger.record(ask_receipt())

    erasure = ledger.erase(ana, sam, recorded.id, "I pasted a customer's name.")

    read = ledger.receipt(ana, recorded.id)
    assert (read.question, read.answer, read.quotes) == ("", "", ("", "", ""))
    assert read.erased == ("question", "answer", "quote 1", "quote 2", "quote 3")
    assert read.erased_at == erasure.at
    assert read.sources == recorded.sources
    assert ledger.receipt(ana, other.id) == other
    verification = ledger.verify()
    assert verification.is_whole
    assert {(text.number, text.explained_by) for text in verification.erased} == {(1, 3)}


def test_an_erased_text_is_in_no_file_of_the_database(ledger: Ledger, database: Database, ana: User, sam: User) -> None:
    recorded = ledger.record(ask_receipt(question="The canary of Claims sings at noon"))

    ledger.erase(ana, sam, recorded.id, "It must go.")

    held = b"".join(file.read_bytes() for file in database.path.parent.glob("accelerate.sqlite*"))
    assert recorded.id.encode() in held
    assert b"canary of Claims" not in held


def test_one_quote_can_be_erased_alone(ledger: Ledger, ana: User, sam: User, cleo: User) -> None:
    recorded = ledger.record(ask_receipt())
    quote = json.loads(ledger.document(ana, recorded.id))["body"]["texts"]["quotes"][1]

    ledger.erase(sam, cleo, quote, "The page it stands on was erased.")

    read = ledger.receipt(ana, recorded.id)
    assert read.quotes == (QUOTES[0], "", QUOTES[2])
    assert read.erased == ("quote 2",)
    assert read.question == recorded.question


def test_erasing_takes_two_people_of_whom_one_is_trusted_with_it(
    ledger: Ledger, ana: User, ben: User, sam: User, cleo: User
) -> None:
    recorded = ledger.record(ask_receipt())

    for first, second in ((ana, ana), (sam, sam), (ana, ben), (ben, sam), (sam, ben)):
        with pytest.raises(NotAllowed):
            ledger.erase(first, second, recorded.id, "It must go.")
    assert ledger.receipt(ana, recorded.id) == recorded
    assert ledger.erase(cleo, sam, recorded.id, "It must go.").digests


def test_erasing_asks_for_a_reason_and_for_something_to_erase(ledger: Ledger, ana: User, sam: User, cleo: User) -> None:
    recorded = ledger.record(ask_receipt())

    with pytest.raises(BadInput):
        ledger.erase(ana, sam, recorded.id, "  ")
    with pytest.raises(NotFound):
        ledger.erase(sam, cleo, "no such receipt", "It must go.")


def test_an_erasure_says_who_and_why_on_the_chain(ledger: Ledger, ana: User, sam: User) -> None:
    recorded = ledger.record(ask_receipt())

    ledger.erase(ana, sam, recorded.id, "I pasted a customer's name.")

    (entry,) = ledger.audit(sam)
    assert (entry.person, entry.action, entry.object) == ("ana", "erase", recorded.id)
    assert entry.facts["second_person"] == "sam"
    assert entry.facts["reason"] == "I pasted a customer's name."


def test_texts_go_when_the_time_they_are_kept_for_has_passed(ledger: Ledger, ana: User, clock: SettableClock) -> None:
    short = ledger.record(ask_receipt(at=clock()), keep_days=30)
    long = ledger.record(ask_receipt(at=clock()), keep_days=365)
    assert ledger.erase_expired() is None

    clock.go_on(days=31)
    ledger.erase_expired()

    assert ledger.receipt(ana, short.id).erased[0] == "question"
    assert ledger.receipt(ana, long.id) == long
    assert ledger.verify().is_whole


def test_audit_entries_stand_on_the_same_chain_and_are_for_oversight(ledger: Ledger, ana: User, sam: User) -> None:
    ledger.record(ask_receipt())
    entry_id = ledger.record_audit(sam, "approve", "employee-handbook", {"until": datetime(2027, 1, 1, tzinfo=UTC)})
    ledger.record(ask_receipt())

    (entry,) = ledger.audit(sam)
    assert (entry.id, entry.number, entry.person) == (entry_id, 2, "sam")
    assert entry.facts == {"until": "2027-01-01T00:00:00.000000+00:00"}
    assert ledger.verify().is_whole
    with pytest.raises(NotAllowed):
        ledger.audit(ana)


def test_an_audit_entry_is_not_a_receipt(ledger: Ledger, sam: User) -> None:
    entry_id = ledger.record_audit(sam, "approve", "employee-handbook", {})

    assert ledger.mine(sam) == ()
    with pytest.raises(NotFound):
        ledger.receipt(sam, entry_id)


def test_no_text_is_written_for_an_empty_one(ledger: Ledger, database: Database, clock: SettableClock) -> None:
    ledger.record(open_receipt(person="ana", line="claims", at=clock()))

    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(texts)).scalar_one() == 0
