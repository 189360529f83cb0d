"""How the walker names documents, pages and places to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.knowledge.causes import Spot, at, named, pages_of
from services.knowledge.document import Document, Unread
from services.knowledge.waiting import new_document
from services.store.moment import utc_now


@pytest.fixture
def leave() -> Document:
    new = new_document("handbook", "leave.md", "text/markdown", "", 0, utc_now, title="Leave")
    return replace(new, pages=3)


def test_a_document_is_named_by_its_title_or_else_its_file(leave: Document) -> None:
    assert named(leave) == "“Leave”"
    assert named(replace(leave, title="")) == "“leave.md”"


def test_a_page_is_named_where_there_are_several(leave: Document) -> None:
    assert at(Spot(leave, 2, 0, 5)) == "on page 2 of “Leave”"
    assert at(Spot(replace(leave, pages=1), 1, 0, 5)) == "in “Leave”"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([3], "page 3"),
        ([3, 4], "pages 3 and 4"),
        ([3, 4, 7], "pages 3, 4 and 7"),
        ([1, 2, 3, 4, 5], "pages 1, 2, 3, 4 and 5"),
        ([1, 2, 3, 4, 5, 1_006], "pages 1, 2, 3, 4 and 2 others"),
        ([1_006], "page 1,006"),
    ],
)
def test_pages_that_were_not_read_are_named_a_few_at_a_time(numbers: list[int], said: str) -> None:
    assert pages_of(tuple(Unread(number, "it is too dark") for number in numbers)) == said
