from __future__ import annotations

import pytest

from tests.bench.refusals import Asked, auc, of_pair


def test_auc_is_the_chance_of_being_above_and_equal_ones_count_half() -> None:
    assert auc([3, 4], [1, 2]) == 1
    assert auc([1], [1]) == 0.5
    assert auc([1, 3], [2]) == 0.5


def test_the_three_figures_of_a_pair() -> None:
    rows = of_pair("set", Asked((2.0, 1.0), (True, False)), Asked((0.5, 1.5, 0.1, 0.2), (False, True, False, False)))

    figures = {row.metric: row.value for row in rows}

    assert figures == pytest.approx({"answered/answerable": 0.5, "refused/unanswerable": 0.75, "auc": 7 / 8})
