"""The parent's side of reading: jobs go to a child process, replaced when it fails, hangs or has done enough."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.errors import BadInput
from services.knowledge.document import Page

FILES_PER_CHILD = 50
"""A reading library may leak: after this many files a fresh child takes over."""

SECONDS_TO_READ = 120.0
SECONDS_TO_SHOW = 20.0
MOST_BYTES_A_LINE = 128 * 1024**2

_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = (sys.executable, "-X", "utf8", "-m", "services.knowledge.reading")

Progress = Callable[[int, int], None]
"""Told the pages read and the pages there are."""


@dataclass(frozen=True)
class Reading:
    """What a file holds: its pages, and the title it gives itself ("" where it gives none)."""

    title: str
    pages: tuple[Page, ...]


class Reader:
    """One child process at a time, started when the first job comes. Safe to call from several threads: they queue."""

    def __init__(self, seconds_to_read: float = SECONDS_TO_READ) -> None:
        self._seconds_to_read = seconds_to_read
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._jobs_done = 0

    def check(self, path: Path, media: str) -> None:
        """Raise BadInput at once where a file can't even be opened; most faults show only as it is read."""
        for _ in self._ask({"job": "check", "path": str(path), "media": media}, SECONDS_TO_SHOW):
            pass

    def read(self, path: Path, media: str, progress: Progress | None = None) -> Reading:
        """Read a file's pages. Raises BadInput with the sentence that says why it can't be read."""
        title, total, pages = "", 0, list[Page]()
        for answer in self._ask({"job": "read", "path": str(path), "media": media}, self._seconds_to_read):
            if "page" in answer:
                pages.append(Page(int(str(answer["page"])), str(answer["text"])))
                if progress:
                    progress(len(pages), total)
            else:
                title, total = str(answer["title"]), int(str(answer["pages"]))
        return Reading(title, tuple(pages))

    def picture(self, path: Path, page: Page, start: int, end: int) -> bytes:
        """Draw a PDF's page as PNG with characters `start` to `end` of its stored text marked."""
        job = {"job": "picture", "path": str(path), "page": page.number, "text": page.text, "start": start, "end": end}
        (answer,) = self._ask(job, SECONDS_TO_SHOW)
        return base64.b64decode(str(answer["picture"]))

    def close(self) -> None:
        """End the child; the next job would start another."""
        with self._lock:
            self._end_child()

    def _ask(self, job: dict[str, object], seconds: float) -> Iterator[dict[str, object]]:
        with self._lock:
            child = self._ready_child()
            late = threading.Event()
            timer = threading.Timer(seconds, _kill, (child, late))
            timer.daemon = True
            timer.start()
            finished = False
            try:
                _send(child.stdin, job)
                for answer in _answers(child.stdout):
                    if "done" in answer or "refused" in answer:
                        finished = True
                        if "refused" in answer:
                            raise BadInput(str(answer["refused"]), str(answer["hint"]))
                        return
                    yield answer
                raise _fault(late.is_set())
            finally:
                timer.cancel()
                # Whatever was not finished (a fault, or nobody wants the rest) leaves a child in an unknown state.
                if not finished:
                    self._end_child()

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None or self._jobs_done >= FILES_PER_CHILD:
            self._end_child()
            # A session of its own: Ctrl-C in the terminal is for the app, which then ends the child.
            self._child = subprocess.Popen(
                _COMMAND,
                cwd=_ROOT,
                env={},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._jobs_done = 0
        self._jobs_done += 1
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _kill(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _send(pipe: IO[bytes] | None, job: dict[str, object]) -> None:
    assert pipe is not None  # noqa: S101  (Popen was given PIPE)
    try:
        pipe.write(json.dumps(job).encode() + b"\n")
        pipe.flush()
    except BrokenPipeError:
        pass  # The child died just now: reading its answers says so.


def _answers(pipe: IO[bytes] | None) -> Iterator[dict[str, object]]:
    assert pipe is not None  # noqa: S101
    while line := pipe.readline(MOST_BYTES_A_LINE):
        if not line.endswith(b"\n"):
            return
        yield json.loads(line)


def _fault(late: bool) -> BadInput:
    if late:
        return BadInput("Reading the file takes too long.", "Split it into smaller files, or save it again.")
    return BadInput(
        "The file can't be read: it needs too much memory or time, or it is broken.",
        "Save it again from where it came from, or split it into smaller files.",
    )
