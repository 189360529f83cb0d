from __future__ import annotations

import json
import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly.graph_objects import Figure as PlotlyFigure

from components.charts import HEIGHT, OTHERS
from services.errors import BadInput
from services.notebooks.tabular.chart_form import ChartForm, ChartType, chart_of
from services.notebooks.tabular.figures import Figure, bins, draw
from services.notebooks.tabular.findings import amount, correlation
from services.notebooks.tabular.groups import Group, Measure
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.read_table import read_table
from services.notebooks.tabular.steps import apply
from services.notebooks.tabular.suggestions import suggest
from services.notebooks.tabular.table import Column, ColumnKind, Table, table_of
from tests.servers import ROOT
from tests.services.notebooks.tabular.made import COLUMNS, TABLES, table

BAR, LINE, AREA = ChartType.BAR, ChartType.LINE, ChartType.AREA
SCATTER, HISTOGRAM = ChartType.SCATTER, ChartType.HISTOGRAM
JANUARY = datetime(2026, 1, 1)  # noqa: DTZ001


def months(number: int) -> datetime:
    return datetime(2026 + number // 12, 1 + number % 12, 1)  # noqa: DTZ001


SALES = table(
    ("West", 300, months(0), True),
    ("West", 112.3, months(1), True),
    ("East", 200, months(0), False),
    ("East", 100, months(1), False),
    ("North", 50, months(1), None),
    (None, 10, None, None),
)


def shipped(name: str) -> Table:
    return read_table(f"{name}.csv", (ROOT / "services/content/tables" / f"{name}.csv").read_bytes())


def categories(*pairs: tuple[str, float | None], kind: ColumnKind = ColumnKind.TEXT, unit: str = "") -> Table:
    columns = [Column("region", kind), Column("revenue", ColumnKind.NUMBER, unit)]
    return table_of("T", columns, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])


def bars(how: How, *pairs: tuple[str, float | None], unit: str = "") -> str:
    return draw(categories(*pairs, unit=unit), ChartForm(BAR, "region", "revenue", how)).finding


def test_bars_stand_in_the_order_of_their_height_and_the_title_says_who_has_the_most() -> None:
    figure = draw(SALES, ChartForm(BAR, "Region", "Revenue", How.SUM))
    assert figure.finding == "West has the most Revenue: €412.3 of €772.3"
    assert figure.table.rows() == (("West", "412.3"), ("East", "300"), ("North", "50"), ("(empty)", "10"))
    assert figure.table.columns == (
        Column("Region", ColumnKind.TEXT),
        Column("sum of Revenue", ColumnKind.NUMBER, "€"),
    )
    assert (figure.x_name, figure.y_name) == ("Region", "sum of Revenue (€)")


@pytest.mark.parametrize(
    ("how", "finding"),
    [
        (How.SUM, "b and c have the most revenue: 4 each, of 10"),
        (How.MEAN, "On average, b has the highest revenue: 4; a has the lowest: 1"),
        (How.MEDIAN, "By the median, b has the highest revenue: 4; a has the lowest: 1"),
        (How.MIN, "a and c have the lowest revenue of all: 1"),
        (How.MAX, "b has the highest revenue of all: 4"),
        (How.COUNT, "a and c have the most rows with revenue: 2 each, of 5"),
        (How.COUNT_DIFFERENT, "c has the most different revenue: 2"),
    ],
)
def test_each_way_of_measuring_has_its_title(how: How, finding: str) -> None:
    assert bars(how, ("a", 1), ("a", 1), ("b", 4), ("c", 3), ("c", 1)) == finding


def test_a_title_does_not_speak_of_parts_of_a_whole_where_something_is_below_zero() -> None:
    said = bars(How.SUM, ("a", 5), ("b", -2.5), unit="$")
    assert said == "a has the most revenue: $5; b has the least: −$2.5"


