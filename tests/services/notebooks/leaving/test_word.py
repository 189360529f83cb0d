"""A notebook as a Word document, read by python-docx and by the reader that reads everybody's documents."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from services.governance.life_cycle import ApprovalState
from services.knowledge.reading.word import read_word
from services.notebooks.notebook import Notebook
from services.people.user import User
from tests.services.answers.library import Library


@pytest.fixture
def written(rooms: Library, ana: User, notebook: Notebook) -> bytes:
    return rooms.notebooks.leaving.word(ana, notebook.id)


def words_of(document: Any) -> str:
    return "\n".join(each.text for each in document.paragraphs)


def test_it_has_title_steps_sources_settings_and_mark(written: bytes, notebook: Notebook) -> None:
    document = Document(io.BytesIO(written))
    words = words_of(document)
    styles = {each.text: each.style.name for each in document.paragraphs if each.style is not None}
    assert styles[notebook.title] in ("Title", "Heading 1")
    assert document.paragraphs[0].text == notebook.title
    assert "16 weeks of paid parental leave. [1]" in words
    assert "[1] “Every employee who becomes a parent is entitled to 16 weeks of paid parental leave.”" in words
    assert "Parental leave, Employee handbook" in words
    assert "instruction “ask”, version 2" in words
    assert f"receipt {notebook.cells[0].receipt_id}" in words
    assert "AI-generated: quoted word for word" in words
    assert document.core_properties.author == "Accelerate"
    assert document.core_properties.created is not None
    assert document.core_properties.created.replace(tzinfo=None) == datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001
    assert document.core_properties.comments.startswith("AI-generated")


def test_tables_are_tables_and_a_chart_is_its_figures_under_its_finding(
    rooms: Library, ana: User, written: bytes, notebook: Notebook
) -> None:
    document = Document(io.BytesIO(written))
    heads = [[cell.text for cell in each.rows[0].cells] for each in document.tables]
    assert heads[0] == ["region", "day", "units", "paid", "=2+2"]
    assert heads[1] == ["region", "sum of units"]
    finding = rooms.notebooks.running.view(ana, notebook).output(notebook.cells[4]).text
    assert [each.text for each in document.paragraphs if each.style and each.style.name == "Caption"] == [finding]
    assert [cell.text for cell in document.tables[0].rows[2].cells][:3] == ["South", "2026-02-28", "30.5"]


def test_our_own_reader_reads_it(written: bytes, notebook: Notebook, tmp_path: Path) -> None:
    path = tmp_path / "left.docx"
    path.write_bytes(written)
    title, (page,) = read_word(path)
    assert title == notebook.title
    assert "16 weeks of paid parental leave. [1]" in page.text
    assert "| South | 2026-02-28 | 30.5 |" in page.text


def test_what_may_no_longer_be_read_stands_nowhere_in_it(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.change("handbook", state=ApprovalState.WITHDRAWN.value)
    words = words_of(Document(io.BytesIO(rooms.notebooks.leaving.word(ana, notebook.id))))
    assert "16 weeks" not in words
    assert "no longer yours to read" in words


def test_signs_that_xml_can_not_hold_are_left_out(rooms: Library, ana: User) -> None:
    rooms.publish(
        "handbook", "odd.md", ["# Odd\n\nThe odd leave rule has a hy\ufffephen, a bell\x07 and a \uffffmark."]
    )
    notebook = rooms.notebooks.running.start(ana, "What does the odd leave rule have?")
    words = words_of(Document(io.BytesIO(rooms.notebooks.leaving.word(ana, notebook.id))))
    assert "hyphen, a bell and a mark" in words


def test_an_empty_notebook_is_a_document_too(rooms: Library, ana: User) -> None:
    document = Document(io.BytesIO(rooms.notebooks.leaving.word(ana, rooms.notebooks.new(ana, "Nothing").id)))
    assert document.paragraphs[0].text == "Nothing"
    assert "AI-generated" not in words_of(document)
