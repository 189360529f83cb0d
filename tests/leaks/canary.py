"""One person's private things, each holding a word that nobody else may ever be shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.bootstrap import Services, build
from services.knowledge.finding import Findings
from services.knowledge.knowledge_base import KnowledgeBase
from services.people.user import User
from services.settings import Settings

CANARY = "zebrafinch"
FILE = f"# The plan\n\nThe code word of the plan is {CANARY}. It will be used from the first of May.\n".encode()


@dataclass(frozen=True)
class Private:
    """What belongs to Ana alone, by the ids that somebody else might learn."""

    services: Services
    knowledge_base_id: str
    document_id: str
    passage_id: str
    notebook_id: str
    cell_id: str
    note_id: str
    revision: int
    receipt_id: str

    def person(self, person_id: str) -> User:
        return self.services.people.user(person_id)

    def found_by_ana(self) -> Findings:
        """Give what a search by Ana found, as if somebody had got hold of it."""
        return self.services.knowledge.search(self.person("ana"), "the plan's code word", (self.knowledge_base_id,))


@contextmanager
def private_things(data: Path) -> Iterator[Private]:
    """Build the app on `data`, and have Ana add a file, ask it, take a note and say what she thinks."""
    services = build(Settings(data, "embedded"))
    try:
        yield _by_ana(services)
    finally:
        services.close()


def _by_ana(services: Services) -> Private:
    for stranger in ("ben", "sam", "cleo"):  # each has something to search, so that a search is no empty test
        _add_file(
            services, stranger, "plan.md", f"# The plan\n\nThe code word of {stranger}'s plan is robin.\n".encode()
        )
    draft = _add_file(services, "ana", f"{CANARY}.md", FILE)
    ana, notebooks = services.people.user("ana"), services.notebooks
    (document,) = services.knowledge.documents(ana, draft.id)

    notebook = notebooks.start(ana, f"What is the code word {CANARY} for?", (draft.id,))
    note = notebooks.add_note(ana, notebook.id, f"Remember {CANARY}.")
    notebook = notebooks.open(ana, notebook.id)
    asked = notebook.cells[0]
    assert asked.receipt_id is not None
    notebooks.give_feedback(ana, asked.receipt_id, "wrong", f"It should not name {CANARY}.")
    return Private(
        services=services,
        knowledge_base_id=draft.id,
        document_id=document.id,
        passage_id=f"{document.id}:0",
        notebook_id=notebook.id,
        cell_id=asked.id,
        note_id=note.id,
        revision=notebook.revision,
        receipt_id=asked.receipt_id,
    )


def _add_file(services: Services, person_id: str, name: str, data: bytes) -> KnowledgeBase:
    person = services.people.user(person_id)
    draft = services.knowledge.ask_own_file(person, name, data)
    services.knowledge.publishing.publish_all([each.id for each in services.knowledge.documents(person, draft.id)])
    return draft
