from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.notebooks.references import filled, names_in, reference_to, renamed, typed_name, with_texts


def test_a_form_names_what_it_refers_to_wherever_it_stands() -> None:
    form = {"question": "What of {{Region}} and {{ region }}?", "steps": [{"value": "{{Limit}}"}], "rows": 5}
    assert names_in(form) == ("region", "Limit")


def test_a_value_that_holds_a_reference_is_never_expanded_again() -> None:
    assert filled("Ask {{a}} and {{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "Ask {{b}} and {{a}}"


def test_a_reference_to_nothing_stays_as_it_stands() -> None:
    assert filled("{{Gone}} {{Here}}", {"here": "there"}) == "{{Gone}} there"


def test_renaming_changes_that_name_alone() -> None:
    form = {"text": "{{Sales}} {{Sales 2}} {{SALES}}", "steps": [{"table": "{{Sales}}"}], "top": 3}
    assert with_texts(form, lambda text: renamed(text, "sales", "Revenue")) == {
        "text": "{{Revenue}} {{Sales 2}} {{Revenue}}",
        "steps": [{"table": "{{Revenue}}"}],
        "top": 3,
    }


@pytest.mark.parametrize("name", ["", "  ", "a{b", "b}", "x" * 41])
def test_a_name_that_no_reference_could_hold_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        typed_name(name)


@given(st.text(min_size=1, max_size=40), st.text(max_size=30))
def test_whatever_may_be_a_name_can_be_referred_to(name: str, value: str) -> None:
    try:
        tidy = typed_name(name)
    except BadInput:
        return
    assert names_in({"text": reference_to(tidy)}) == (tidy,)
    assert filled(reference_to(tidy), {" ".join(tidy.split()).casefold(): value}) == value
