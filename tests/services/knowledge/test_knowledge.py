from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from services.errors import AppError, NotFound
from services.governance.life_cycle import ApprovalState
from services.governance.run import Run
from services.knowledge.knowledge import Knowledge
from services.ledger.receipt import Environment, Kind, Outcome, Receipt
from services.people.user import User
from services.store.tables import knowledge_bases
from tests.conftest import SettableClock
from tests.services.knowledge.pdfs import pdf
from tests.services.knowledge.room import Room

LEAVE = "# Parental leave\n\nSixteen weeks of paid leave are granted.\n\nAsk for it early."

Use = Callable[[Knowledge, User], object]


@pytest.fixture
def document_id(room: Room) -> str:
    """A document that only Claims may read, and another knowledge base for everybody."""
    room.ship("secrets", {"leave.md": LEAVE, "plan.pdf": pdf(["Page one."], ["Page two."])}, audience=["claims"])
    room.ship("public", {"note.txt": "A note about the weather."})
    room.bring_in()
    return room.documents(name="leave.md")[0].id


def uses(document_id: str) -> dict[str, Use]:
    return {
        "knowledge_base": lambda knowledge, user: knowledge.knowledge_base(user, "secrets"),
        "documents": lambda knowledge, user: knowledge.documents(user, "secrets"),
        "progress": lambda knowledge, user: knowledge.progress(user, "secrets"),
        "page": lambda knowledge, user: knowledge.page(user, document_id, 1),
        "passage": lambda knowledge, user: knowledge.passage(user, f"{document_id}:0"),
        "search": lambda knowledge, user: knowledge.search(user, "leave", ("secrets",)),
        "open_source": lambda knowledge, user: knowledge.open_source(user, document_id, 1, 0, 5),
    }


@pytest.mark.parametrize("verb", uses(""))
def test_who_may_read_can_and_for_anybody_else_it_reads_like_nothing_there(
    room: Room, ana: User, ben: User, document_id: str, verb: str
) -> None:
    use = uses(document_id)[verb]
    assert use(room.knowledge, ana)
    with pytest.raises(NotFound) as not_mine:
        use(room.knowledge, ben)
    absent = uses("0000000000000000")[verb] if verb in ("page", "passage", "open_source") else elsewhere(verb)
    with pytest.raises(NotFound) as not_there:
        absent(room.knowledge, ben)
    assert (not_mine.value.message, not_mine.value.hint) == (not_there.value.message, not_there.value.hint)


def elsewhere(verb: str) -> Use:
    def use(knowledge: Knowledge, user: User) -> object:
        ask: Any = getattr(knowledge, verb)
        return ask(user, "leave", ("nowhere",)) if verb == "search" else ask(user, "nowhere")

    return use


def test_a_search_everywhere_looks_only_where_one_may_read(room: Room, ana: User, ben: User, document_id: str) -> None:
    assert room.knowledge.search(ana, "weeks of paid leave").passages_searched == 4
    findings = room.knowledge.search(ben, "weeks of paid leave")
    assert {found.passage.knowledge_base_id for found in findings.found} == {"public"}
    assert [snapshot.knowledge_base_id for snapshot in findings.snapshots] == ["public"]


def test_one_place_that_may_not_be_read_spoils_the_whole_search(room: Room, ben: User, document_id: str) -> None:
    assert not room.knowledge.can_read(ben, ("public", "secrets"))
    with pytest.raises(NotFound):
        room.knowledge.search(ben, "weather", ("public", "secrets"))


def test_somebody_who_may_read_nothing_gets_a_sentence(room: Room, ben: User) -> None:
    assert not room.knowledge.can_read(ben)
    with pytest.raises(NotFound, match="no documents that you may read yet") as nothing:
        room.knowledge.search(ben, "weather")
    assert nothing.value.hint


def test_a_withdrawn_knowledge_base_answers_nobody(room: Room, ana: User, document_id: str) -> None:
    change(room, "secrets", state=ApprovalState.WITHDRAWN.value)
    with pytest.raises(NotFound):
        room.knowledge.page(ana, document_id, 1)


