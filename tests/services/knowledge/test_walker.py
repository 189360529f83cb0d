"""Why a question did not find what was expected: each cause is planted, and named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from services.errors import BadInput, NotFound
from services.governance.life_cycle import ApprovalState
from services.knowledge.causes import Cause, Remedy, Walk, Why
from services.knowledge.document import Stage
from services.knowledge.finding import Findings
from services.knowledge.setting import By, Filters, Setting
from services.ledger.receipt import Kind, Outcome
from services.people.user import User
from services.store.tables import documents, knowledge_bases, pages, passages, projections, token_vectors
from tests.conftest import SettableClock
from tests.services.knowledge.room import Room

QUESTION = "How long is parental leave?"
SENTENCE = "Parental leave lasts sixteen weeks for every parent."
LEAVE = f"# Leave\n\n{SENTENCE}\n\n# Sick days\n\nStay at home and tell your manager before nine.\n"
TRAVEL = "# Travel\n\nBook flights ten days ahead through the portal.\n"
HOLIDAYS = "# Time away\n\nStaff get thirty days of annual holidays.\n"
Asks = Callable[..., Why]


def enough(findings: Findings) -> bool:
    return True


def too_little(findings: Findings) -> bool:
    return False


@pytest.fixture(autouse=True)
def _content(room: Room) -> None:
    room.ship("handbook", {"leave.md": LEAVE, "travel.md": TRAVEL, "away.md": HOLIDAYS})
    room.ship("board", {"memo.md": "# Memo\n\nZephyr closes on the third of March in Lisbon.\n"}, audience=("office",))
    room.bring_in()


@pytest.fixture
def why(room: Room, ana: User) -> Asks:
    def ask(question: str = QUESTION, sentence: str = "", document_id: str | None = None, **more: Setting) -> Why:
        walk = Walk(question, sentence, document_id, ("handbook",), **more)
        return room.knowledge.walker.why(ana, walk, enough)

    return ask


def document(room: Room, name: str) -> str:
    return room.documents(name=name)[-1].id


def change(room: Room, name: str, **values: object) -> None:
    with room.database.write() as connection:
        connection.execute(update(documents).where(documents.c.id == document(room, name)).values(**values))


def fill(room: Room, number: int = 15) -> None:
    """Add so many documents that say much of parental leave, so that others come too far down."""
    files = {
        f"more-{each}.md": f"# Parental leave {each}\n\nParental leave, long leave {each}.\n" for each in range(number)
    }
    room.ship("handbook", {"leave.md": LEAVE, "travel.md": TRAVEL, "away.md": HOLIDAYS} | files)
    room.bring_in()


def test_what_was_found_is_said_to_be_found_and_where(room: Room, why: Asks) -> None:
    found = why(sentence=SENTENCE)

    assert (found.cause, found.remedy) == (Cause.FOUND, Remedy.OPEN_DOCUMENT)
    assert found.sentence.startswith("It was found, as source 1 of")
    assert found.spot is not None
    assert LEAVE[found.spot.start : found.spot.end] == SENTENCE.rstrip(".")


def test_a_document_alone_is_walked_to_its_best_source(room: Room, why: Asks) -> None:
    assert why(document_id=document(room, "leave.md")).cause is Cause.FOUND


def test_found_but_not_near_enough_for_an_answer(room: Room, ana: User) -> None:
    walk = Walk(QUESTION, SENTENCE, where=("handbook",))

    assert room.knowledge.walker.why(ana, walk, too_little).cause is Cause.NOT_ENOUGH


def test_a_knowledge_base_that_may_be_asked_for_says_so(room: Room, ana: User) -> None:
    found = room.knowledge.walker.why(ana, Walk(QUESTION, SENTENCE, where=("board",)), enough)

    assert (found.cause, found.remedy) == (Cause.NO_ACCESS, Remedy.ASK_FOR_ACCESS)
    assert found.document is None


def test_a_withdrawn_one_is_named_to_those_who_answer_for_it_alone(room: Room, sam: User, ana: User) -> None:
    with room.database.write() as connection:
        this = knowledge_bases.c.id == "handbook"
        connection.execute(update(knowledge_bases).where(this).values(state=ApprovalState.WITHDRAWN.value))
    walk = Walk(QUESTION, SENTENCE, where=("handbook",))

    assert room.knowledge.walker.why(sam, walk, enough).cause is Cause.WITHDRAWN
    with pytest.raises(NotFound):
        room.knowledge.walker.why(ana, walk, enough)


def test_a_question_of_empty_words_names_nothing(why: Asks) -> None:
    assert why("what is it of?", sentence=SENTENCE).cause is Cause.NOTHING_ASKED


def test_without_documents_it_says_so(room: Room, ana: User) -> None:
    with room.database.write() as connection:
        for table in (passages, pages, projections, token_vectors, documents):
            connection.execute(delete(table))
    walk = Walk(QUESTION, SENTENCE, where=("handbook",))

    found = room.knowledge.walker.why(ana, walk, enough)

    assert (found.cause, found.remedy) == (Cause.NO_DOCUMENTS, Remedy.ASK_OWNER)


@pytest.mark.parametrize(
    ("stage", "cause"),
    [
        (Stage.WAITING, Cause.WAITING),
        (Stage.READING, Cause.WAITING),
        (Stage.EMBEDDING, Cause.WAITING),
        (Stage.STOPPED, Cause.STOPPED),
        (Stage.REFUSED, Cause.REFUSED),
    ],
)
def test_a_document_that_is_not_read_says_why(room: Room, why: Asks, stage: Stage, cause: Cause) -> None:
    change(room, "leave.md", stage=stage.value, valid_from=None, verdict="The file is damaged.")

    by_document = why(document_id=document(room, "leave.md"))

    assert by_document.cause is cause
    assert "“Leave”" in by_document.sentence
    assert ("The file is damaged." in by_document.sentence) is (stage is Stage.REFUSED)
    assert why(sentence=SENTENCE).cause is cause


def test_an_unread_page_may_be_where_it_stands(room: Room, why: Asks) -> None:
    change(room, "leave.md", unread=[[3, "it is too dark"]])

    found = why(sentence="Fathers get twelve weeks more since last winter.")

    assert found.cause is Cause.READ_IN_PART
    assert "page 3 of “Leave”" in found.sentence
    assert "it is too dark" in found.sentence


def test_what_nobody_wrote_is_not_written(room: Room, why: Asks) -> None:
    sentence = "Fathers get twelve weeks more since last winter."

    assert why(sentence=sentence).cause is Cause.NOT_WRITTEN
    assert why(sentence=sentence).sentence == "None of the 3 documents says this."
    assert why(sentence=sentence, document_id=document(room, "leave.md")).document is not None


def test_an_owner_is_asked_for_what_nobody_wrote_except_by_themselves(room: Room, why: Asks, cleo: User) -> None:
    sentence = "Fathers get twelve weeks more since last winter."
    walk = Walk(QUESTION, sentence, where=("handbook",))

    assert why(sentence=sentence).remedy is Remedy.ASK_OWNER
    assert room.knowledge.walker.why(cleo, walk, enough).remedy is Remedy.SEE_DOCUMENTS
    assert why(sentence=sentence, document_id=document(room, "leave.md")).remedy is Remedy.OPEN_DOCUMENT


def test_an_older_version_of_a_document_still_says_it(room: Room, why: Asks) -> None:
    older = document(room, "leave.md")
    room.ship("handbook", {"leave.md": LEAVE.replace("sixteen weeks", "a year"), "travel.md": TRAVEL})
    room.bring_in()

    by_sentence, by_document = why(sentence=SENTENCE), why(document_id=older)

    assert by_document.cause is by_sentence.cause is Cause.SUPERSEDED
    assert by_document.remedy is by_sentence.remedy is Remedy.SEARCH_VERSION
    assert by_document.version is not None
    assert why(sentence=SENTENCE, setting=Setting(version=by_document.version)).cause is Cause.FOUND


def test_a_deleted_document_is_named_with_its_last_version(room: Room, why: Asks) -> None:
    room.ship("handbook", {"travel.md": TRAVEL, "away.md": HOLIDAYS})
    room.bring_in()

    found = why(sentence=SENTENCE)

    assert (found.cause, found.remedy) == (Cause.DELETED, Remedy.SEARCH_VERSION)
    assert why(sentence=SENTENCE, setting=Setting(version=found.version)).cause is Cause.FOUND


def test_an_older_version_does_not_hold_what_came_later(room: Room, why: Asks) -> None:
    fill(room, 1)
    later = document(room, "more-0.md")

    assert why(document_id=later, setting=Setting(version=1)).cause is Cause.CAME_LATER


@pytest.fixture
def guide(room: Room) -> str:
    """Let there be a second knowledge base for everybody, and give its id."""
    room.ship("guide", {"cars.md": "# Cars\n\nHire cars are booked at the front desk.\n"})
    room.bring_in()
    return "guide"


@pytest.mark.parametrize("named", [True, False])
def test_an_answer_from_several_is_walked_in_the_versions_that_it_was_given_from(
    room: Room, ana: User, guide: str, named: bool
) -> None:
    room.ship("handbook", {"travel.md": TRAVEL})
    room.bring_in()
    now = Walk(QUESTION, SENTENCE, where=("handbook", guide) if named else ())
    then = Walk(QUESTION, SENTENCE, where=now.where, versions=(("handbook", 1), (guide, 1)))

    assert room.knowledge.walker.why(ana, now, enough).cause is Cause.DELETED
    assert room.knowledge.walker.why(ana, then, enough).cause is Cause.FOUND
    assert room.knowledge.governance.ledger.mine(ana)[0].snapshots == {"handbook": 1, guide: 1}


def test_an_answer_from_everything_is_not_looked_for_in_what_came_to_be_readable_since(
    room: Room, ana: User, guide: str
) -> None:
    walk = Walk(QUESTION, "Hire cars are booked at the front desk.", versions=(("handbook", 1),))

    assert room.knowledge.walker.why(ana, walk, enough).cause is Cause.NOT_WRITTEN
    with pytest.raises(NotFound):
        room.knowledge.walker.why(ana, Walk(QUESTION, SENTENCE, versions=(("board", 1),)), enough)


def test_what_was_erased_is_said_to_be_erased(room: Room, why: Asks, clock: SettableClock) -> None:
    change(room, "leave.md", erased_at=clock(), valid_to=2)

    found = why(document_id=document(room, "leave.md"))

    assert (found.cause, found.remedy) == (Cause.ERASED, Remedy.ASK_OWNER)


def test_a_filter_that_leaves_it_out_is_named(room: Room, why: Asks) -> None:
    setting = Setting(filters=Filters((document(room, "travel.md"),)))

    found = why(sentence=SENTENCE, setting=setting)

    assert (found.cause, found.remedy) == (Cause.FILTERED, Remedy.REMOVE_FILTERS)


def test_it_came_but_too_far_down(room: Room, why: Asks) -> None:
    fill(room)

    found = why("long parental leave", sentence=SENTENCE)

    assert found.cause is Cause.TOO_FAR_DOWN
    assert found.standing is not None
    assert found.standing.rank > 10
    assert f"source {found.standing.rank}" in found.sentence


def test_other_words_for_the_same_are_offered_to_the_glossary(room: Room, why: Asks) -> None:
    fill(room)

    found = why("parental leave PTO", sentence="Staff get thirty days of annual holidays.")

    assert (found.cause, found.remedy) == (Cause.OTHER_WORDS, Remedy.ADD_WORDS)
    assert found.term
    assert found.also


def test_a_misread_sentence_is_shown_as_it_was_read(room: Room, why: Asks) -> None:
    fill(room)
    files = {f"more-{each}.md": f"# Parental leave {each}\n\nLong leave {each}.\n" for each in range(15)}
    misread = "Moming briefings are held in the ltalian office."
    room.ship("handbook", files | {"scan.md": f"# Notes\n\n{misread}\n"})
    room.bring_in()

    found = why("long parental leave", sentence="Morning briefings are held in the Italian office.")

    assert found.cause is Cause.MISREAD
    assert "Moming" in found.sentence


def test_a_sentence_written_differently_is_shown_as_it_is(room: Room, why: Asks) -> None:
    fill(room)

    found = why("long parental leave", sentence="Staff get forty days of annual holidays.")

    assert found.cause is Cause.OTHERWISE_WRITTEN
    assert "Staff get thirty days of annual holidays" in found.sentence


def test_a_sentence_split_over_two_sources_is_named(room: Room, why: Asks) -> None:
    fill(room)
    this = document(room, "away.md")
    middle = HOLIDAYS.index("days of")
    with room.database.write() as connection:
        of_it = passages.c.document_id == this
        connection.execute(update(passages).where(of_it).values(end=middle))
        row = {"document_id": this, "ordinal": 1, "page": 1, "start": middle, "end": len(HOLIDAYS), "heading": ""}
        connection.execute(passages.insert().values(row))

    found = why("long parental leave", sentence="Staff get thirty days of annual holidays.")

    assert found.cause is Cause.SPLIT


def test_without_the_model_words_alone_are_blamed(room: Room, why: Asks) -> None:
    fill(room)
    room.embedder.missing = "The meaning model's file model.onnx is missing."

    assert why("long parental leave", sentence=SENTENCE).cause is Cause.WITHOUT_MEANING


def hide(room: Room, knowledge_base_id: str) -> None:
    """Let nobody but its readers know that it is there."""
    with room.database.write() as connection:
        this = knowledge_bases.c.id == knowledge_base_id
        connection.execute(update(knowledge_bases).where(this).values(classification="Confidential"))


@contextmanager
def statements(room: Room) -> Iterator[list[str]]:
    """Collect what the database is asked to do."""
    asked: list[str] = []

    def collect(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(room.database.engine, "before_cursor_execute", collect)
    yield asked
    event.remove(room.database.engine, "before_cursor_execute", collect)


def of_walk(room: Room, user: User, walk: Walk) -> tuple[str, list[str]]:
    """Give what a walk says or is refused with, and what it asked of the database."""
    with statements(room) as asked:
        try:
            said = room.knowledge.walker.why(user, walk, enough).sentence
        except NotFound as refused:
            said = str(refused)
    return said, asked


def test_what_is_hidden_takes_the_same_work_as_what_is_not_there(room: Room, ana: User, guide: str) -> None:
    hide(room, "board")
    memo, secret = document(room, "memo.md"), "Zephyr closes on the third of March in Lisbon."
    nobody_wrote = "Zodiac opens on the tenth of April in Vienna."
    pairs = [
        (Walk(QUESTION, SENTENCE, where=("board",)), Walk(QUESTION, SENTENCE, where=("nothing",))),
        (Walk(QUESTION, SENTENCE, where=("handbook", "board")), Walk(QUESTION, SENTENCE, where=("handbook", "no"))),
        (Walk(QUESTION, document_id=memo), Walk(QUESTION, document_id="nothing")),
        (Walk(QUESTION, document_id=memo, where=("handbook",)), Walk(QUESTION, document_id="no", where=("handbook",))),
        (Walk(QUESTION, document_id=memo, where=("board",)), Walk(QUESTION, document_id="no", where=("nothing",))),
        (Walk(QUESTION, secret), Walk(QUESTION, nobody_wrote)),
        (Walk(QUESTION, SENTENCE, versions=(("board", 1),)), Walk(QUESTION, SENTENCE, versions=(("no", 1),))),
    ]
    of_walk(room, ana, Walk(QUESTION, SENTENCE))  # what is kept in memory from the first search on

    for hidden, absent in pairs:
        (said, asked), (said_of_nothing, asked_of_nothing) = of_walk(room, ana, hidden), of_walk(room, ana, absent)
        assert said == said_of_nothing
        assert asked == asked_of_nothing
        assert asked


def test_documents_to_expect_take_the_same_work_whether_hidden_or_not_there(room: Room, ana: User) -> None:
    hide(room, "board")

    with statements(room) as hidden:
        assert room.knowledge.walker.expectable(ana, ("board",)) == ()
    with statements(room) as absent:
        assert room.knowledge.walker.expectable(ana, ("nothing",)) == ()

    assert hidden == absent


@pytest.mark.parametrize("where", ["nothing", "own"])
def test_what_is_hidden_and_what_is_not_there_read_the_same(room: Room, ana: User, where: str) -> None:
    hide(room, "board")
    walker = room.knowledge.walker

    with pytest.raises(NotFound) as absent:
        walker.why(ana, Walk(QUESTION, SENTENCE, where=(where,)), enough)
    with pytest.raises(NotFound) as hidden:
        walker.why(ana, Walk(QUESTION, SENTENCE, where=("board",)), enough)

    assert str(absent.value) == str(hidden.value)


def test_a_document_of_another_knowledge_base_is_never_named(room: Room, ana: User, cleo: User) -> None:
    memo = document(room, "memo.md")

    with pytest.raises(NotFound):
        room.knowledge.walker.why(ana, Walk(QUESTION, document_id=memo), enough)
    with pytest.raises(NotFound):
        room.knowledge.walker.why(cleo, Walk(QUESTION, document_id=memo, where=("handbook",)), enough)
    hidden = room.knowledge.walker.why(ana, Walk(QUESTION, "Zephyr closes on the third of March in Lisbon."), enough)
    assert hidden.cause is Cause.NOT_WRITTEN
    assert memo not in {each.id for each in room.knowledge.walker.expectable(ana)}


def test_a_walk_leaves_a_receipt_of_a_search(room: Room, ana: User, why: Asks) -> None:
    why(sentence=SENTENCE)

    (receipt,) = room.knowledge.governance.ledger.mine(ana)
    assert (receipt.kind, receipt.outcome) == (Kind.SEARCH, Outcome.DONE)
    assert receipt.parameters["cause"] == "found"
    assert SENTENCE not in repr(receipt.inputs) + repr(receipt.parameters)


def test_a_walk_by_words_alone_finds_what_shares_none(room: Room, why: Asks) -> None:
    found = why("flights", document_id=document(room, "away.md"), setting=Setting(By.WORDS))

    assert found.cause is Cause.OTHER_WORDS


def test_only_those_who_answer_for_a_document_are_told_to_read_it_again(room: Room, why: Asks, cleo: User) -> None:
    change(room, "leave.md", stage=Stage.REFUSED.value, valid_from=None, added_by="cleo")
    walk = Walk(QUESTION, document_id=document(room, "leave.md"), where=("handbook",))

    assert why(document_id=document(room, "leave.md")).remedy is Remedy.SEE_DOCUMENTS
    assert room.knowledge.walker.why(cleo, walk, enough).remedy is Remedy.TRY_AGAIN


@pytest.mark.parametrize("sentence", ["\x00", "?" * 3_000, "' OR 1=1 --", "leave " * 2_000, "<b>Ω≈ç</b> rn"])
def test_any_sentence_can_be_expected(why: Asks, sentence: str) -> None:
    assert why(sentence=sentence).sentence


def test_a_question_without_a_word_is_refused(why: Asks) -> None:
    with pytest.raises(BadInput):
        why("?!", sentence=SENTENCE)
