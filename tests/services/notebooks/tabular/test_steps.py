from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import BadInput
from services.notebooks.references import named
from services.notebooks.tabular.computed import Compute
from services.notebooks.tabular.filters import TESTS, Filter
from services.notebooks.tabular.formula import FORMULAS
from services.notebooks.tabular.groups import Group, Measure
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.read_table import read_table
from services.notebooks.tabular.steps import Choose, Sort, Step, apply, columns_after, step_of
from services.notebooks.tabular.table import Column, Table
from tests.services.notebooks.tabular.made import COLUMNS, TABLES, table

MARCH = datetime(2026, 3, 31, 14, 30)  # noqa: DTZ001
APRIL = datetime(2026, 4, 1)  # noqa: DTZ001
SALES = table(
    ("West", 10, MARCH, True),
    ("east", 2.5, APRIL, False),
    ("West", -4, APRIL, None),
    (None, 1, None, True),
    ("East", None, MARCH, True),
)
EVERY_STEP: tuple[Step, ...] = (
    Choose(("Revenue", "Region")),
    Filter("Region", "is", "West"),
    Filter("Revenue", "is between", "1", "5"),
    Filter("Paid", "is empty"),
    Group(("Region", "Day"), (Measure(How.SUM, "Revenue"), Measure(How.COUNT))),
    Sort("Revenue", descending=True),
    Compute("Half", "divided by", "Revenue", number=2.0),
    Compute("Twice", "plus", "Revenue", "Revenue"),
    Compute("Month", "month", "Day"),
)


def kept(column: str, test: str, value: str = "", to: str = "") -> tuple[object, ...]:
    return apply(SALES, [Filter(column, test, value, to)]).values("Revenue")


def computed(formula: str, of: str, with_: str = "", number: float | None = None) -> tuple[object, ...]:
    return apply(SALES, [Compute("New", formula, of, with_, number)]).values("New")


@pytest.mark.parametrize("step", EVERY_STEP, ids=lambda step: step.sentence)
def test_a_step_is_kept_as_json_and_comes_back(step: Step) -> None:
    assert step_of(step.form) == step


@pytest.mark.parametrize("step", EVERY_STEP, ids=lambda step: step.sentence)
def test_a_step_says_beforehand_which_columns_there_will_be(step: Step) -> None:
    made = apply(SALES, [step])
    assert made.columns == columns_after(COLUMNS, [step])
    assert list(made.frame.columns) == [each.name for each in made.columns]


def test_each_step_reads_as_a_sentence() -> None:
    assert [each.sentence for each in EVERY_STEP] == [
        "Keep “Revenue” and “Region”",
        "Keep rows where “Region” is “West”",
        "Keep rows where “Revenue” is between “1” and “5”",
        "Keep rows where “Paid” is empty",
        "Group by “Region” and “Day”: sum of Revenue, number of rows",
        "Sort by “Revenue”, highest first",
        "Compute “Half” as “Revenue” divided by 2",
        "Compute “Twice” as “Revenue” plus “Revenue”",
        "Compute “Month” as the month of “Day”",
    ]


def test_the_name_of_a_cell_that_a_filter_refers_to_is_quoted_once() -> None:
    assert named(Filter("Region", "is", "{{From product}}").sentence) == "Keep rows where “Region” is “From product”"
    between = Filter("Revenue", "is between", "1", " {{Most}} ").sentence
    assert " ".join(named(between).split()) == "Keep rows where “Revenue” is between “1” and “Most”"


def test_a_filter_of_text_does_not_mind_upper_and_lower_case() -> None:
    assert kept("Region", "is", " EAST ") == (2.5, None)
    assert kept("Region", "contains", "ES") == (10.0, -4.0)
    assert kept("Region", "does not contain", "w") == (2.5, 1.0, None)
    assert kept("Region", "is not", "west") == (2.5, 1.0, None)


