"""The files of models are fetched in the background: by whoever answers for them, seen by all, and after a restart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from services.backends.embedded.local_model.published import Published
from services.backends.embedded.local_model.weights import FolderWeights
from services.bootstrap import CONTENT
from services.errors import BadInput, Conflict, NotAllowed, NotFound
from services.ledger.ledger import Ledger
from services.models.model import Model, read_model
from services.models.model_files import ModelFile, ModelFiles
from services.models.weights import Fetched, Standing
from services.people.user import User
from services.store.database import Database
from tests.contracts.chat_contract import SOON
from tests.doubles.listening import listening
from tests.doubles.publishing import CONTENT as WORDS
from tests.doubles.publishing import STEP, Publisher
from tests.servers import ROOT

SIZE = len(WORDS)
LOCAL = read_model(CONTENT / "models" / "local.toml")


@dataclass
class House:
    """An app's files, and those of the app after it on the same folder."""

    database: Database
    folder: Path
    published: Published
    publisher: Publisher
    begun: list[ModelFiles] = field(default_factory=list)

    def files(self) -> ModelFiles:
        others: dict[str, Model] = {"local": LOCAL, "other": replace(LOCAL, id="other")}
        weights = {"local": FolderWeights(LOCAL.name, self.folder, self.published, pause=0.0)}
        files = ModelFiles(Ledger(self.database), others, weights, self.folder)
        self.begun.append(files)
        return files


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    publisher = Publisher()
    with listening(publisher.app) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple/")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        house = House(database, tmp_path / "models", publisher.published(tmp_path, address), publisher)
        yield house
        for files in house.begun:
            files.close()


def until_it_ended() -> None:
    for thread in threading.enumerate():
        if thread.name == "model file":
            thread.join(SOON)


def about(files: ModelFiles, user: User) -> ModelFile:
    return files.about(user, "local")


def test_it_is_fetched_and_then_the_model_is_here(house: House, cleo: User) -> None:
    files = house.files()
    assert not files.is_here("local")
    assert about(files, cleo).fetched == Fetched(Standing.ABSENT, 0, SIZE)
    files.fetch(cleo, "local")
    until_it_ended()
    assert files.is_here("local")
    assert about(files, cleo).fetched.standing is Standing.PRESENT
    assert about(files, cleo).trouble == ""
    assert not list(house.folder.glob("*.wanted"))


def test_a_model_that_needs_no_file_is_here(house: House) -> None:
    assert house.files().is_here("other")


def test_how_far_it_is_and_that_it_can_be_stopped_is_seen_by_everybody(house: House, cleo: User, ana: User) -> None:
    house.publisher.hangs_at = 5 * STEP
    files = house.files()
    files.fetch(cleo, "local")
    assert house.publisher.reached.wait(SOON)
    seen = about(files, ana)
    assert seen.fetched.standing is Standing.FETCHING
    assert not seen.may_fetch
    assert about(files, cleo).may_fetch
    with pytest.raises(Conflict, match="being fetched already"):
        files.fetch(cleo, "local")


