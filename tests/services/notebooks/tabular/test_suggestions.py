from __future__ import annotations

import pytest

from services.notebooks.tabular.chart_form import ChartForm, ChartType
from services.notebooks.tabular.figures import draw
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.read_table import read_table
from services.notebooks.tabular.suggestions import suggest
from services.notebooks.tabular.table import Table
from tests.servers import ROOT

BAR, LINE, SCATTER, HISTOGRAM = ChartType.BAR, ChartType.LINE, ChartType.SCATTER, ChartType.HISTOGRAM


def csv(text: str) -> Table:
    return read_table("x.csv", text.encode())


def best(text: str) -> ChartForm:
    return suggest(csv(text))[0]


def test_days_and_a_number_are_a_line() -> None:
    assert best("day,units\n2026-01-01,5\n2026-01-02,7\n2026-01-03,6\n") == ChartForm(LINE, "day", "units", How.SUM)


def test_days_with_a_row_for_each_of_a_few_are_a_line_for_each() -> None:
    text = "day,shop,units\n2026-01-01,A,5\n2026-01-01,B,7\n2026-01-02,A,6\n2026-01-02,B,9\n"
    assert best(text) == ChartForm(LINE, "day", "units", How.SUM, "shop")


def test_a_few_categories_and_a_number_are_bars() -> None:
    assert best("region,units\nWest,5\nEast,7\nWest,6\n") == ChartForm(BAR, "region", "units", How.SUM)


def test_two_numbers_are_a_scatter_and_one_a_histogram() -> None:
    assert best("width,height\n1,2\n2,5\n4,4\n") == ChartForm(SCATTER, "width", "height")
    assert best("width\n1\n2\n4\n") == ChartForm(HISTOGRAM, "width")


def test_words_alone_are_counted() -> None:
    assert suggest(csv("region,ok\nWest,yes\nEast,no\nWest,yes\n"))[0] == ChartForm(BAR, "region")


def test_what_does_not_add_up_is_drawn_by_its_mean() -> None:
    assert best("region,share\nWest,5 %\nEast,7 %\nWest,6 %\n").how is How.MEAN
    assert best("region,unit_price\nWest,5\nEast,7\nWest,6\n").how is How.MEAN


def test_years_and_codes_are_not_measured() -> None:
    assert best("year,units\n2024,5\n2025,7\n2026,6\n") == ChartForm(LINE, "year", "units", How.SUM)
    measured = {form.measure for form in suggest(csv("customerId,region,units\n17,West,5\n4,East,7\n9,West,6\n"))}
    assert "customerId" not in measured


@pytest.mark.parametrize("text", ["region,units\n", "name\nonly one\n"])
def test_where_nothing_can_be_compared_nothing_is_suggested(text: str) -> None:
    assert suggest(csv(text)) == ()


@pytest.mark.parametrize("name", ["iowa-electricity", "quarterly-sales", "seattle-weather"])
def test_a_table_that_ships_suggests_a_line_first_and_each_suggestion_is_drawn(name: str) -> None:
    made = read_table(f"{name}.csv", (ROOT / "services/content/tables" / f"{name}.csv").read_bytes())
    forms = suggest(made)
    assert len(forms) == 4
    assert forms[0].type is LINE
    assert all(draw(made, form).finding for form in forms)
