"""The child process: one job a line on its input, JSON lines out; started by `Reader`, never by hand."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from services.errors import BadInput
from services.knowledge.document import Page
from services.knowledge.reading import limits, pdf
from services.knowledge.reading.media import PDF
from services.knowledge.reading.pdf_picture import pdf_picture
from services.knowledge.reading.text import read_text


def main() -> None:
    """Answer jobs until the input ends. After a fault the process ends too: its state is not to be trusted."""
    answers = _own_output()
    limits.limit_process()
    for line in sys.stdin:
        limits.limit_next_job()
        trusted = True
        try:
            for answer in _do(json.loads(line)):
                _say(answers, answer)
            _say(answers, {"done": True})
        except BadInput as refused:
            _say(answers, {"refused": refused.message, "hint": refused.hint})
        except MemoryError:
            trusted = False
            _say(
                answers, {"refused": "The file needs too much memory to read.", "hint": "Split it into smaller files."}
            )
        if not trusted:
            return


def _do(job: dict[str, object]) -> Iterator[dict[str, object]]:
    path = Path(str(job["path"]))
    if job["job"] == "picture":
        number, start, end = (int(str(job[key])) for key in ("page", "start", "end"))
        drawn = pdf_picture(path, Page(number, str(job["text"])), start, end)
        yield {"picture": base64.b64encode(drawn).decode("ascii")}
    elif job["job"] == "check":
        if job["media"] == PDF:
            pdf.check_pdf(path)
    elif job["media"] == PDF:
        count, pages = pdf.read_pdf(path)
        yield {"title": "", "pages": count}
        yield from _read(pages)
    else:
        title, pages = read_text(path.read_bytes(), str(job["media"]))
        yield {"title": title, "pages": 1}
        yield from _read(pages)


def _read(pages: Iterator[Page]) -> Iterator[dict[str, object]]:
    characters = 0
    for page in pages:
        characters += len(page.text)
        if page.number > limits.MOST_PAGES or characters > limits.MOST_CHARACTERS:
            raise BadInput("The document is too long to read.", "Split it into smaller files.")
        yield {"page": page.number, "text": page.text}


def _own_output() -> TextIO:
    """Keep the real output for answers alone: what a library prints must not end up among them."""
    kept = os.dup(sys.stdout.fileno())
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    return os.fdopen(kept, "w", encoding="utf-8")


def _say(answers: TextIO, answer: dict[str, object]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
