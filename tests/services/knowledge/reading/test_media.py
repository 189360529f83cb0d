from __future__ import annotations

import io
import zipfile

import pytest

from services.knowledge.document import Reason
from services.knowledge.reading import media as kinds
from services.knowledge.reading.media import BY_SUFFIX, KINDS, media_of
from services.knowledge.reading.refused import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return file.getvalue()


def compound(*streams: str) -> bytes:
    return OLE + b"".join(b"\x00" * 40 + stream.encode("utf-16-le") for stream in streams)


@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("plan.pdf", b"%PDF-1.7 ...", kinds.PDF),
        ("plan", b"%PDF-1.7 ...", kinds.PDF),
        ("plan.pdf", b"\n\nsome mail header\n%PDF-1.4", kinds.PDF),
        ("about.txt", b"A file that begins with %PDF- is a PDF.", kinds.TEXT),
        ("plan.MD", b"# Plan", kinds.MARKDOWN),
        ("plan.txt", b"Plan", kinds.TEXT),
        ("README", b"Plan", kinds.TEXT),
        ("BMW.txt", b"BMW builds cars.", kinds.TEXT),
        ("wide.txt", "Plan of the year".encode("utf-16-le"), kinds.TEXT),
        ("page", b"\n<!DOCTYPE html><p>x", kinds.HTML),
        ("page.txt", b"<html><p>x", kinds.TEXT),
        ("page.htm", b"just words", kinds.HTML),
        ("rates.csv", b"a;b\n1;2", kinds.CSV),
        ("rates.tsv", b"a\tb\n1\t2", kinds.TSV),
        ("rates.json", b'{"a": 1}', kinds.JSON),
        ("letter.rtf", b"{\\rtf1 x}", kinds.RTF),
        ("letter.eml", b"From: a@example.org\n\nHello", kinds.MAIL),
        ("plan.docx", zipped(word__document="<a/>"), kinds.WORD),
        ("plan.doc", zipped(word__document="<a/>"), kinds.WORD),
        ("plan.docm", zipped(word__document="<a/>", word__vbaProject="x"), kinds.WORD),
        ("deck.pptx", zipped(ppt__presentation="<a/>"), kinds.SLIDES),
        ("rates.xlsx", zipped(xl__workbook="<a/>"), kinds.SHEETS),
        ("rates.xls", zipped(xl__workbook="<a/>"), kinds.SHEETS),
        ("plan.odt", zipped(mimetype=kinds.OPEN_TEXT), kinds.OPEN_TEXT),
        ("rates.ods", zipped(mimetype=kinds.OPEN_SHEETS), kinds.OPEN_SHEETS),
        ("book.epub", zipped(mimetype=kinds.BOOK), kinds.BOOK),
        ("rates.xls", compound("Workbook"), kinds.OLD_SHEETS),
        ("letter.msg", compound("__properties_version1.0", "WordDocument"), kinds.OUTLOOK),
        ("plan.docx", compound("EncryptedPackage"), kinds.WORD),
        ("plan.png", b"\x89PNG\r\n", "image/png"),
        ("plan.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("plan.tif", b"II*\x00", "image/tiff"),
        ("plan.tiff", b"MM\x00*", "image/tiff"),
        ("plan.jpeg", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("plan.gif", b"GIF89a", "image/gif"),
        ("plan.bmp", b"BM\x10", "image/bmp"),
    ],
)
def test_content_says_what_a_file_is(name: str, data: bytes, media: str) -> None:
    assert media_of(name, data) == media


@pytest.mark.parametrize(
    ("name", "data", "reason", "sentence"),
    [
        ("plan.pdf", b"", Reason.EMPTY, "The file is empty."),
        ("plan.txt", b" \n\x00", Reason.EMPTY, "The file is empty."),
        ("plan.txt", b"\xef\xbb\xbf\n", Reason.EMPTY, "The file is empty."),
        ("plan.txt", b"%PDF-1.7 ...", Reason.MISNAMED, "The file is called .txt but holds a PDF."),
        ("plan.pdf", b"\x89PNG\r\n", Reason.MISNAMED, "The file is called .pdf but holds a picture."),
        ("plan.pdf", b"hello", Reason.MISNAMED, "The file is called .pdf but does not hold a PDF."),
        ("plan.docx", b"hello", Reason.MISNAMED, "The file is called .docx but does not hold a Word document."),
        (
            "plan.docx",
            zipped(xl__workbook="<a/>"),
            Reason.MISNAMED,
            "The file is called .docx but holds a spreadsheet.",
        ),
        (
            "plan.docx",
            zipped(photo="x"),
            Reason.MISNAMED,
            "The file is called .docx but is an archive that does not hold a Word document.",
        ),
        ("plan.zip", zipped(photo="x"), Reason.UNSUPPORTED, "Archives can't be read."),
        (
            "plan.docx",
            b"PK\x03\x04 and then nothing",
            Reason.BROKEN,
            "The file is broken: its end is missing, or it was damaged on its way.",
        ),
        ("plan.doc", compound("WordDocument", "Book"), Reason.UNSUPPORTED, "Files of the old kind .doc can't be read."),
        (
            "plan.jp2",
            b"\x00\x00\x00\x0cjP  ",
            Reason.UNSUPPORTED,
            "Pictures, sounds and films of this kind can't be read.",
        ),
        ("plan.exe", b"MZ\x00\x01\x02\x03" * 9, Reason.UNSUPPORTED, "Files of this kind (.exe) can't be read."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(name: str, data: bytes, reason: Reason, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        media_of(name, data)
    assert refused.value.message == sentence
    assert refused.value.reason is reason
    assert refused.value.hint


def test_every_ending_belongs_to_one_kind() -> None:
    assert len(BY_SUFFIX) == sum(len(kind.suffixes) for kind in KINDS)
    assert all(suffix == suffix.lower() for suffix in BY_SUFFIX)
