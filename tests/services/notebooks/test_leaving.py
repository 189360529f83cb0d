from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from services.errors import BadInput
from services.governance.life_cycle import ApprovalState
from services.notebooks.markup import in_markdown, writable
from services.notebooks.title import title_from
from services.people.user import User
from tests.services.answers.library import Library

PARENTAL = "How many weeks of paid parental leave am I entitled to?"
CAFETERIA = "What is in the cafeteria today?"
HOSTILE = "<script>alert(1)</script> parental leave [click](javascript:alert(2)) ![x](https://evil.example/x.png)"


class Tags(HTMLParser):
    """Collects the tags of a page and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_copied_answer_has_numbers_then_quotes_with_their_places(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    copied = rooms.notebooks.leaving.with_sources(ana, notebook.id, notebook.cells[0].id)
    assert copied.text.split("\n") == [
        PARENTAL,
        "Well supported",
        "",
        "Every employee who becomes a parent is entitled to 16 weeks of paid parental leave. [1]",
        "",
        "Sources",
        "[1] “Every employee who becomes a parent is entitled to 16 weeks of paid parental leave.” "
        "(Parental leave, Employee handbook)",
        "",
        "AI-generated: quoted word for word by Accelerate; check the sources.",
    ]
    assert "is entitled to 16 weeks of paid parental leave. [1]" in Tags(copied.html).text


def test_a_copied_refusal_says_that_its_sources_do_not_answer(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, CAFETERIA)
    copied = rooms.notebooks.leaving.with_sources(ana, notebook.id, notebook.cells[0].id)
    assert "Not in these documents" in copied.text
    assert "The nearest sources, which do not answer it" in copied.text


def test_what_was_asked_or_quoted_never_becomes_html(rooms: Library, ana: User) -> None:
    rooms.publish("handbook", "bad.md", [f"# Bad\n\nThe hostile leave says {HOSTILE} & <img src=x onerror=alert(3)>."])
    notebook = rooms.notebooks.running.start(ana, f"hostile leave {HOSTILE}")
    copied = rooms.notebooks.leaving.with_sources(ana, notebook.id, notebook.cells[0].id)
    assert Tags(copied.html).tags <= {"p", "b", "br", "i", "small"}


def test_a_note_can_not_be_copied_as_an_answer(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    note = rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "twins"})
    with pytest.raises(BadInput):
        rooms.notebooks.leaving.with_sources(ana, notebook.id, note.id)


def test_a_notebook_leaves_as_markdown_with_answers_sources_and_notes(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL, ("handbook",))
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": "Ask **Ben** about twins."})
    page = rooms.notebooks.leaving.markdown(ana, notebook.id)
    assert page.startswith(f"# {PARENTAL}\n\n## {PARENTAL}\n\nAsk **Employee handbook**: *{PARENTAL}*\n\n")
    assert "**Well supported** · 24 November 2026" in page
    assert "Every employee who becomes a parent is entitled to 16 weeks of paid parental leave. \\[1\\]" in page
    assert "> Parental leave, Employee handbook" in page
    assert "\n\nAsk **Ben** about twins.\n\n" in page
    assert "AI-generated" in page


def test_what_was_asked_or_quoted_never_becomes_markdown(rooms: Library, ana: User) -> None:
    rooms.publish("handbook", "bad.md", ["# Bad\n\nThe hostile leave says [a](b) ![c](d) <b>x</b> `e` | f."])
    notebook = rooms.notebooks.running.start(ana, f"# hostile leave {HOSTILE}")
    page = rooms.notebooks.leaving.markdown(ana, notebook.id)
    unescaped = re.sub(r"\\.", "", page)
    assert not re.search(r"\]\(|<[a-z/]", unescaped)


def test_what_may_no_longer_be_read_leaves_by_no_door(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, PARENTAL)
    rooms.change("handbook", state=ApprovalState.WITHDRAWN.value)
    copied = rooms.notebooks.leaving.with_sources(ana, notebook.id, notebook.cells[0].id)
    for page in (copied.html, copied.text, rooms.notebooks.leaving.markdown(ana, notebook.id)):
        assert "16 weeks" not in page
        assert "no longer yours to read" in page


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain words, 3 (three)", "plain words, 3 (three)"),
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("12. no item", "12\\. no item"),
        ("*a* _b_ `c` [d](e) <f>", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f\\>"),
        ("two\nlines", "two lines"),
        ("https://a.example", "https\\://a.example"),
    ],
)
def test_text_is_data_in_markdown(text: str, escaped: str) -> None:
    assert in_markdown(text) == escaped


def test_what_no_text_needs_is_taken_out_of_a_note() -> None:
    assert writable("a\r\nb\tc\x00\u202ed\ud800") == "a\nb\tcd"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("leave?", "Leave?"),
        ("x" * 70, "X" + "x" * 58 + "…"),
        ("<b>what</b>\n is\u202e it", "<b>what</b> is it"),
    ],
)
def test_a_title_comes_from_the_question(question: str, title: str) -> None:
    assert title_from(question) == title
