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
        ("plan.png", b"\x89PNG\r\n", "image/png"),
        ("plan.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("plan.tif", b"II*\x00", "image/tiff"),
        ("plan.tiff", b"MM\x00*", "image/tiff"),
        ("plan.jpeg", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("plan.gif", b"GIF89a", "image/gif"),
        ("plan.bmp", b"BM\x10", "image/bmp"),
    ],
)
def test_content_says_what_a_file_is(name: str, beginning: bytes, media: str) -> None:
    assert media_of(name, beginning) == media


@pytest.mark.parametrize(
    ("name", "beginning", "sentence"),
    [
        ("plan.pdf", b"", "The file is empty."),
        ("plan.txt", b" \n\x00", "The file is empty."),
        ("plan.pdf", b"\x89PNG\r\n", "The file is a picture, not a PDF."),
        ("plan.jp2", b"\x00\x00\x00\x0cjP  ", "Pictures of this kind can't be read."),
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
