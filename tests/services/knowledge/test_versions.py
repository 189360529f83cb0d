"""Versions: what came, went and changed; as it was on a day; and the same sources again from an old receipt."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import BadInput, NotFound
from services.knowledge.glossary import Entry
from services.knowledge.versions import Version
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import LEAVE, TRAVEL, Library, library

QUESTION = "How many weeks of paid parental leave?"
LONGER = LEAVE.replace("16 weeks", "20 weeks")


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    rooms = library(database, clock)
    rooms.add(passport("handbook", "Employee handbook"), {"leave.md": LEAVE})
    return rooms


def test_each_change_is_a_numbered_version_with_its_day_and_counts(
    rooms: Library, clock: SettableClock, ben: User
) -> None:
    began = clock()
    clock.go_on(days=1)
    rooms.publish("handbook", "travel.md", [TRAVEL])
    rooms.publish("handbook", "leave.md", [LONGER])
    (leave,) = (each for each in rooms.knowledge.documents(ben, "handbook") if each.name == "leave.md")
    assert leave.valid_from == 3

    assert rooms.knowledge.versions.list(ben, "handbook") == (
        Version(3, clock(), "", came=0, went=0, changed=1),
        Version(2, clock(), "", came=1, went=0, changed=0),
        Version(1, began, "", came=1, went=0, changed=0),
    )


def test_changes_between_two_versions_name_what_came_went_and_changed(rooms: Library, ben: User) -> None:
    rooms.publish("handbook", "travel.md", [TRAVEL])
    rooms.publish("handbook", "leave.md", [LONGER])
    versions = rooms.knowledge.versions

    changes = versions.changes(ben, "handbook", 1, 3)

    assert [each.name for each in changes.came] == ["travel.md"]
    assert changes.went == ()
    ((before, after),) = changes.changed
    difference = versions.difference(ben, before.id, after.id)
    assert "20 weeks" in difference.gained[0]
    assert "16 weeks" in difference.lost[0]
    assert [len(each) for each in (difference.gained, difference.lost)] == [1, 1]
    with pytest.raises(BadInput):
        versions.changes(ben, "handbook", 3, 1)


def test_changes_name_the_rows_of_the_glossary(rooms: Library, ben: User) -> None:
    glossary, versions = rooms.knowledge.glossary, rooms.knowledge.versions
    glossary.add(ben, "handbook", Entry("PTO", ("annual leave",)))
    (row,) = glossary.rows(ben, "handbook")
    glossary.change(ben, "handbook", row.id, Entry("PTO", ("vacation",)))

    added, changed = versions.changes(ben, "handbook", 1, 2), versions.changes(ben, "handbook", 2, 3)

    assert [each.in_words for each in added.words_came] == ["PTO = annual leave"]
    assert [each.in_words for each in changed.words_came] == ["PTO = vacation"]
    assert [each.in_words for each in changed.words_went] == ["PTO = annual leave"]
    assert [(each.words, each.person) for each in versions.list(ben, "handbook")] == [
        (1, "ben"),
        (1, "ben"),
        (0, ""),
    ]


def test_as_it_was_on_a_day(rooms: Library, clock: SettableClock, ben: User) -> None:
    clock.go_on(days=2)
    rooms.publish("handbook", "leave.md", [LONGER])

    assert rooms.knowledge.versions.as_of(ben, ("handbook",), date(2026, 11, 23)) == {"handbook": 0}
    assert rooms.knowledge.versions.as_of(ben, ("handbook",), date(2026, 11, 25)) == {"handbook": 1}
    assert rooms.knowledge.versions.as_of(ben, ("handbook",), date(2026, 11, 26)) == {"handbook": 2}
    before = rooms.answers.ask(ben, QUESTION, ("handbook",), as_of=date(2026, 11, 25))
    after = rooms.answers.ask(ben, QUESTION, ("handbook",))
    assert "16 weeks" in rooms.answers.asked(ben, before.id).answer.claims[0].text
    assert "20 weeks" in rooms.answers.asked(ben, after.id).answer.claims[0].text
    assert (before.snapshots, before.inputs["as_of"]) == ({"handbook": 1}, "2026-11-25")


def test_before_there_was_anything_nothing_is_found(rooms: Library, ben: User) -> None:
    receipt = rooms.answers.ask(ben, QUESTION, ("handbook",), as_of=date(2026, 1, 1))

    assert rooms.answers.asked(ben, receipt.id).answer.claims == ()


def test_a_notebook_keeps_the_day_it_asks_of(rooms: Library, clock: SettableClock, ben: User) -> None:
    clock.go_on(days=2)
    rooms.publish("handbook", "leave.md", [LONGER])

    notebook = rooms.notebooks.running.start(ben, QUESTION, ("handbook",), date(2026, 11, 25))

    (cell,) = notebook.cells
    assert cell.receipt_id is not None
    assert rooms.ledger.receipt(ben, cell.receipt_id).snapshots == {"handbook": 1}
    rooms.notebooks.running.run(ben, notebook.id, cell.id)
    assert rooms.notebooks.open(ben, notebook.id).cells[0].form["as_of"] == "2026-11-25"


def test_an_old_version_is_judged_by_todays_permission(rooms: Library, ana: User, sam: User) -> None:
    rooms.knowledge.approval.withdraw(sam, "handbook", "It is out of date.")

    with pytest.raises(NotFound):
        rooms.knowledge.versions.as_of(ana, ("handbook",), date(2026, 11, 25))
    with pytest.raises(NotFound):
        rooms.answers.ask(ana, QUESTION, ("handbook",), as_of=date(2026, 11, 25))


def test_a_receipt_gives_the_same_sources_again_after_everything_has_changed(rooms: Library, ben: User) -> None:
    receipt = rooms.answers.ask(ben, QUESTION)
    rooms.publish("handbook", "travel.md", [TRAVEL])
    rooms.publish("handbook", "leave.md", [LONGER])
    rooms.add(passport("other", "Other rules"), {"leave.md": LEAVE.replace("16", "12")})
    rooms.knowledge.glossary.add(ben, "handbook", Entry("parental leave", ("journeys", "trains")))

    again = rooms.answers.again(ben, receipt.id)

    assert (again.is_same, again.was_set_otherwise) == (True, False)
    assert again.receipt.built_on == (receipt.id,)
    assert again.receipt.snapshots == receipt.snapshots


NUMBERS = count(1)
CHANGE = st.tuples(st.sampled_from(["leave.md", "travel.md", "sick.md", "pay.md"]), st.integers(1, 40))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGE, min_size=1, max_size=6))
def test_whatever_comes_an_older_version_finds_the_same(
    rooms: Library, ben: User, changes: list[tuple[str, int]]
) -> None:
    before = rooms.knowledge.search(ben, QUESTION, ("handbook",), limit=20)
    (number,) = {each.number for each in before.snapshots}
    for name, weeks in changes:
        rooms.publish("handbook", name, [LEAVE.replace("16 weeks", f"{weeks} weeks, {next(NUMBERS)}")])

    after = rooms.knowledge.search(ben, QUESTION, ("handbook",), snapshots={"handbook": number}, limit=20)

    assert [(each.passage.id, each.score) for each in after.found] == [
        (each.passage.id, each.score) for each in before.found
    ]
