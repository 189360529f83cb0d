"""The question set of a knowledge base: questions with the place of their answer, and some that it can't answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from services.content.toml_file import shown
from services.errors import Misconfigured


@dataclass(frozen=True)
class Place:
    """Where an answer stands: a document's file name and, where it is known, the page, counted from 1."""

    document: str
    page: int | None


@dataclass(frozen=True)
class Question:
    """A question and every place that answers it, the best first; no place if the documents do not answer it.

    `answer` is the answer in short, "" where nobody wrote one down.
    """

    id: str
    text: str
    places: tuple[Place, ...]
    answer: str

    @property
    def is_answerable(self) -> bool:
        """Say whether the documents answer it."""
        return bool(self.places)


def read_question_set(path: Path) -> tuple[Question, ...]:
    """Read questions.jsonl: one JSON object a line, as `services/content/knowledge_bases/README.md` describes it.

    Raises Misconfigured with a sentence that names the file and the line.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    questions = tuple(_question(path, number, line) for number, line in enumerate(lines, start=1))
    if len({question.id for question in questions}) < len(questions):
        raise Misconfigured(f"{shown(path)}: two questions have the same id.", "Give each an id of its own.")
    return questions


def _question(path: Path, number: int, line: str) -> Question:
    try:
        row = json.loads(line)
        places = (row, *row.get("also", ())) if row.get("answerable", True) else ()
        return Question(
            id=row["id"],
            text=row["text"],
            places=tuple(Place(place["document"], place.get("page")) for place in places),
            answer=row.get("answer") or "",
        )
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise Misconfigured(
            f"{shown(path)}, line {number}: a question needs id, text and document, or `answerable` false.",
            "Correct the line.",
        ) from wrong
