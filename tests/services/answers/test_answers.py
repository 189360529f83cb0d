from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import rfc8785

from services.answers.answer import Strength
from services.answers.answers import Asked
from services.backends.embedded.embedder import MiniLMEmbedder
from services.errors import AppError, BadInput, NotAllowed, NotFound, TooMany
from services.governance.life_cycle import ApprovalState
from services.governance.rules import Limits
from services.knowledge.knowledge_base import Audience
from services.ledger.receipt import Kind, Outcome, Receipt
from services.people.user import User
from services.store.database import Database
from services.store.tables import knowledge_bases
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import Library, furnish, library

PARENTAL = "How many weeks of paid parental leave am I entitled to?"
CAFETERIA = "What is in the cafeteria today?"


def ask(rooms: Library, user: User, question: str, where: tuple[str, ...] = ()) -> Asked:
    return rooms.answers.asked(user, rooms.answers.ask(user, question, where).id)


def test_an_answer_is_quoted_word_for_word_from_its_page(rooms: Library, ana: User) -> None:
    asked = ask(rooms, ana, PARENTAL)
    assert (
        asked.answer.claims[0].text
        == "Every employee who becomes a parent is entitled to 16 weeks of paid parental leave."
    )
    assert asked.answer.strength is Strength.WELL_SUPPORTED
    for citation in asked.answer.citations:
        page = rooms.knowledge.page(ana, citation.document_id, citation.page)
        assert page.text[citation.start : citation.end] == citation.quote
        assert citation.knowledge_base_name == "Employee handbook"


def test_a_quote_over_a_line_end_is_exact_and_its_sentence_reads_on_one_line(rooms: Library, ana: User) -> None:
    asked = ask(rooms, ana, "When do I need a doctor's certificate?")
    assert asked.answer.citations[0].quote == "A doctor's certificate is needed from the\nfourth day on."
    assert asked.answer.claims[0].text == "A doctor's certificate is needed from the fourth day on."


def test_a_row_of_a_table_comes_with_the_head_of_its_table(rooms: Library, ana: User) -> None:
    asked = ask(rooms, ana, "How many hours of annual leave are carried over?")
    assert [each.text for each in asked.answer.claims] == [
        "Leave | Hours a year | Carried over — Annual leave | 160 | at most 240 hours"
    ]
    assert asked.answer.claims[0].citations == (1, 2)


def test_sentences_stand_in_reading_order(rooms: Library, ana: User) -> None:
    asked = ask(rooms, ana, "parental leave: when must it begin, and in how many parts can it be taken?")
    starts = [each.start for each in asked.answer.citations]
    assert len(starts) > 1
    assert starts == sorted(starts)


def test_a_text_that_stands_in_two_documents_is_quoted_once(rooms: Library, ana: User) -> None:
    same = "# Copy\n\nEvery employee who becomes a parent is entitled to 16 weeks of paid parental leave."
    rooms.publish("handbook", "copy.md", [same])
    texts = [each.text for each in ask(rooms, ana, PARENTAL).answer.claims]
    assert len(texts) == len(set(texts))


def test_it_says_in_a_sentence_how_it_was_found(rooms: Library, ana: User) -> None:
    assert ask(rooms, ana, PARENTAL).answer.how_found == (
        "Found because it contains **weeks**, **paid parental leave** and **entitled** and means nearly the same; "
        "1 of 3 sources used."
    )


def test_thin_evidence_gives_the_nearest_sources_and_their_owner(rooms: Library, ana: User) -> None:
    asked = ask(rooms, ana, CAFETERIA)
    assert asked.answer.strength is Strength.NOT_IN_THESE_DOCUMENTS
    assert asked.answer.claims == ()
    assert 1 <= len(asked.answer.citations) <= 3
    assert all(each.quote for each in asked.answer.citations)
    assert asked.answer.owners == (("Employee handbook", "Ben"),)
    assert asked.answer.how_found == "Looked through 3 sources; none says enough about this to be quoted."
    assert asked.receipt.outcome is Outcome.NOT_FOUND


def test_what_is_not_for_the_asker_is_neither_quoted_nor_near(rooms: Library, ana: User, cleo: User) -> None:
    question = "How much does the acquisition of Zephyr Robotics cost?"
    assert "Zephyr" not in str(ask(rooms, ana, question).answer)
    assert "41 million dollars" in ask(rooms, cleo, question).answer.claims[0].text


