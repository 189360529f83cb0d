from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from services.bootstrap import KNOWLEDGE_BASES
from services.errors import BadInput
from services.knowledge.document import Page
from services.knowledge.reading.pdf import MARK_COLOUR, check_pdf, merged_lines, picture, read_pdf
from tests.services.knowledge.pdfs import locked_pdf, pdf, pdf_without_text

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
    drawn = Image.open(io.BytesIO(picture(file, 1, page.text, start, start + len("Second line"))))
    assert drawn.width == 1190
    marked = [(x, y) for y in range(drawn.height) for x in range(drawn.width) if drawn.getpixel((x, y)) == MARK_COLOUR]
    left, right = min(x for x, _ in marked) / 2, max(x for x, _ in marked) / 2
    top, bottom = min(y for _, y in marked) / 2, max(y for _, y in marked) / 2
    # The second line's baseline is 842 - 780 + 15 = 77 points from the top; the words begin 50 points from the left.
    assert 49 <= left <= 51
    assert 105 <= right <= 125
    assert 62 < top < 72 < 77 < bottom < 84


def test_a_quote_over_a_kept_and_a_dropped_hyphen_is_marked() -> None:
    file = BENEFITS / "Northwind_Standard_Benefits_Details.pdf"
    page = next(page for page in read(file) if "out-of-pocket expenses" in page.text)
    start = page.text.index("out-of-pocket expenses")
    assert picture(file, page.number, page.text, start, start + 22).startswith(b"\x89PNG")


def test_a_page_that_reads_otherwise_than_published_is_not_marked(file: Path) -> None:
    file.write_bytes(pdf(["What it says now"]))
    with pytest.raises(BadInput, match="reads otherwise"):
        picture(file, 1, "What it said then", 0, 4)


def test_boxes_of_a_line_become_one_rectangle() -> None:
    boxes = [(0.0, 10.0, 5.0, 20.0), (5.0, 10.0, 9.0, 20.0), (12.0, 11.0, 16.0, 20.0), (0.0, -5.0, 5.0, 5.0)]
    assert merged_lines(boxes) == [(0.0, 10.0, 16.0, 20.0), (0.0, -5.0, 5.0, 5.0)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (locked_pdf("secret"), "The PDF is protected by a password."),
        (pdf(["x"])[:200], "The PDF is broken and can't be opened."),
        (b"%PDF-1.4 nothing more", "The PDF is broken and can't be opened."),
        (pdf(), "The PDF is broken and can't be opened."),
    ],
)
def test_a_pdf_that_cannot_be_opened_is_refused_in_one_sentence(file: Path, data: bytes, sentence: str) -> None:
    file.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        check_pdf(file)
    assert refused.value.message == sentence
    assert refused.value.hint


def test_a_scan_is_refused_with_a_sentence_about_scans(file: Path) -> None:
    file.write_bytes(pdf_without_text())
    with pytest.raises(BadInput, match="only pictures of pages") as refused:
        read_pdf(file)
    assert "Scans" in refused.value.hint


def _folded(text: str) -> str:
    return re.sub(r"[\s\-\u2010\u2011\u00ad]+", "", text)
