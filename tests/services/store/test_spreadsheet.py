"""What words become in a file that a spreadsheet opens."""

from __future__ import annotations

import pytest

from services.store.spreadsheet import defused, is_formula


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "＝1+1", "-1+1", "-", "+1"])
def test_what_would_be_run_begins_with_an_apostrophe(text: str) -> None:
    assert is_formula(text)
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Leave", "12", "-12.5", "-1,234.50", "-5%", "a=b"])
def test_words_and_numbers_stay_as_they_are(text: str) -> None:
    assert defused(text) == text