def test_a_title_fits_one_bar_equal_bars_and_many_equal_ones() -> None:
    assert bars(How.SUM, ("a", 5)) == "Revenue is 5 for a, the only region"
    assert bars(How.SUM, ("a", 5), ("b", 5)) == "Revenue is 5 for each region"
    assert (
        bars(How.SUM, ("a", 5), ("b", 5), ("c", 5), ("d", 1)) == "a, b and 1 other have the most revenue: 5 each, of 16"
    )


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (412_300.4, "", "412,300"),
        (1_234_567, "", "1.23 million"),
        (-2_500_000_000, "€", "−€2.5 billion"),
        (39.5, "", "39.5"),
        (0.01234, "", "0.0123"),
        (12.5, "%", "12.5%"),
        (234.5, "", "234.5"),
        (1_234.5, "", "1,235"),
        (0.1 + 0.2, "", "0.3"),
        (99.999, "", "100"),
        (3, "USD", "3 USD"),
        (0, "", "0"),
        (1e300, "", "1e+300"),
    ],
)
def test_a_number_in_a_title_is_said_as_people_say_it(value: float, unit: str, said: str) -> None:
    assert amount(value, unit) == said


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ((234.5, -12.5), "a has the most revenue: 234.5; b has the least: −12.5"),
        ((1_234.5, 999.25), "a has the most revenue: 1,235 of 2,234"),
        ((1_234.25, -0.125), "a has the most revenue: 1,234.25; b has the least: −0.125"),
    ],
)
def test_the_numbers_of_one_title_are_equally_exact(values: tuple[float, float], finding: str) -> None:
    assert bars(How.SUM, *zip("ab", values, strict=True)) == finding


def test_a_title_does_not_call_the_same_number_the_highest() -> None:
    made = table(*[("x", value, months(place), True) for place, value in enumerate([1_000.1, 1_000.3, 1_000.2])])
    finding = draw(made, ChartForm(LINE, "Day", "Revenue", How.SUM)).finding
    assert finding == "Revenue is €1,000 in Jan 2026 and in Mar 2026"


def grouped(form: ChartForm, *measures: Measure, by: tuple[str, ...] = ("Region", "Paid")) -> Figure:
    return draw(apply(SALES, [Group(by, measures)]), form)


def test_a_chart_of_a_grouped_table_says_its_measure_once() -> None:
    form = ChartForm(BAR, "Region", "sum of Revenue", How.SUM)
    figure = grouped(form, Measure(How.SUM, "Revenue"))
    assert form.sentence == "Bar of sum of Revenue by “Region”"
    assert (figure.y_name, figure.table.columns[-1].name) == ("sum of Revenue (€)", "sum of Revenue")
    assert figure.finding == "West has the most Revenue: €412.3 of €772.3"
    counted = grouped(ChartForm(BAR, "Region", "number of rows", How.SUM), Measure(How.COUNT))
    assert counted.y_name == "number of rows"
    assert counted.finding == "East and West have the most rows: 2 each, of 6"


def test_a_mean_of_means_says_so_unless_there_is_one_of_each() -> None:
    form = ChartForm(LINE, "Region", "mean of Revenue", How.MEAN)
    several = table(("West", 1, months(0), True), ("West", 3, months(0), True), ("West", 5, months(0), False))
    means = apply(several, [Group(("Region", "Paid"), (Measure(How.MEAN, "Revenue"),))])
    assert draw(means, form).y_name == "mean of mean of Revenue (€)"
    alone = grouped(form, Measure(How.MEAN, "Revenue"), by=("Region",))
    assert alone.y_name == "mean of Revenue (€)"
    assert alone.finding.startswith("The mean of Revenue ")
    different = Measure(How.COUNT_DIFFERENT, "Paid")
    total = ChartForm(BAR, "Region", "number of different Paid", How.SUM)
    assert grouped(total, different, by=("Region",)).y_name == "number of different Paid"
    assert grouped(total, different, by=("Region", "Day")).y_name == "sum of number of different Paid"
    highest = ChartForm(BAR, "Region", "highest Revenue", How.SUM)
    assert grouped(highest, Measure(How.MAX, "Revenue"), by=("Region",)).finding == (
        "West has the highest Revenue of all: €300"
    )


def test_a_line_goes_along_the_days_and_the_title_says_where_it_went() -> None:
    figure = draw(SALES, ChartForm(LINE, "Day", "Revenue", How.SUM))
    assert figure.finding == "Revenue fell from €500 in Jan 2026 to €262.3 in Feb 2026"
    assert figure.remarks == ("1 row without “Day” is left out.",)
    assert figure.series[0].places == (months(0), months(1))


def test_a_chart_says_which_rows_its_measure_leaves_out() -> None:
    made = categories(("a", 1), ("a", None), ("b", None), ("c", 2))
    assert draw(made, ChartForm(BAR, "region", "revenue", How.SUM)).remarks == (
        "2 rows have no “revenue” and are not counted in its sum.",
    )
    assert draw(made, ChartForm(BAR, "region", "revenue", How.COUNT)).remarks == ()


