from __future__ import annotations

from pathlib import Path

import pytest

from services.backends.embedded.embedder import MiniLMEmbedder
from services.errors import NotFound
from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.services.answers.library import furnish, library

QUESTION = "How long may mothers and fathers stay at home?"


def test_the_sentence_that_says_it_is_nearer_than_the_others(
    database: Database, clock: SettableClock, ana: User
) -> None:
    rooms = library(database, clock)
    furnish(rooms)
    findings = rooms.knowledge.search(ana, QUESTION)
    best = findings.found[0].passage
    near = rooms.knowledge.closeness(ana, findings, 1)[best.id]
    says_it, does_not = (best.text.index(words) for words in ("Every employee", "Employees on"))
    assert near.of((says_it, says_it + 80)) > near.of((does_not, does_not + 60)) > 0
    assert near.of((0, len(best.text))) == pytest.approx(near.of((0, 90), (90, len(best.text))))


def test_it_is_told_only_of_what_may_be_read(database: Database, clock: SettableClock, ana: User, cleo: User) -> None:
    rooms = library(database, clock)
    furnish(rooms)
    findings = rooms.knowledge.search(cleo, "Zephyr Robotics")
    with pytest.raises(NotFound):
        rooms.knowledge.closeness(ana, findings, 3)


def test_without_the_model_nothing_is_told(database: Database, clock: SettableClock, tmp_path: Path, ana: User) -> None:
    rooms = library(database, clock, embedder=MiniLMEmbedder(tmp_path / "model.onnx"))
    furnish(rooms)
    assert rooms.knowledge.closeness(ana, rooms.knowledge.search(ana, QUESTION), 3) == {}