def test_looking_in_what_is_not_for_the_asker_is_refused_like_what_is_not_there(rooms: Library, ana: User) -> None:
    sentences = []
    for place in ("board", "nowhere"):
        with pytest.raises(NotFound) as refused:
            rooms.answers.ask(ana, PARENTAL, (place,))
        sentences.append(refused.value.message)
    assert sentences[0] == sentences[1]


def test_a_person_who_may_read_nothing_is_told_so(database: Database, clock: SettableClock, ana: User) -> None:
    rooms = library(database, clock)
    rooms.add(replace(passport("board", "Board papers"), audience=Audience(("office",))), {"memo.md": "Secret memo."})
    with pytest.raises(NotAllowed) as refused:
        rooms.answers.ask(ana, PARENTAL)
    assert refused.value.message == "There are no documents that you may read yet."


def test_a_knowledge_base_that_nothing_was_read_of_says_so(database: Database, clock: SettableClock, ana: User) -> None:
    rooms = library(database, clock)
    rooms.add(passport("handbook", "Employee handbook"), {})
    answer = ask(rooms, ana, PARENTAL).answer
    assert answer.how_found == "There was nothing to look through: no document has been read yet."
    assert answer.citations == ()


def test_the_receipt_says_what_was_used_and_keeps_no_words_in_the_chain(rooms: Library, ana: User) -> None:
    receipt = ask(rooms, ana, PARENTAL).receipt
    assert (receipt.kind, receipt.outcome, receipt.model) == (Kind.ASK, Outcome.ANSWERED, "extractive")
    assert (receipt.template, receipt.template_version) == ("ask", 2)
    assert receipt.snapshots == {"handbook": 2}
    first = receipt.sources[0]
    passage = rooms.knowledge.passage(ana, first.passage_id)
    assert first.digest == hashlib.sha256(passage.text.encode()).hexdigest()
    assert first.document_digest == passage_file_digest(rooms, ana, first.document_id)
    assert first.ranks == {"words": 1, "meaning": 1, "fused": 1, "reordered": 1}
    assert all(score is not None and len(score.split(".")[1]) == 6 for score in first.scores.values())
    assert receipt.claims == (
        {"quotes": [1], "places": [{"passage": first.passage_id, "page": 1, "start": 18, "end": 101}]},
    )
    assert "parental" not in str(receipt.claims) + str(receipt.parameters) + str(receipt.inputs)


def passage_file_digest(rooms: Library, user: User, document_id: str) -> str:
    return next(each.digest for each in rooms.knowledge.documents(user, "handbook") if each.id == document_id)


def test_an_answer_reads_the_same_from_another_process(rooms: Library, ana: User, clock: SettableClock) -> None:
    asked = ask(rooms, ana, PARENTAL)
    afterwards = library(rooms.database, clock)
    assert afterwards.answers.asked(ana, asked.receipt.id).answer == asked.answer


def test_an_answer_is_nobody_elses_to_read(rooms: Library, ana: User, cleo: User) -> None:
    receipt = rooms.answers.ask(ana, PARENTAL)
    with pytest.raises(NotFound):
        rooms.answers.asked(cleo, receipt.id)
    with pytest.raises(NotFound):
        rooms.answers.follow_ups(cleo, receipt.id)
    with pytest.raises(NotFound):
        rooms.answers.document(cleo, receipt.id)


def test_quotes_of_what_the_asker_may_no_longer_read_are_gone_from_answer_and_receipt(
    rooms: Library, ana: User
) -> None:
    receipt = rooms.answers.ask(ana, PARENTAL)
    rooms.change("handbook", state=ApprovalState.WITHDRAWN.value)
    asked = rooms.answers.asked(ana, receipt.id)
    citation = asked.answer.citations[0]
    assert citation.withheld == "This is quoted from Employee handbook, which is gone or no longer yours to read."
    assert (citation.quote, citation.heading, citation.document_title) == ("", "", "")
    assert asked.answer.claims[0].text == ""
    assert "16 weeks" not in str(asked)


def checked(document: str) -> dict[str, str]:
    """Recompute every digest of a downloaded receipt, as anybody can without the app; give its texts by name."""
    held = json.loads(document)
    link = held["previous"].encode() + rfc8785.dumps(held["body"])
    assert hashlib.sha256(link).hexdigest() == held["digest"]
    digests = {name: digest for name, digest in held["body"]["texts"].items() if name != "quotes"}
    digests |= {f"quote {number}": digest for number, digest in enumerate(held["body"]["texts"]["quotes"], start=1)}
    for name, kept in held["texts"].items():
        assert hashlib.sha256((kept["salt"] + kept["text"]).encode()).hexdigest() == digests[name]
    assert {*held["texts"], *held["withheld"], *held["erased"]} == {name for name in digests if digests[name]}
    return {name: kept["text"] for name, kept in held["texts"].items()}