def test_a_line_that_is_highest_on_the_way_says_so() -> None:
    made = table(*[("x", value, months(place), True) for place, value in enumerate([10, 40, 5, 20])])
    assert draw(made, ChartForm(LINE, "Day", "Revenue", How.SUM)).finding == (
        "Revenue rose from €10 in Jan 2026 to €20 in Apr 2026, highest in Feb 2026: €40"
    )


def test_lines_that_are_split_say_who_is_ahead_at_the_end() -> None:
    figure = draw(SALES, ChartForm(LINE, "Day", "Revenue", How.SUM, "Region"))
    assert figure.finding == "In Feb 2026, West has the most Revenue: €112.3; North has the least: €50"
    assert [each.name for each in figure.series] == ["East", "North", "West"]
    assert figure.series[1].values == (None, 50.0)


def test_more_series_than_five_are_the_largest_four_and_the_others() -> None:
    rows = [(name, float(size), months(place), True) for size, name in enumerate("abcdefg", 1) for place in (0, 1)]
    figure = draw(table(*rows), ChartForm(LINE, "Day", "Revenue", How.MEAN, "Region"))
    assert [each.name for each in figure.series] == ["d", "e", "f", "g", "Others"]
    # The mean of the others is that of their rows, not of their means.
    assert figure.series[-1].values == (2.0, 2.0)
    assert figure.remarks == ("The 4 largest of 7 “Region” are drawn; the rest are “Others”.",)


def test_a_series_that_is_called_others_is_not_mixed_up_with_the_others() -> None:
    names = {"Others": 9.0, "a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 5.0}
    rows = [(name, size, months(0), True) for name, size in names.items()]
    figure = draw(table(*rows), ChartForm(BAR, "Day", "Revenue", How.SUM, "Region"))
    assert {each.name: each.values for each in figure.series} == {
        "c": (3.0,),
        "d": (4.0,),
        "e": (5.0,),
        "Others": (9.0,),
        "All other Region": (3.0,),
    }


def test_of_more_bars_than_thirty_the_highest_are_drawn_and_that_is_said() -> None:
    figure = draw(
        categories(*[(f"r{number}", float(number)) for number in range(40)]),
        ChartForm(BAR, "region", "revenue", How.SUM),
    )
    assert figure.series[0].places[0] == "r39"
    assert len(figure.series[0].places) == len(figure.table) == 30
    assert figure.remarks == ("The 30 highest of 40 “region” are drawn.",)
    assert figure.finding == "r39 has the most revenue: 39 of 780"


def test_too_many_days_are_put_together_by_month_and_that_is_said() -> None:
    rows = [("x", 1.0, JANUARY + timedelta(days=number), True) for number in range(730)]
    figure = draw(table(*rows), ChartForm(LINE, "Day", "Revenue", How.SUM))
    assert len(figure.table) == 24
    assert figure.series[0].values[:2] == (31.0, 28.0)
    assert figure.remarks == ("“Day” has too many different days to draw: they are put together by month.",)


def test_numbers_along_a_bar_chart_stay_in_their_order() -> None:
    columns = [Column("year", ColumnKind.NUMBER), Column("n", ColumnKind.NUMBER)]
    made = table_of("T", columns, [[2024, 2023, 2025], [5, 9, 1]])
    figure = draw(made, ChartForm(BAR, "year", "n", How.SUM))
    assert figure.series[0].places == (2023.0, 2024.0, 2025.0)
    assert figure.plotly(OTHERS)["data"][0]["x"] == ["2023", "2024", "2025"]


def test_a_scatter_says_whether_two_numbers_go_together() -> None:
    columns = [Column("units", ColumnKind.NUMBER), Column("revenue", ColumnKind.NUMBER, "€")]
    numbers = [float(number) for number in range(10)]
    form = ChartForm(SCATTER, "units", "revenue")
    up = table_of("T", columns, [[*numbers, None], [*(each * 2 + 1 for each in numbers), 5]])
    down = table_of("T", columns, [numbers, [-each for each in numbers]])
    flat = table_of("T", columns, [numbers, [(-1.0) ** each for each in numbers]])
    assert draw(up, form).finding == "Revenue rises as units rises (correlation 1.00, 10 rows)"
    assert draw(up, form).remarks == ("1 row without one of the two numbers is left out.",)
    assert draw(down, form).finding == "Revenue falls as units rises (correlation −1.00, 10 rows)"
    assert draw(flat, form).finding == "Revenue shows no clear link with units (correlation −0.17, 10 rows)"


def test_a_scatter_of_many_rows_draws_some_and_judges_all() -> None:
    columns = [Column("x", ColumnKind.NUMBER), Column("y", ColumnKind.NUMBER)]
    numbers = [float(number) for number in range(5_000)]
    figure = draw(table_of("T", columns, [numbers, numbers]), ChartForm(SCATTER, "x", "y"))
    assert len(figure.table) == 2_000
    assert figure.finding.endswith("(correlation 1.00, 5,000 rows)")
    assert figure.remarks == ("2,000 of 5,000 rows are drawn, evenly spread; the finding is of all of them.",)


def test_a_histogram_counts_every_value_once() -> None:
    figure = draw(shipped("seattle-weather"), ChartForm(HISTOGRAM, "temp_max"))
    assert figure.finding == "Half of the 1,461 values of temp_max lie between 10.6 and 22.2"
    assert math.fsum(each or 0.0 for each in figure.series[0].values) == 1461
    assert figure.table.columns[0].name == "from"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_bins_hold_every_value_and_are_few(values: list[float]) -> None:
    edges = bins(values)
    assert 2 <= len(edges) <= 34
    assert edges == sorted(edges)
    assert edges[0] <= min(values)
    assert edges[-1] >= max(values)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=20))
