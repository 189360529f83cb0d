"""Files that were made to hurt: each ends in a sentence, and the next sound file is read all the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from services.knowledge.document import Reason
from services.knowledge.reading import media as kinds
from services.knowledge.reading.media import media_of
from services.knowledge.reading.reader import Reader
from services.knowledge.reading.refused import Refused
from tests.services.knowledge.office import RELATIONS, relations, word_file, word_xml, zipped

OFFICE = Path(__file__).parents[3] / "data" / "documents" / "office"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]>'
    return word_file(head + word_xml("Sound &l9; words"))


def outside(secret: Path) -> bytes:
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file://{secret}">]>'
    return word_file(head + word_xml("Sound &x; words"))


def bomb() -> bytes:
    file = io.BytesIO(word_file(word_xml("x")))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/media.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(bytes(1024**2))
    return file.getvalue()


def far_apart(dimension: str) -> bytes:
    sheet = (
        f"<worksheet>{dimension}<sheetData>"
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    book = f'<workbook xmlns:r="{RELATIONS}"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>'
    return zipped(
        {
            "_rels/.rels": relations("xl/workbook.xml"),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": relations("worksheets/s.xml", "worksheet"),
            "xl/worksheets/s.xml": sheet,
        }
    )


def locked_open_text() -> bytes:
    manifest = "<manifest><encryption-data/></manifest>"
    return zipped({"mimetype": kinds.OPEN_TEXT, "META-INF/manifest.xml": manifest, "content.xml": bytes(range(256))})


def verdict(reader: Reader, folder: Path, name: str, data: bytes) -> Refused | str:
    path = folder / "kept"
    path.write_bytes(data)
    try:
        return "\n".join(page.text for page in reader.read(path, media_of(name, data)).pages)
    except Refused as refused:
        return refused


@pytest.mark.parametrize(
    ("name", "made", "reason"),
    [
        ("bomb.docx", bomb, Reason.TOO_LARGE),
        ("far.xlsx", lambda: far_apart('<dimension ref="A1:XFD1048576"/>'), Reason.TOO_LARGE),
        ("far.xlsx", lambda: far_apart(""), Reason.BROKEN),
        ("half.xls", lambda: (OFFICE / "legacy_sample.xls").read_bytes()[:20_000], Reason.BROKEN),
        ("half.docx", lambda: (OFFICE / "word_tables.docx").read_bytes()[:9_000], Reason.BROKEN),
        ("torn.docx", lambda: word_file("<w:document"), Reason.BROKEN),
        ("blank.docx", lambda: word_file(word_xml("")), Reason.EMPTY),
        ("nothing.docx", lambda: zipped({"word/styles.xml": "<a/>"}), Reason.BROKEN),
        ("nothing.pptx", lambda: zipped({"ppt/presentation.xml": "<a/>"}), Reason.BROKEN),
        ("nothing.xlsx", lambda: zipped({"xl/workbook.xml": "<a/>"}), Reason.BROKEN),
        ("nothing.odt", lambda: zipped({"mimetype": kinds.OPEN_TEXT}), Reason.BROKEN),
        ("nothing.epub", lambda: zipped({"mimetype": kinds.BOOK}), Reason.BROKEN),
        ("locked.odt", locked_open_text, Reason.UNSUPPORTED),
    ],
)
def test_it_ends_in_a_sentence(
    reader: Reader, tmp_path: Path, name: str, made: Callable[[], bytes], reason: Reason
) -> None:
    refused = verdict(reader, tmp_path, name, made())

    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert refused.message.endswith(".")
    assert refused.hint.endswith(".")
    assert verdict(reader, tmp_path, "sound.docx", word_file(word_xml("Sound."))) == "Sound."


def test_entities_that_multiply_are_not_expanded(reader: Reader, tmp_path: Path) -> None:
    text = verdict(reader, tmp_path, "laughs.docx", laughs())
    assert isinstance(text, Refused) or "haha" not in text


def test_nothing_outside_the_file_is_read(reader: Reader, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("swordfish")
    text = verdict(reader, tmp_path, "outside.docx", outside(secret))
    assert isinstance(text, Refused) or "swordfish" not in text


def test_a_document_with_macros_is_read_and_they_are_not(reader: Reader, tmp_path: Path) -> None:
    data = word_file(word_xml("Sound."), {"word/vbaProject.bin": b"AutoOpen: Shell"})
    assert verdict(reader, tmp_path, "macro.docm", data) == "Sound."


def test_a_damaged_slide_leaves_the_others_to_be_read(reader: Reader, tmp_path: Path) -> None:
    source = zipfile.ZipFile(OFFICE / "powerpoint_sample.pptx")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, b"<p:sld" if name == "ppt/slides/slide2.xml" else source.read(name))
    path = tmp_path / "kept"
    path.write_bytes(file.getvalue())

    pages = reader.read(path, kinds.SLIDES).pages

    assert [(page.label, page.unread) for page in pages] == [
        ("Slide 1", ""),
        ("Slide 2", "the slide is damaged"),
        ("Slide 3", ""),
    ]


@pytest.mark.parametrize("name", ["word_tables.docx", "powerpoint_sample.pptx", "xlsx_comments.xlsx"])
def test_an_office_file_with_a_password_opens_with_it_alone(reader: Reader, tmp_path: Path, name: str) -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO((OFFICE / name).read_bytes())).encrypt("secret", locked)
    media = media_of(name, locked.getvalue())
    path = tmp_path / "kept"
    path.write_bytes(locked.getvalue())

    with pytest.raises(Refused) as refused:
        reader.read(path, media)
    assert refused.value.reason is Reason.ENCRYPTED
    with pytest.raises(Refused) as refused:
        reader.check(path, media)
    assert refused.value.reason is Reason.ENCRYPTED
    with pytest.raises(Refused) as refused:
        reader.unlock(path, media, "other")
    assert refused.value.reason is Reason.ENCRYPTED

    path.write_bytes(reader.unlock(path, media, "secret"))
    assert any(page.text for page in reader.read(path, media).pages)
