"""Markdown and text files: bytes decoded, front matter taken off, the title found; the whole file is one page."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from services.errors import BadInput
from services.knowledge.document import Page
from services.knowledge.reading.media import MARKDOWN

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


def read_text(data: bytes, media: str) -> tuple[str, Iterator[Page]]:
    """Give the title ("" if the file names none) and the one page. Raises BadInput where it is not text."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if len(_CONTROL.findall(text[:10_000])) > 0.02 * len(text[:10_000]):
        raise BadInput("The file does not hold text.", "Use a PDF, a Markdown file (.md) or a text file (.txt).")
    text = _CONTROL.sub("", text)
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
        raise BadInput("The file is empty.", "Choose a file that holds text.")
    return title, iter([Page(1, text)])


def decode(data: bytes) -> str:
    """Decode by byte-order mark, else as UTF-8, else as what it most looks like; raises BadInput if nothing fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Imported here: most files are UTF-8 and need not wait for it.
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        if best is None:
            raise BadInput(
                "The file's characters can't be made out.", "Open it in an editor and save it as UTF-8."
            ) from None
        return str(best)


def _front_title(front: str) -> str:
    found = _FRONT_TITLE.search(front)
    return found.group(1).strip("'\"") if found else ""
