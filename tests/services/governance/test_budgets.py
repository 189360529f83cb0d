"""Nothing is spent that was not allowed before: a budget for each line in a month, a cap for each person in a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from services.errors import AppError, BadInput, NotAllowed, TooMany, Unavailable
from services.governance.books import Books
from services.governance.budget import at_least, at_most, month_after, month_of
from services.governance.governance import Governance
from services.governance.rules import Limits
from services.governance.run import Run
from services.ledger.ledger import Ledger
from services.ledger.receipt import Kind, Money, Outcome, Receipt
from services.people.user import LineOfBusiness, User
from services.store.database import Database
from tests.conftest import SettableClock

QUESTION = Run(Kind.ASK, "How many weeks of parental leave are there?")


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def costing(amount: str) -> Run:
    return replace(QUESTION, at_most=usd(amount))


@pytest.fixture
def ledger(database: Database, clock: SettableClock) -> Ledger:
    return Ledger(database, clock)


@pytest.fixture
def governance(ledger: Ledger, clock: SettableClock) -> Governance:
    return Governance(ledger, clock, Limits(per_minute={}))


def spend(governance: Governance, user: User, amount: str, at_most: str = "") -> Receipt:
    with governance.admit(user, costing(at_most or amount)) as admission:
        return admission.settle(replace(admission.blank, outcome=Outcome.ANSWERED, spent=usd(amount)))


def test_without_a_budget_nothing_may_be_spent_and_what_is_free_runs(governance: Governance, ana: User) -> None:
    with pytest.raises(NotAllowed, match="nobody has set what Claims may spend") as refusal:
        spend(governance, ana, "0.01")

    assert "CDO's office" in refusal.value.hint
    assert not governance.budgets.has_cap("claims")
    assert spend(governance, ana, "0").verdicts[-1].allowed


@pytest.mark.parametrize(("per_month", "per_day"), [(None, None), (usd("5"), None), (None, usd("5"))])
def test_one_amount_alone_is_no_cap_and_nothing_may_be_spent(
    governance: Governance, ana: User, cleo: User, per_month: Money | None, per_day: Money | None
) -> None:
    governance.budgets.set(cleo, "claims", per_month, per_day)

    assert not governance.budgets.has_cap("claims")
    with pytest.raises(NotAllowed):
        spend(governance, ana, "0.01")


def test_the_last_cent_of_the_month_can_be_spent_and_not_one_more(
    governance: Governance, ana: User, cleo: User
) -> None:
    governance.budgets.set(cleo, "claims", usd("1.00"), usd("9.00"))
    assert governance.budgets.has_cap("claims")
    spend(governance, ana, "0.99")
    spend(governance, ana, "0.01")

    with pytest.raises(TooMany) as refusal:
        spend(governance, ana, "0.01")

    assert refusal.value.message == (
        "This can cost 0.01 USD. Of the 1.00 USD that Claims may spend in November (UTC), nothing is left."
    )
    assert "CDO's office" in refusal.value.hint
    assert "wait until 1 December" in refusal.value.hint


def test_what_a_person_may_spend_in_a_day_ends_for_them_alone_and_begins_again_at_midnight(
    governance: Governance, ana: User, cleo: User, clock: SettableClock
) -> None:
    governance.budgets.set(cleo, "claims", usd("100"), usd("0.50"))
    colleague = replace(ana, id="ann")
    spend(governance, ana, "0.45")

    with pytest.raises(TooMany) as refusal:
        spend(governance, ana, "0.02", at_most="0.0625")

    assert refusal.value.message == (
        "This can cost 0.0625 USD. Of the 0.50 USD that you may spend today (UTC), 0.05 USD is left."
    )
    spend(governance, colleague, "0.50")
    clock.moment = datetime(2026, 11, 25, tzinfo=UTC)
    spend(governance, ana, "0.50")


def test_a_month_begins_with_its_whole_budget_and_a_run_belongs_to_the_one_it_began_in(
    governance: Governance, ana: User, cleo: User, clock: SettableClock
) -> None:
    governance.budgets.set(cleo, "claims", usd("1"), usd("1"))
    clock.moment = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)

    with governance.admit(ana, costing("1")) as admission:
        clock.go_on(minutes=2)
        assert governance.budgets.left(ana, "claims").this_month == usd("1")
        admission.settle(replace(admission.blank, spent=usd("1")))

    spend(governance, ana, "1")
    assert governance.budgets.left(ana, "claims").this_month == usd("0")


def test_a_month_and_a_day_are_those_of_utc_wherever_the_clock_stands() -> None:
    tokyo = datetime.fromisoformat("2026-12-01T08:00:00+09:00")

    assert month_of(tokyo) == datetime(2026, 11, 1, tzinfo=UTC)
    assert month_after(tokyo) == datetime(2026, 12, 1, tzinfo=UTC)
    assert month_after(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_of_twenty_runs_at_once_with_money_for_one_exactly_one_runs(
    governance: Governance, ledger: Ledger, ana: User, cleo: User
) -> None:
    governance.budgets.set(cleo, "claims", usd("1.00"), usd("1.00"))

    def ran(number: int) -> bool:
        try:
            spend(governance, replace(ana, id=f"person-{number % 4}"), "0.60", at_most="1.00")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(ran, range(20)))

    assert sum(outcomes) == 1
    assert governance.budgets.left(cleo, "claims").this_month == usd("0.40")
    assert ledger.verify().is_whole


def test_what_a_run_did_not_need_is_there_for_the_next(governance: Governance, ana: User, cleo: User) -> None:
    governance.budgets.set(cleo, "claims", usd("1.00"), usd("1.00"))

    with governance.admit(ana, costing("0.90")) as admission:
        with pytest.raises(TooMany, match=r"0\.10 USD is left while 0\.90 USD is held by what runs now"):
            spend(governance, ana, "0.20")
        admission.settle(replace(admission.blank, spent=usd("0.05")))

    spend(governance, ana, "0.95")


def test_a_run_whose_process_died_counts_at_its_reservation_before_and_after_its_receipt(
    governance: Governance, ledger: Ledger, database: Database, ana: User, cleo: User, clock: SettableClock
) -> None:
    governance.budgets.set(cleo, "claims", usd("1.00"), usd("1.00"))
    with database.write() as connection:  # what admitting leaves behind when nothing comes after it
        Books(connection, ledger, clock()).reserve(ana, costing("0.70"), "killed", timedelta(minutes=10))
    clock.go_on(minutes=11)

    assert governance.budgets.left(ana, "claims").this_month == usd("0.30")
    with pytest.raises(TooMany, match=r"0\.30 USD is left\."):
        spend(governance, ana, "0.31")
    assert governance.budgets.left(ana, "claims").this_month == usd("0.30")


@pytest.mark.parametrize(("reached_the_model", "left"), [(False, "1.00"), (True, "0.75")])
def test_a_run_that_breaks_is_charged_what_it_held_only_if_it_had_come_to_what_costs(
    governance: Governance, ledger: Ledger, ana: User, cleo: User, reached_the_model: bool, left: str
) -> None:
    governance.budgets.set(cleo, "claims", usd("1.00"), usd("1.00"))

    def breaking() -> None:
        with governance.admit(ana, costing("0.25")) as admission:
            admission.spent = admission.reserved if reached_the_model else admission.spent
            raise Unavailable("The model broke off.")

    with pytest.raises(Unavailable):
        breaking()

    assert governance.budgets.left(ana, "claims").this_month == usd(left)
    assert ledger.mine(ana)[0].outcome is Outcome.FAILED


def test_a_price_in_another_currency_is_refused_in_words(governance: Governance, ana: User, cleo: User) -> None:
    governance.budgets.set(cleo, "claims", usd("1.00"), usd("1.00"))
    run = replace(QUESTION, at_most=Money(Decimal("0.01"), "EUR"))

    with pytest.raises(NotAllowed, match="priced in EUR, and Claims has its budget in USD"), governance.admit(ana, run):
        pass


def test_a_run_that_costs_nothing_reads_no_budget(governance: Governance, database: Database, ana: User) -> None:
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: statements.append(statement)
    )

    spend(governance, ana, "0")

    assert statements
    assert not [each for each in statements if "budgets" in each or "sum(" in each]


def test_what_is_set_is_in_the_audit_with_what_was_before_and_by_whom(
    governance: Governance, ledger: Ledger, cleo: User
) -> None:
    governance.budgets.set(cleo, "claims", usd("5"), usd("1"))
    budget = governance.budgets.set(cleo, "claims", usd("7.50"), None)

    assert governance.budgets.all(cleo) == (budget,)
    assert (budget.per_month, budget.per_person_day, budget.set_by) == (usd("7.50"), None, "cleo")
    entry = ledger.audit(cleo)[0]
    assert (entry.action, entry.object, entry.person) == ("set budget", "claims", "cleo")
    assert entry.facts == {
        "per_month": {"amount": "7.50", "currency": "USD"},
        "per_person_day": None,
        "before": {
            "per_month": {"amount": "5", "currency": "USD"},
            "per_person_day": {"amount": "1", "currency": "USD"},
        },
    }


def test_only_the_cdo_sets_and_sees_all_and_others_see_what_is_left_for_their_line(
    governance: Governance, ledger: Ledger, ana: User, sam: User, cleo: User
) -> None:
    governance.budgets.set(cleo, "claims", usd("5"), usd("1"))

    for user in (ana, sam):
        with pytest.raises(NotAllowed):
            governance.budgets.set(user, user.line.id, usd("99"), usd("99"))
        with pytest.raises(NotAllowed):
            governance.budgets.all(user)
    with pytest.raises(NotAllowed):
        governance.budgets.left(sam, "claims")
    assert governance.budgets.left(ana, "claims").today == usd("1")
    assert governance.budgets.left(sam, "people").this_month is None
    assert len(ledger.audit(cleo)) == 1


@pytest.mark.parametrize(
    ("per_month", "per_day"),
    [
        (usd("-1"), usd("1")),
        (usd("NaN"), usd("1")),
        (usd("1"), usd("Infinity")),
        (usd("1e12"), usd("1")),
        (usd("1"), Money(Decimal(1), "EUR")),
        (Money(Decimal(1), "usd"), None),
        (Money(Decimal(1), "$"), None),
    ],
)
def test_an_amount_that_is_none_is_refused_in_one_sentence(
    governance: Governance, cleo: User, per_month: Money | None, per_day: Money | None
) -> None:
    with pytest.raises(BadInput) as refusal:
        governance.budgets.set(cleo, "claims", per_month, per_day)

    assert refusal.value.hint
    assert governance.budgets.all(cleo) == ()


def test_a_budget_that_is_lowered_below_what_was_spent_leaves_nothing_rather_than_less(
    governance: Governance, ana: User, cleo: User
) -> None:
    governance.budgets.set(cleo, "claims", usd("5"), usd("5"))
    spend(governance, ana, "3")

    governance.budgets.set(cleo, "claims", usd("1"), usd("1"))

    left = governance.budgets.left(ana, "claims")
    assert (left.this_month, left.today) == (usd("0"), usd("0"))


def test_a_line_does_not_pay_for_another(governance: Governance, ana: User, ben: User, cleo: User) -> None:
    governance.budgets.set(cleo, "claims", usd("1"), usd("1"))
    governance.budgets.set(cleo, "people", usd("1"), usd("1"))

    spend(governance, ana, "1")
    spend(governance, ben, "1")

    with pytest.raises(AppError):
        spend(governance, ana, "0.000001")


def test_a_person_who_changes_their_line_takes_their_day_along(governance: Governance, ana: User, cleo: User) -> None:
    for line in ("claims", "people"):
        governance.budgets.set(cleo, line, usd("9"), usd("1"))
    spend(governance, ana, "0.80")

    with pytest.raises(TooMany, match="you may spend today"):
        spend(governance, replace(ana, line=LineOfBusiness("people", "People & Culture")), "0.80")


@pytest.mark.parametrize(
    ("amount", "price", "left"),
    [
        ("12.5", "12.50 USD", "12.50 USD"),
        ("1234.567", "1,234.57 USD", "1,234.56 USD"),
        ("0.25", "0.25 USD", "0.25 USD"),
        ("0.0312", "0.0312 USD", "0.0312 USD"),
        ("0.00000012", "0.000001 USD", "nothing"),
        ("0", "0.00 USD", "nothing"),
    ],
)
def test_a_price_is_said_no_lower_and_what_is_left_no_higher_than_it_is(amount: str, price: str, left: str) -> None:
    assert at_most(usd(amount)) == price
    assert at_least(usd(amount)) == left
