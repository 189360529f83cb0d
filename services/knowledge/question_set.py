"""The question set of a knowledge base: questions with the place of their answer, and some that it can't answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from services.content.toml_file import shown
from services.errors import Misconfigured
from services.store.tables import set_questions


@dataclass(frozen=True)
class Place:
    """Where an answer stands: a document's file name and, where it is known, the page, counted from 1."""

    document: str
    page: int | None


@dataclass(frozen=True)
class Question:
    """A question and every place that answers it, the best first; no place if the documents do not answer it.

    `answer` is the answer in short, "" where nobody wrote one down. `words` must stand in what is found, "" where
    nobody said so; a question may have words and no place.
    """

    id: str
    text: str
    places: tuple[Place, ...]
    answer: str = ""
    words: str = ""

    @property
    def is_answerable(self) -> bool:
        """Say whether the documents answer it; what they don't must be refused."""
        return bool(self.places or self.words)


def read_question_set(path: Path) -> tuple[Question, ...]:
    """Read questions.jsonl: one JSON object a line, as `services/content/knowledge_bases/README.md` describes it.

    Raises Misconfigured with a sentence that names the file and the line.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    questions = tuple(_question(path, number, line) for number, line in enumerate(lines, start=1))
    if len({question.id for question in questions}) < len(questions):
        raise Misconfigured(f"{shown(path)}: two questions have the same id.", "Give each an id of its own.")
    return questions


def attach_questions(connection: Connection, knowledge_base_id: str, questions: Sequence[Question]) -> None:
    """Make these the question set of a knowledge base, in the caller's transaction; they replace an older one."""
    connection.execute(delete(set_questions).where(set_questions.c.knowledge_base_id == knowledge_base_id))
    rows = [
        {
            "knowledge_base_id": knowledge_base_id,
            "ordinal": ordinal,
            "question": each.text,
            "places": [[place.document, place.page] for place in each.places],
            "words": each.words,
            "must_be_refused": not each.is_answerable,
        }
        for ordinal, each in enumerate(questions, start=1)
    ]
    if rows:
        connection.execute(insert(set_questions), rows)


def attached_questions(connection: Connection, knowledge_base_id: str) -> tuple[Question, ...]:
    """Give the question set of a knowledge base in its order; none where nobody attached one."""
    of_it = select(set_questions).where(set_questions.c.knowledge_base_id == knowledge_base_id)
    return tuple(
        Question(
            id=str(row.ordinal),
            text=row.question,
            places=tuple(Place(document, page) for document, page in row.places),
            words=row.words,
        )
        for row in connection.execute(of_it.order_by(set_questions.c.ordinal))
    )


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
