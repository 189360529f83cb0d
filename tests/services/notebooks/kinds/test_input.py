from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import BadInput
from services.notebooks.files import Files
from services.notebooks.kinds.input import KIND, said
from services.notebooks.kinds.kind import Making


def checked(**form: object) -> dict[str, object]:
    return KIND.check({"label": "Region", **form})


def test_a_value_takes_its_tidy_shape_and_reads_as_a_person_would_say_it() -> None:
    assert checked(type="number", value=" 1,200.50 ")["value"] == "1200.5"
    assert said(checked(type="date", value="2026-11-12")) == "12 November 2026"
    assert said(checked(type="yes/no", value=False)) == "No"
    assert said(checked(type="file", value={"name": "sales.csv", "digest": "0"})) == "sales.csv"
    assert said(checked(type="choice", choices=["North", " South ", "North"], value="South")) == "South"


def test_the_default_stands_until_a_value_is_set() -> None:
    assert said(checked(type="text", default="North")) == "North"
    assert said(checked(type="text", default="North", value="South")) == "South"


@pytest.mark.parametrize(
    "form",
    [
        {"label": " "},
        {"label": "x" * 121},
        {"type": "colour"},
        {"type": "number", "value": "many"},
        {"type": "number", "value": "NaN"},
        {"type": "number", "value": True},
        {"type": "date", "value": "yesterday"},
        {"type": "yes/no", "value": "yes"},
        {"type": "choice", "choices": ["only one"]},
        {"type": "choice", "choices": ["a", "b"], "value": "c"},
        {"type": "file", "value": "/etc/passwd"},
        {"type": "text", "value": "x" * 4_001},
        {"colour": "red"},
    ],
)
def test_what_can_not_be_is_refused_in_a_sentence_with_a_way_out(form: dict[str, object]) -> None:
    with pytest.raises(BadInput) as met:
        checked(**form)
    assert met.value.hint


def test_what_is_needed_and_not_set_gives_nothing(tmp_path: Path) -> None:
    assert KIND.make is not None
    making = Making(checked(type="text", required=True), {}, Files(tmp_path, tmp_path, "ana"))
    with pytest.raises(BadInput, match="“Region” is not set yet"):
        KIND.make(making)
