from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook
from pyarrow import parquet

from services.errors import BadInput
from services.notebooks.tabular.limits import MOST_BYTES, check_size
from services.notebooks.tabular.read_table import read_table
from services.notebooks.tabular.table import Column, ColumnKind, Table
from services.notebooks.tabular.table_files import as_csv, as_xlsx
from tests.servers import ROOT

NUMBER, TEXT, DATE, YES_NO = ColumnKind.NUMBER, ColumnKind.TEXT, ColumnKind.DATE, ColumnKind.YES_NO
OFFICE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHIPPED = ROOT / "services/content/tables"


def csv(text: str) -> Table:
    return read_table("Sales of May.csv", text.encode())


def column(*cells: str) -> tuple[Column, tuple[object, ...], tuple[str, ...]]:
    """Read a column beside another, and give it with its cells and what was said."""
    made = csv("a\tn\n" + "".join(f"{cell}\t{number}\n" for number, cell in enumerate(cells)))
    return made.columns[0], made.values(made.columns[0].name), made.remarks


def day(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def outcome(name: str, data: bytes) -> str:
    """Give the head of the table that was read, or what to do where it was refused."""
    try:
        made = read_table(name, data)
    except BadInput as refused:
        return refused.hint
    return "".join(each.name for each in made.columns)


def test_a_table_is_called_by_its_file_and_its_columns_have_kinds() -> None:
    made = csv("region,units,day,paid\nWest,5,2026-05-01,yes\nEast,7.5,2026-05-02,no\n")
    assert made.name == "Sales of May"
    assert [each.kind for each in made.columns] == [TEXT, NUMBER, DATE, YES_NO]
    assert made.rows() == (("West", "5", "2026-05-01", "Yes"), ("East", "7.5", "2026-05-02", "No"))
    assert made.remarks == ()


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_sign_between_cells_is_found(sign: str) -> None:
    made = csv(f'name{sign}n\n"a{sign}b"{sign}1\nc{sign}2\n')
    assert made.values("name") == (f"a{sign}b", "c")


def test_a_file_may_say_which_sign_stands_between_its_cells() -> None:
    assert csv("sep=|\na,b|n\nx|1\n").values("a,b") == ("x",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_letters_are_read_in_any_usual_encoding(encoding: str) -> None:
    lines = "Straße,Größe\nMüller-Lüdenscheidt,5\nCafé Noël,7\nÜbergrößenträger,9\n" * 3
    made = read_table("x.csv", lines.encode(encoding))
    assert made.columns[0].name == "Straße"
    assert made.values("Straße")[0] == "Müller-Lüdenscheidt"


def test_a_broken_encoding_is_said() -> None:
    made = read_table("x.csv", b"\xef\xbb\xbfname,n\nM\xfcller,5\nM\xc3\xbcller,6\n")
    assert made.values("name") == ("M�ller", "Müller")
    assert made.remarks == ("1 character could not be made out, and show as �.",)


@pytest.mark.parametrize(
    ("cells", "numbers", "unit"),
    [
        (("1,234", "12,345,678.5", "7"), (1234.0, 12345678.5, 7.0), ""),
        (("1.234,5", "7"), (1234.5, 7.0), ""),
        (("1 234", "5 678,25"), (1234.0, 5678.25), ""),
        (("12'345.60", "7"), (12345.6, 7.0), ""),
        (("12.5%", "7 %"), (12.5, 7.0), "%"),
        (("$1,200.50", "($3)", "-$4"), (1200.5, -3.0, -4.0), "$"),
        (("5,50 €", "1.200 €"), (5.5, 1200.0), "€"),
        (("EUR 5", "EUR 7"), (5.0, 7.0), "EUR"),
        (("−5", "+3", "1e3", ".5"), (-5.0, 3.0, 1000.0, 0.5), ""),
    ],
)
def test_numbers_are_recognised_where_the_whole_column_agrees(
    cells: tuple[str, ...], numbers: tuple[float, ...], unit: str
) -> None:
    found, values, _ = column(*cells)
    assert (found.kind, found.unit, values) == (NUMBER, unit, numbers)


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (("2026-05-01", "2026-12-31"), (day(2026, 5, 1), day(2026, 12, 31))),
        (("2026/05/01", "2026/5/2"), (day(2026, 5, 1), day(2026, 5, 2))),
        (("2026-05", "2026-06"), (day(2026, 5, 1), day(2026, 6, 1))),
        (("31.12.2026", "1.2.2026"), (day(2026, 12, 31), day(2026, 2, 1))),
        (("31/12/2026", "01/02/2026"), (day(2026, 12, 31), day(2026, 2, 1))),
        (("12/31/2026", "01/02/2026"), (day(2026, 12, 31), day(2026, 1, 2))),
        (("Jan 1 2000", "December 31, 2001"), (day(2000, 1, 1), day(2001, 12, 31))),
        (("1 Jan 2000", "31-Dec-2001"), (day(2000, 1, 1), day(2001, 12, 31))),
        (("Sept 2024", "March 2025"), (day(2024, 9, 1), day(2025, 3, 1))),
        (("2026-05-01T10:30:00Z", "2026-05-01 12:30+02:00"), (day(2026, 5, 1, 10, 30), day(2026, 5, 1, 10, 30))),
        (("1/31/2026 3:05 PM",), (day(2026, 1, 31, 15, 5),)),
    ],
)
def test_days_are_recognised_where_the_whole_column_agrees(cells: tuple[str, ...], days: tuple[datetime, ...]) -> None:
    found, values, remarks = column(*cells)
    assert (found.kind, values, remarks) == (DATE, days, ())


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (("5", "6", "seven"), "holds numbers and also “seven”, so it stays text."),
        (("2026-05-01", "2026-05-02", "soon", "later"), "holds days and also “soon” and 1 more, so it stays text."),
        (("$5", "€5"), "has numbers in different units (“$”, “€”), so it stays text."),
        (("00501", "10001"), "has numbers that begin with 0, as codes do, so it stays text."),
        (("4111111111111111", "5"), "has numbers of more than 15 digits, so it stays text."),
        (("1,234.5", "1.234,5"), "has numbers whose points and commas do not agree (“1.234,5”), so it stays text."),
        (("01/02/2026", "03/04/2026"), "may say the day first or the month first (“01/02/2026”), so it stays text:"),
    ],
)
def test_a_column_that_does_not_agree_stays_text_and_says_why(cells: tuple[str, ...], says: str) -> None:
    found, values, remarks = column(*cells)
    assert (found.kind, values) == (TEXT, cells)
    assert len(remarks) == 1
    assert remarks[0].startswith(f"Column “a” {says}")