def test_a_downloaded_receipt_can_be_checked_without_the_app(rooms: Library, ana: User) -> None:
    rooms.answers.ask(ana, CAFETERIA)
    asked = ask(rooms, ana, PARENTAL)

    texts = checked(rooms.answers.document(ana, asked.receipt.id))

    assert texts["question"] == PARENTAL
    assert texts["quote 1"] == asked.answer.citations[0].quote
    assert texts["answer"] == asked.receipt.answer


def test_a_downloaded_receipt_names_and_leaves_out_what_may_no_longer_be_read(rooms: Library, ana: User) -> None:
    receipt = rooms.answers.ask(ana, PARENTAL)
    rooms.change("handbook", state=ApprovalState.WITHDRAWN.value)

    document = rooms.answers.document(ana, receipt.id)

    assert checked(document) == {"question": PARENTAL}
    assert json.loads(document)["withheld"] == ["answer", "quote 1"]
    assert "16 weeks" not in document


def test_a_downloaded_receipt_without_its_answer_has_no_quotes_either(
    rooms: Library, ana: User, sam: User, cleo: User
) -> None:
    receipt = rooms.answers.ask(ana, PARENTAL)
    digest = json.loads(rooms.answers.document(ana, receipt.id))["body"]["texts"]["answer"]
    rooms.ledger.erase(cleo, sam, digest, "It names a person.")

    document = rooms.answers.document(ana, receipt.id)

    assert checked(document) == {"question": PARENTAL}
    assert json.loads(document)["erased"] == ["answer"]
    assert rooms.answers.asked(ana, receipt.id).receipt.quotes == ("",)


def test_an_erased_quote_says_so_and_the_rest_stays(rooms: Library, ana: User, sam: User, cleo: User) -> None:
    before = ask(rooms, ana, CAFETERIA)
    assert len(before.answer.citations) == 3
    rooms.ledger.erase(cleo, sam, digest_of_quote(rooms, ana, before.receipt, 1), "It names a person.")
    after = rooms.answers.asked(ana, before.receipt.id).answer
    assert (after.citations[0].withheld, after.citations[0].quote) == ("This quote was erased.", "")
    assert after.citations[1:] == before.answer.citations[1:]


def digest_of_quote(rooms: Library, user: User, receipt: Receipt, number: int) -> str:
    return str(json.loads(rooms.ledger.document(user, receipt.id))["body"]["texts"]["quotes"][number - 1])


def test_an_erased_answer_says_so_and_keeps_its_strength(rooms: Library, ana: User, sam: User) -> None:
    receipt = rooms.answers.ask(ana, PARENTAL)
    rooms.ledger.erase(ana, sam, receipt.id, "Asked by mistake.")
    asked = rooms.answers.asked(ana, receipt.id)
    assert asked.question == ""
    assert asked.answer.missing == ("The text of this answer was erased.",)
    assert asked.answer.strength is Strength.WELL_SUPPORTED
    assert "parental" not in str(asked)


def test_a_run_that_was_refused_says_why_when_its_receipt_is_opened(rooms: Library, ana: User) -> None:
    with pytest.raises(BadInput):
        rooms.answers.ask(ana, "?!")
    (refused,) = rooms.ledger.mine(ana)
    assert rooms.answers.asked(ana, refused.id).answer.missing == ("There is no word in this question.",)


def test_the_receipt_of_an_opened_source_holds_no_answer(rooms: Library, ana: User) -> None:
    cited = ask(rooms, ana, PARENTAL).answer.citations[0]
    opened = rooms.knowledge.open_source(ana, cited.document_id, cited.page, cited.start, cited.end)
    with pytest.raises(NotFound):
        rooms.answers.asked(ana, opened.receipt_id)


def test_without_the_model_it_answers_by_words_and_says_so(
    database: Database, clock: SettableClock, tmp_path: Path, ana: User
) -> None:
    rooms = library(database, clock, embedder=MiniLMEmbedder(tmp_path / "model.onnx"))
    furnish(rooms)
    answer = ask(rooms, ana, PARENTAL).answer
    assert answer.claims[0].text.startswith("Every employee who becomes a parent")
    assert len(answer.missing) == 1
    assert "model.onnx" in answer.missing[0]
    assert answer.how_found.startswith("Found by its words alone because it contains **weeks**")
    assert ask(rooms, ana, CAFETERIA).answer.strength is Strength.NOT_IN_THESE_DOCUMENTS


