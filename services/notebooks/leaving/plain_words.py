"""Our own Markdown taken apart again, for files that are not Markdown: words, and how they stand out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(
    r"\\(?P<escaped>[^\w\s])"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<picture>!?)\[(?P<label>[^\[\]\n]*)\]\((?P<address>[^()\s]+)\)"
    r"|(?P<bold>\*\*)"
    r"|(?P<star>\*(?=\S)|(?<=\S)\*)"
    r"|(?<!\w)(?P<opening>_)(?=\S)"
    r"|(?<=\S)(?P<closing>_)(?!\w)"
)


@dataclass(frozen=True)
class Run:
    """Words that stand out in one way, as plain text."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


def runs_of(line: str) -> tuple[Run, ...]:
    """Take a line of Markdown apart. A link becomes its words and its address: nothing in it can be clicked."""
    return tuple(_joined(_runs(line)))


def _runs(line: str) -> Iterator[Run]:
    bold = italic = False
    at = 0
    for found in _MARK.finditer(line):
        yield Run(line[at : found.start()], bold, italic)
        at = found.end()
        if found["escaped"]:
            yield Run(found["escaped"], bold, italic)
        elif found["code"]:
            yield Run(found["code"], bold, italic, code=True)
        elif found["address"]:
            yield Run(f"{found['label']} ({found['address']})", bold, italic)
        elif found["bold"]:
            bold = not bold
        else:
            italic = not italic
    yield Run(line[at:], bold, italic)


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    last: Run | None = None
    for run in runs:
        if not run.text:
            continue
        if last is not None and (last.bold, last.italic, last.code) == (run.bold, run.italic, run.code):
            last = Run(last.text + run.text, run.bold, run.italic, run.code)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last
