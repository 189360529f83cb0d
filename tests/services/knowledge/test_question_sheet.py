"""A question set as people write it: whatever its dialect, and each bad row told by its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.errors import BadInput, TooMany
from services.knowledge.document import Document, Stage
from services.knowledge.question_set import Place, Question
from services.knowledge.question_sheet import EXAMPLE, MOST_BYTES, MOST_QUESTIONS, Sheet, read_sheet, write_sheet

HANDBOOK = Document(
    id="d",
    knowledge_base_id="kb",
    name="handbook.pdf",
    title="The Handbook",
    media="application/pdf",
    digest="",
    size=1,
    stage=Stage.PUBLISHED,
    verdict="",
    done=0,
    total=0,
    pages=9,
    passages=9,
    valid_from=1,
    valid_to=None,
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
)
DOCUMENTS = (HANDBOOK, replace(HANDBOOK, id="r", name="refunds; old.md", title="Refunds"))


def read(text: str | bytes) -> Sheet:
    return read_sheet(text.encode() if isinstance(text, str) else text, DOCUMENTS)


def test_a_question_expects_a_document_a_page_words_or_to_be_refused() -> None:
    sheet = read(
        "question,expected document or page,expected words,must be refused\n"
        "How much leave?,handbook.pdf p. 3,,\n"
        "Which form?,Refunds,form 12,no\n"
        "Within which time?,,thirty days,\n"
        "What is for lunch?,,,yes\n"
        "Who won the match?,must be refused,,\n"
    )

    assert sheet.faults == ()
    assert sheet.questions == (
        Question("1", "How much leave?", (Place("handbook.pdf", 3),)),
        Question("2", "Which form?", (Place("Refunds", None),), words="form 12"),
        Question("3", "Within which time?", (), words="thirty days"),
        Question("4", "What is for lunch?", ()),
        Question("5", "Who won the match?", ()),
    )
    assert [each.is_answerable for each in sheet.questions] == [True, True, True, False, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_the_dialect_the_encoding_and_the_order_of_the_columns(encoding: str, delimiter: str) -> None:
    rows = (("Page", "EXPECTED_Document", "Remark", " Question "), ("3", "THE handbook", "mine", "Où est le café?"))
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)

    assert read(text.encode(encoding)) == Sheet((Question("1", "Où est le café?", (Place("THE handbook", 3),)),), ())


@pytest.mark.parametrize("written", ["handbook", "handbook.pdf, page 3", "Handbook (p. 3)", "handbook.pdf p3"])
def test_a_document_is_named_by_file_name_or_title_with_a_page_behind_it(written: str) -> None:
    (question,) = read(f'question,document\nHow much leave?,"{written}"\n').questions

    assert question.places[0].document.casefold() in ("handbook", "handbook.pdf")


def test_several_documents_stand_in_one_cell_and_a_name_may_hold_the_mark_between_them() -> None:
    (several,) = read('question,document\nHow much leave?,"handbook.pdf p. 3; Refunds"\n').questions
    (one,) = read('question,document\nHow much leave?,"refunds; old.md"\n').questions

    assert several.places == (Place("handbook.pdf", 3), Place("Refunds", None))
    assert one.places == (Place("refunds; old.md", None),)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",handbook,,", "there is no question."),
        ("what is the,handbook,,", "only small words"),
        ("Who pays?,,,", "nothing is expected"),
        ("Who pays?,handbook,,yes", "it must be refused and yet"),
        ("Who pays?,handbook,,maybe", "“maybe” is neither yes nor no"),
        ("Who pays?,nowhere.pdf,,", "there is no document “nowhere.pdf” here."),
        ("Who pays?,handbook p. 0,,", "pages are counted from 1."),
        ("how MUCH leave?,handbook,,", "the same question stands on line 2."),
        (f"{'why ' * 400}?,handbook,,", "more than 1,000 characters"),
    ],
)
def test_a_row_that_cant_be_used_is_told_by_its_line_and_the_others_are_read(row: str, why: str) -> None:
    header = "question,document,words,must be refused\n"
    sheet = read(f"{header}How much leave?,handbook,,\n\n{row}\nWhich form?,Refunds,,\n")

    assert [each.text for each in sheet.questions] == ["How much leave?", "Which form?"]
    assert len(sheet.faults) == 1
    assert sheet.faults[0].startswith("Line 4: ")
    assert why in sheet.faults[0]


def test_a_line_is_counted_as_the_editor_shows_it_where_cells_span_several() -> None:
    sheet = read('question,document\n"How much\nleave?",handbook\nWho pays?,nowhere\n')

    assert sheet.questions[0].text == "How much leave?"
    assert sheet.faults[0].startswith("Line 4: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"who,where\nme,here\n",
        b"PK\x03\x04 a spreadsheet",
        b"\x00\x01\x02",
        b'question\n"' + b"x" * 200_000,
    ],
)
def test_what_is_no_question_set_is_told_in_a_sentence(data: bytes) -> None:
    with pytest.raises(BadInput):
        read(data)


def test_a_set_has_its_bounds() -> None:
    rows = "".join(f"How much is number {number}?,handbook\n" for number in range(MOST_QUESTIONS + 1))

    with pytest.raises(TooMany, match="501 questions"):
        read(f"question,document\n{rows}")
    with pytest.raises(TooMany):
        read(b"x" * (MOST_BYTES + 1))


def test_what_is_written_is_read_back_and_no_cell_begins_a_formula() -> None:
    questions = (
        Question("1", "=1+1 is how much?", (Place("handbook.pdf", 3), Place("Refunds", None)), words="-2, “two”"),
        Question("2", "What is for lunch?", ()),
    )

    written = write_sheet(questions)

    assert "\n'=1+1" in written
    assert read(written) == Sheet(questions, ())


def test_the_example_says_how_a_set_is_written() -> None:
    sheet = read(EXAMPLE)

    assert len(sheet.questions) == 4
    assert sheet.faults == ()
