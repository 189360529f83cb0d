"""The local model's process: started on first use, one at a time, ended when idle, and mended when it was killed."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.backends.embedded.local_chat import LocalChat
from services.backends.embedded.local_model.runtime import IDLE_SECONDS, LocalRuntime, free_memory
from services.errors import AppError, Unavailable
from services.models.chat import ChatRequest, Message, Speaker
from services.models.reply import Ending
from tests.contracts.chat_contract import SOON, assert_one_sentence
from tests.servers import ROOT

STAND_IN = (sys.executable, "-m", "tests.doubles.local_child")
PLENTY = 64_000_000_000


@dataclass
class House:
    """A runtime over a stand-in child, with a clock that stands still until it is moved."""

    weights: Path
    moment: float = 0.0
    free: int = PLENTY
    begun: list[LocalRuntime] = field(default_factory=list)

    def runtime(self, *arguments: str, find: Callable[[], Path] | None = None) -> LocalRuntime:
        runtime = LocalRuntime(
            "Model Z",
            find or (lambda: self.weights),
            command=(*STAND_IN, *arguments),
            now=lambda: self.moment,
            free_memory=lambda: self.free,
        )
        self.begun.append(runtime)
        return runtime


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    weights = tmp_path / "weights"
    weights.write_bytes(b"GGUF")
    house = House(weights)
    yield house
    for runtime in house.begun:
        runtime.close()


def question(text: str) -> ChatRequest:
    return ChatRequest("", (Message(Speaker.USER, text),), most_tokens=100)


def said(runtime: LocalRuntime, text: str = "Sixteen weeks.") -> str:
    return "".join(LocalChat("Model Z", runtime.lend).reply(question(text))).strip()


def test_it_is_started_by_the_first_use_and_runs_on_for_the_next(house: House) -> None:
    runtime = house.runtime()
    assert runtime.process_id is None
    assert said(runtime) == "Sixteen weeks."
    first = runtime.process_id
    assert first is not None
    assert said(runtime) == "Sixteen weeks."
    assert runtime.process_id == first


def test_many_who_come_at_once_share_one_process(house: House) -> None:
    runtime, seen = house.runtime(), list[int | None]()

    def ask() -> None:
        said(runtime)
        seen.append(runtime.process_id)

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(SOON)
    assert len(seen) == 6
    assert len(set(seen)) == 1


def test_idle_for_ten_minutes_it_is_stopped_and_the_next_use_starts_it(house: House) -> None:
    runtime = house.runtime()
    said(runtime)
    first = runtime.process_id
    house.moment = IDLE_SECONDS - 1
    runtime.tend()
    assert runtime.process_id == first
    house.moment = IDLE_SECONDS
    runtime.tend()
    assert runtime.process_id is None
    assert said(runtime) == "Sixteen weeks."
    assert runtime.process_id not in (None, first)


def test_what_is_being_used_is_not_idle(house: House) -> None:
    runtime = house.runtime()
    with runtime.lend():
        house.moment = IDLE_SECONDS * 3
        runtime.tend()
        assert runtime.process_id is not None
    runtime.tend()
    assert runtime.process_id is not None


def test_killed_in_the_middle_of_a_reply_is_one_sentence_and_the_next_use_starts_afresh(house: House) -> None:
    runtime = house.runtime()
    reply = LocalChat("Model Z", runtime.lend).reply(question("Sixteen hang"))
    assert next(reply) == "Sixteen "
    killed = runtime.process_id
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(Unavailable, match="ended in the middle of its work") as raised:
        list(reply)
    assert_one_sentence(raised.value, "Model Z")
    assert (reply.text.strip(), reply.ending) in (("Sixteen", Ending.BROKEN), ("Sixteen hang", Ending.BROKEN))
    assert said(runtime) == "Sixteen weeks."
    assert runtime.process_id not in (None, killed)


def test_killed_while_it_is_idle_nobody_notices(house: House) -> None:
    runtime = house.runtime()
    said(runtime)
    killed = runtime.process_id
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    assert said(runtime) == "Sixteen weeks."
    assert runtime.process_id != killed


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("library", "the program library for it is missing"),
        ("loading", "could not be loaded"),
        ("die", "ended while it was being loaded"),
    ],
)
def test_a_process_that_does_not_begin_is_one_sentence(house: House, argument: str, words: str) -> None:
    runtime = house.runtime(argument)
    with pytest.raises(Unavailable, match=words) as raised:
        said(runtime)
    assert_one_sentence(raised.value, "Model Z")
    assert runtime.process_id is None


def test_too_little_memory_is_told_before_anything_is_started(house: House) -> None:
    house.free = 700_000_000
    runtime = house.runtime()
    with pytest.raises(Unavailable, match=r"needs 1\.0 GB of memory, and .* has 0\.7 GB free") as raised:
        said(runtime)
    assert_one_sentence(raised.value, "Model Z")


def test_free_memory_is_told_in_bytes() -> None:
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 1_000_000 < free_memory() < installed


def test_without_its_file_it_says_what_whoever_keeps_the_file_says(house: House) -> None:
    def find() -> Path:
        raise Unavailable("The file of Model Z is not here.", "Fetch it.")

    with pytest.raises(Unavailable, match="The file of Model Z is not here"):
        said(house.runtime(find=find))


def test_closed_it_ends_and_starts_no_other(house: House) -> None:
    runtime = house.runtime()
    said(runtime)
    runtime.close()
    runtime.close()
    assert runtime.process_id is None
    with pytest.raises(AppError, match="the app is being ended"):
        said(runtime)
    assert runtime.process_id is None


def test_its_key_is_on_no_command_line_and_in_no_description(house: House) -> None:
    runtime = house.runtime()
    with runtime.lend() as lent:
        arguments = Path(f"/proc/{runtime.process_id}/cmdline").read_bytes()
        variables = Path(f"/proc/{runtime.process_id}/environ").read_bytes()
        assert len(lent.key) > 30
        assert lent.key not in repr(lent)
        assert lent.key.encode() not in arguments + variables
        assert Path(lent.socket).parent.stat().st_mode & 0o077 == 0


def test_its_folder_goes_with_it(house: House) -> None:
    runtime = house.runtime()
    with runtime.lend() as lent:
        folder = Path(lent.socket).parent
    assert folder.exists()
    runtime.close()
    assert not folder.exists()


APP = """
import json, os, sys
from pathlib import Path
from services.backends.embedded.local_model.runtime import LocalRuntime
runtime = LocalRuntime("Model Z", lambda: Path(sys.argv[1]), command=sys.argv[2:], free_memory=lambda: 10**12)
with runtime.lend() as lent:
    print(json.dumps([runtime.process_id, lent.socket]), flush=True)
    sys.stdin.read()
"""


def test_an_app_that_is_killed_leaves_no_process_and_no_folder(house: House) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", APP, str(house.weights), *STAND_IN],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as app:
        assert app.stdout is not None
        child, path = json.loads(app.stdout.readline())
        ended = os.pidfd_open(child)
        app.kill()
        app.wait()
    seen, _, _ = select.select([ended], [], [], SOON)
    os.close(ended)
    assert seen == [ended]
    assert not Path(path).parent.exists()
