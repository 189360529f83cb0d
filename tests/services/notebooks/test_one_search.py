"""One search: whatever the way in, the same question has the same sources in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.knowledge.knowledge_base import Audience
from services.knowledge.trials import SOURCES
from services.knowledge.used import source_used
from services.ledger.receipt import Receipt
from services.notebooks.notebook import Notebook
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.passports import passport
from tests.services.answers.library import Library, library

SAMPLE = Path(__file__).parents[2] / "data" / "handbook-sample"
HERE = "sample"
DOCUMENTS, QUESTIONS = 10, 6

Sources = list[tuple[str, int, dict[str, str | None]]]
"""The passages in their order, each with its page and its scores."""


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    """A handbook in its second version, and papers of others that share its words."""
    rooms = library(database, clock)
    texts = {
        f"{row['id']}.md": f"# {row.get('title') or row['id']}\n\n{row['text']}"
        for row in rows("corpus.jsonl")[:DOCUMENTS]
    }
    first = dict(list(texts.items())[:-3])
    rooms.add(passport(HERE, "Handbook"), first)
    for name in list(texts)[-3:]:
        rooms.publish(HERE, name, [texts[name]])
    rooms.add(passport("office", "Office papers", audience=Audience(("office",))), dict(list(texts.items())[:3]))
    return rooms


def of_receipt(receipt: Receipt) -> Sources:
    return [(each.passage_id, each.page, each.scores) for each in receipt.sources]


def of_cell(rooms: Library, user: User, notebook: Notebook) -> Sources:
    return of_receipt(rooms.ledger.receipt(user, str(notebook.cells[-1].receipt_id)))


def test_every_way_in_finds_the_same_sources_in_the_same_order(rooms: Library, ana: User, clock: SettableClock) -> None:
    where, today = (HERE,), clock().date()
    knowledge, answers, notebooks = rooms.knowledge, rooms.answers, rooms.notebooks

    def tried(question: str) -> Sources:
        found = knowledge.trials.search(ana, HERE, question)
        versions = {each.knowledge_base_id: each.number for each in found.snapshots}
        used = (source_used(each, versions) for each in found.found)
        return [(each.passage_id, each.page, each.scores) for each in used]

    def asked_again(question: str) -> Sources:
        return of_receipt(answers.again(ana, answers.ask(ana, question, where).id).receipt)

    def run_again(question: str) -> Sources:
        notebook = notebooks.running.start(ana, question, where)
        notebooks.running.run(ana, notebook.id, notebook.cells[0].id)
        return of_cell(rooms, ana, notebooks.open(ana, notebook.id))

    def of_the_present(question: str) -> Sources:
        versions = knowledge.versions.as_of(ana, where, today)
        assert versions[HERE] > 1
        return of_receipt(answers.ask(ana, question, where, snapshots=versions))

    ways: dict[str, Callable[[str], Sources]] = {
        "try search": tried,
        "ask": lambda question: of_receipt(answers.ask(ana, question, where)),
        "ask everything I may read": lambda question: of_receipt(answers.ask(ana, question)),
        "ask as of today": lambda question: of_receipt(answers.ask(ana, question, where, as_of=today)),
        "ask the present version": of_the_present,
        "ask again": asked_again,
        "a notebook's cell": lambda question: of_cell(rooms, ana, notebooks.running.start(ana, question, where)),
        "a cell as of today": lambda question: of_cell(
            rooms, ana, notebooks.running.start(ana, question, where, today)
        ),
        "a cell run again": run_again,
    }
    for row in rows("queries.jsonl")[:QUESTIONS]:
        question = row["text"]
        found = knowledge.search(ana, question, where, limit=SOURCES)
        expected = [each.passage.id for each in found.found]
        assert len(expected) == SOURCES
        first = ways["ask"](question)
        for way, sources_of in ways.items():
            sources = sources_of(question)
            assert [passage_id for passage_id, _, _ in sources] == expected, (way, question)
            assert sources == first, (way, question)
