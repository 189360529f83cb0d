"""Three people's things, each holding a word that nobody else may ever be shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from services.bootstrap import Services, build
from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.causes import Walk
from services.knowledge.finding import Findings
from services.knowledge.knowledge_base import Audience
from services.knowledge.originals import digest_of
from services.knowledge.reading.media import MARKDOWN
from services.knowledge.rows import passport_row
from services.knowledge.waiting import new_document
from services.ledger.receipt import Receipt
from services.people.grants import Grant, give
from services.people.user import User
from services.settings import Settings
from services.store.moment import utc_now
from services.store.tables import approved_answers, glossary, knowledge_bases, open_questions
from tests.passports import passport

CANARIES = {"ana": "zebrafinch", "ben": "nightjar", "cleo": "hoopoe"}
"""By owner. Ana's word stands in a file of her own, Ben's in a draft, Cleo's in papers for the Data Office alone."""

READERS = {"ana": {"ana"}, "ben": {"ben"}, "cleo": {"cleo", "sam"}}
"""Who may read the knowledge base of each owner. Ana once had access to Cleo's; it has ended. Sam is their steward."""


@dataclass(frozen=True)
class Private:
    """What belongs to one owner alone, by the ids that somebody else might learn, and the canary in it."""

    services: Services
    owner: str
    canary: str
    knowledge_base_id: str
    document_id: str
    passage_id: str
    notebook_id: str
    cell_id: str
    note_id: str
    revision: int
    receipt_id: str
    version_id: str

    def person(self, person_id: str) -> User:
        return self.services.people.user(person_id)

    @property
    def file(self) -> bytes:
        """The very file that holds the canary, as somebody might have it who guesses."""
        return _file(self.canary)

    @property
    def question_set(self) -> bytes:
        """A question set that only somebody who knows the canary could write."""
        return f"question,words\nWhat is the code word {self.canary} for?,{self.canary}\n".encode()

    @property
    def expected(self) -> Walk:
        """What somebody might expect to find who has heard of it."""
        return Walk("the plan's code word", document_id=self.document_id, where=(self.knowledge_base_id,))

    @property
    def question_id(self) -> str:
        """A question that was sent to the owner and waits for an answer."""
        return f"question-{self.knowledge_base_id}"

    def opened_by(self, person: User, reason: str) -> Receipt:
        """Open the receipt as Oversight may open one of a group that is told."""
        with self.services.ledger.database.write() as connection:
            return self.services.ledger.open_with_reason(person, self.receipt_id, reason, connection=connection)

    def found_by_owner(self) -> Findings:
        """Give what a search by the owner found, as if somebody had got hold of it."""
        where = (self.knowledge_base_id,)
        return self.services.knowledge.search(self.person(self.owner), "the plan's code word", where)


@contextmanager
def private_things(data: Path) -> Iterator[dict[str, Private]]:
    """Build the app on `data`, and have each owner ask their documents, take a note and say what they think."""
    services = build(Settings(data, "embedded"))
    try:
        for person in ("ben", "sam", "cleo"):  # each has something to search, so that a search is no empty test
            _add_file(
                services, person, "plan.md", f"# The plan\n\nThe code word of {person}'s plan is robin.\n".encode()
            )
        places = {
            "ana": _add_file(services, "ana", f"{CANARIES['ana']}.md", _file(CANARIES["ana"])),
            "ben": _add_knowledge_base(services, "ben", ApprovalState.DRAFT, ()),
            "cleo": _add_knowledge_base(services, "cleo", ApprovalState.APPROVED, ("office",)),
        }
        _grant_that_ended(services, "ana", places["cleo"])
        yield {owner: _things_of(services, owner, place) for owner, place in places.items()}
    finally:
        services.close()


def _file(canary: str) -> bytes:
    return f"# The plan\n\nThe code word of the plan is {canary}. It will be used from the first of May.\n".encode()


