"""Erasing takes two people, and leaves nothing of a document but digests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.bootstrap import Services, build
from services.errors import BadInput, Conflict, NotAllowed, NotFound
from services.knowledge.passport_entries import PassportEntries
from services.people.user import User
from services.settings import Settings

SECRET = "albatross"
FILE = f"# The {SECRET} plan\n\nThe code word is {SECRET}. It is used from May on.\n".encode()
NEWER = f"# The {SECRET} plan\n\nThe code word is {SECRET} no more. It was used from May on.\n".encode()
OTHER = b"# Travel\n\nEvery expense above 75 dollars needs a receipt.\n"
QUESTION = "What is the code word?"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Services]:
    services = build(Settings(tmp_path / "data", "embedded"))
    yield services
    services.close()


def published(app: Services, owner: User, *files: tuple[str, bytes]) -> str:
    made = app.knowledge.approval.create(owner, PassportEntries("Plans", "What is planned.", steward="sam"))
    for name, data in files:
        add(app, owner, made.id, name, data)
    return made.id


def add(app: Services, owner: User, knowledge_base_id: str, name: str, data: bytes) -> None:
    added = app.knowledge.uploads.add(owner, knowledge_base_id, [(name, data)])
    app.knowledge.publishing.publish_all([each.document.id for each in added])


def erase(app: Services, owner: User, second: User, document_id: str) -> None:
    request = app.knowledge.erasure.ask(owner, document_id, "It names a person.")
    app.governance.requests.decide(second, request.id, True)


def test_nothing_of_it_is_left_in_any_version_nor_on_the_disk(
    app: Services, ben: User, sam: User, tmp_path: Path
) -> None:
    made = published(app, ben, (f"{SECRET}.md", FILE), (f"{SECRET}.md", NEWER), ("travel.md", OTHER))
    app.answers.ask(ben, QUESTION, (made,))
    (document,) = (each for each in app.knowledge.documents(ben, made) if SECRET in each.name)
    app.knowledge.open_source(ben, document.id, 1, 2, 40)

    erase(app, ben, sam, document.id)

    for number in (1, 2, 3, 4):
        found = app.knowledge.search(ben, QUESTION, (made,), snapshots={made: number}).found
        assert not [each for each in found if SECRET in each.passage.text]
    assert "erased since" in app.knowledge.search(ben, QUESTION, (made,), snapshots={made: 1}).missing[0]
    with pytest.raises(NotFound):
        app.knowledge.page(ben, document.id, 1)
    left = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert left == []
    assert app.ledger.verify().is_whole


def test_quotes_of_it_say_that_they_were_erased_and_others_stay(app: Services, ben: User, sam: User) -> None:
    made = published(app, ben, ("plan.md", FILE), ("travel.md", OTHER))
    of_it = app.answers.ask(ben, QUESTION, (made,))
    of_another = app.answers.ask(ben, "Which expense needs a receipt?", (made,))
    (document,) = (each for each in app.knowledge.documents(ben, made) if each.name == "plan.md")

    erase(app, ben, sam, document.id)

    erased = app.answers.asked(ben, of_it.id).answer
    assert {each.withheld for each in erased.citations if each.document_id == document.id} == {"This quote was erased."}
    assert SECRET not in repr(erased)
    assert "75 dollars" in app.answers.asked(ben, of_another.id).answer.claims[0].text


def test_nobody_erases_alone_and_a_member_can_not_decide(app: Services, ana: User, ben: User, sam: User) -> None:
    made = published(app, ben, ("plan.md", FILE))
    (document,) = app.knowledge.documents(ben, made)
    with pytest.raises(NotFound):
        app.knowledge.erasure.ask(ana, document.id, "I want it gone.")
    with pytest.raises(BadInput, match="reason"):
        app.knowledge.erasure.ask(ben, document.id, " ")
    request = app.knowledge.erasure.ask(ben, document.id, "It names a person.")

    with pytest.raises(NotAllowed, match="Nobody decides"):
        app.governance.requests.decide(ben, request.id, True)
    with pytest.raises(NotFound):
        app.governance.requests.decide(ana, request.id, True)
    app.governance.requests.decide(sam, request.id, False, "It names nobody.")

    assert app.knowledge.page(ben, document.id, 1).text


def test_the_same_file_in_another_knowledge_base_stays(app: Services, ben: User, sam: User) -> None:
    made, other = published(app, ben, ("plan.md", FILE)), published(app, ben, ("plan.md", FILE))
    (document,) = app.knowledge.documents(ben, made)

    erase(app, ben, sam, document.id)

    assert app.knowledge.publishing.originals.path(document.digest).exists()
    assert SECRET in app.knowledge.search(ben, QUESTION, (other,)).found[0].passage.text


def test_what_was_erased_meanwhile_can_not_be_erased_again(app: Services, ben: User, sam: User) -> None:
    made = published(app, ben, ("plan.md", FILE))
    (document,) = app.knowledge.documents(ben, made)
    first = app.knowledge.erasure.ask(ben, document.id, "It names a person.")
    app.governance.requests.decide(sam, first.id, True)

    with pytest.raises(NotFound):
        app.knowledge.erasure.ask(ben, document.id, "It names a person.")
    with pytest.raises(Conflict):
        app.governance.requests.decide(sam, first.id, True)
