from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from services.errors import BadInput
from services.knowledge.document import Page, Reason
from services.knowledge.reading.image import check_image, image_picture, read_image
from services.knowledge.reading.marks import MARK_COLOUR
from services.knowledge.reading.ocr import NO_WORDS
from services.knowledge.reading.refused import Refused
from tests.services.knowledge.scans import LEFT, PITCH, TOP, photograph, saved, scan

LINES = ("Parental leave lasts sixteen weeks and is", "paid in full. Ask your manager early.")
TEXT = "\n".join(LINES)
UPSIDE_DOWN, ON_ITS_SIDE = 3, 6  # EXIF orientations
ORIENTATION = 0x0112


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "picture"


def read(file: Path) -> list[Page]:
    check_image(file)
    count, pages = read_image(file)
    listed = list(pages)
    assert len(listed) == count
    return listed


def text_of(file: Path) -> list[str]:
    return [page.text for page in read(file)]


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_every_kind_of_picture_is_read(file: Path, format_: str) -> None:
    file.write_bytes(saved(scan(*LINES), format_))
    assert text_of(file) == [TEXT]


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA", "CMYK", "I", "I;16", "F"])
def test_every_way_to_keep_colours_is_read(file: Path, mode: str) -> None:
    file.write_bytes(saved(in_mode(scan(*LINES), mode), "TIFF"))
    assert text_of(file) == [TEXT]


def test_what_is_transparent_is_paper(file: Path) -> None:
    ink = scan(*LINES).point(lambda value: 255 - value)
    page = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    page.paste((0, 0, 0, 255), mask=ink)
    file.write_bytes(saved(page, "PNG"))
    assert text_of(file) == [TEXT]


def test_a_fax_of_several_pages_gives_each_and_says_which_is_not_read(file: Path) -> None:
    pages = [photograph(), scan("A page further on")]
    file.write_bytes(saved(scan(*LINES), "TIFF", save_all=True, append_images=pages))
    assert [(page.number, page.text, page.unread) for page in read(file)] == [
        (1, TEXT, ""),
        (2, "", NO_WORDS),
        (3, "A page further on", ""),
    ]


def test_of_a_moving_picture_the_first_is_read(file: Path) -> None:
    file.write_bytes(saved(scan(*LINES), "GIF", save_all=True, append_images=[scan("Another")]))
    assert text_of(file) == [TEXT]


@pytest.mark.parametrize(("orientation", "turn"), [(UPSIDE_DOWN, 180), (ON_ITS_SIDE, 90)])
def test_a_quote_is_marked_on_a_photograph_turned_as_the_camera_says(file: Path, orientation: int, turn: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    file.write_bytes(saved(scan(*LINES).rotate(turn, expand=True), "JPEG", exif=exif))
    (page,) = read(file)
    assert page.text == TEXT
    drawn = Image.open(io.BytesIO(image_picture(file, page, TEXT.index("paid"), TEXT.index("paid") + 4)))
    assert drawn.size == scan().size
    marked = [(x, y) for y in range(drawn.height) for x in range(drawn.width) if drawn.getpixel((x, y)) == MARK_COLOUR]
    assert abs(min(x for x, _ in marked) - LEFT) < 6
    assert max(x for x, _ in marked) < LEFT + 90
    assert TOP + PITCH - 4 <= min(y for _, y in marked) <= max(y for _, y in marked) <= TOP + PITCH + 45


def test_a_picture_wider_than_a_screen_is_shown_smaller(file: Path) -> None:
    file.write_bytes(saved(scan(*LINES).resize((2480, 3508)), "PNG"))
    (page,) = read(file)
    assert Image.open(io.BytesIO(image_picture(file, page, 0, 8))).size == (1400, 1980)


def test_there_is_no_picture_of_a_page_that_is_not_there(file: Path) -> None:
    file.write_bytes(saved(scan(*LINES), "PNG"))
    with pytest.raises(BadInput, match="no page 2"):
        image_picture(file, Page(2, TEXT), 0, 4)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (saved(Image.new("L", (600, 600), 255), "PNG"), "The picture is blank."),
        (saved(photograph(), "JPEG"), "No words can be made out in the picture."),
    ],
)
def test_a_picture_without_any_words_is_refused_as_empty(file: Path, data: bytes, sentence: str) -> None:
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read(file)
    assert (refused.value.reason, refused.value.message) == (Reason.EMPTY, sentence)


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", saved(scan(*LINES), "JPEG")[:2_000], b"%!PS-Adobe-3.0 EPSF-3.0", b"II*\x00"]
)
def test_a_broken_picture_is_refused_as_broken(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read(file)
    assert refused.value.reason is Reason.BROKEN


def test_a_picture_that_would_unpack_to_a_hundred_gigabytes_is_refused_before_it_does(file: Path) -> None:
    file.write_bytes(huge_png(200_000))
    with pytest.raises(Refused, match="80 million points") as refused:
        check_image(file)
    assert refused.value.reason is Reason.TOO_LARGE


def in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """Give a grey picture as one that keeps its colours otherwise."""
    wide = {"I": 65_535 / 255, "I;16": 65_535 / 255, "F": 1.0}
    if mode not in wide:
        return picture.convert(mode)
    return picture.convert("I").point(lambda value: value * wide[mode]).convert(mode)


def huge_png(side: int) -> bytes:
    """Make a PNG that says it is a square of so many points; it holds none."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    ends = (
        struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)),
        b"\x00\x00\x00\x00IDAT5\xaf\x06\x1e",
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(ends)
