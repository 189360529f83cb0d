from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from services.bootstrap import KNOWLEDGE_BASES
from services.errors import BadInput
from services.knowledge.document import Page, Reason
from services.knowledge.reading.limits import MOST_PAGES
from services.knowledge.reading.marks import MARK_COLOUR, merged_lines
from services.knowledge.reading.ocr import NO_WORDS
from services.knowledge.reading.pdf import DAMAGED, check_pdf, read_pdf, unlock
from services.knowledge.reading.pdf_picture import pdf_picture
from services.knowledge.reading.refused import Refused
from tests.services.knowledge.pdfs import locked_pdf, pdf, pdf_with_letters, pdf_without_text
from tests.services.knowledge.scans import (
    DOTS_PER_INCH,
    LEFT,
    LETTERS,
    PITCH,
    TOP,
    photograph,
    scan,
    scanned_pdf,
    under_text,
)

BENEFITS = KNOWLEDGE_BASES / "northwind-benefits" / "documents"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.pdf"


def read(file: Path) -> list[Page]:
    count, pages = read_pdf(file)
    listed = list(pages)
    assert len(listed) == count
    return listed


def test_paragraphs_are_told_from_lines_by_their_distance(file: Path) -> None:
    file.write_bytes(pdf(["Leave", "", "Sixteen weeks of", "paid leave.", "", "Ask early."], ["Page two."]))
    assert read(file) == [Page(1, "Leave\n\nSixteen weeks of\npaid leave.\n\nAsk early."), Page(2, "Page two.")]


def test_hyphens_at_line_ends_go_within_words_and_stay_between_them() -> None:
    text = "\n".join(page.text for page in read(BENEFITS / "Northwind_Standard_Benefits_Details.pdf"))
    assert "\ufffe" not in text
    assert "in-network" in text
    assert "innetwork" not in text


def test_the_letters_of_an_arabic_ligature_keep_their_order(file: Path) -> None:
    file.write_bytes(pdf_with_letters("ABA", {"A": "\u062e", "B": "\u0644\u0627"}))
    (page,) = read(file)
    assert page.text == "\u062e\u0644\u0627\u062e"
    assert pdf_picture(file, page, 1, 3).startswith(b"\x89PNG")


def test_table_cells_do_not_glue() -> None:
    pages = read(KNOWLEDGE_BASES / "quarterly-reports" / "documents" / "2022 Q3 AAPL.pdf")
    assert "Products $ 63,355 $ 63,948 $ 245,241 $ 232,309" in pages[3].text


def test_a_second_reader_finds_the_same_sentences_on_the_same_pages() -> None:
    file = BENEFITS / "role_library.pdf"
    other = [_folded(page.extract_text()) for page in pypdf.PdfReader(file).pages]
    quotes = [(page.number, quote) for page in read(file) for quote in re.findall(r"[A-Z][^.]{40,200}\.", page.text)]
    found = [_folded(quote) in other[number - 1] for number, quote in quotes]
    assert len(quotes) > 200
    assert sum(found) / len(found) >= 0.98


def test_reading_twice_gives_the_same() -> None:
    file = BENEFITS / "Benefit_Options.pdf"
    assert read(file) == read(file)


def test_a_quote_is_marked_and_nothing_else(file: Path) -> None:
    file.write_bytes(pdf(["First line here", "Second line here"]))
    (page,) = read(file)
    start = page.text.index("Second")
    drawn = Image.open(io.BytesIO(pdf_picture(file, page, start, start + len("Second line"))))
    assert drawn.width == 1190
    left, top, right, bottom = (edge / 2 for edge in marked_range(drawn))
    # The second line's baseline is 842 - 780 + 15 = 77 points from the top; the words begin 50 points from the left.
    assert 49 <= left <= 51
    assert 105 <= right <= 125
    assert 62 < top < 72 < 77 < bottom < 84


def test_a_quote_over_a_kept_and_a_dropped_hyphen_is_marked() -> None:
    file = BENEFITS / "Northwind_Standard_Benefits_Details.pdf"
    page = next(page for page in read(file) if "out-of-pocket expenses" in page.text)
    start = page.text.index("out-of-pocket expenses")
    assert pdf_picture(file, page, start, start + 22).startswith(b"\x89PNG")


def test_a_page_that_reads_otherwise_than_published_is_not_marked(file: Path) -> None:
    file.write_bytes(pdf(["What it says now"]))
    with pytest.raises(BadInput, match="reads otherwise"):
        pdf_picture(file, Page(1, "What it said then"), 0, 4)


def test_boxes_of_a_line_become_one_rectangle() -> None:
    boxes = [(0.0, 10.0, 5.0, 20.0), (5.0, 10.0, 9.0, 20.0), (12.0, 11.0, 16.0, 20.0), (0.0, -5.0, 5.0, 5.0)]
    assert merged_lines(boxes) == [(0.0, 10.0, 16.0, 20.0), (0.0, -5.0, 5.0, 5.0)]


