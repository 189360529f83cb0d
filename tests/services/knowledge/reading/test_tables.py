from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.knowledge.document import Page
from services.knowledge.reading.tables import LONGEST_PAGE, pages_of_table, spread, table
from services.knowledge.splitting import MOST_CHARACTERS, split_page

RATES = [["Country", "Rate", ""], ["France", "80 | 90", ""], ["", "", ""], ["Spain", "70\n75", ""]]


def test_a_table_leaves_out_what_is_empty_and_keeps_a_row_on_its_line() -> None:
    assert table(RATES).split("\n") == [
        "| Country | Rate |",
        "| --- | --- |",
        "| France | 80 \\| 90 |",
        "| Spain | 70 75 |",
    ]
    assert table([["", ""]]) == ""


def test_a_cell_over_several_columns_stands_in_each_but_a_title_once() -> None:
    assert spread(["", "2026", None, None, "2027", None]) == ["", "2026", "2026", "2026", "2027", "2027"]
    assert spread(["Rates of 2026", None, None, ""]) == ["Rates of 2026", "", "", ""]
    assert spread([None, "first"]) == ["", "first"]


def test_the_header_stands_over_every_group_of_rows_and_a_group_is_one_passage() -> None:
    rows = [["Country", "Meals", "Hotel"], *([f"Country {number}", "20", "120"] for number in range(200))]
    text = table(rows)

    passages = [text[span.start : span.end] for span in split_page(text)]
    assert len(passages) > 3
    assert all(passage.startswith("| Country | Meals | Hotel |\n| --- | --- | --- |\n") for passage in passages)
    assert all(len(passage) <= MOST_CHARACTERS for passage in passages)
    assert sum(passage.count("| Country ") - 1 for passage in passages) == 200


def test_a_wide_table_reads_as_a_list_that_names_each_column() -> None:
    header = [f"A rather long name of column {number}" for number in range(30)]

    text = table([header, ["x", *[""] * 28, "y"]])

    assert text == "- A rather long name of column 0: x\n- A rather long name of column 29: y"


def test_a_long_table_is_cut_into_pages_that_know_their_rows() -> None:
    rows = [["Number", "Text"], *([str(number), "word " * 20] for number in range(2, 2002))]

    pages = list(pages_of_table(rows))

    assert len(pages) > 2
    assert all(len(text) < LONGEST_PAGE + MOST_CHARACTERS for *_, text in pages)
    assert [first for first, _, _ in pages] == [2, *(last + 1 for _, last, _ in pages[:-1])]
    assert pages[-1][1] == 2001
    for first, last, text in pages:
        assert f"| {first} | word" in text
        assert f"| {last} | word" in text


@given(st.lists(st.lists(st.text(max_size=40), max_size=6), max_size=30))
def test_no_cell_is_lost(rows: list[list[str]]) -> None:
    text = " ".join(table(rows).split())
    for row in rows:
        for cell in row:
            assert " ".join(cell.split()).replace("|", "\\|") in text


def test_a_page_of_a_table_is_a_page() -> None:
    ((first, last, text),) = pages_of_table(RATES)
    assert Page(1, text).text
    assert (first, last) == (2, 3)
