"""What ships is whole: passports, documents, licences, question sets and the people they name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.governance.life_cycle import ApprovalState
from services.knowledge.knowledge_base import ReadingRule
from services.knowledge.passport import Passport, read_passport, read_passports
from services.knowledge.question_set import Question, read_question_set
from services.people.user import LineOfBusiness, Role, User

CONTENT = Path(__file__).parents[3] / "services" / "content"
KNOWLEDGE_BASES = CONTENT / "knowledge_bases"
OWN_FILE_LIMIT = 20_000_000

ANA = User("ana", "Ana", "business analyst", LineOfBusiness("claims", "Claims"), Role.CITIZEN)
BEN = User("ben", "Ben", "HR advisor", LineOfBusiness("people", "People & Culture"), Role.CITIZEN)
SAM = User("sam", "Sam", "steward", LineOfBusiness("people", "People & Culture"), Role.STEWARD)


@pytest.fixture(params=["employee-handbook", "northwind-benefits", "quarterly-reports"])
def passport(request: pytest.FixtureRequest) -> Passport:
    return read_passport(KNOWLEDGE_BASES / request.param)


@pytest.fixture
def questions(passport: Passport) -> tuple[Question, ...]:
    return read_question_set(passport.folder / "questions.jsonl")


def test_three_knowledge_bases_ship() -> None:
    names = [passport.knowledge_base.name for passport in read_passports(KNOWLEDGE_BASES)]

    assert names == ["Employee handbook", "Northwind benefits", "Quarterly reports"]


def test_the_handbook_ships_with_all_its_pages_and_says_which_page_each_document_is() -> None:
    handbook = read_passport(KNOWLEDGE_BASES / "employee-handbook")
    origins = (handbook.folder / "origins.tsv").read_text(encoding="utf-8").splitlines()[1:]

    assert len(handbook.documents) == 237
    assert sorted(line.split("\t")[0] for line in origins) == [path.name for path in handbook.documents]


def test_a_shipped_knowledge_base_is_approved_and_its_dates_lie_ahead_of_its_release(passport: Passport) -> None:
    knowledge_base = passport.knowledge_base

    assert knowledge_base.state is ApprovalState.APPROVED
    assert knowledge_base.review_by is not None
    assert knowledge_base.approved_until is not None
    assert date(2026, 12, 31) < knowledge_base.review_by <= knowledge_base.approved_until


def test_nobody_is_owner_and_steward_of_the_same_knowledge_base(passport: Passport) -> None:
    assert passport.knowledge_base.owner != passport.knowledge_base.steward


def test_owner_and_steward_are_people_who_ship(passport: Passport) -> None:
    people = (CONTENT / "people.toml").read_text(encoding="utf-8")

    assert f'"{passport.knowledge_base.owner}"' in people
    assert f'"{passport.knowledge_base.steward}"' in people


def test_licence_and_source_lie_beside_the_documents(passport: Passport) -> None:
    assert len((passport.folder / "LICENSE").read_text(encoding="utf-8")) > 500
    assert "github.com/" in (passport.folder / "SOURCE.md").read_text(encoding="utf-8")


def test_no_document_is_larger_than_an_own_file_may_be(passport: Passport) -> None:
    assert max(path.stat().st_size for path in passport.documents) <= OWN_FILE_LIMIT


def test_every_markdown_document_begins_with_its_title() -> None:
    documents = list(KNOWLEDGE_BASES.glob("*/documents/*.md"))

    assert [path.name for path in documents if not path.read_text(encoding="utf-8").startswith("# ")] == []


def test_every_pdf_has_a_title_in_words(passport: Passport) -> None:
    pdfs = {path.name for path in passport.documents if path.suffix == ".pdf"}

    assert pdfs == set(passport.titles)


def test_every_answer_stands_in_a_document_that_ships(passport: Passport, questions: tuple[Question, ...]) -> None:
    shipped = {path.name for path in passport.documents}

    named = {place.document for question in questions for place in question.places}

    assert named <= shipped
    assert sum(question.is_answerable for question in questions) >= 30


def test_twenty_questions_are_not_answered(questions: tuple[Question, ...]) -> None:
    near_misses = {question.text for question in questions if not question.is_answerable}

    assert len(near_misses) == 20


def test_no_question_is_a_heading_of_the_handbook() -> None:
    """A heading repeated word for word would make finding it no test."""
    headings = {
        line.lstrip("# ").strip().lower()
        for path in KNOWLEDGE_BASES.glob("*/documents/*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }
    asked = {
        question.text.lower() for question in read_question_set(KNOWLEDGE_BASES / "employee-handbook/questions.jsonl")
    }

    assert asked & headings == set()


def test_ana_reads_all_three_and_ben_does_not_read_the_quarterly_reports() -> None:
    knowledge_bases = [passport.knowledge_base for passport in read_passports(KNOWLEDGE_BASES)]

    for_ana = [knowledge_base.id for knowledge_base in knowledge_bases if knowledge_base.rule_for(ANA)]
    for_ben = [knowledge_base.id for knowledge_base in knowledge_bases if knowledge_base.rule_for(BEN)]

    assert for_ana == ["employee-handbook", "northwind-benefits", "quarterly-reports"]
    assert for_ben == ["employee-handbook", "northwind-benefits"]


def test_a_steward_reads_what_they_look_after_though_their_line_may_not() -> None:
    quarterly_reports = read_passport(KNOWLEDGE_BASES / "quarterly-reports").knowledge_base

    assert quarterly_reports.steward == SAM.id
    assert not quarterly_reports.audience.includes(SAM)
    assert quarterly_reports.rule_for(SAM) is ReadingRule.STEWARD
