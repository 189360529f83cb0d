"""What is known of a document before it is read."""

from __future__ import annotations

import pytest

from services.knowledge.waiting import title_of


@pytest.mark.parametrize(
    ("name", "title"),
    [("employee_handbook.pdf", "Employee handbook"), ("2023 Q3-AAPL.pdf", "2023 Q3 AAPL"), (".pdf", ".pdf")],
)
def test_a_files_name_makes_a_title(name: str, title: str) -> None:
    assert title_of(name) == title