def _things_of(services: Services, owner: str, place: str) -> Private:
    person, notebooks, canary = services.people.user(owner), services.notebooks, CANARIES[owner]
    (document,) = services.knowledge.documents(person, place)
    notebook = notebooks.running.start(person, f"What is the code word {canary} for?", (place,))
    note = notebooks.cells.add(person, notebook.id, "note", {"text": f"Remember {canary}."})
    notebook = notebooks.open(person, notebook.id)
    asked = notebook.cells[0]
    assert asked.receipt_id is not None
    notebooks.give_feedback(person, asked.receipt_id, "wrong", f"It should not name {canary}.")
    private = Private(
        services=services,
        owner=owner,
        canary=canary,
        knowledge_base_id=place,
        document_id=document.id,
        passage_id=f"{document.id}:0",
        notebook_id=notebook.id,
        cell_id=asked.id,
        note_id=note.id,
        revision=notebook.revision,
        receipt_id=asked.receipt_id,
        version_id=notebooks.versions.keep(person, notebook.id, f"With {canary}").id,
    )
    _name_it(services, place, canary)
    _answer_it(private)
    services.answers.quality.attach(person, place, private.question_set)
    services.answers.quality.run(person, place)
    return private


def _add_file(services: Services, person_id: str, name: str, data: bytes) -> str:
    person = services.people.user(person_id)
    draft = services.knowledge.ask_own_file(person, name, data)
    services.knowledge.publishing.publish_all([each.id for each in services.knowledge.documents(person, draft.id)])
    return draft.id


def _add_knowledge_base(services: Services, owner: str, state: ApprovalState, lines: tuple[str, ...]) -> str:
    made, publishing = f"papers-of-{owner}", services.knowledge.publishing
    papers = passport(
        made,
        f"Papers of {owner}",
        purpose=f"What is planned under the word {CANARIES[owner]}.",
        owner=owner,
        classification=Classification.CONFIDENTIAL,
        audience=Audience(lines),
        state=state,
    )
    data = _file(CANARIES[owner])
    publishing.originals.keep(data)
    document = new_document(made, f"{CANARIES[owner]}.md", MARKDOWN, digest_of(data), len(data), utc_now)
    with publishing.database.write() as connection:
        connection.execute(insert(knowledge_bases).values(passport_row(papers) | {"snapshot": 0}))
        added = publishing.add(connection, document)
    publishing.publish_all([added.id])
    return made


def _name_it(services: Services, place: str, canary: str) -> None:
    row = {"id": f"row-{place}", "knowledge_base_id": place, "term": f"the {canary}", "also": ["the plan"]}
    held = {"meaning": "", "added_by": "", "valid_from": 0, "valid_to": None}
    with services.knowledge.publishing.database.write() as connection:
        connection.execute(insert(glossary).values(row | held))


def _answer_it(private: Private) -> None:
    """Let a question wait for the owner, and an answer to it be approved."""
    at, place = utc_now(), private.knowledge_base_id
    page = private.services.knowledge.page(private.person(private.owner), private.document_id, 1).text
    question = {"knowledge_base_id": place, "question": f"What is {private.canary} for?", "at": at}
    sent = {"id": private.question_id, "receipt_id": "", "person": "ghost", "why": "wrong", "note": "", "state": "open"}
    answer = {
        "id": f"answer-{place}",
        "open_question_id": private.question_id,
        "sentence": f"It is {private.canary}.",
        "document_id": private.document_id,
        "page": 1,
        "start": 0,
        "end": len(page),
        "page_digest": hashlib.sha256(page.encode()).hexdigest(),
        "answered_by": private.owner,
        "approved_by": "ghost",
        "approved_until": at.date() + timedelta(days=1),
        "state": "approved",
    }
    with private.services.knowledge.database.write() as connection:
        connection.execute(insert(open_questions).values(question | sent))
        connection.execute(insert(approved_answers).values(question | answer))


def _grant_that_ended(services: Services, person: str, place: str) -> None:
    now = utc_now()
    over = Grant("over", "", person, place, "cleo", now - timedelta(days=2), now - timedelta(days=1))
    with services.knowledge.publishing.database.write() as connection:
        give(connection, over)