def test_past_its_last_approved_day_it_is_due_for_review_and_still_answers(
    room: Room, ana: User, document_id: str, clock: SettableClock
) -> None:
    last = clock().date() + timedelta(days=3)
    change(room, "secrets", approved_until=last)
    clock.go_on(days=3)
    on_its_last_day = room.knowledge.knowledge_base(ana, "secrets")
    assert (on_its_last_day.state, on_its_last_day.review_due_since) == (ApprovalState.APPROVED, None)
    clock.go_on(days=1)
    listed = next(each for each in room.knowledge.knowledge_bases(ana) if each.id == "secrets")
    for after in (listed, room.knowledge.knowledge_base(ana, "secrets")):
        assert (after.state, after.review_due_since) == (ApprovalState.REVIEW_DUE, last + timedelta(days=1))
    assert room.knowledge.search(ana, "weeks of paid leave", ("secrets",)).found


@pytest.mark.parametrize("state", [ApprovalState.DRAFT, ApprovalState.IN_REVIEW, ApprovalState.WITHDRAWN])
def test_what_was_not_approved_is_never_due_for_review(room: Room, ben: User, state: ApprovalState) -> None:
    room.ship("public", {"note.txt": "A note."})
    room.bring_in()
    (public,) = room.knowledge.knowledge_bases(ben)
    other = replace(public, state=state, approved_until=date(2020, 1, 1))
    assert other.as_on(date(2026, 1, 1)) == other
    assert other.review_due_since is None


def test_what_is_not_yet_published_cannot_be_opened(room: Room, ana: User) -> None:
    room.ship("public", {"note.txt": "A note."})
    room.shipped.bring_in()
    with pytest.raises(NotFound):
        room.knowledge.page(ana, room.documents()[0].id, 1)


def test_an_opened_source_stands_in_its_surroundings(room: Room, ana: User, document_id: str) -> None:
    start = LEAVE.index("Sixteen")
    opened = room.knowledge.open_source(ana, document_id, 1, start, start + 13)
    assert (opened.quote, opened.heading, opened.document_title) == (
        "Sixteen weeks",
        "Parental leave",
        "Parental leave",
    )
    assert opened.before + opened.quote + opened.after == LEAVE
    assert (opened.page, opened.page_count, opened.has_picture, opened.is_current) == (1, 1, False, True)


def test_long_surroundings_are_cut_at_lines(room: Room, ana: User) -> None:
    line = "A line of a long page.\n"
    room.ship("public", {"long.txt": line * 300})
    room.bring_in()
    start = len(line) * 150
    opened = room.knowledge.open_source(ana, room.documents()[0].id, 1, start, start + 6)
    assert opened.before.startswith("A line")
    assert opened.after.endswith("page.")
    assert opened.before + opened.quote + opened.after in line * 300
    assert 1_000 < len(opened.before) <= 1_500


def test_opening_a_source_writes_a_receipt(room: Room, ana: User, document_id: str) -> None:
    opened = room.knowledge.open_source(ana, document_id, 1, 0, 16)
    receipt = room.knowledge.governance.ledger.receipt(ana, opened.receipt_id)
    assert (receipt.kind, receipt.outcome, receipt.built_on) == (Kind.OPEN, Outcome.DONE, ())
    assert receipt.environment is Environment.DRAFT
    assert receipt.quotes == (LEAVE[:16],)
    (source,) = receipt.sources
    assert (source.document_id, source.page, source.passage_id) == (document_id, 1, f"{document_id}:0")
    assert receipt.snapshots == {"secrets": 1}


@pytest.mark.parametrize("environment", Environment)
def test_a_source_is_opened_on_the_receipt_and_in_the_environment_it_was_asked_in(
    room: Room, ana: User, document_id: str, environment: Environment
) -> None:
    asked = ask(room, ana, environment)
    opened = room.knowledge.open_source(ana, document_id, 1, 0, 16, receipt_id=asked.id)
    receipt = room.knowledge.governance.ledger.receipt(ana, opened.receipt_id)
    assert (receipt.built_on, receipt.environment) == ((asked.id,), environment)


