"""A glossary says what people call what the documents call otherwise, and a search uses it from its version on."""

from __future__ import annotations

import pytest

from services.errors import BadInput, Conflict, NotAllowed, NotFound
from services.governance.request import RequestState
from services.knowledge.expansion import expand
from services.knowledge.glossary import Entry
from services.knowledge.knowledge_base import Audience
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import BOARD, Library, furnish, library

SABBATICAL = Entry("newborn break", ("parental leave",), "Paid time with a new child")
QUESTION = "How long is the newborn break?"


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    rooms = library(database, clock)
    furnish(rooms)
    return rooms


LEAVES = [("PTO", "annual leave", "vacation")]


@pytest.mark.parametrize(
    ("question", "names", "text"),
    [
        ("How much PTO is left?", LEAVES, "How much annual leave is left?"),
        ("How much vacations are left?", LEAVES, "How much annual leave are left?"),
        ("PTO or annual leave?", LEAVES, "PTO or annual leave?"),
        ("annual leaves left?", LEAVES, "annual leaves left?"),
        ("is it new?", [("IT", "annual leave")], "is it new?"),
        ("who runs IT here?", [("IT", "annual leave")], "who runs annual leave here?"),
        ("the annually paid leave", LEAVES, "the annually paid leave"),
        ("May I use non-paid time?", [("paid time", "annual leave"), ("non-paid time", "LWOP")], "May I use LWOP?"),
        ("", LEAVES, ""),
    ],
)
def test_whole_names_that_documents_never_say_give_way_to_the_one_they_say_most(
    question: str, names: list[tuple[str, ...]], text: str
) -> None:
    said = {"annual leave": 20, "LWOP": 20, "vacation": 1}

    found = expand(question, names, lambda name: said.get(name, 0))

    assert found.text == text
    assert bool(found.also) == (text != question)


@pytest.mark.parametrize(("often", "text"), [(4, "annual leave?"), (5, "PTO?"), (20, "PTO?")])
def test_a_name_that_documents_say_about_as_often_as_the_other_stays(often: int, text: str) -> None:
    said = {"annual leave": 1, "PTO": often}

    assert expand("annual leave?", LEAVES, lambda name: said.get(name, 0)).text == text


def test_a_name_stays_where_documents_say_none_of_the_others() -> None:
    assert expand("How much PTO?", LEAVES, lambda name: 0).text == "How much PTO?"


def test_a_search_uses_the_glossary_from_its_version_on(rooms: Library, ben: User, ana: User) -> None:
    before = rooms.knowledge.knowledge_base(ana, "handbook").snapshot.number
    assert rooms.knowledge.search(ana, QUESTION, ("handbook",)).expanded is None

    rooms.knowledge.glossary.add(ben, "handbook", SABBATICAL)

    findings = rooms.knowledge.search(ana, QUESTION, ("handbook",))
    assert findings.expanded is not None
    assert findings.expanded.also == ("parental leave",)
    assert findings.question == QUESTION
    assert findings.found[0].passage.text.startswith("# Parental leave")
    assert rooms.knowledge.search(ana, QUESTION, ("handbook",), snapshots={"handbook": before}).expanded is None


def test_a_question_that_is_asked_in_the_words_of_the_documents_finds_what_it_found_before(
    rooms: Library, ben: User, ana: User
) -> None:
    question = "How long is parental leave?"
    before = rooms.knowledge.search(ana, question, ("handbook",))
    rooms.knowledge.glossary.add(ben, "handbook", SABBATICAL)

    after = rooms.knowledge.search(ana, question, ("handbook",))

    assert (after.found, after.expanded) == (before.found, None)


def test_an_answer_says_what_the_glossary_put_in_the_place_of_its_words(rooms: Library, ben: User, ana: User) -> None:
    rooms.knowledge.glossary.add(ben, "handbook", SABBATICAL)

    answer = rooms.answers.asked(ana, rooms.answers.ask(ana, QUESTION, ("handbook",)).id).answer

    assert answer.how_found.endswith("Looked for “parental leave”, as the documents call it (glossary).")


def test_running_an_old_receipt_again_gives_its_sources_though_the_glossary_changed(
    rooms: Library, ben: User, ana: User
) -> None:
    rooms.knowledge.glossary.add(ben, "handbook", SABBATICAL)
    asked = rooms.answers.ask(ana, QUESTION, ("handbook",))
    (row,) = rooms.knowledge.glossary.rows(ana, "handbook")
    rooms.knowledge.glossary.end(ben, "handbook", row.id)

    assert rooms.answers.again(ana, asked.id).is_same
    assert rooms.knowledge.glossary.rows(ana, "handbook") == ()
    assert rooms.knowledge.search(ana, QUESTION, ("handbook",)).expanded is None


def test_the_glossary_of_what_is_not_searched_changes_nothing(rooms: Library, cleo: User, ben: User) -> None:
    before = rooms.knowledge.search(cleo, QUESTION, ("handbook",))
    rooms.knowledge.glossary.add(ben, "board", SABBATICAL)

    assert rooms.knowledge.search(cleo, QUESTION, ("handbook",)) == before


