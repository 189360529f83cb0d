from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.report import Row, quantile, report, table


def test_a_report_is_written_with_the_members_conventions_name(tmp_path: Path) -> None:
    path = report("try", [Row("10000", "p50_ms/hybrid", 3.25, "ms", 300, baseline=1.5, aim="<= 10")], folder=tmp_path)

    body = json.loads(path.read_text(encoding="utf-8"))

    assert path.name == "try.json"
    assert set(body) == {"commit", "machine", "rows"}
    assert body["rows"] == [{"set": "10000", "metric": "p50_ms/hybrid", "value": 3.25, "unit": "ms", "n": 300}]


def test_a_table_gives_the_ratio_to_the_baseline_and_leaves_out_empty_columns() -> None:
    head, line = table([Row("10000", "p50_ms/hybrid", 3.0, "ms", 300, baseline=1.5)])

    assert head.split() == ["set", "metric", "value", "unit", "n", "bare", "ratio"]
    assert line.split()[-1] == "2.00x"


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.1, 1), (1.0, 10)])
def test_a_quantile_is_the_value_by_nearest_rank(share: float, expected: float) -> None:
    assert quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == expected
