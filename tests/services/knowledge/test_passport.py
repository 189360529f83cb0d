"""A passport is read whole, or the file, the key and the rule it breaks are named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.governance.life_cycle import Classification
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.passport import read_passport

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

WHOLE = """
id = "travel"
name = "Travel rules"
purpose = "What may be booked and what is paid back."
owner = "ben"
steward = "sam"
classification = "Internal"
audience = ["people"]
state = "Approved"
approved_until = 2027-11-30
review_by = 2027-06-30
source = "The travel office"
licence = "MIT"
questions = ["One?", "Two?", "Three?", "Four?", "Five?", "Six?"]
documents = ["second.md"]

[titles]
"first.md" = "The first"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "travel"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "first.md").write_text("# First\n")
    (folder / "documents" / "second.md").write_text("# Second\n")
    (folder / "LICENSE").write_text("MIT\n")
    (folder / "passport.toml").write_text(WHOLE)
    return folder


def changed(folder: Path, old: str, new: str) -> Path:
    (folder / "passport.toml").write_text(WHOLE.replace(old, new))
    return folder


def test_a_passport_becomes_a_knowledge_base_of_which_nothing_has_been_read(folder: Path) -> None:
    passport = read_passport(folder, lambda: NOON)

    assert passport.knowledge_base.name == "Travel rules"
    assert passport.knowledge_base.classification is Classification.INTERNAL
    assert passport.knowledge_base.audience.lines == ("people",)
    assert passport.knowledge_base.review_by == date(2027, 6, 30)
    assert passport.knowledge_base.snapshot == Snapshot("travel", 0)
    assert passport.knowledge_base.created_at == NOON
    assert passport.titles == {"first.md": "The first"}


def test_documents_come_in_the_order_of_the_passport_then_by_name(folder: Path) -> None:
    (folder / "documents" / "another.txt").write_text("Another\n")

    assert [path.name for path in read_passport(folder).documents] == ["second.md", "another.txt", "first.md"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('id = "travel"', 'id = "trips"', "travel/passport.toml: `id` must be the name of its folder, travel."),
        ('owner = "ben"\n', "", "travel/passport.toml: `owner` is missing."),
        ("What may be", "x" * 120, "travel/passport.toml: `purpose` has 150 characters; at most 120 are allowed."),
        ('"Internal"', '"Secret"', "`classification` must be one of Public, Internal, Confidential."),
        ("2027-06-30", '"next June"', "`review_by` must be a date written like 2027-06-30, without quotes."),
        ('"Six?"', "", "`questions` must hold at least 6 texts; it holds 5."),
        ('"Six?"', '"One?"', "`questions` says the same text twice."),
        ('["people"]', '"people"', "`audience` must be a list of texts, none of them empty."),
        ('["second.md"]', '["third.md"]', "`documents` names third.md, which is not in documents/."),
        ('"first.md" =', '"fourth.md" =', "`titles.fourth.md` is not a known key (known: first.md, second.md)."),
        ('"Approved"', '"Review due"', "`state` must be Approved: that its review is due follows"),
        ("licence =", "license =", "travel/passport.toml: `license` is not a known key."),
        ('name = "Travel rules"', "name = Travel", "travel/passport.toml is not valid TOML"),
    ],
)
def test_a_slip_is_named_with_file_key_and_rule(folder: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        read_passport(changed(folder, old, new))

    assert sentence in raised.value.message


def test_a_folder_without_passport_is_named(folder: Path) -> None:
    (folder / "passport.toml").unlink()

    with pytest.raises(Misconfigured, match=r"travel/passport\.toml is missing"):
        read_passport(folder)


def test_documents_without_a_licence_do_not_ship(folder: Path) -> None:
    (folder / "LICENSE").unlink()

    with pytest.raises(Misconfigured, match="travel/LICENSE is missing"):
        read_passport(folder)


def test_a_file_that_cannot_be_read_as_a_document_is_named(folder: Path) -> None:
    (folder / "documents" / "sheet.xyz").write_bytes(b"")

    with pytest.raises(Misconfigured, match=r"travel/documents/sheet.xyz is not a file that can be read"):
        read_passport(folder)


def test_a_knowledge_base_without_documents_is_named(folder: Path) -> None:
    (folder / "documents" / "first.md").unlink()
    (folder / "documents" / "second.md").unlink()

    with pytest.raises(Misconfigured, match="travel/documents holds no document"):
        read_passport(folder)
