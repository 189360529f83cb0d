from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.notebooks.tabular.table import Column, ColumnKind, Table, own_names, table_of, without_noise, written
from tests.services.notebooks.tabular.made import TABLES, table

DAY = datetime(2026, 3, 1)  # noqa: DTZ001


def test_the_same_content_has_the_same_digest_whatever_it_is_called() -> None:
    one = table(("West", 1, DAY, True))
    other = table_of("Other", one.columns, [["West"], [1.0], [DAY], [True]], ["Read from a file."])
    assert one.digest == other.digest
    assert one == other


def test_the_digest_is_the_one_of_the_canonical_form_on_every_machine() -> None:
    made = table(("West", 1.5, DAY, True), (None, None, None, None))
    assert made.digest == "28d39826df2d4da86b2fab22011c828489bab8b0c0c2335cbbd4131f2130db7f"


@pytest.mark.parametrize(
    "row", [("Wes", 1, DAY, True), ("West", 2, DAY, True), ("West", 1, None, True), ("West", 1, DAY, None)]
)
def test_another_cell_is_another_digest(row: tuple[object, ...]) -> None:
    assert table(row).digest != table(("West", 1, DAY, True)).digest


def test_the_border_between_two_cells_is_part_of_the_digest() -> None:
    columns = [Column("a", ColumnKind.TEXT)]
    assert table_of("", columns, [["ab", "c"]]).digest != table_of("", columns, [["a", "bc"]]).digest


def test_what_is_no_number_and_what_holds_no_text_are_empty_cells() -> None:
    made = table(("", float("nan"), None, None), ("x", float("inf"), None, None), ("y", -0.0, None, None))
    assert made.values("Region") == (None, "x", "y")
    assert [str(each) for each in made.values("Revenue")] == ["None", "None", "0.0"]


def test_the_text_of_a_table_escapes_its_cells_and_says_what_it_leaves_out() -> None:
    made = table(*[("a|b [link](http://x) <b>", 1234.5, DAY, False)] * 30)
    text = made.text(2)
    assert text.splitlines()[0] == "| Region | Revenue (€) | Day | Paid |"
    assert text.splitlines()[2] == (r"| a\|b \[link\](http\://x) \<b\> | 1234.5 | 2026-03-01 | No |")
    assert text.splitlines()[-1] == "…and 28 more rows."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (49.900000000000006, "49.9"),
        (100_000.1 - 100_000.0, "0.1"),
        (1 / 3, "0.3333333333"),
        (-2 / 3, "-0.6666666667"),
        (1_234_567_890.125, "1234567890.12"),
        (123_456_789_012_345.0, "123456789012345"),
        (1e300, "1e+300"),
    ],
)
def test_a_number_is_written_without_digits_that_nobody_reads(value: float, said: str) -> None:
    assert written(value) == said


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_without_noise_is_the_same_number(value: float) -> None:
    assert without_noise(value) == pytest.approx(value, rel=1e-12, abs=0)


def test_a_table_without_rows_has_a_head() -> None:
    assert table().rows() == ()
    assert table().text() == "| Region | Revenue (€) | Day | Paid |\n| --- | --- | --- | --- |"


def test_names_become_their_own() -> None:
    assert own_names(["Sales", "", "sales", "Sales 2", "a\n b"]) == ("Sales", "Column 2", "sales 2", "Sales 2 2", "a b")


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput):
        table_of("", [Column("a", ColumnKind.TEXT), Column("a", ColumnKind.NUMBER)], [["x"], [1]])


@given(TABLES)
def test_no_cell_breaks_out_of_the_text_of_a_table(made: Table) -> None:
    rows = made.text(30).splitlines()[2:]
    assert len(rows) == len(made)
    assert all(row.replace(r"\\", "").replace(r"\|", "").count("|") == 5 for row in rows)
