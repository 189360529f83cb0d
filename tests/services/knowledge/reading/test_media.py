from __future__ import annotations

import pytest

from services.errors import BadInput
from services.knowledge.reading.media import MARKDOWN, PDF, TEXT, media_of


@pytest.mark.parametrize(
    ("name", "beginning", "media"),
    [
        ("plan.pdf", b"%PDF-1.7 ...", PDF),
        ("plan.txt", b"%PDF-1.7 ...", PDF),
        ("plan.pdf", b"\n\nsome mail header\n%PDF-1.4", PDF),
        ("plan.MD", b"# Plan", MARKDOWN),
        ("plan.txt", b"Plan", TEXT),
        ("README", b"Plan", TEXT),
    ],
)
def test_content_says_what_a_file_is(name: str, beginning: bytes, media: str) -> None:
    assert media_of(name, beginning) == media


@pytest.mark.parametrize(
    ("name", "beginning", "sentence"),
    [
        ("plan.pdf", b"", "The file is empty."),
        ("plan.txt", b" \n\x00", "The file is empty."),
        ("plan.pdf", b"\x89PNG\r\n", "The file is a picture, not a PDF: there is no text in it to search."),
        ("plan.png", b"\x89PNG\r\n", "The file is a picture: there is no text in it to search."),
        ("plan.docx", b"PK\x03\x04", "Office files and archives can't be read yet."),
        ("plan.pdf", b"hello", "The file is called a PDF but does not hold one."),
        ("plan.exe", b"MZ", "Files ending in .exe can't be read."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(name: str, beginning: bytes, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        media_of(name, beginning)
    assert refused.value.message == sentence
    assert refused.value.hint