def test_a_correlation_is_none_or_between_minus_one_and_one(pairs: list[tuple[float, float]]) -> None:
    together = correlation([each[0] for each in pairs], [each[1] for each in pairs])
    assert together is None or -1 <= together <= 1


HOSTILE = '<a href="x">&<b>'


def hostile(form: ChartForm) -> Figure:
    columns = [
        Column(f"n{HOSTILE}", ColumnKind.NUMBER, "<i>"),
        Column(f"m{HOSTILE}", ColumnKind.NUMBER),
        Column(f"c{HOSTILE}", ColumnKind.TEXT),
        Column(f"s{HOSTILE}", ColumnKind.TEXT),
    ]
    names = [f"{number}{HOSTILE}" for number in range(8)]
    return draw(table_of(HOSTILE, columns, [range(8), range(8, 0, -1), names, names]), form)


@pytest.mark.parametrize(
    "form",
    [
        ChartForm(BAR, f"c{HOSTILE}", f"n{HOSTILE}", How.SUM, f"s{HOSTILE}"),
        ChartForm(LINE, f"c{HOSTILE}", f"n{HOSTILE}", How.MEAN, f"s{HOSTILE}"),
        ChartForm(AREA, f"c{HOSTILE}", f"n{HOSTILE}", How.SUM, f"s{HOSTILE}"),
        ChartForm(SCATTER, f"n{HOSTILE}", f"m{HOSTILE}", split=f"s{HOSTILE}"),
        ChartForm(HISTOGRAM, f"n{HOSTILE}"),
    ],
    ids=lambda form: form.type,
)
def test_no_word_of_a_table_is_markup_in_its_chart(form: ChartForm) -> None:
    drawn = json.dumps(hostile(form).plotly(OTHERS))
    assert "<" not in drawn
    assert "&lt;a href" in drawn


def test_a_chart_is_drawn_as_the_other_charts_of_the_app() -> None:
    figure = draw(SALES, ChartForm(LINE, "Day", "Revenue", How.SUM, "Region")).plotly(OTHERS)
    assert figure["layout"]["height"] == HEIGHT
    assert figure["layout"]["xaxis"]["fixedrange"] is True
    assert figure["layout"]["yaxis"]["title"]["text"] == "sum of Revenue (€)"
    assert [each["line"]["color"] for each in figure["data"]] == list(OTHERS[:3])
    # Each line is named at its end, so that there is no legend to look up.
    assert figure["layout"]["showlegend"] is False
    assert [each["text"][-1] for each in figure["data"]] == ["East", "North", "West"]
    assert PlotlyFigure(figure).to_dict()["layout"]["height"] == HEIGHT


def test_a_name_that_would_stand_on_what_is_drawn_stands_in_a_legend() -> None:
    area = draw(SALES, ChartForm(AREA, "Day", "Revenue", How.SUM, "Region")).plotly(OTHERS)
    assert area["layout"]["showlegend"] is True
    assert [each["name"] for each in area["data"]] == ["East", "North", "West"]
    assert all("text" not in each["mode"] for each in area["data"])
    side_by_side = draw(SALES, ChartForm(BAR, "Day", "Revenue", How.MEAN, "Region")).plotly(OTHERS)
    assert side_by_side["layout"]["showlegend"] is True
    assert side_by_side["layout"]["barmode"] == "group"