@pytest.mark.parametrize("cells", [("West", "East"), ("N", "S"), ("12:30", "13:30"), ("1-800-555", "x"), ("-", "n/a")])
def test_words_are_text_and_nothing_is_said_of_it(cells: tuple[str, ...]) -> None:
    found, values, remarks = column(*cells)
    assert (found.kind, values, remarks) == (TEXT, cells, ())


def test_a_word_for_nothing_is_an_empty_cell_among_numbers() -> None:
    found, values, remarks = column("5", "n/a", "", "-")
    assert (found.kind, values) == (NUMBER, (5.0, None, None, None))
    assert remarks == ("Column “a” says “-”, “n/a” where it holds nothing: those cells are empty.",)


def test_a_number_that_could_be_two_is_read_as_the_file_writes_numbers_and_that_is_said() -> None:
    by_commas, by_semicolons = csv("a\tn\n1,234\t1\n"), csv("a;n\n1,234;1\n")
    assert by_commas.values("a") == (1234.0,)
    assert by_commas.remarks == ("Column “a” could be read in two ways; its comma was taken for a mark of thousands.",)
    assert by_semicolons.values("a") == (1.234,)
    assert by_semicolons.remarks == ("Column “a” could be read in two ways; its comma was taken for a decimal sign.",)


def test_names_that_are_not_there_or_not_their_own_are_made_so_and_that_is_said() -> None:
    made = csv("n,,n,N\n1,2,3,4\n")
    assert [each.name for each in made.columns] == ["n", "Column 2", "n 2", "N 3"]
    assert made.remarks == (
        "A column without a name is called “Column 2”.",
        "A column is called “n 2”, as “n” was no name of its own.",
        "A column is called “N 3”, as “N” was no name of its own.",
    )


def test_rows_of_nothing_and_columns_of_nothing_are_left_out() -> None:
    made = csv("a,b,,\n\n1,x,,\n,,,\n2,y,,\n")
    assert made.rows() == (("1", "x"), ("2", "y"))
    assert made.remarks == ()