def test_stopped_it_keeps_what_came_and_the_next_start_does_not_go_on(house: House, cleo: User) -> None:
    house.publisher.hub_answers = 404
    house.publisher.slow = {"part2"}
    files = house.files()
    files.fetch(cleo, "local")
    assert house.publisher.reached.wait(SOON)
    files.stop(cleo, "local")
    files.stop(cleo, "local")
    until_it_ended()
    assert about(files, cleo).fetched == Fetched(Standing.ABSENT, SIZE // 3, SIZE)
    assert about(files, cleo).trouble == ""
    asked = len(house.publisher.asked)
    after = house.files()
    after.resume()
    until_it_ended()
    assert len(house.publisher.asked) == asked


def test_what_was_under_way_when_the_app_ended_goes_on_at_the_next_start(house: House, cleo: User) -> None:
    house.publisher.hub_answers = 404
    house.publisher.slow = {"part2"}
    files = house.files()
    files.fetch(cleo, "local")
    assert house.publisher.reached.wait(SOON)
    files.close()
    until_it_ended()
    assert not files.is_here("local")
    house.publisher.slow = set()
    after = house.files()
    after.resume()
    until_it_ended()
    assert after.is_here("local")
    assert house.publisher.asked.count("part1") == 1


APP = """
import sys, threading
from pathlib import Path
from services.backends.embedded.local_model.published import read_published
from services.backends.embedded.local_model.weights import FolderWeights
from services.ledger.ledger import Ledger
from services.models.model import read_model
from services.models.model_files import ModelFiles
from services.people.user import LineOfBusiness, Role, User
from services.store.database import open_database
database, folder, published, passport = map(Path, sys.argv[1:])
model = read_model(passport)
weights = {"local": FolderWeights(model.name, folder, read_published(published))}
files = ModelFiles(Ledger(open_database(database)), {"local": model}, weights, folder)
files.fetch(User("cleo", "Cleo", "CDO", LineOfBusiness("office", "Data Office"), Role.CDO), "local")
threading.Event().wait()
"""


def test_what_was_under_way_when_the_app_was_killed_goes_on_at_the_next_start(
    house: House, cleo: User, tmp_path: Path
) -> None:
    house.publisher.hangs_at = 5 * STEP
    paths = (house.database.path, house.folder, tmp_path / "file.toml", CONTENT / "models" / "local.toml")
    with subprocess.Popen([sys.executable, "-c", APP, *map(str, paths)], cwd=ROOT) as app:
        assert house.publisher.reached.wait(SOON)
        app.kill()
    house.publisher.hangs_at = None
    after = house.files()
    assert about(after, cleo).fetched.standing is Standing.ABSENT
    after.resume()
    until_it_ended()
    assert after.is_here("local")
    assert house.publisher.asked[0] == "hub 0"


def test_why_it_did_not_come_is_told_also_after_a_restart_and_not_tried_again_unasked(house: House, cleo: User) -> None:
    house.publisher.hub_answers = 404
    house.publisher.lacks = {"stand-in-part1"}
    files = house.files()
    files.fetch(cleo, "local")
    until_it_ended()
    for each in (files, house.files()):
        told = about(each, cleo)
        assert told.fetched.standing is Standing.ABSENT
        assert told.trouble.startswith(f"The file of {LOCAL.name} could not be fetched")
        assert "bring the file" in told.hint
    asked = len(house.publisher.asked)
    house.begun[-1].resume()
    until_it_ended()
    assert len(house.publisher.asked) == asked
    house.publisher.lacks = set()
    files.fetch(cleo, "local")
    until_it_ended()
    assert about(files, cleo).trouble == ""
    assert files.is_here("local")


def test_a_file_on_the_server_is_taken(house: House, sam: User, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(WORDS)
    files = house.files()
    files.fetch_from(sam, "local", f" {tmp_path / 'mine'} ")
    until_it_ended()
    assert files.is_here("local")
    assert house.publisher.asked == []


def test_a_wrong_file_is_a_sentence(house: House, cleo: User, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"GGUF")
    files = house.files()
    files.fetch_from(cleo, "local", str(tmp_path / "mine"))
    until_it_ended()
    assert about(files, cleo).trouble.startswith("That is another file: it has 4 bytes")
    with pytest.raises(BadInput, match="no path of a file"):
        files.fetch_from(cleo, "local", "models/mine")


@pytest.mark.parametrize("person", ["ana", "ben"])
def test_nobody_else_may_fetch_or_stop(house: House, request: pytest.FixtureRequest, person: str) -> None:
    user: User = request.getfixturevalue(person)
    files = house.files()
    for act in (
        lambda: files.fetch(user, "local"),
        lambda: files.fetch_from(user, "local", "/etc/hostname"),
        lambda: files.stop(user, "local"),
    ):
        with pytest.raises(NotAllowed, match="Only those who answer for"):
            act()
    assert house.publisher.asked == []


def test_a_model_without_a_file_has_none_to_fetch(house: House, cleo: User) -> None:
    files = house.files()
    for model_id in ("other", "nothing"):
        with pytest.raises(NotFound):
            files.fetch(cleo, model_id)


def test_what_is_here_is_not_fetched_again(house: House, cleo: User) -> None:
    files = house.files()
    files.fetch(cleo, "local")
    until_it_ended()
    with pytest.raises(Conflict, match="there already"):
        files.fetch(cleo, "local")


def test_what_another_process_fetches_is_not_stopped_from_here(house: House, cleo: User) -> None:
    files, met = house.files(), list[str]()

    def look(done: int, total: int) -> None:
        if not met:
            with pytest.raises(Conflict, match="make model") as raised:
                files.stop(cleo, "local")
            met.append(raised.value.hint)

    FolderWeights(LOCAL.name, house.folder, house.published).fetch("", threading.Event(), look)
    assert len(met) == 1


def test_who_fetched_and_who_stopped_it_stands_in_the_audit_without_the_path(
    house: House, cleo: User, tmp_path: Path
) -> None:
    house.publisher.hangs_at = 5 * STEP
    files = house.files()
    files.fetch(cleo, "local")
    assert house.publisher.reached.wait(SOON)
    files.stop(cleo, "local")
    assert {"fetched file of model", "stopped fetching file of model"} <= set(files.ledger.audited_acts(cleo))


def test_a_damaged_note_of_what_was_wanted_holds_nothing_up(house: House, cleo: User) -> None:
    house.folder.mkdir()
    (house.folder / "local.wanted").write_text(json.dumps(["x"]), encoding="utf-8")
    files = house.files()
    files.resume()
    assert about(files, cleo).trouble == ""
