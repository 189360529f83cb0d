"""The parent's side of reading: jobs go to a child process, replaced when it fails, hangs or has done enough."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.knowledge.document import Page, Reason
from services.knowledge.reading.refused import Refused

FILES_PER_CHILD = 50
"""A reading library may leak: after this many files a fresh child takes over."""

SECONDS_TO_READ = 120.0
"""For each step, a page where there are pages."""

SECONDS_IN_ALL = 3600.0
"""For a job: a scan of a thousand pages takes half of it."""

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
        title, total, done, pages = "", 0, 0, list[Page]()
        for answer in self._ask({"job": "read", "path": str(path), "media": media}, self._seconds_to_read):
            if "title" in answer:
                title, total = str(answer["title"]), int(str(answer["pages"]))
                continue
            if "page" in answer:
                pages.append(_page(answer))
            reached = int(str(answer.get("reached", len(pages))))
            if progress and reached > done:
                progress(reached, total)
            done = max(done, reached)
        return Reading(title, tuple(pages))

    def unlock(self, path: Path, media: str, password: str) -> bytes:
        """Give a file without the password that protects it. Raises Refused where the password is another."""
        job: dict[str, object] = {"job": "unlock", "path": str(path), "media": media, "password": password}
        return b"".join(base64.b64decode(str(answer["part"])) for answer in self._ask(job, SECONDS_TO_SHOW))

    def picture(self, path: Path, media: str, page: Page, start: int, end: int) -> bytes:
        """Draw a page as PNG with characters `start` to `end` of its stored text marked."""
        job: dict[str, object] = {
            "job": "picture",
            "path": str(path),
            "media": media,
            "page": page.number,
            "text": page.text,
            "boxes": base64.b64encode(page.boxes or b"").decode("ascii"),
            "start": start,
            "end": end,
        }
        (answer,) = self._ask(job, SECONDS_TO_SHOW)
        return base64.b64decode(str(answer["picture"]))

    def close(self) -> None:
        """End the child; the next job would start another."""
        with self._lock:
            self._end_child()

    def _ask(self, job: dict[str, object], seconds: float) -> Iterator[dict[str, object]]:
        with self._lock:
            child = self._ready_child()
            watch = _Watch(child, seconds)
            finished = False
            try:
                _send(child.stdin, job)
                for answer in _answers(child.stdout):
                    watch.begin_step()
                    if "done" in answer or "refused" in answer:
                        finished = True
                        if "refused" in answer:
                            reason = Reason(str(answer["reason"]))
                            raise Refused(reason, str(answer["refused"]), str(answer["hint"]))
                        return
                    yield answer
                raise _fault(watch.late.is_set())
            finally:
                watch.end()
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
                env={"OMP_THREAD_LIMIT": "1"},  # Tesseract would take every core from those who ask questions.
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


class _Watch:
    """Kills a child that takes longer than `seconds` for a step, or `SECONDS_IN_ALL` for a job; `late` says it did."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self.late = threading.Event()
        self._child = child
        self._seconds = seconds
        self._deadline = time.monotonic() + SECONDS_IN_ALL
        self._begin()

    def begin_step(self) -> None:
        """Give the next step its time."""
        self.end()
        self._begin()

    def end(self) -> None:
        """Let the child be."""
        self._timer.cancel()

    def _begin(self) -> None:
        left = max(0.0, self._deadline - time.monotonic())
        self._timer = threading.Timer(min(self._seconds, left), self._kill)
        self._timer.daemon = True
        self._timer.start()

    def _kill(self) -> None:
        self.late.set()
        self._child.kill()


def _page(answer: dict[str, object]) -> Page:
    return Page(
        int(str(answer["page"])),
        str(answer["text"]),
        label=str(answer["label"]),
        boxes=base64.b64decode(str(answer["boxes"])) or None,
        unread=str(answer["unread"]),
    )


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


def _fault(late: bool) -> Refused:
    if late:
        return Refused(
            Reason.TOO_LARGE, "Reading the file takes too long.", "Split it into smaller files, or save it again."
        )
    return Refused(
        Reason.BROKEN,
        "The file can't be read: it needs too much memory or time, or it is broken.",
        "Save it again from where it came from, or split it into smaller files.",
    )