def test_a_filter_of_numbers_takes_them_as_people_write_them() -> None:
    assert kept("Revenue", "is more than", "1.0") == (10.0, 2.5)
    assert kept("Revenue", "is at most", "−4") == (-4.0,)
    assert kept("Revenue", "is between", "€ 1", "2.5") == (2.5, 1.0)
    assert kept("Revenue", "is empty") == (None,)


def test_a_filter_of_days_takes_the_whole_day() -> None:
    assert kept("Day", "is", "31.03.2026") == (10.0, None)
    assert kept("Day", "is at most", "2026-03-31") == (10.0, None)
    assert kept("Day", "is more than", "2026-03-31") == (2.5, -4.0)


def test_a_filter_of_yes_and_no() -> None:
    assert kept("Paid", "is", "Yes") == (10.0, 1.0, None)
    assert kept("Paid", "is not", "yes") == (2.5, -4.0)


def test_groups_are_in_the_order_of_their_cells_and_empty_ones_last() -> None:
    ways = tuple(Measure(how, "Revenue") for how in How)
    made = apply(SALES, [Group(("Region",), (*ways, Measure(How.COUNT), Measure(How.MAX, "Day")))])
    assert [each.name for each in made.columns] == [
        "Region",
        "sum of Revenue",
        "mean of Revenue",
        "median of Revenue",
        "lowest Revenue",
        "highest Revenue",
        "number of Revenue",
        "number of different Revenue",
        "number of rows",
        "highest Day",
    ]
    assert [each.unit for each in made.columns] == ["", "€", "€", "€", "€", "€", "", "", "", ""]
    assert made.rows() == (
        ("East", "", "", "", "", "", "0", "0", "1", "2026-03-31 14:30"),
        ("east", "2.5", "2.5", "2.5", "2.5", "2.5", "1", "1", "1", "2026-04-01"),
        ("West", "6", "3", "3", "-4", "10", "2", "2", "2", "2026-04-01"),
        ("", "1", "1", "1", "1", "1", "1", "1", "1", ""),
    )


def remarks(*steps: Step) -> tuple[str, ...]:
    return apply(SALES, steps).remarks


def test_a_measure_says_how_many_rows_it_leaves_out_because_their_cell_is_empty() -> None:
    ways = tuple(Measure(how, "Revenue") for how in (How.SUM, How.MIN, How.COUNT, How.COUNT_DIFFERENT))
    assert remarks(Group(("Region",), (*ways, Measure(How.MAX, "Day")))) == (
        "1 row has no “Revenue” and is not counted in its sum.",
        "1 row has no “Revenue” and is not counted in its minimum.",
        "1 row has no “Day” and is not counted in its maximum.",
    )
    filled = Filter("Revenue", "is not empty")
    assert remarks(filled, Group(("Region",), (Measure(How.MEAN, "Revenue"),))) == ()


def test_a_computed_column_says_where_it_is_empty_and_why() -> None:
    rows = [("a", 3, MARCH, True), ("b", 0, None, True), ("c", None, APRIL, True), ("d", None, None, True)]
    made = table(*rows)
    ratio = Compute("Ratio", "divided by", "Revenue", "Revenue")
    assert apply(made, [ratio]).remarks == (
        "2 rows have no “Revenue”, so “Ratio” is empty there.",
        "1 row has no “Ratio”, because it can't be computed there.",
    )
    assert apply(made, [Compute("Days", "days since", "Day", "Day")]).remarks == (
        "2 rows have no “Day”, so “Days” is empty there.",
    )
    assert apply(made, [Compute("Capital", "upper case", "Region")]).remarks == ()


