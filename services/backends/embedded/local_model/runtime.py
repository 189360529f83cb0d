"""The parent's side of the local model: its child is started on first use, lent out, and stopped when it is idle."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.backends.embedded.local_model.child import Hindrance, Order
from services.errors import Unavailable

IDLE_SECONDS = 600.0
SECONDS_TO_LOAD = 180.0
SECONDS_TO_END = 1.0
"""A process that was killed closes its connections a moment before it is seen to have ended."""
CONTEXT = 8_192
MEMORY_BESIDE = 1_000_000_000
"""Bytes that it takes beside its file, which is held in memory whole: 932 MB at first, 1,007 after long questions."""
GIGABYTE = 1_000_000_000
OTHERWISE = "Close what else runs there, or choose another model."

_ROOT = Path(__file__).resolve().parents[4]
_COMMAND = (sys.executable, "-X", "utf8", "-m", "services.backends.embedded.local_model.child")


@dataclass(frozen=True)
class Lent:
    """A model that listens on a socket, to whoever has the key. `has_ended` says whether its process is gone."""

    socket: str
    key: str = field(repr=False)
    has_ended: Callable[[], bool]


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    folder: Path
    lent: Lent
    last_used: float
    borrowers: int = 0

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_memory() -> int:
    """Give the bytes of memory that are free here, also inside a container with a limit of its own.

    https://docs.kernel.org/filesystems/proc.html#meminfo, https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
    """
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    free = int(lines["MemAvailable"].split()[0]) * 1024
    with suppress(OSError, ValueError):  # There is none, or it says "max".
        group = Path("/sys/fs/cgroup")
        most, used = (int((group / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
        held = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
        free = min(free, most - used + int(held.get("file", 0)))  # Files that are only remembered make room.
    return free


class LocalRuntime:
    """Never more than one child at a time. `find` gives the model's file, or raises the AppError that says why not.

    It is told by `tend`, now and then, to stop a child that nobody has used for ten minutes.
    """

    def __init__(
        self,
        name: str,
        find: Callable[[], Path],
        *,
        command: Sequence[str] = _COMMAND,
        now: Callable[[], float] = time.monotonic,
        free_memory: Callable[[], int] = free_memory,
    ) -> None:
        self._name = name
        self._find = find
        self._command = command
        self._now = now
        self._free_memory = free_memory
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._loading: subprocess.Popen[bytes] | None = None
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Lent]:
        """Lend the model, started first where it does not run. Unavailable, in a sentence, where it can't be."""
        with self._lock:
            child = self._ready_child()
            child.borrowers += 1
        try:
            yield child.lent
        finally:
            with self._lock:
                child.borrowers -= 1
                child.last_used = self._now()

    @property
    def process_id(self) -> int | None:
        """The process that runs the model now; None where none does."""
        child = self._child
        return child.process.pid if child is not None and child.process.poll() is None else None

    def tend(self) -> None:
        """Stop a child that has been idle for long enough. While one is being started, there is nothing to stop."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            child = self._child
            if child is not None and not child.borrowers and self._now() - child.last_used >= IDLE_SECONDS:
                self._end_child()
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the child, also one that is being started, and start no other. Doing so twice changes nothing."""
        self._closed = True
        if (loading := self._loading) is not None:
            loading.kill()
        with self._lock:
            self._end_child()

    def _ready_child(self) -> _Child:
        if self._child is None or self._child.process.poll() is not None:
            self._end_child()
            self._child = self._started(self._find())
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _started(self, weights: Path) -> _Child:
        needed, free = weights.stat().st_size + MEMORY_BESIDE, self._free_memory()
        if free < needed:
            raise Unavailable(
                f"{self._name} needs {needed / GIGABYTE:.1f} GB of memory, and the computer that runs this app has "
                f"{max(0, free) / GIGABYTE:.1f} GB free.",
                OTHERWISE,
            )
        folder = Path(tempfile.mkdtemp(prefix="accelerate-"))  # Only we may look into it.
        order = Order(str(weights), str(folder / "model.sock"), secrets.token_urlsafe(32), _threads(), CONTEXT)
        # A session of its own: Ctrl-C in the terminal is for the app, which then ends the child.
        process = subprocess.Popen(
            self._command,
            cwd=_ROOT,
            env={"OMP_WAIT_POLICY": "passive"},  # Threads that wait would take the cores from those that work.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        lent = Lent(order.socket, order.key, lambda: _has_ended(process))
        child = _Child(process, folder, lent, self._now())
        try:
            self._wait_until_ready(process, order)
        except BaseException:
            child.end()
            raise
        child.last_used = self._now()
        return child

    def _wait_until_ready(self, process: subprocess.Popen[bytes], order: Order) -> None:
        assert process.stdin is not None  # noqa: S101  (Popen was given PIPE)
        assert process.stdout is not None  # noqa: S101
        self._loading = process
        late = threading.Timer(SECONDS_TO_LOAD, process.kill)
        late.daemon = True
        late.start()
        try:
            if self._closed:
                process.kill()
            with suppress(BrokenPipeError):  # It died just now: its answer says so.
                process.stdin.write(order.line())
                process.stdin.flush()
            line = process.stdout.readline()
        finally:
            late.cancel()
            self._loading = None
        said = json.loads(line) if line.endswith(b"\n") else {}
        if not said.get("ready"):
            raise self._hindered(said.get("hindrance", ""))

    def _hindered(self, hindrance: str) -> Unavailable:
        if self._closed:
            return Unavailable(f"{self._name} was stopped: the app is being ended.", "Run it again later.")
        if hindrance == Hindrance.LIBRARY:
            return Unavailable(
                f"{self._name} can't run here: the program library for it is missing or does not fit this computer.",
                "Choose another model; whoever runs the app installs what it needs with `make run`.",
            )
        if hindrance == Hindrance.LOADING:
            return Unavailable(
                f"{self._name} could not be loaded, though its file is whole: there may be too little memory.",
                OTHERWISE,
            )
        return Unavailable(
            f"{self._name} ended while it was being loaded: there may be too little memory, or it took too long.",
            OTHERWISE,
        )


def _threads() -> int:
    """Give the cores that a model may take: one is left to everybody else."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_END)
    return process.poll() is not None