def test_a_row_with_more_cells_than_names_loses_none() -> None:
    made = csv("a,b\n1,x\n2,y,extra\n3\n")
    assert made.rows() == (("1", "x", ""), ("2", "y", "extra"), ("3", "", ""))
    assert made.remarks == (
        "1 row has more cells than the head has names.",
        "A column without a name is called “Column 3”.",
    )


def test_a_title_above_the_table_is_no_head() -> None:
    made = csv("Sales 2026,,\nDraft,,\n,,\nregion,units,x\nWest,5,1\nEast,6,2\n")
    assert [each.name for each in made.columns] == ["region", "units", "x"]
    assert made.remarks == ("What stands above the table is left out: “Sales 2026”; “Draft”.",)


def test_a_table_without_names_keeps_its_first_row() -> None:
    made = csv("1,2\n3,4\n")
    assert made.rows() == (("1", "2"), ("3", "4"))
    assert made.remarks == ("The first row holds numbers, so the columns have no names of their own.",)


def test_a_head_alone_is_a_table_without_rows() -> None:
    made = csv("region,units\n")
    assert (len(made), [each.name for each in made.columns]) == (0, ["region", "units"])
    assert made.remarks == ("The table has a head and no rows.",)


@pytest.mark.parametrize("data", [b"", b"  \n\n", b",,,\n,,\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="empty"):
        read_table("x.csv", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.pdf", b"%PDF-1.7 and so on"),
        ("x.csv", bytes(range(256)) * 8),
        ("x.xlsx", b"PK\x03\x04 and no more"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("x.parquet", b"PAR1 and no more PAR1"),
        ("x.csv", b'a,b\n"' + b"x" * 200_000),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(name: str, data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_table(name, data)
    assert refused.value.message.endswith(".")
    assert refused.value.hint.endswith(".")


def test_a_file_that_is_too_large_is_refused_with_the_limit_before_it_is_read() -> None:
    with pytest.raises(BadInput, match="has 200 MB; a table may have 50 MB"):
        check_size(200 * 1024**2)
    with pytest.raises(BadInput, match="a table may have 50 MB"):
        read_table("x.csv", bytes(MOST_BYTES + 1))


def test_more_rows_than_a_million_are_refused() -> None:
    with pytest.raises(BadInput, match="more than 1,000,000 rows"):
        read_table("x.csv", b"a\n" + b"1\n" * 1_020_000)


def test_more_columns_than_five_hundred_are_refused() -> None:
    with pytest.raises(BadInput, match="501 columns"):
        csv(",".join(f"c{number}" for number in range(501)) + "\n")


def test_a_head_of_a_million_columns_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match="1,000,001 columns"):
        read_table("x.csv", b"," * 1_000_000 + b"a")


def test_a_workbook_is_read_by_its_first_sheet_and_says_which_others_there_are() -> None:
    rows: list[list[object]] = [["region", "units", "day", "paid"], ["West", 5, date(2026, 5, 1), True]]
    data = workbook(Sales=rows, Notes=[["nothing"]])
    made = read_table("book.xlsx", data)
    assert [each.kind for each in made.columns] == [TEXT, NUMBER, DATE, YES_NO]
    assert made.rows() == (("West", "5", "2026-05-01", "Yes"),)
    assert made.remarks == ("Sheet “Sales” is read; the workbook also has “Notes”.",)
    assert read_table("book.xlsx", data, "Notes").columns[0].name == "nothing"
    with pytest.raises(BadInput, match="no sheet “Plans”"):
        read_table("book.xlsx", data, "Plans")


def test_a_column_of_a_workbook_with_numbers_and_words_stays_text() -> None:
    made = read_table("b.xlsx", workbook(S=[["a", "b"], [1.5, 1], [2, 2], ["three", 3]]))
    assert made.values("a") == ("1.5", "2", "three")
    assert made.remarks == ("Column “a” holds numbers and also “three”, so it stays text.",)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(1024**2))
    with pytest.raises(BadInput, match="unpacks to more than 500 MB"):
        read_table("bomb.xlsx", file.getvalue())


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(workbook(S=[["a"], *[[number] for number in range(2_000)]]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = bytes(data).replace(struct.pack("<I", size), struct.pack("<I", 100))
    with pytest.raises(BadInput, match="broken"):
        read_table("lie.xlsx", lie)


def test_a_workbook_with_cells_far_apart_is_refused_whatever_it_says_of_its_area() -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = 1
    book.worksheets[0]["XFD1048576"] = 1
    file, small = io.BytesIO(), io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(small, "w") as other:
        for part in archive.infolist():
            other.writestr(part.filename, archive.read(part).replace(b"A1:XFD1048576", b"A1:A1"))
    for data in (file.getvalue(), small.getvalue()):
        with pytest.raises(BadInput, match="so far apart"):
            read_table("far.xlsx", data)


def test_a_small_workbook_that_needs_all_memory_ends_in_a_sentence() -> None:
    # A text is kept once, and each of many cells refers to it.
    text = f'<sst xmlns="{OFFICE}" count="1" uniqueCount="1"><si><t>{"x" * 30_000}</t></si></sst>'
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 300_001))
    sheet = f'<worksheet xmlns="{OFFICE}"><sheetData>{rows}</sheetData></worksheet>'
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(S=[["x"]]))) as archive,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as other,
    ):
        parts = {name: archive.read(name) for name in archive.namelist()}
        parts |= {"xl/sharedStrings.xml": text.encode(), "xl/worksheets/sheet1.xml": sheet.encode()}
        for name, part in parts.items():
            other.writestr(name, part)
    assert len(bomb.getvalue()) < 2_000_000
    with pytest.raises(BadInput, match="more memory or time"):
        read_table("bomb.xlsx", bomb.getvalue())


