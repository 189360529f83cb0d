"""The child process: one job a line on its input, JSON lines out; started by `Reader`, never by hand."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from services.errors import BadInput
from services.knowledge.document import Page, Reason
from services.knowledge.reading import limits, readers
from services.knowledge.reading.media import PDF
from services.knowledge.reading.protected import unlock
from services.knowledge.reading.refused import Refused

BYTES_A_PART = 16 * 1024**2

TOO_MUCH_MEMORY: dict[str, object] = {
    "refused": "The file needs too much memory to read.",
    "hint": "Split it into smaller files.",
    "reason": Reason.TOO_LARGE.value,
}


def main() -> None:
    """Answer jobs until the input ends. After a fault the process ends too: its state is not to be trusted."""
    answers = _own_output()
    limits.limit_process()
    for line in sys.stdin:
        limits.limit_next_job()
        trusted = True
        try:
            for answer in _do(json.loads(line), lambda number: _say(answers, {"reached": number})):
                _say(answers, answer)
            _say(answers, {"done": True})
        except BadInput as refused:
            reason = refused.reason if isinstance(refused, Refused) else Reason.FAULT
            _say(answers, {"refused": refused.message, "hint": refused.hint, "reason": reason.value})
        except MemoryError:
            trusted = False
            _say(answers, TOO_MUCH_MEMORY)
        if not trusted:
            return


def _do(job: dict[str, object], reached: Callable[[int], None]) -> Iterator[dict[str, object]]:
    path, media = Path(str(job["path"])), str(job["media"])
    if job["job"] == "picture":
        yield {"picture": _as_text(_picture(path, media, job))}
    elif job["job"] == "check":
        readers.check(path, media)
    elif job["job"] == "unlock":
        unlocked = unlock(path, media, str(job["password"]))
        for start in range(0, len(unlocked), BYTES_A_PART):
            yield {"part": _as_text(unlocked[start : start + BYTES_A_PART])}
    else:
        title, count, pages = readers.read(path, media, reached)
        yield {"title": title, "pages": count}
        yield from _within_limits(pages)


def _picture(path: Path, media: str, job: dict[str, object]) -> bytes:
    number, start, end = (int(str(job[key])) for key in ("page", "start", "end"))
    boxes = base64.b64decode(str(job["boxes"])) if job["boxes"] else None
    page = Page(number, str(job["text"]), boxes=boxes)
    if media == PDF:
        from services.knowledge.reading.pdf_picture import pdf_picture

        return pdf_picture(path, page, start, end)
    from services.knowledge.reading.image import image_picture

    return image_picture(path, page, start, end)


def _within_limits(pages: Iterable[Page]) -> Iterator[dict[str, object]]:
    characters = 0
    for page in pages:
        characters += len(page.text)
        if page.number > limits.MOST_PAGES or characters > limits.MOST_CHARACTERS:
            raise Refused(Reason.TOO_LARGE, "The document is too long to read.", "Split it into smaller files.")
        yield {
            "page": page.number,
            "text": page.text,
            "label": page.label,
            "boxes": _as_text(page.boxes) if page.boxes else "",
            "unread": page.unread,
        }


def _as_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _own_output() -> TextIO:
    """Keep the real output for answers alone: what a library prints must not end up among them."""
    kept = os.dup(sys.stdout.fileno())
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    return os.fdopen(kept, "w", encoding="utf-8")


def _say(answers: TextIO, answer: dict[str, object]) -> None:
    limits.limit_next_job()  # Each answer is a step done, and the next has a time of its own.
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
