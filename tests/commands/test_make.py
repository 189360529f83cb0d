"""What somebody meets who types `make`."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from services.store.database import open_database
from services.store.schema import bring_up_to_date
from tests.servers import ROOT, environment, free_port, wait_until_it_answers

INSTALLED = ("-o", ".venv/run.stamp", "-o", ".venv/dev.stamp")  # taken as they are, whatever the clock says


def make(*arguments: str, data: Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=cwd, env=environment(data), capture_output=True, text=True, check=False
    )


def start(port: int, data: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["make", *INSTALLED, "run", f"PORT={port}"],
        cwd=ROOT,
        env=environment(data, more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_help_lists_every_target_with_what_it_does(tmp_path: Path) -> None:
    lines = make("help", data=tmp_path).stdout.splitlines()
    listed = [line.split()[1] for line in lines]
    assert {"run", "test", "check", "audit", "bench", "bench-NAME", "backup", "restore", "verify-ledger"} <= set(listed)
    assert all(re.fullmatch(r"make \S+ +[A-Z].*", line) for line in lines)


def test_run_says_where_answers_and_stops_without_a_trace_on_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    process = start(port, tmp_path)
    wait_until_it_answers(f"http://127.0.0.1:{port}", process)
    with urlopen(f"http://127.0.0.1:{port}/sign-in") as answer:
        assert "Who are you?" in answer.read().decode()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: make and the app both get it
    said, _ = process.communicate(timeout=60)
    assert f"Accelerate is ready at http://127.0.0.1:{port} (Ctrl-C stops it)." in said
    assert "Traceback" not in said
    assert process.returncode in (0, 130, -signal.SIGINT)


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        process = start(port, tmp_path)
        said, _ = process.communicate(timeout=60)
    sentences = [line for line in said.splitlines() if not line.startswith("make: ")]
    assert len(sentences) == 1
    assert f"Port {port} is not available" in sentences[0]
    assert process.returncode != 0


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    process = start(free_port(), tmp_path, APP_PORT="8600")
    said, _ = process.communicate(timeout=60)
    assert "APP_PORT is not a setting of Accelerate, but it is set to '8600'." in said
    assert "Traceback" not in said
    assert process.returncode != 0


def checkout(folder: Path) -> Path:
    """Make a folder with nothing installed, as a fresh clone has it."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def python_that(folder: Path, refuses: str) -> str:
    """Give a Python that fails whenever it is asked for `refuses`."""
    script = folder / "python3"
    script.write_text(f'#!/bin/sh\ncase "$*" in *{refuses}*) exit 1;; esac\nexec python3 "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def test_a_python_without_virtual_environments_is_one_sentence_where_it_may_not_be_installed(tmp_path: Path) -> None:
    python = python_that(tmp_path, "ensurepip")
    done = make("run", f"PYTHON={python}", "ROOT=false", data=tmp_path, cwd=checkout(tmp_path))
    assert done.stdout == "Python can't make virtual environments here: install Debian's package python3-venv.\n"
    assert done.returncode != 0


def test_a_python_that_is_too_old_is_one_sentence(tmp_path: Path) -> None:
    python = python_that(tmp_path, "version_info")
    done = make("run", f"PYTHON={python}", data=tmp_path, cwd=checkout(tmp_path))
    assert done.stdout == ("Accelerate needs Python 3.11 or newer: name one with make run PYTHON=/path/to/python3.\n")
    assert done.returncode != 0


def test_tests_without_chromium_are_one_sentence_where_it_may_not_be_installed(tmp_path: Path) -> None:
    done = make(*INSTALLED, "test", "ROOT=false", "CHROMIUM=no-such-program", "TESTS=--version", data=tmp_path)
    assert done.stdout == (
        "The tests need a browser: install Debian's packages chromium and libatomic1, then run make test again.\n"
    )
    assert done.returncode != 0


def test_sizes_prints_pages_modules_and_functions_longest_first(tmp_path: Path) -> None:
    said = make("sizes", data=tmp_path).stdout
    for heading in ("Longest pages", "Longest components and services", "Longest functions"):
        lengths = [
            int(each) for each in re.findall(r"^ +(\d+)  ", said.split(heading)[1].split("\n\n")[0], re.MULTILINE)
        ]
        assert lengths == sorted(lengths, reverse=True) != []


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_a_backup_needs_a_file_to_go_to(tmp_path: Path, what: str) -> None:
    done = make(*INSTALLED, what, data=tmp_path)
    assert "make backup FILE=" in done.stderr
    assert done.returncode != 0


def test_restore_into_a_folder_that_is_not_empty_does_what_its_hint_says(tmp_path: Path) -> None:
    data, archive = tmp_path / "data", tmp_path / "backup.tar.gz"
    data.mkdir()
    database = open_database(data / "accelerate.sqlite")
    bring_up_to_date(database)
    database.engine.dispose()
    assert make(*INSTALLED, "backup", f"FILE={archive}", data=data).returncode == 0

    refused = make(*INSTALLED, "restore", f"FILE={archive}", data=data)
    assert refused.returncode != 0
    assert "add REPLACE=1" in refused.stderr
    assert make(*INSTALLED, "restore", f"FILE={archive}", "REPLACE=1", data=data).returncode == 0
    assert len(list(data.glob("before-restore-*"))) == 1
