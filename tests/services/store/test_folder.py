"""The data folder is private, and one process holds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.errors import Unavailable
from services.store.folder import hold_folder, make_private

HOLD = "import sys, pathlib; from services.store.folder import hold_folder; "
HOLD += "held = hold_folder(pathlib.Path(sys.argv[1]), 'http://127.0.0.1:8501'); print('held', flush=True); input()"


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    hold_folder(tmp_path / "some" / "data").release()

    assert (tmp_path / "some" / "data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_could_look_into_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)

    make_private(tmp_path / "data")

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_second_start_says_where_the_first_one_runs(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()

        with pytest.raises(Unavailable) as refusal:
            hold_folder(tmp_path)

        assert "http://127.0.0.1:8501" in refusal.value.message
        assert f"process {first.pid}" in refusal.value.message
        first.communicate("\n")


def test_a_killed_process_leaves_the_folder_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        os.kill(first.pid, signal.SIGKILL)
        first.wait()

    hold_folder(tmp_path, "http://127.0.0.1:8502").release()


def test_a_folder_can_be_held_again_after_its_release(tmp_path: Path) -> None:
    first = hold_folder(tmp_path, "a first and rather long address")
    first.release()

    second = hold_folder(tmp_path, "http://127.0.0.1:8502")

    assert (tmp_path / "lock").read_text() == f"{os.getpid()} http://127.0.0.1:8502\n"
    second.release()