def test_what_was_said_of_a_column_goes_with_it_and_what_was_said_of_the_table_stays() -> None:
    read = read_table("t.csv", b"Offices\n\nZip,Open\n01,1\n02,\n03,5\n")
    above, codes = read.remarks
    assert above == "What stands above the table is left out: “Offices”."
    assert codes == "Column “Zip” has numbers that begin with 0, as codes do, so it stays text."
    total = Group(("Zip",), (Measure(How.SUM, "Open"),))
    lost = "1 row has no “Open” and is not counted in its sum."
    assert apply(read, [Sort("Open"), Filter("Zip", "is", "01")]).remarks == (above, codes)
    assert apply(read, [Choose(("Open",))]).remarks == (above,)
    assert apply(read, [Group(("Open",))]).remarks == (above,)
    assert apply(read, [total]).remarks == (above, codes, lost)
    assert apply(read, [total, Choose(("sum of Open",))]).remarks == (above, lost)


def test_rows_are_sorted_with_empty_cells_last_either_way() -> None:
    assert apply(SALES, [Sort("Revenue")]).values("Revenue") == (-4.0, 1.0, 2.5, 10.0, None)
    assert apply(SALES, [Sort("Revenue", True)]).values("Revenue") == (10.0, 2.5, 1.0, -4.0, None)
    assert apply(SALES, [Sort("Region", True)]).values("Region") == ("West", "West", "east", "East", None)


@pytest.mark.parametrize(
    ("formula", "of", "with_", "number", "cells"),
    [
        ("plus", "Revenue", "", 1.0, (11.0, 3.5, -3.0, 2.0, None)),
        ("minus", "Revenue", "Revenue", None, (0.0, 0.0, 0.0, 0.0, None)),
        ("times", "Revenue", "", 2.0, (20.0, 5.0, -8.0, 2.0, None)),
        ("divided by", "Revenue", "", 0.0, (None,) * 5),
        ("share of total", "Revenue", "", None, (1000 / 9.5, 250 / 9.5, -400 / 9.5, 100 / 9.5, None)),
        ("round", "Revenue", "", 0.0, (10.0, 3.0, -4.0, 1.0, None)),
        ("year", "Day", "", None, (2026.0, 2026.0, 2026.0, None, 2026.0)),
        ("quarter", "Day", "", None, ("2026 Q1", "2026 Q2", "2026 Q2", None, "2026 Q1")),
        ("month", "Day", "", None, ("2026-03", "2026-04", "2026-04", None, "2026-03")),
        ("days since", "Day", "Day", None, (0.0, 0.0, 0.0, None, 0.0)),
        ("length", "Region", "", None, (4.0, 4.0, 4.0, None, 4.0)),
        ("upper case", "Region", "", None, ("WEST", "EAST", "WEST", None, "EAST")),
        ("lower case", "Region", "", None, ("west", "east", "west", None, "east")),
    ],
)
def test_a_column_is_computed(
    formula: str, of: str, with_: str, number: float | None, cells: tuple[object, ...]
) -> None:
    assert computed(formula, of, with_, number) == cells


def test_every_formula_is_tried_above() -> None:
    (tried,) = [
        {case[0] for case in mark.args[1]}
        for mark in test_a_column_is_computed.pytestmark  # type: ignore[attr-defined]
    ]
    assert tried == set(FORMULAS)


def test_numbers_are_rounded_as_people_round_them() -> None:
    numbers = table(("", 1.005, None, None), ("", 2.5, None, None), ("", -0.5, None, None), ("", 1e300, None, None))
    assert apply(numbers, [Compute("New", "round", "Revenue", number=2.0)]).values("New")[0] == 1.01
    assert apply(numbers, [Compute("New", "round", "Revenue", number=0.0)]).values("New")[1:] == (3.0, -1.0, 1e300)


def test_a_computed_column_has_the_unit_that_what_it_is_made_of_has() -> None:
    steps = [
        Compute("a", "plus", "Revenue", number=1.0),
        Compute("b", "share of total", "Revenue"),
        Compute("c", "divided by", "Revenue", "Revenue"),
        Compute("d", "times", "Revenue", number=2.0),
    ]
    assert [each.unit for each in columns_after(COLUMNS, steps)[4:]] == ["€", "%", "", "€"]


