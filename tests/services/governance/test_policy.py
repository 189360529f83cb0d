"""What is done about personal data in a question stands in one file, and holds before every run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.bootstrap import KNOWLEDGE_BASES
from services.errors import Misconfigured, NotAllowed
from services.governance.governance import Governance
from services.governance.life_cycle import Classification
from services.governance.personal_data import PersonalKind, find
from services.governance.policy import SHIPPED, Handling, read_policy
from services.governance.run import Run
from services.knowledge.passport import read_passports
from services.knowledge.question_set import read_question_set
from services.ledger.ledger import Ledger
from services.ledger.receipt import Kind, Outcome, Receipt
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import furnish, library

CARD = "4111 1111 1111 1111"
ABOUT_A_CARD = f"How much parental leave does card {CARD} get?"


@pytest.fixture
def ledger(database: Database, clock: SettableClock) -> Ledger:
    return Ledger(database, clock)


@pytest.fixture
def governance(ledger: Ledger, clock: SettableClock) -> Governance:
    return Governance(ledger, clock)


def ask(governance: Governance, user: User, question: str, classification: str) -> Receipt:
    run = Run(Kind.ASK, question, classification=classification)
    with governance.admit(user, run) as admission:
        return admission.settle(replace(admission.blank, outcome=Outcome.ANSWERED))


def said(receipt: Receipt) -> str:
    (verdict,) = (each for each in receipt.verdicts if each.rule == "personal data")
    assert verdict.allowed
    return verdict.sentence


def test_what_is_blocked_is_neither_asked_nor_kept_and_the_sentence_names_the_kind_alone(
    governance: Governance, ledger: Ledger, ana: User
) -> None:
    with pytest.raises(NotAllowed, match="holds what looks like a card number, and what is searched is Public") as no:
        ask(governance, ana, ABOUT_A_CARD, "Public")

    assert "4111" not in no.value.message + no.value.hint
    (receipt,) = ledger.mine(ana)
    assert (receipt.outcome, receipt.question) == (Outcome.REFUSED, "")
    assert "4111" not in ledger.document(ana, receipt.id)


def test_what_is_warned_of_runs_and_the_receipt_says_it(governance: Governance, ledger: Ledger, ana: User) -> None:
    receipt = ask(governance, ana, f"Does {CARD} of lee@example.org get leave?", "Internal")

    assert said(receipt).startswith("This question holds what looks like a card number and an e-mail address, which")
    assert ledger.receipt(ana, receipt.id) == receipt


def test_what_is_let_through_and_what_holds_nothing_leave_no_word(governance: Governance, ana: User) -> None:
    assert said(ask(governance, ana, "What did Mr. Lee sign?", "Confidential")) == ""
    assert said(ask(governance, ana, "What is parental leave?", "Public")) == ""


@pytest.mark.parametrize("classification", ["", "Secret"])
def test_where_nobody_has_said_what_is_searched_the_strictest_holds(
    governance: Governance, ana: User, classification: str
) -> None:
    with pytest.raises(NotAllowed, match="a card number"):
        ask(governance, ana, ABOUT_A_CARD, classification)


def test_the_policy_has_every_classification_that_there_is_and_a_version(governance: Governance) -> None:
    assert list(governance.policy.handlings) == [each.value for each in Classification]
    assert governance.policy_version == governance.policy.version >= 1


def test_the_highest_classification_of_what_is_searched_decides(
    database: Database, clock: SettableClock, ana: User, cleo: User
) -> None:
    rooms = library(database, clock)
    furnish(rooms)  # an Internal handbook, and Confidential papers that only Cleo may read
    rooms.add(passport("site", "Site", classification=Classification.PUBLIC), {"a.md": "# Leave\n\nLeave is paid."})

    with pytest.raises(NotAllowed, match="Public"):
        rooms.answers.ask(ana, ABOUT_A_CARD, ("site",))

    assert "a card number" in said(rooms.answers.ask(ana, ABOUT_A_CARD, ("site", "handbook")))
    assert "a card number" in said(rooms.answers.ask(ana, ABOUT_A_CARD))
    assert "somebody's name" in said(rooms.answers.ask(ana, "What leave does Mr. Lee get?"))
    assert said(rooms.answers.ask(cleo, "What leave does Mr. Lee get?")) == ""


def shipped_questions() -> list[str]:
    passports = read_passports(KNOWLEDGE_BASES)
    asked = [question for each in passports for question in each.knowledge_base.questions]
    return asked + [row.text for each in passports for row in read_question_set(each.folder / "questions.jsonl")]


def test_no_question_that_ships_is_taken_for_personal_data() -> None:
    questions = shipped_questions()

    assert len(questions) > 200
    assert [question for question in questions if find(question)] == []


def changed(folder: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = folder / SHIPPED.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('email = "warn"', "", "classifications.Public.email` is missing"),
        ('email = "warn"', 'email = "shout"', "must be one of let through, warn, block"),
        ('email = "warn"', 'emial = "warn"', "classifications.Public.emial` is not a known key"),
        ("version = 1", "version = 0", "whole number from 1"),
        ('name = "personal-data"', 'name = "other"', "must be the name of its file, personal-data"),
    ],
)
def test_a_slip_in_the_file_is_named_by_its_key(tmp_path: Path, old: str, new: str, rule: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        read_policy(changed(tmp_path, old, new))

    assert rule in wrong.value.message


def test_another_policy_is_followed(ledger: Ledger, clock: SettableClock, ana: User, tmp_path: Path) -> None:
    strict = read_policy(changed(tmp_path, 'name = "let through"', 'name = "block"'))
    governance = Governance(ledger, clock, policy=strict)

    assert strict.handling("Confidential", PersonalKind.NAME) is Handling.BLOCK
    with pytest.raises(NotAllowed, match="somebody's name"):
        ask(governance, ana, "What did Mr. Lee sign?", "Confidential")


def test_the_chain_holds_no_word_of_what_was_warned_of(governance: Governance, ledger: Ledger, ana: User) -> None:
    receipt = ask(governance, ana, "Does lee@example.org get leave?", "Internal")

    assert "lee@example" not in json.dumps(json.loads(ledger.document(ana, receipt.id, without=("question",))))
