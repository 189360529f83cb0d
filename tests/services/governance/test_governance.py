"""Nothing runs that was not admitted, and whatever was tried leaves a receipt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from services.errors import AppError, BadInput, NotAllowed, NotFound, TooMany, Unavailable
from services.governance.books import Books
from services.governance.budget import Used
from services.governance.governance import Governance
from services.governance.rules import Limits
from services.governance.run import Run
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Kind, Money, Outcome, Receipt
from services.people.user import User
from services.store.database import Database
from services.store.tables import reservations
from tests.conftest import SettableClock

QUESTION = Run(Kind.ASK, "How many weeks of parental leave are there?")


@pytest.fixture
def ledger(database: Database, clock: SettableClock) -> Ledger:
    return Ledger(database, clock)


@pytest.fixture
def governance(ledger: Ledger, clock: SettableClock) -> Governance:
    return Governance(ledger, clock)


def ask(governance: Governance, user: User, run: Run = QUESTION) -> Receipt:
    with governance.admit(user, run) as admission:
        return admission.settle(replace(admission.blank, outcome=Outcome.ANSWERED, answer="Twelve."))


def test_an_admitted_run_leaves_a_receipt_with_what_every_rule_said(
    governance: Governance, ledger: Ledger, ana: User
) -> None:
    receipt = ask(governance, ana)

    assert ledger.receipt(ana, receipt.id) == receipt
    assert [(verdict.rule, verdict.allowed) for verdict in receipt.verdicts] == [
        ("access", True),
        ("length", True),
        ("personal data", True),
        ("words", True),
        ("rate", True),
        ("money", True),
    ]


@pytest.mark.parametrize(
    ("run", "error"),
    [
        (replace(QUESTION, readable=False), NotAllowed),
        (replace(QUESTION, readable=False, where=("secret-plans",)), NotFound),
        (replace(QUESTION, question=""), BadInput),
        (replace(QUESTION, question=" \t\n"), BadInput),
        (replace(QUESTION, question="\x00\x07\u200f"), BadInput),
        (replace(QUESTION, question="?!"), BadInput),
        (replace(QUESTION, question="what is the", names_something=False), BadInput),
        (replace(QUESTION, question="why " * 2_500), TooMany),
    ],
)
def test_a_refused_run_says_why_and_leaves_a_receipt(
    governance: Governance, ledger: Ledger, ana: User, run: Run, error: type[AppError]
) -> None:
    with pytest.raises(error) as refusal:
        ask(governance, ana, run)

    assert refusal.value.hint
    (receipt,) = ledger.mine(ana)
    assert receipt.outcome is Outcome.REFUSED
    assert not receipt.verdicts[-1].allowed
    assert receipt.verdicts[-1].sentence == refusal.value.message
    assert receipt.reserved.amount == 0


def test_the_sentence_about_length_gives_both_numbers_and_the_text_is_not_kept(
    governance: Governance, ledger: Ledger, ana: User
) -> None:
    with pytest.raises(TooMany, match="10,000 characters; at most 4,000"):
        ask(governance, ana, replace(QUESTION, question="x" * 10_000))

    assert ledger.mine(ana)[0].question == ""


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuántas semanas de permiso parental hay?",
        "何週間の育児休暇がありますか",
        "<script>alert(1)</script> leave",
        "'; DROP TABLE ledger; --",
        "the of and",
        "leave\x00 and\x1b[31m pay",
        "x" * 4_000,
    ],
)
def test_a_question_in_any_words_is_admitted_and_kept_as_it_was_asked(
    governance: Governance, ledger: Ledger, ana: User, question: str
) -> None:
    receipt = ask(governance, ana, replace(QUESTION, question=question))

    assert ledger.receipt(ana, receipt.id).question == question


def test_a_person_who_asks_too_often_waits_and_nobody_else_does(
    governance: Governance, ana: User, ben: User, clock: SettableClock
) -> None:
    for _ in range(30):
        ask(governance, ana)

    with pytest.raises(TooMany, match="30 times"):
        ask(governance, ana)
    assert ask(governance, ben).outcome is Outcome.ANSWERED
    clock.go_on(seconds=61)
    assert ask(governance, ana).outcome is Outcome.ANSWERED


def test_a_restart_does_not_reset_the_rate(ledger: Ledger, ana: User, clock: SettableClock) -> None:
    limits = Limits(per_minute={Kind.ASK: 2})
    ask(Governance(ledger, clock, limits), ana)
    ask(Governance(ledger, clock, limits), ana)

    with pytest.raises(TooMany):
        ask(Governance(ledger, clock, limits), ana)


def test_runs_that_a_test_sets_off_have_no_rate(ledger: Ledger, ana: User, clock: SettableClock) -> None:
    governance = Governance(ledger, clock, Limits(per_minute={Kind.ASK: 1}))
    ask(governance, ana)

    for _ in range(3):
        ask(governance, ana, replace(QUESTION, cause=Cause.TEST))


def test_parallel_runs_of_one_person_do_not_slip_past_the_rate(ledger: Ledger, ana: User, clock: SettableClock) -> None:
    governance = Governance(ledger, clock, Limits(per_minute={Kind.ASK: 3}))

    def admitted(_: int) -> bool:
        try:
            ask(governance, ana)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(admitted, range(12))) == 3
    assert ledger.verify().is_whole


def test_opening_a_source_needs_no_question(governance: Governance, ana: User) -> None:
    with governance.admit(ana, Run(Kind.OPEN, where=("employee-handbook",))) as admission:
        receipt = admission.settle(admission.blank)

    assert receipt.kind is Kind.OPEN


def test_money_is_held_while_a_run_lasts_and_given_back_when_it_ends(
    governance: Governance, ledger: Ledger, database: Database, ana: User, cleo: User, clock: SettableClock
) -> None:
    run = replace(QUESTION, at_most=Money(Decimal("0.25"), "USD"))
    governance.budgets.set(cleo, "claims", Money(Decimal(9), "USD"), Money(Decimal(1), "USD"))

    def used() -> Used:
        with database.read() as connection:
            return Books(connection, ledger, clock()).used_this_month("claims", "USD")

    with governance.admit(ana, run) as admission:
        assert used() == Used(held=Decimal("0.25"))
        receipt = admission.settle(replace(admission.blank, spent=Money(Decimal("0.10"), "USD")))

    assert used() == Used(spent=Decimal("0.10"))
    assert (receipt.reserved.amount, receipt.spent.amount) == (Decimal("0.25"), Decimal("0.10"))


def test_a_run_whose_process_was_killed_frees_its_place_and_gets_its_receipt_later(
    governance: Governance, ledger: Ledger, database: Database, ana: User, ben: User, clock: SettableClock
) -> None:
    most = Money(Decimal("0.25"), "USD")
    with database.write() as connection:  # what admitting leaves behind when nothing comes after it
        Books(connection, ledger, clock()).reserve(
            ana, replace(QUESTION, at_most=most), "killed", timedelta(minutes=10)
        )
    began = clock()

    clock.go_on(minutes=11)

    ask(governance, ben)
    (receipt,) = ledger.mine(ana)
    assert (receipt.outcome, receipt.at, receipt.spent) == (Outcome.FAILED, began, most)
    with database.read() as connection:
        assert connection.execute(select(reservations)).all() == []


def test_a_run_that_breaks_leaves_a_receipt_that_says_so(
    governance: Governance, ledger: Ledger, database: Database, ana: User, clock: SettableClock
) -> None:
    def breaking() -> None:
        with governance.admit(ana, QUESTION):
            clock.go_on(seconds=2)
            raise Unavailable("The model file is damaged.")

    with pytest.raises(Unavailable, match="model file"):
        breaking()

    (receipt,) = ledger.mine(ana)
    assert receipt.outcome is Outcome.FAILED
    assert receipt.parameters == {"error": "Unavailable"}
    assert receipt.milliseconds == 2_000
    with database.read() as connection:
        assert connection.execute(select(reservations)).all() == []


def test_a_receipt_that_was_rolled_back_with_its_cell_is_written_as_failed(
    governance: Governance, ledger: Ledger, database: Database, ana: User
) -> None:
    def breaking() -> None:
        with governance.admit(ana, QUESTION) as admission, database.write() as connection:
            admission.settle(admission.blank, connection=connection)
            raise Unavailable("The cell could not be saved.")

    with pytest.raises(Unavailable, match="cell"):
        breaking()

    (receipt,) = ledger.mine(ana)
    assert receipt.outcome is Outcome.FAILED


def test_a_run_that_is_not_settled_is_a_mistake_of_ours(governance: Governance, ana: User) -> None:
    with pytest.raises(RuntimeError, match="never settled"), governance.admit(ana, QUESTION):
        pass


def test_admitting_is_cheap_with_a_long_history(
    governance: Governance, ledger: Ledger, database: Database, ana: User, clock: SettableClock
) -> None:
    ask(governance, ana)
    since = clock() - timedelta(minutes=1)

    with database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM ledger WHERE person = 'ana' AND at > ? AND kind = 'ask'"
            " AND entry = 'receipt' AND cause = 'person' AND outcome <> 'refused'",
            (since.isoformat(),),
        ).all()
    assert "USING INDEX ix_ledger_person" in str(plan)
