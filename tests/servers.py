"""The app as it is really served, for tests that need a server: its own process, port and data folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
CLOCK_DAYS = "CLOCK_DAYS_IN"
"""The variable that names the file with the days that `tests/clocked.py` adds; where it is absent, none are."""


@dataclass(frozen=True)
class Server:
    """A running app: its address and its process."""

    url: str
    process: subprocess.Popen[str]
    seconds_to_start: float


def environment(data: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give this process's environment with `data` as the data folder and no other setting of the app but `more`."""
    foreign = ("APP_", "STREAMLIT_", "MAKE", "MFLAGS", "TESTS", "PORT")  # settings, and what `make test` hands on
    plain = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**plain, "APP_DATA": str(data), **(more or {})}


def command(server: str, port: int) -> list[str]:
    """Give the command that serves the app on `port` under `server`: "streamlit", "uvicorn" or "clocked"."""
    served = {"uvicorn": "streamlit_app:app", "clocked": "tests.clocked:app"}
    if server in served:
        return [sys.executable, "-m", "uvicorn", served[server], "--port", str(port), "--log-level", "warning"]
    return [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]


@contextmanager
def running_app(
    data: Path, server: str = "streamlit", more: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Iterator[Server]:
    """Serve the app in `folder` (this checkout), wait until it answers, and stop it as Ctrl-C would."""
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen(
        command(server, port),
        cwd=folder,
        env=environment(data, more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(url, process)
        yield Server(url, process, time.monotonic() - began)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def wait_until_it_answers(url: str, process: subprocess.Popen[str]) -> None:
    """Return once the app says it is healthy; AssertionError with its output where it ended or took too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the app ended with {process.returncode}: {process.communicate()[0]}")
        try:
            with urlopen(f"{url}/_stcore/health", timeout=PATIENCE) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the app did not answer within {PATIENCE} s")


def free_port() -> int:
    """Give a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
