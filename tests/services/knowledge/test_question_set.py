"""A question set says where each answer stands, and which questions have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.knowledge.question_set import Place, Question, read_question_set


def written(folder: Path, *lines: str) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_question_names_every_place_that_answers_it(tmp_path: Path) -> None:
    line = '{"id": "q1", "text": "How long?", "document": "a.pdf", "page": 3, "also": [{"document": "b.md"}]}'

    assert read_question_set(written(tmp_path, line)) == (
        Question("q1", "How long?", (Place("a.pdf", 3), Place("b.md", None)), ""),
    )


def test_a_question_without_answer_has_no_place(tmp_path: Path) -> None:
    line = '{"id": "q1", "text": "How long?", "answerable": false, "why": "Only how wide is said."}'

    (question,) = read_question_set(written(tmp_path, line))

    assert question.places == ()
    assert not question.is_answerable


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": "q1", "text": "Where?"}', '{"text": "?", "document": "a"}'])
def test_a_line_that_is_not_a_question_is_named(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, '{"id": "q0", "text": "?", "answerable": false}', line)

    with pytest.raises(Misconfigured, match=r"questions\.jsonl, line 2: a question needs id, text and document"):
        read_question_set(path)


def test_two_questions_never_share_an_id(tmp_path: Path) -> None:
    line = '{"id": "q1", "text": "How long?", "answerable": false}'

    with pytest.raises(Misconfigured, match="two questions have the same id"):
        read_question_set(written(tmp_path, line, line))