def test_nobody_builds_on_a_receipt_that_is_somebody_elses_or_not_there(
    room: Room, ana: User, ben: User, document_id: str
) -> None:
    note = room.documents(name="note.txt")[0].id
    anas = ask(room, ana)
    refusals = []
    for receipt_id in (anas.id, "nowhere"):
        with pytest.raises(NotFound) as refused:
            room.knowledge.open_source(ben, note, 1, 0, 6, receipt_id=receipt_id)
        refusals.append((refused.value.message, refused.value.hint))
    assert refusals[0] == refusals[1]
    left = room.knowledge.governance.ledger.mine(ben, kind=Kind.OPEN)
    assert [(each.outcome, each.built_on, each.quotes) for each in left] == [(Outcome.REFUSED, (), ())] * 2


def test_trying_to_open_what_one_may_not_read_leaves_a_refused_receipt(room: Room, ben: User, document_id: str) -> None:
    with pytest.raises(NotFound):
        room.knowledge.open_source(ben, document_id, 1, 0, 5)
    (receipt,) = room.knowledge.governance.ledger.mine(ben, kind=Kind.OPEN)
    assert receipt.outcome is Outcome.REFUSED


@pytest.mark.parametrize(("page", "start", "end"), [(2, 0, 5), (1, 5, 5), (1, -3, 5), (1, 0, 10_000)])
def test_a_range_that_is_not_there_is_not_found(
    room: Room, ana: User, document_id: str, page: int, start: int, end: int
) -> None:
    with pytest.raises(NotFound):
        room.knowledge.open_source(ana, document_id, page, start, end)


@pytest.mark.parametrize("passage_id", ["", "x", ":", "x:y", "x:-1", "x:99999999999999999999", "x:٣"])
def test_an_odd_passage_id_is_not_found(room: Room, ana: User, passage_id: str) -> None:
    with pytest.raises(NotFound):
        room.knowledge.passage(ana, passage_id)


def test_a_search_says_what_is_still_being_read(room: Room, ana: User, document_id: str) -> None:
    room.ship("public", {"note.txt": "A note about the weather.", "late.txt": "Rain tomorrow.", "b.txt": "Sun."})
    room.shipped.bring_in()

    findings = room.knowledge.search(ana, "the weather")
    assert findings.missing == ("public is still being read: 2 of its documents can't be found yet.",)
    assert room.knowledge.search(ana, "leave", ("secrets",)).missing == ()

    room.publish_what_waits()
    assert room.knowledge.search(ana, "the weather").missing == ()


def test_progress_counts_documents_and_passages(room: Room, ana: User, document_id: str) -> None:
    progress = room.knowledge.progress(ana, "secrets")
    assert (progress.ready, progress.documents_ready, progress.documents_total) == (True, 2, 2)
    assert (progress.passages, progress.seconds_left, progress.current) == (3, None, None)


def test_a_search_of_an_older_state_finds_what_stood_there(room: Room, ana: User, clock: SettableClock) -> None:
    room.ship("public", {"note.txt": "A note about rain."})
    room.bring_in()
    room.ship("public", {"note.txt": "A note about snow."})
    room.bring_in()
    then = room.knowledge.search(ana, "note", snapshots={"public": 1})
    now = room.knowledge.search(ana, "note", snapshots={"public": 99})
    assert [found.passage.text for found in then.found] == ["A note about rain."]
    assert [found.passage.text for found in now.found] == ["A note about snow."]


def test_every_verb_says_its_errors_in_a_sentence(room: Room, ana: User, tmp_path: Path) -> None:
    with pytest.raises(AppError) as error:
        room.knowledge.knowledge_base(ana, "../../etc/passwd")
    assert error.value.message.endswith(".")
    assert error.value.hint.endswith(".")


def ask(room: Room, user: User, environment: Environment = Environment.DRAFT) -> Receipt:
    """Leave the receipt of a question, as the room of answers does."""
    run = Run(Kind.ASK, "How many weeks?", environment=environment)
    with room.knowledge.governance.admit(user, run) as admission:
        return admission.settle(admission.blank)


def change(room: Room, knowledge_base_id: str, **values: object) -> None:
    with room.database.write() as connection:
        this = knowledge_bases.c.id == knowledge_base_id
        connection.execute(update(knowledge_bases).where(this).values(**values))
