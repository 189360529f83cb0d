from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import BadInput
from services.knowledge.document import Page, Reason
from services.knowledge.reading.media import MARKDOWN, PDF
from services.knowledge.reading.ocr import NO_WORDS
from services.knowledge.reading.reader import FILES_PER_CHILD, Reader
from services.knowledge.reading.refused import Refused
from tests.services.knowledge.pdfs import hungry_pdf, locked_pdf, pdf
from tests.services.knowledge.scans import photograph, saved, scan, scanned_pdf


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def child_of(reader: Reader) -> int:
    assert reader._child is not None
    return reader._child.pid


def test_pages_come_with_progress(reader: Reader, file: Path) -> None:
    file.write_bytes(pdf(["One."], ["Two."]))
    told: list[tuple[int, int]] = []
    reading = reader.read(file, PDF, lambda done, total: told.append((done, total)))
    assert reading.pages == (Page(1, "One."), Page(2, "Two."))
    assert told == [(1, 2), (2, 2)]


def test_one_child_reads_many_files_and_is_replaced_after_so_many(reader: Reader, file: Path) -> None:
    file.write_text("# Title\n\nText.")
    children = [child_of(reader) for _ in range(FILES_PER_CHILD + 1) if reader.read(file, MARKDOWN).title == "Title"]
    assert len(set(children[:FILES_PER_CHILD])) == 1
    assert children[-1] != children[0]


def test_a_refusal_crosses_over_and_the_child_goes_on(reader: Reader, file: Path) -> None:
    file.write_bytes(locked_pdf("secret"))
    with pytest.raises(BadInput) as refused:
        reader.check(file, PDF)
    assert refused.value.message == "The PDF is protected by a password."
    child = child_of(reader)
    file.write_bytes(pdf(["Sound."]))
    reader.check(file, PDF)
    assert reader.read(file, PDF).pages[0].text == "Sound."
    assert child_of(reader) == child


def test_a_pdf_that_takes_two_gigabytes_is_refused_and_hurts_nobody(reader: Reader, file: Path) -> None:
    file.write_bytes(hungry_pdf(150))
    with pytest.raises(BadInput, match="too much memory"):
        reader.read(file, PDF)
    file.write_bytes(pdf(["Sound."]))
    assert reader.read(file, PDF).pages[0].text == "Sound."


def test_a_child_that_was_killed_is_replaced(reader: Reader, file: Path) -> None:
    file.write_bytes(pdf(["Sound."]))
    reader.read(file, PDF)
    os.kill(child_of(reader), signal.SIGKILL)
    os.waitid(os.P_PID, child_of(reader), os.WEXITED | os.WNOWAIT)
    assert reader.read(file, PDF).pages[0].text == "Sound."


def test_reading_that_takes_too_long_is_ended(file: Path) -> None:
    file.write_bytes(hungry_pdf(150))
    reader = Reader(seconds_to_read=0.05)
    with pytest.raises(BadInput, match="takes too long"):
        reader.read(file, PDF)
    reader.close()


def test_a_picture_comes_from_the_child(reader: Reader, file: Path) -> None:
    file.write_bytes(pdf(["Sound."]))
    assert reader.picture(file, PDF, Page(1, "Sound."), 0, 5).startswith(b"\x89PNG")


def test_a_scan_is_read_and_shown_by_a_child_that_may_write_nothing(reader: Reader, file: Path) -> None:
    file.write_bytes(scanned_pdf(scan("Paid leave"), photograph()))
    told: list[tuple[int, int]] = []
    first, second = reader.read(file, PDF, lambda done, total: told.append((done, total))).pages
    assert (first.text, second.unread, told) == ("Paid leave", NO_WORDS, [(1, 2), (2, 2)])
    assert first.boxes is not None
    assert reader.picture(file, PDF, first, 0, 4) != reader.picture(file, PDF, first, 5, 10)


def test_a_picture_file_is_checked_read_and_shown(reader: Reader, file: Path) -> None:
    file.write_bytes(saved(scan("Paid leave"), "PNG"))
    reader.check(file, "image/png")
    (page,) = reader.read(file, "image/png").pages
    assert page.text == "Paid leave"
    assert reader.picture(file, "image/png", page, 0, 4).startswith(b"\x89PNG")


def test_a_password_opens_a_file_once_and_a_wrong_one_does_not(reader: Reader, file: Path) -> None:
    file.write_bytes(locked_pdf("secret"))
    with pytest.raises(Refused, match="does not open") as refused:
        reader.unlock(file, PDF, "other")
    assert refused.value.reason is Reason.ENCRYPTED
    file.write_bytes(reader.unlock(file, PDF, "secret"))
    assert reader.read(file, PDF).pages[0].text == "A secret."


def test_a_long_file_has_its_time_for_every_page(file: Path) -> None:
    file.write_bytes(pdf(*[["A page of its own."] * 40] * 1_000))
    reader = Reader(seconds_to_read=2.0)
    assert len(reader.read(file, PDF).pages) == 1_000
    reader.close()


def test_a_file_that_is_gone_is_a_refusal(reader: Reader, file: Path) -> None:
    with pytest.raises(BadInput, match="can't be read"):
        reader.read(file, PDF)