@pytest.mark.parametrize(
    ("data", "reason", "sentence"),
    [
        (locked_pdf("secret"), Reason.ENCRYPTED, "The PDF is protected by a password."),
        (pdf(["x"])[:200], Reason.BROKEN, "The PDF is broken and can't be opened."),
        (b"%PDF-1.4 nothing more", Reason.BROKEN, "The PDF is broken and can't be opened."),
        (pdf(), Reason.BROKEN, "The PDF is broken and can't be opened."),
    ],
)
def test_a_pdf_that_cannot_be_opened_is_refused_in_one_sentence(
    file: Path, data: bytes, reason: Reason, sentence: str
) -> None:
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        check_pdf(file)
    assert (refused.value.reason, refused.value.message) == (reason, sentence)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (pdf([], []), "The PDF holds no text: its pages are blank."),
        (pdf_without_text(), "No words can be made out on the pages of the PDF."),
        (scanned_pdf(photograph()), "No words can be made out on the pages of the PDF."),
    ],
)
def test_a_pdf_without_any_text_is_refused_as_empty(file: Path, data: bytes, sentence: str) -> None:
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read(file)
    assert (refused.value.reason, refused.value.message) == (Reason.EMPTY, sentence)


def test_a_pdf_of_too_many_pages_is_refused_before_it_is_read(file: Path) -> None:
    file.write_bytes(pdf(*[[]] * (MOST_PAGES + 1)))
    with pytest.raises(Refused, match="5,001 pages") as refused:
        read_pdf(file)
    assert refused.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scan_is_read_whichever_way_up_it_lies(file: Path, turn: int) -> None:
    file.write_bytes(
        scanned_pdf(scan("Sixteen weeks of paid leave.", "Ask your manager early.").rotate(turn, expand=True))
    )
    (page,) = read(file)
    assert page.text == "Sixteen weeks of paid leave.\nAsk your manager early."


@pytest.mark.parametrize("turn", [0, 180])
def test_a_quote_is_marked_on_a_scan_where_its_words_stand(file: Path, turn: int) -> None:
    file.write_bytes(scanned_pdf(scan("Sixteen weeks of paid leave.", "Ask your manager early.").rotate(turn)))
    (page,) = read(file)
    start = page.text.index("Ask")
    drawn = Image.open(io.BytesIO(pdf_picture(file, page, start, len(page.text)))).rotate(turn)
    left, top, right, bottom = (edge * DOTS_PER_INCH / 144 for edge in marked_range(drawn))
    assert LEFT - 6 <= left <= LEFT + 6
    assert LEFT + 250 < right < LEFT + 400
    assert TOP + PITCH - 4 <= top <= TOP + PITCH + 12
    assert TOP + PITCH + LETTERS - 6 <= bottom <= TOP + PITCH + LETTERS + 12


def test_a_scan_beside_typed_pages_is_read_and_a_page_that_is_not_says_why(file: Path) -> None:
    writer = pypdf.PdfWriter()
    for part in (pdf(["Typed."], []), scanned_pdf(scan("Scanned page"), photograph())):
        writer.append(io.BytesIO(part))
    writer.write(file)
    assert [(page.text, page.unread) for page in read(file)] == [
        ("Typed.", ""),
        ("", ""),
        ("Scanned page", ""),
        ("", NO_WORDS),
    ]


def test_a_damaged_page_says_so_and_the_others_are_read(file: Path) -> None:
    file.write_bytes(pdf(["Sound."], ["Lost."]).replace(b"[4 0 R 6 0 R]", b"[4 0 R 9 0 R]"))
    check_pdf(file)
    assert read(file) == [Page(1, "Sound."), Page(2, "", unread=DAMAGED)]


def test_a_text_layer_over_its_own_scan_is_taken_as_it_is(file: Path) -> None:
    layer = ["What somebody corrected by hand, line for line."] * 5
    file.write_bytes(under_text(scan("What a machine saw"), layer))
    assert read(file) == [Page(1, "\n".join(layer))]


def test_a_stamp_on_a_scan_does_not_hide_it(file: Path) -> None:
    file.write_bytes(under_text(scan(*["What the page itself says"] * 4), ["Received 3 May"]))
    (page,) = read(file)
    assert page.text.count("What the page itself says") == 4
    assert "Received 3 May" in page.text


def test_every_page_that_is_reached_is_told_before_the_first_is_given(file: Path) -> None:
    file.write_bytes(pdf(["One."], ["Two."], ["Three."]))
    told: list[int] = []
    count, pages = read_pdf(file, told.append)
    assert (count, told) == (3, [])
    next(pages)
    assert told == [1, 2, 3]


def test_a_locked_pdf_is_unlocked_by_its_password_only(file: Path) -> None:
    file.write_bytes(locked_pdf("secret"))
    with pytest.raises(Refused, match="does not open") as refused:
        unlock(file, "Secret")
    assert refused.value.reason is Reason.ENCRYPTED
    file.write_bytes(unlock(file, "secret"))
    assert read(file) == [Page(1, "A secret.")]


def marked_range(drawn: Image.Image) -> tuple[int, int, int, int]:
    """Give left, top, right, bottom of what is marked."""
    marked = [(x, y) for y in range(drawn.height) for x in range(drawn.width) if drawn.getpixel((x, y)) == MARK_COLOUR]
    return (
        min(x for x, _ in marked),
        min(y for _, y in marked),
        max(x for x, _ in marked),
        max(y for _, y in marked),
    )


def _folded(text: str) -> str:
    return re.sub(r"[\s\-\u2010\u2011\u00ad]+", "", text)