@pytest.mark.parametrize(
    ("step", "message", "hint"),
    [
        (
            Group(("Area",)),
            "Step 2 groups by “Area”, which is not a column.",
            "Choose “Region”, “Revenue”, “Day” or “Paid”.",
        ),
        (Choose(()), "Step 2 keeps no column.", "Choose at least one."),
        (Choose(("Day", "Day")), "Step 2 keeps a column twice.", "Choose each once."),
        (
            Sort("Area"),
            "Step 2 sorts by “Area”, which is not a column.",
            "Choose “Region”, “Revenue”, “Day” or “Paid”.",
        ),
        (
            Group(("Day",), (Measure(How.SUM, "Region"),)),
            "Step 2 takes the sum of “Region”, which holds text.",
            "Choose “Revenue”.",
        ),
        (Group(("Day",), (Measure(How.MEAN),)), "Step 2 takes the mean of no column.", "Choose “Revenue”."),
        (
            Filter("Region", "is more than", "5"),
            "Step 2 asks whether “Region” is more than something, and it holds text.",
            "Choose “Revenue” or “Day”.",
        ),
        (
            Filter("Day", "is", "soon"),
            "Step 2 compares “Day” with “soon”, and it holds days.",
            "Give a day, such as 2026-03-31.",
        ),
        (
            Filter("Revenue", "is", "much"),
            "Step 2 compares “Revenue” with “much”, and it holds numbers.",
            "Give a number, such as 1,250.5.",
        ),
        (
            Filter("Region", "contains", " "),
            "Step 2 compares “Region” with “ ”, and it holds text.",
            "Give a word, or ask whether it is empty.",
        ),
        (
            Compute("Region", "upper case", "Region"),
            "Step 2 computes “Region”, which is a column already.",
            "Give it another name.",
        ),
        (Compute("x", "year", "Region"), "Step 2 computes “x” with “Region”, which holds text.", "Choose “Day”."),
        (Compute("x", "plus", "Revenue"), "Step 2 computes “x” without a column that it needs.", "Choose “Revenue”."),
        (
            Compute("x", "round", "Revenue", number=0.5),
            "Step 2 needs a number of decimals.",
            "Choose one from 0 to 10.",
        ),
    ],
)
def test_a_step_that_can_not_be_done_is_named_with_what_to_choose(step: Step, message: str, hint: str) -> None:
    with pytest.raises(BadInput) as refused:
        apply(SALES, [Sort("Day"), step])
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize(
    "form",
    [
        None,
        "choose",
        {},
        {"step": "eval", "code": "1"},
        {"step": "choose"},
        {"step": "choose", "columns": "Day"},
        {"step": "group", "by": ["Day"], "measures": [{"how": "guess", "column": "Day"}]},
        {"step": "group", "by": ["Day"], "measures": ["sum"]},
        {"step": "filter", "test": "is"},
        {"step": "compute", "called": "x", "formula": "plus", "of": "Revenue", "number": "many"},
    ],
)
def test_what_is_no_step_is_refused(form: object) -> None:
    with pytest.raises(BadInput):
        step_of(form)


@pytest.mark.parametrize("formula", ["__import__('os')", "eval", "of"])
def test_nothing_but_the_listed_formulas_is_computed(formula: str) -> None:
    with pytest.raises(BadInput, match="no formula"):
        apply(SALES, [Compute("x", formula, "Revenue")])


def test_the_steps_leave_the_table_that_they_begin_with_as_it_was() -> None:
    before = SALES.digest
    apply(SALES, EVERY_STEP[1:4])
    apply(SALES, [Compute("x", "plus", "Revenue", number=1.0), Sort("x")])
    assert table(*zip(*(SALES.values(each.name) for each in COLUMNS), strict=True)).digest == before


