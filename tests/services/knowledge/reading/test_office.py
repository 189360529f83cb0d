"""Word, PowerPoint, Excel and OpenDocument, read from files that their programs wrote (tests/data/documents)."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from openpyxl import Workbook

from services.knowledge.document import Page
from services.knowledge.reading import readers
from services.knowledge.reading.media import media_of
from services.knowledge.splitting import split_page
from tests.services.knowledge.office import zipped

OFFICE = Path(__file__).parents[3] / "data" / "documents" / "office"


def read(name: str) -> tuple[str, list[Page]]:
    path = OFFICE / name
    title, count, pages = readers.read(path, media_of(name, path.read_bytes()), lambda _: None)
    listed = list(pages)
    assert count == len(listed)
    return title, listed


def read_bytes(data: bytes, name: str) -> list[Page]:
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as file:
        file.write(data)
        file.flush()
        return list(readers.read(Path(file.name), media_of(name, data), lambda _: None)[2])


def test_word_gives_its_headings_with_the_numbers_that_only_word_shows() -> None:
    title, (page,) = read("unit_test_headers_numbered.docx")

    assert title == "Test Document"
    lines = page.text.split("\n")
    assert "# 1. Section 1" in lines
    assert "### 1.2.1. Section 1.2.3" in lines
    assert "REFERENCES" in {span.heading for span in split_page(page.text)}


def test_a_numbered_list_goes_on_where_it_was_left() -> None:
    _, (page,) = read("docx_list_resumed_numbering.docx")
    assert "2. Second ordered item\n- bullet one\n- bullet two\n3. Third ordered item" in page.text


def test_a_merged_cell_stands_in_each_of_its_rows_and_columns() -> None:
    _, (page,) = read("word_tables.docx")
    assert "| Cell 1.0 | Merged Cell 1.1 1.2 | Merged Cell 1.1 1.2 | Cell 1.3 |" in page.text
    rows = [line for line in page.text.split("\n") if line.startswith("| Cell 2.0 |")]
    assert "| Cell 2.0 | Merged Cell 1.1 2.1 | Cell 2.2 |" in rows


def test_the_strict_form_of_the_standard_reads_like_the_other() -> None:
    _, (page,) = read("Strict.docx")
    assert page.text == "Some text"


def test_each_slide_is_a_page_with_its_tables_and_notes() -> None:
    title, pages = read("powerpoint_sample.pptx")

    assert title == "Test Table Slide"
    assert [page.label for page in pages] == ["Slide 1", "Slide 2", "Slide 3"]
    assert "|  | Class1 | Class1 | Class1 | Class2 | Class2 | Class2 |" in pages[0].text
    assert "| R1 | True | False |  | False | True | True |" in pages[0].text
    assert "Notes: Some notes on the second slide." in pages[1].text


def test_a_chart_reads_as_the_table_it_was_drawn_from() -> None:
    _, slides = read("pptx_chart.pptx")
    assert "| 2019 | 120 | 80 |" in slides[0].text
    _, sheets = read("xlsx_03_chartsheet.xlsx")
    assert any("Wild duck" in page.text or "| 2019 | 120 | 80 |" in page.text for page in sheets)


def test_each_sheet_is_a_page_with_its_name_and_comments() -> None:
    _, pages = read("xlsx_comments.xlsx")

    assert [page.label for page in pages] == ["Sheet Sheet1"]
    assert "| Year | Freshwater Ducks | Saltwater Ducks | Ducks |\n| --- |" in pages[0].text
    assert "Comment on A1 by John Reviewer: Why Python specifically?" in pages[0].text
    assert "[Threaded comment]" not in pages[0].text


def test_the_title_above_a_table_is_not_its_header() -> None:
    _, (page, *_) = read("xlsx_05_table_with_title.xlsx")
    title, table = page.text.split("\n\n")[:2]
    assert not title.startswith("|")
    assert table.split("\n")[1].startswith("| ---")


def test_old_excel_and_opendocument_read_too() -> None:
    assert len(read("legacy_sample.xls")[1]) >= 1
    _, sheets = read("odf_table_with_title_01.ods")
    assert all(page.label.startswith("Sheet ") for page in sheets)
    assert "\n| " in sheets[0].text
    title, (text,) = read("text_document_01.odt")
    assert text.text.count("\n# ") + text.text.startswith("# ") >= 1 or title == ""
    assert "\n- " in text.text or "\n\n" in text.text


def test_a_sheet_that_begins_below_and_beside_its_corner_knows_its_rows_and_what_stands_beside_several() -> None:
    book = Workbook()
    sheet = book.active
    rows = [["Region", "Number", "Text"], *(["North", number, "word " * 12] for number in range(1, 2001))]
    for place, row in enumerate(rows, start=11):
        for column, value in enumerate(row, start=3):
            sheet.cell(place, column, value)
    for number in range(12, 22):
        sheet.cell(number, 3, "South" if number == 12 else None)
    sheet.merge_cells("C12:C21")
    sheet["D12"], sheet["E12"] = "Closed", None
    sheet.merge_cells("D12:E13")
    file = io.BytesIO()
    book.save(file)

    pages = read_bytes(file.getvalue(), "rates.xlsx")

    assert "| South | Closed | Closed |\n| South | Closed | Closed |\n| South | 3 | word" in pages[0].text
    assert "| South | 10 | word" in pages[0].text
    assert "| North | 11 | word" in pages[0].text
    assert [page.label.partition(", rows ")[2].partition(" to ")[0] for page in pages[:1]] == ["12"]
    assert pages[-1].label.endswith(" to 2,011")


def test_sheets_of_charts_alone_follow_in_their_order_whatever_their_names() -> None:
    source = zipfile.ZipFile(OFFICE / "xlsx_03_chartsheet.xlsx")
    assert [page.number for page in read("xlsx_03_chartsheet.xlsx")[1]] == list(
        range(1, len(read("xlsx_03_chartsheet.xlsx")[1]) + 1)
    )
    renamed = zipped(
        {
            name: source.read(name).replace(b'name="Duck', b'name="Duck, rows ')
            if name == "xl/workbook.xml"
            else source.read(name)
            for name in source.namelist()
        }
    )
    before, after = read("xlsx_03_chartsheet.xlsx")[1], read_bytes(renamed, "renamed.xlsx")
    assert [page.text for page in after] == [page.text for page in before]
