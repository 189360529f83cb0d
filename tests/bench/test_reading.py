from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from services.knowledge.document import Reason
from services.knowledge.reading.reader import Reader
from tests.bench.reading import (
    DEFAULT,
    SCANNED_AT,
    files,
    look,
    made_scans,
    passwords,
    reference,
    rows,
    share,
    share_of_different,
)
from tests.services.knowledge.pdfs import pdf


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def test_references_and_licences_are_no_documents() -> None:
    names = {path.name for path in files(DEFAULT)}
    assert {"word_tables.docx", "csv-semicolon.csv", "msg_with_attachment.msg"} <= names
    assert not {"SOURCE.md", "LICENSE", "word_tables.docx.md"} & names


def test_a_reference_lies_beside_a_file_or_in_a_folder_of_references(tmp_path: Path) -> None:
    for name in ("a.pdf", "a.pdf.md", "b.pdf", "expected_outputs/b.md", "sources/c.md", "groundtruth/c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert reference(tmp_path / "a.pdf") == "a.pdf.md"
    assert reference(tmp_path / "b.pdf") == "expected_outputs/b.md"
    assert reference(tmp_path / "sources" / "c.md") == "groundtruth/c.md"
    assert [path.name for path in files(tmp_path)] == ["a.pdf", "b.pdf", "c.md"]


def test_the_share_of_words_counts_what_was_found() -> None:
    read, expected = "One two two 3", "one **two** four\\_five 3 3 <!-- image -->"
    assert share(read, expected) == (3, 6)
    assert share(read, expected, letters_only=True) == (2, 4)
    assert share_of_different(read, expected) == (3, 5)


def test_every_file_has_a_verdict_and_a_locked_one_is_tried_with_the_passwords_that_lie_by(
    reader: Reader, tmp_path: Path
) -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO((DEFAULT / "office" / "word_tables.docx").read_bytes())).encrypt("secret", locked)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "locked.docx").write_bytes(locked.getvalue())
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "sound.txt").write_text("Sound.")

    def found() -> dict[str, tuple[str, bool, Reason]]:
        seen = [look(reader, path, passwords(path, tmp_path)) for path in files(tmp_path)]
        assert {row.metric for row in rows(seen)} >= {"read", "refused", "crashed", "hung", "unlocked"}
        return {each.path.name: (each.verdict, each.unlocked, each.reason) for each in seen}

    assert found() == {
        "empty.txt": ("refused", False, Reason.EMPTY),
        "locked.docx": ("refused", False, Reason.ENCRYPTED),
        "sound.txt": ("read", False, Reason.NONE),
    }
    (tmp_path / "PASSWORDS.md").write_text("- in/locked.docx: `wrong` or `secret`")
    assert found()["locked.docx"] == ("read", True, Reason.NONE)


def test_a_typed_page_is_scanned_and_compared_with_itself(reader: Reader, tmp_path: Path) -> None:
    line = "Every employee who becomes a parent is entitled to sixteen weeks of paid parental leave."
    (tmp_path / "typed.pdf").write_bytes(pdf([line] * 8))
    (tmp_path / "short.pdf").write_bytes(pdf(["Too short to be compared."]))

    made = list(made_scans(reader, [look(reader, path, ()) for path in files(tmp_path)]))

    assert [(row.set, row.n) for row in made] == [(f"scan at {dots} dpi", 1) for dots in SCANNED_AT]
    assert all(row.value > 0.9 for row in made)