def test_further_questions_come_from_what_was_searched_without_the_one_that_was_asked(
    rooms: Library, ana: User
) -> None:
    receipt = rooms.answers.ask(ana, PARENTAL)
    assert rooms.answers.follow_ups(ana, receipt.id) == (
        "When must the parental leave begin?",
        "Who keeps their health insurance?",
        "Which expenses need a receipt?",
    )


def test_a_run_beyond_the_limit_is_refused_in_a_sentence(database: Database, clock: SettableClock, ana: User) -> None:
    rooms = library(database, clock, limits=Limits(per_minute={Kind.ASK: 1}))
    furnish(rooms)
    rooms.answers.ask(ana, PARENTAL)
    with pytest.raises(TooMany):
        rooms.answers.ask(ana, PARENTAL)
    clock.moment += timedelta(minutes=2)
    assert rooms.answers.ask(ana, PARENTAL).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("question", "error", "sentence"),
    [
        ("", BadInput, "There is no word in this question."),
        (" \n\t ", BadInput, "There is no word in this question."),
        ("?!…", BadInput, "There is no word in this question."),
        ("\x00\x1b\u202e", BadInput, "There is no word in this question."),
        ("what is the", BadInput, "This question has only small words in it, such as “what” or “the”."),
        ("leave " * 1_700, TooMany, "The question has 10,199 characters; at most 4,000 can be asked."),
    ],
    ids=["empty", "white space", "no letter", "control characters", "small words", "10,000 characters"],
)
def test_a_question_that_can_not_be_asked_is_refused_in_a_sentence(
    rooms: Library, ana: User, question: str, error: type[AppError], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        rooms.answers.ask(ana, question)
    assert refused.value.message == sentence
    assert refused.value.hint
    (receipt,) = rooms.ledger.mine(ana)
    assert (receipt.outcome, receipt.verdicts[-1].sentence) == (Outcome.REFUSED, sentence)


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script> <img src=x onerror=alert(2)>",
        "'; DROP TABLE receipts; --",
        "¿Qué hay hoy en la cantina?",
        "今日の食堂には何がありますか",
    ],
    ids=["HTML", "SQL", "Spanish", "Japanese"],
)
def test_a_question_that_is_not_answered_is_refused_honestly(rooms: Library, ana: User, question: str) -> None:
    asked = ask(rooms, ana, question)
    assert asked.answer.strength is Strength.NOT_IN_THESE_DOCUMENTS
    assert asked.question == question
    assert rooms.ledger.verify().broken_at is None


def test_markup_around_a_question_does_not_keep_it_from_its_answer(rooms: Library, ana: User) -> None:
    asked = ask(rooms, ana, f"<b>{PARENTAL}</b>\x00\u202e")
    assert asked.answer.claims[0].text.startswith("Every employee who becomes a parent")
    assert asked.question == f"<b>{PARENTAL}</b>"


def test_spanish_is_answered_from_a_spanish_document(rooms: Library, ana: User) -> None:
    rooms.publish(
        "handbook",
        "permiso.md",
        ["# Permiso parental\n\nCada empleado tiene derecho a dieciséis semanas de permiso parental retribuido."],
    )
    asked = ask(rooms, ana, "¿Cuántas semanas de permiso parental retribuido tiene cada empleado?")
    assert asked.answer.claims[0].text.startswith("Cada empleado tiene derecho a dieciséis semanas")


@dataclass(frozen=True)
class Refusing:
    """Something beside a receipt that can't be written."""

    def __call__(self, *_: object) -> None:
        raise NotFound("The notebook is gone.", "")


def test_a_receipt_and_what_belongs_beside_it_are_written_together_or_not_at_all(rooms: Library, ana: User) -> None:
    with pytest.raises(NotFound):
        rooms.answers.ask(ana, PARENTAL, beside=Refusing())
    assert [each.outcome for each in rooms.ledger.mine(ana)] == [Outcome.FAILED]


def test_asking_reads_and_never_changes_the_knowledge_base(rooms: Library, ana: User, database: Database) -> None:
    def state() -> list[object]:
        with database.read() as connection:
            return [tuple(row) for row in connection.execute(knowledge_bases.select())]

    before = state()
    ask(rooms, ana, PARENTAL)
    assert state() == before