def test_a_row_is_changed_in_one_version_and_what_has_ended_is_not_there(rooms: Library, ben: User, ana: User) -> None:
    glossary = rooms.knowledge.glossary
    glossary.add(ben, "handbook", SABBATICAL)
    (row,) = glossary.rows(ana, "handbook")
    number = rooms.knowledge.knowledge_base(ana, "handbook").snapshot.number
    glossary.change(ben, "handbook", row.id, Entry("newborn break", ("sick leave",)))

    assert [each.also for each in glossary.rows(ana, "handbook")] == [("sick leave",)]
    assert rooms.knowledge.knowledge_base(ana, "handbook").snapshot.number == number + 1
    with pytest.raises(NotFound):
        glossary.end(ben, "handbook", row.id)


def test_only_who_answers_for_it_changes_it_and_a_stranger_does_not_see_it(
    rooms: Library, ana: User, ben: User, sam: User
) -> None:
    rooms.add(passport("papers", audience=Audience(("office",))), {"memo.md": BOARD})
    rooms.knowledge.glossary.add(sam, "papers", SABBATICAL)

    with pytest.raises(NotAllowed):
        rooms.knowledge.glossary.add(ana, "handbook", SABBATICAL)
    for attempt in (rooms.knowledge.glossary.rows, rooms.knowledge.glossary.sheet):
        with pytest.raises(NotFound):
            attempt(ana, "papers")
    with pytest.raises(NotFound):
        rooms.knowledge.glossary.propose(ana, "papers", SABBATICAL, "We say so.")


def test_the_same_term_stands_there_once_whatever_its_spelling(rooms: Library, ben: User) -> None:
    rooms.knowledge.glossary.add(ben, "handbook", SABBATICAL)
    with pytest.raises(Conflict):
        rooms.knowledge.glossary.add(ben, "handbook", Entry("Newborn  breaks", ("leave",)))


@pytest.mark.parametrize(
    "entry",
    [Entry(" ", ("a",)), Entry("PTO", ()), Entry("PTO", ("!!",)), Entry("x" * 81, ("y",)), Entry("PTO", ("pto",))],
)
def test_a_row_that_says_nothing_or_too_much_is_refused(rooms: Library, ben: User, entry: Entry) -> None:
    with pytest.raises(BadInput):
        rooms.knowledge.glossary.add(ben, "handbook", entry)


def test_a_proposal_waits_for_who_answers_for_it_and_not_for_its_author(
    rooms: Library, ana: User, ben: User, sam: User
) -> None:
    requests = rooms.knowledge.governance.requests
    request = rooms.knowledge.glossary.propose(ana, "handbook", SABBATICAL, "We all say so.")
    assert request.name == "newborn break = parental leave in Employee handbook"
    assert [each.id for each in requests.waiting_for(sam)] == [request.id]
    with pytest.raises(Conflict):
        rooms.knowledge.glossary.propose(ana, "handbook", SABBATICAL, "Again.")

    assert requests.decide(ben, request.id, True).state is RequestState.APPROVED
    (row,) = rooms.knowledge.glossary.rows(ana, "handbook")
    assert (row.term, row.added_by) == ("newborn break", "ana")


def test_a_proposal_of_the_owner_is_decided_by_the_steward(rooms: Library, ben: User, sam: User) -> None:
    requests = rooms.knowledge.governance.requests
    request = rooms.knowledge.glossary.propose(ben, "handbook", SABBATICAL, "We all say so.")
    with pytest.raises(NotAllowed):
        requests.decide(ben, request.id, True)
    requests.decide(sam, request.id, True)
    assert len(rooms.knowledge.glossary.rows(ben, "handbook")) == 1


def test_a_sheet_is_read_back_in_one_version_without_what_stands_there(rooms: Library, ben: User) -> None:
    glossary = rooms.knowledge.glossary
    glossary.add(ben, "handbook", SABBATICAL)
    number = rooms.knowledge.knowledge_base(ben, "handbook").snapshot.number
    sheet = "term,also,meaning\nPTO,annual leave; vacation,Paid time off\nNewborn break,x,\nPTO,leave,\n"

    assert glossary.bring(ben, "handbook", sheet.encode()) == 1
    assert rooms.knowledge.knowledge_base(ben, "handbook").snapshot.number == number + 1
    assert "PTO,annual leave;vacation,Paid time off" in glossary.sheet(ben, "handbook")
    assert glossary.bring(ben, "handbook", glossary.sheet(ben, "handbook").encode()) == 0


@pytest.mark.parametrize(
    ("sheet", "message"),
    [(b"\xff\xfe\x00", "UTF-8"), (b"name,what\na,b\n", "columns"), (b"term,also\nPTO,\n", "Line 2"), (b"", "columns")],
)
def test_a_sheet_that_is_none_adds_nothing(rooms: Library, ben: User, sheet: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        rooms.knowledge.glossary.bring(ben, "handbook", sheet)
    assert rooms.knowledge.glossary.rows(ben, "handbook") == ()
