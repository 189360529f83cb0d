"""Markdown, JSON and text files: bytes decoded, front matter taken off, the title found; the whole file is one page."""

from __future__ import annotations

import codecs
import contextlib
import json
import re

from services.knowledge.document import Page, Reason
from services.knowledge.reading.media import ACCEPTED, MARKDOWN
from services.knowledge.reading.refused import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_text(data: bytes, media: str) -> tuple[str, list[Page]]:
    """Give the title ("" if the file names none) and the one page. Raises Refused where it is not text."""
    text = text_of(data)
    title = ""
    if media == MARKDOWN:
        front = _FRONT_MATTER.match(text)
        if front:
            title = _front_title(front.group(1) or "")
            text = text[front.end() :]
        heading = _HEADING.search(text)
        title = title or (heading.group(1) if heading else "")
    text = text.strip("\n")
    if not text.strip():
        raise Refused(Reason.EMPTY, "The file is empty.", "Choose a file that holds text.")
    return title, [Page(1, text)]


def read_json(data: bytes) -> tuple[str, list[Page]]:
    """Give JSON with each value on a line of its own; a file that is none is read as it stands."""
    text = text_of(data)
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    if not text.strip():
        raise Refused(Reason.EMPTY, "The file is empty.", "Choose a file that holds text.")
    return "", [Page(1, text.strip("\n"))]


def text_of(data: bytes) -> str:
    """Give a file's text with plain line ends and no control characters. Raises Refused where it is not text."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if len(_CONTROL.findall(text[:10_000])) > 0.02 * len(text[:10_000]):
        raise Refused(Reason.MISNAMED, "The file does not hold text.", ACCEPTED)
    return _CONTROL.sub("", text)


def decode(data: bytes) -> str:
    """Decode by byte-order mark, else as UTF-8, else as what it most looks like; raises Refused if nothing fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if wide := unmarked_utf16(data):
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Imported here: most files are UTF-8 and need not wait for it.
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        if best is None:
            raise Refused(
                Reason.BROKEN, "The file's characters can't be made out.", "Open it in an editor and save it as UTF-8."
            ) from None
        return str(best)


def unmarked_utf16(data: bytes) -> str:
    """Give the name of UTF-16's order of bytes where a text has no mark of it, "" where it is in something else."""
    beginning = data[:4096]
    half = len(beginning) // 2
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    if half >= 2 and max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _front_title(front: str) -> str:
    found = _FRONT_TITLE.search(front)
    return found.group(1).strip("'\"") if found else ""