@pytest.mark.parametrize(
    ("form", "message", "hint"),
    [
        (
            ChartForm(BAR, "Area"),
            "“Area”, which is chosen along the chart, is not a column.",
            "Choose “Region”, “Revenue”, “Day” or “Paid”.",
        ),
        (ChartForm(BAR, ""), "No column is chosen along the chart.", "Choose “Region”, “Revenue”, “Day” or “Paid”."),
        (
            ChartForm(BAR, "Day", "Region", How.SUM),
            "The sum of “Region” can't be drawn: it holds no numbers.",
            "Count it, or choose “Revenue”.",
        ),
        (
            ChartForm(BAR, "Region", "Day", How.MAX),
            "The max of “Day” can't be drawn: it holds no numbers.",
            "Count it, or choose “Revenue”.",
        ),
        (ChartForm(HISTOGRAM, "Region"), "“Region” holds no numbers.", "Choose “Revenue”."),
        (
            ChartForm(SCATTER, "Revenue", "Revenue"),
            "A scatter needs two different columns.",
            "Choose another column for one of them.",
        ),
        (
            ChartForm(BAR, "Day", split="Day"),
            "A chart can't be split by what stands along it.",
            "Choose another column to split it by.",
        ),
        (
            ChartForm(AREA, "Day", "Revenue", How.MEAN, "Region"),
            "An area adds its series up, and a mean can't be added.",
            "Choose a sum, or draw lines.",
        ),
        (
            ChartForm(HISTOGRAM, "Revenue", split="Region"),
            "A histogram has one series.",
            "Split nothing, or draw bars.",
        ),
    ],
)
def test_a_chart_that_can_not_be_drawn_says_what_to_choose(form: ChartForm, message: str, hint: str) -> None:
    with pytest.raises(BadInput) as refused:
        draw(SALES, form)
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize(
    "form",
    [ChartForm(BAR, "Region"), ChartForm(LINE, "Day", "Revenue", How.SUM), ChartForm(HISTOGRAM, "Revenue")],
    ids=lambda form: form.type,
)
def test_an_empty_table_is_nothing_to_draw(form: ChartForm) -> None:
    with pytest.raises(BadInput, match="nothing to draw"):
        draw(table(), form)


@pytest.mark.parametrize(
    "form",
    [None, {}, {"type": "pie", "dimension": "a"}, {"type": "bar"}, {"type": "bar", "dimension": "a", "how": "guess"}],
)
def test_what_is_no_chart_is_refused(form: object) -> None:
    with pytest.raises(BadInput):
        chart_of(form)


def test_a_chart_is_kept_as_json_and_reads_as_a_sentence() -> None:
    form = ChartForm(BAR, "Region", "Revenue", How.SUM, "Paid")
    assert chart_of(json.loads(json.dumps(form.form))) == form
    assert form.sentence == "Bar of sum of Revenue by “Region”, split by “Paid”"
    assert ChartForm(SCATTER, "a", "b").sentence == "Scatter of “b” against “a”"
    assert ChartForm(HISTOGRAM, "a").sentence == "Histogram of “a”"
    assert ChartForm(LINE, "Day").sentence == "Line of number of rows by “Day”"


@given(TABLES, st.sampled_from([BAR, LINE, AREA]), st.sampled_from(["Region", "Day", "Paid", "Revenue"]))
@settings(deadline=None)
def test_the_figures_of_a_chart_are_those_of_the_same_groups(made: Table, type_: ChartType, along: str) -> None:
    rows = [row for row in zip(*(made.values(each.name) for each in COLUMNS), strict=True) if None not in row[:4]]
    full = table(*rows, ("West", 1, JANUARY, True))
    grouped = apply(full, [Group((along,), (Measure(How.SUM, "Revenue"),))])
    figure = draw(full, ChartForm(type_, along, "Revenue", How.SUM))
    assert sorted(map(str, figure.table.values("sum of Revenue"))) == sorted(map(str, grouped.values("sum of Revenue")))
    assert PlotlyFigure(figure.plotly(OTHERS)).data[0].y is not None


@given(TABLES)
@settings(deadline=None)
def test_whatever_is_suggested_can_be_drawn(made: Table) -> None:
    forms = suggest(made)
    assert len(forms) <= 4
    assert all(draw(made, form).finding for form in forms)
