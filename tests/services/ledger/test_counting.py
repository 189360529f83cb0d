"""No count tells of fewer than five people, neither alone nor by the difference of two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import insert

from services.errors import BadInput, NotAllowed, NotFound
from services.ledger.counting import FEWER_THAN_FIVE, Count
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Outcome, Receipt
from services.people.user import User
from services.store.database import Database
from services.store.tables import feedback
from tests.conftest import SettableClock
from tests.services.ledger.receipts import ask_receipt, open_receipt

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
WEEK = "2026-W47"


@pytest.fixture
def ledger(database: Database, clock: SettableClock) -> Ledger:
    return Ledger(database, clock)


def asks(
    ledger: Ledger,
    line: str,
    people: Iterable[int],
    outcome: Outcome = Outcome.ANSWERED,
    at: datetime = MONDAY,
    where: str = "handbook",
) -> list[Receipt]:
    """Have people of a line, by number, ask one question each."""
    blank = replace(ask_receipt(line=line, at=at), outcome=outcome, snapshots={where: 1})
    return [ledger.record(replace(blank, id="", person=f"{line}-{number}")) for number in people]


def report(ledger: Ledger, receipt: Receipt, at: datetime = MONDAY, verdict: str = "wrong") -> None:
    with ledger.database.write() as connection:
        row = {"receipt_id": receipt.id, "person": receipt.person, "verdict": verdict, "note": "", "at": at}
        connection.execute(insert(feedback).values(row))


def counts(ledger: Ledger, user: User) -> dict[str, Count]:
    return {each.line: each for each in ledger.counts_by_line_and_week(user).groups}


def test_a_group_of_five_is_told_and_small_groups_are_added_up(ledger: Ledger, cleo: User) -> None:
    asks(ledger, "claims", [*range(6), *range(6)])
    asks(ledger, "claims", range(5), Outcome.NOT_FOUND)
    asks(ledger, "people", range(3))
    asks(ledger, "office", range(3))

    assert ledger.counts_by_line_and_week(cleo).groups == (
        Count(WEEK, "claims", ("claims",), 6, 17, 12, 5, 0),
        Count(WEEK, FEWER_THAN_FIVE, ("office", "people"), 6, 6, 6, 0, 0),
    )


def test_where_even_the_small_groups_together_are_too_few_nothing_of_them_is_told(ledger: Ledger, cleo: User) -> None:
    asks(ledger, "claims", range(5))
    asks(ledger, "people", range(4))

    assert counts(ledger, cleo)[FEWER_THAN_FIVE] == Count(
        WEEK, FEWER_THAN_FIVE, ("people",), None, None, None, None, None
    )


def test_over_several_weeks_and_lines_each_person_is_counted_once_and_nobody_of_a_group_that_is_not_told(
    ledger: Ledger, cleo: User
) -> None:
    asks(ledger, "claims", range(5))
    asks(ledger, "claims", range(1, 7), at=MONDAY - timedelta(days=7))
    asks(ledger, "people", range(3))

    assert ledger.counts_by_line_and_week(cleo).people == 7


def test_somebody_who_changed_lines_is_one_person(ledger: Ledger, cleo: User) -> None:
    for line in ("people", "office"):
        asks(ledger, line, range(2))
        ledger.record(ask_receipt(person="mover", line=line, at=MONDAY))
        ledger.record(ask_receipt(person="stayer", line=line, at=MONDAY))

    assert counts(ledger, cleo)[FEWER_THAN_FIVE].people == 6


def test_what_fewer_than_five_met_is_not_told_nor_what_gives_it_away(ledger: Ledger, cleo: User) -> None:
    asks(ledger, "claims", range(9))
    asks(ledger, "claims", range(4), Outcome.NOT_FOUND)

    (count,) = ledger.counts_by_line_and_week(cleo).groups

    assert (count.people, count.questions) == (9, 13)
    assert (count.answered, count.not_found) == (None, None)


def test_what_no_group_tells_alone_is_told_of_them_together_and_never_of_one_that_tells_it(
    ledger: Ledger, cleo: User
) -> None:
    for line, not_found in (("claims", 6), ("finance", 3), ("people", 4)):
        asks(ledger, line, range(9))
        asks(ledger, line, range(not_found), Outcome.NOT_FOUND)

    found = counts(ledger, cleo)

    assert (found["claims"].answered, found["claims"].not_found) == (9, 6)
    assert found["finance"].not_found is found["people"].not_found is None
    together = found["finance + people"]
    assert (together.questions, together.answered, together.not_found, together.wrong) == (None, 18, 7, None)
    assert len(ledger.listed(cleo, WEEK, "finance + people", "not_found")) == 7


def test_reports_that_no_group_tells_alone_are_told_of_them_together(ledger: Ledger, cleo: User) -> None:
    for line, reports in (("claims", 6), ("finance", 3), ("people", 3)):
        for each in asks(ledger, line, range(9))[:reports]:
            report(ledger, each)

    found = counts(ledger, cleo)

    assert (found["claims"].wrong, found["finance"].wrong, found["people"].wrong) == (6, None, None)
    assert (found["finance + people"].wrong, found["finance + people"].answered) == (6, None)
    assert len(ledger.listed(cleo, WEEK, "finance + people", "wrong")) == 6


def test_no_difference_of_two_figures_is_of_fewer_than_five_people(ledger: Ledger, cleo: User) -> None:
    """Whatever is told of a week parts its people into groups: no two of them overlap in what they tell."""
    random = Random(7)
    for line in ("claims", "finance", "office", "people", "sales"):
        people = random.randrange(2, 12)
        asks(ledger, line, range(people))
        asks(ledger, line, range(random.randrange(people)), Outcome.NOT_FOUND)

    groups = ledger.counts_by_line_and_week(cleo).groups
    for measure in ("questions", "answered", "not_found", "wrong"):
        told = [line for each in groups if getattr(each, measure) is not None for line in each.lines]
        assert len(told) == len(set(told))


def test_the_week_that_goes_on_is_not_told_until_it_is_over(ledger: Ledger, cleo: User, clock: SettableClock) -> None:
    asks(ledger, "claims", range(5), at=clock())
    assert ledger.counts_by_line_and_week(cleo).groups == ()

    clock.go_on(days=7)

    (count,) = ledger.counts_by_line_and_week(cleo).groups
    assert count.questions == 5


def test_only_what_people_asked_is_counted(ledger: Ledger, cleo: User) -> None:
    receipts = asks(ledger, "claims", range(5))
    for each in receipts:
        ledger.record(open_receipt(person=each.person, line="claims", at=MONDAY))
        ledger.record(replace(each, id="", cause=Cause.TEST))
        ledger.record(replace(each, id="", cause=Cause.SCHEDULE))
        ledger.record(replace(each, id="", outcome=Outcome.REFUSED))

    (count,) = ledger.counts_by_line_and_week(cleo).groups
    assert count.questions == 5


def test_reports_of_five_people_are_told_in_the_week_they_were_made(ledger: Ledger, cleo: User) -> None:
    asked = asks(ledger, "claims", range(6))
    later = asks(ledger, "claims", range(6), at=MONDAY - timedelta(days=7))
    for each in asked[:5]:
        report(ledger, each)
    for each in later[:4]:
        report(ledger, each, MONDAY - timedelta(days=7))
    report(ledger, later[4], MONDAY - timedelta(days=7), verdict="helped")

    before, count = ledger.counts_by_line_and_week(cleo).groups
    assert (before.wrong, count.wrong) == (None, 5)


def test_counts_are_for_oversight(ledger: Ledger, ana: User, sam: User) -> None:
    assert ledger.counts_by_line_and_week(sam).groups == ()
    for attempt in (
        lambda: ledger.counts_by_line_and_week(ana),
        lambda: ledger.listed(ana, WEEK, "claims", "questions"),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_figure_lists_its_receipts_without_a_person(ledger: Ledger, cleo: User) -> None:
    receipts = asks(ledger, "claims", range(6))
    asks(ledger, "claims", range(5), Outcome.NOT_FOUND)

    listed = ledger.listed(cleo, WEEK, "claims", "answered")

    assert {each.id for each in listed} == {each.id for each in receipts}
    assert {(each.day, each.outcome, each.where) for each in listed} == {
        (MONDAY.date(), Outcome.ANSWERED, ("handbook",))
    }
    assert "claims-0" not in repr(listed)
    assert len(ledger.listed(cleo, WEEK, "claims", "questions")) == 11


def test_a_day_a_knowledge_base_or_an_outcome_of_fewer_than_five_is_not_listed(ledger: Ledger, cleo: User) -> None:
    asks(ledger, "claims", range(6))
    asks(ledger, "claims", range(2), at=MONDAY + timedelta(days=1))
    asks(ledger, "claims", [3], where="board")
    asks(ledger, "claims", [4], Outcome.NOT_FOUND)

    listed = ledger.listed(cleo, WEEK, "claims", "questions")

    assert len(listed) == 10
    assert {each.outcome for each in listed} == {None}
    assert [each.where for each in listed if each.day] == [("handbook",)] * 6
    assert {each.where for each in listed} == {("handbook",), None}


def test_the_receipts_behind_a_report_are_listed(ledger: Ledger, cleo: User) -> None:
    receipts = asks(ledger, "claims", range(6))
    for each in receipts[:5]:
        report(ledger, each)

    assert {each.id for each in ledger.listed(cleo, WEEK, "claims", "wrong")} == {each.id for each in receipts[:5]}


@pytest.mark.parametrize(
    ("week", "line", "measure"),
    [
        (WEEK, FEWER_THAN_FIVE, "questions"),
        (WEEK, "people", "questions"),
        (WEEK, "claims", "not_found"),
        ("2026-W10", "claims", "questions"),
        ("nonsense", "claims", "questions"),
        (WEEK, "claims", "people"),
        (WEEK, "claims", "__class__"),
    ],
)
def test_what_is_not_told_lists_nothing(ledger: Ledger, cleo: User, week: str, line: str, measure: str) -> None:
    asks(ledger, "claims", range(5))
    asks(ledger, "claims", range(2), Outcome.NOT_FOUND)
    asks(ledger, "people", range(2))

    with pytest.raises(NotFound):
        ledger.listed(cleo, week, line, measure)


def test_a_receipt_is_opened_with_a_reason_that_stays_in_the_audit(ledger: Ledger, cleo: User) -> None:
    receipt, *_ = asks(ledger, "claims", range(5))

    with ledger.database.write() as connection:
        opened = ledger.open_with_reason(cleo, receipt.id, "Legal asked what was said.", connection=connection)

    assert opened.question == receipt.question
    (entry,) = ledger.audit(cleo)
    assert (entry.action, entry.object) == ("open receipt", receipt.id)
    assert entry.facts == {"reason": "Legal asked what was said.", "person": "claims-0"}


def test_without_a_reason_outside_oversight_or_in_a_small_group_it_stays_closed(
    ledger: Ledger, ana: User, cleo: User
) -> None:
    receipt, *_ = asks(ledger, "claims", range(5))
    lonely, *_ = asks(ledger, "people", range(4))

    with ledger.database.write() as connection:
        with pytest.raises(BadInput):
            ledger.open_with_reason(cleo, receipt.id, "  ", connection=connection)
        with pytest.raises(NotAllowed):
            ledger.open_with_reason(ana, receipt.id, "I am curious.", connection=connection)
        with pytest.raises(NotFound) as small:
            ledger.open_with_reason(cleo, lonely.id, "I am curious.", connection=connection)
        with pytest.raises(NotFound) as absent:
            ledger.open_with_reason(cleo, "nothing", "I am curious.", connection=connection)
    assert str(small.value) == str(absent.value)
    assert ledger.audit(cleo) == ()