OPPOSITES = {"is": "is not", "contains": "does not contain", "is empty": "is not empty"}
SIZES = {"is less than": "is at least", "is more than": "is at most"}


@given(TABLES, st.sampled_from(sorted(OPPOSITES)), st.text("abWest=", min_size=1, max_size=3))
@settings(deadline=None)
def test_a_filter_and_its_opposite_keep_every_row_once(made: Table, test: str, value: str) -> None:
    one, other = (apply(made, [Filter("Region", each, value)]) for each in (test, OPPOSITES[test]))
    both = [*zip(*(one.values(each.name) for each in COLUMNS), strict=True)]
    both += zip(*(other.values(each.name) for each in COLUMNS), strict=True)
    assert sorted(map(repr, both)) == sorted(map(repr, zip(*(made.values(each.name) for each in COLUMNS), strict=True)))


@given(TABLES, st.sampled_from(sorted(SIZES)), st.integers(-100, 100))
@settings(deadline=None)
def test_a_filter_by_size_and_its_opposite_keep_every_row_that_has_a_size(made: Table, test: str, value: int) -> None:
    one, other = (apply(made, [Filter("Revenue", each, str(value))]) for each in (test, SIZES[test]))
    filled = apply(made, [Filter("Revenue", "is not empty")])
    assert len(one) + len(other) == len(filled)


@given(TABLES, st.lists(st.sampled_from([each.name for each in COLUMNS]), min_size=1, max_size=3, unique=True))
@settings(deadline=None)
def test_what_the_groups_hold_adds_up_to_what_the_table_holds(made: Table, by: list[str]) -> None:
    grouped = apply(made, [Group(tuple(by), (Measure(How.SUM, "Revenue"), Measure(How.COUNT)))])
    sums = [each for each in grouped.values("sum of Revenue") if isinstance(each, float)]
    total = [each for each in made.values("Revenue") if isinstance(each, float)]
    assert math.fsum(sums) == pytest.approx(math.fsum(total), rel=1e-12, abs=1e-6)
    assert sum(map(float, map(str, grouped.values("number of rows")))) == len(made)
    keys = list(zip(*(grouped.values(each) for each in by), strict=True))
    assert len(set(keys)) == len(keys)


@given(TABLES, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_groups_are_the_same_in_whatever_order_the_rows_stand(made: Table, random: object) -> None:
    rows = list(zip(*(made.values(each.name) for each in COLUMNS), strict=True))
    random.shuffle(rows)  # type: ignore[attr-defined]
    step = Group(("Region", "Paid"), tuple(Measure(how, "Revenue") for how in How))
    assert apply(table(*rows), [step]).digest == apply(made, [step]).digest


@given(TABLES, st.sampled_from([each.name for each in COLUMNS]), st.booleans())
@settings(deadline=None)
def test_sorting_loses_no_row_and_sorting_again_changes_nothing(made: Table, by: str, descending: bool) -> None:
    step = Sort(by, descending)
    once = apply(made, [step])
    assert apply(once, [step]).digest == once.digest
    assert sorted(map(repr, once.rows())) == sorted(map(repr, made.rows()))


def or_refusal(does: Callable[[], Sequence[Column]]) -> Sequence[Column] | str:
    """Give the columns that something gives, or the sentence that refuses it."""
    try:
        return does()
    except BadInput as refused:
        return refused.message


@given(TABLES, st.permutations(EVERY_STEP))
@settings(deadline=None)
def test_steps_in_any_order_end_as_was_said_beforehand(made: Table, steps: list[Step]) -> None:
    said = or_refusal(lambda: columns_after(made.columns, steps))
    assert or_refusal(lambda: apply(made, steps).columns) == said


def test_every_test_of_a_filter_has_a_place_in_the_tests() -> None:
    assert set(TESTS) == {*OPPOSITES, *OPPOSITES.values(), *SIZES, *SIZES.values(), "is between"}