def test_parquet_of_others_is_read_by_its_own_kinds() -> None:
    arrow = pa.table(
        {
            "region": pa.array(["West", None]).dictionary_encode(),
            "units": pa.array([5, None], pa.int32()),
            "price": pa.array([Decimal("1.50"), None]),
            "day": pa.array([date(2026, 5, 1), None]),
            "at": pa.array([datetime(2026, 5, 1, 10), None], pa.timestamp("ns", "Europe/Berlin")),  # noqa: DTZ001
            "paid": pa.array([True, None]),
            "code": pa.array([2**60, 1]),
            "list": pa.array([[1], None]),
        }
    )
    file = io.BytesIO()
    parquet.write_table(arrow, file)
    made = read_table("x.parquet", file.getvalue())
    assert [each.kind for each in made.columns] == [TEXT, NUMBER, NUMBER, DATE, DATE, YES_NO, TEXT, TEXT]
    assert made.rows()[0] == ("West", "5", "1.5", "2026-05-01", "2026-05-01 10:00", "Yes", str(2**60), "[1]")
    assert made.rows()[1] == ("", "", "", "", "", "", "1", "")
    assert made.remarks == (
        "Column “code” has numbers too long to count with, so it is text.",
        "Column “list” holds something else than numbers, days and texts, so it is text.",
    )


def test_a_parquet_file_that_would_unpack_to_too_many_cells_is_refused() -> None:
    file = io.BytesIO()
    zeros = pa.repeat(0.0, 1_000_000)
    parquet.write_table(pa.table({f"c{number}": zeros for number in range(21)}), file)
    with pytest.raises(BadInput, match="more than 20,000,000 cells"):
        read_table("x.parquet", file.getvalue())


@pytest.mark.parametrize("name", ["iowa-electricity", "quarterly-sales", "seattle-weather"])
def test_a_table_that_ships_is_read_without_a_remark_and_is_the_same_in_every_format(name: str) -> None:
    made = read_table(f"{name}.csv", (SHIPPED / f"{name}.csv").read_bytes())
    assert made.remarks == ()
    assert read_table("x.csv", as_csv(made)) == made
    assert read_table("x.xlsx", as_xlsx(made)) == made
    assert read_table("x.parquet", made.frame.to_parquet(index=False)) == made


def test_a_wide_table_is_read() -> None:
    made = read_table("us.csv", (ROOT / "tests/data/tables/us-employment.csv").read_bytes())
    assert (len(made), len(made.columns), made.columns[0]) == (120, 24, Column("month", DATE))
    assert {each.kind for each in made.columns[1:]} == {NUMBER}


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.xlsx", "x.parquet"]))
@example(b'"', "x.csv")
@example(b"\x00\x00,\x00", "x.csv")
@example(b"PK\x05\x06" + bytes(18), "x.xlsx")
def test_any_bytes_are_a_table_or_one_sentence(data: bytes, name: str) -> None:
    assert outcome(name, data)


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_one_sentence(text: str) -> None:
    assert outcome("x.csv", text.encode("utf-8", "surrogatepass"))
