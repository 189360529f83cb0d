from __future__ import annotations

import pytest

from tests.bench.quality import interval, ndcg, recall


def test_ndcg_is_one_for_the_best_order_and_discounts_by_the_logarithm_of_the_place() -> None:
    assert ndcg(["a", "b"], {"a": 1, "b": 1}) == pytest.approx(1)
    assert ndcg(["x", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["x"], {"a": 1}) == 0


def test_ndcg_takes_grades_as_gains() -> None:
    assert ndcg(["b", "a"], {"a": 2, "b": 1}) == pytest.approx((1 + 2 * 0.63093) / (2 + 0.63093), abs=1e-4)


def test_only_the_first_ten_count() -> None:
    documents = [str(number) for number in range(11)]

    assert recall(documents, {"9": 1, "10": 1}) == 0.5
    assert ndcg(documents, {"10": 1}) == 0


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    low, high = interval(values)

    assert low < 0.5 < high
    assert interval(values) == (low, high)
