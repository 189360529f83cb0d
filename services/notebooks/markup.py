"""Text as data: made fit to keep, and escaped for Markdown, so that what it says can't become markup."""

from __future__ import annotations

import re
import unicodedata

_INLINE = re.compile(r"([\\`*_\[\]<>&$|~]|:(?=//))")
_AT_START = re.compile(r"^([#+=-]|\d+(?=[.)]))")
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def in_markdown(text: str) -> str:
    """Escape one line of text for Markdown: no link, picture, list, heading, table or HTML can come of it."""
    line = _INLINE.sub(r"\\\1", " ".join(text.split()))
    return _AT_START.sub(_escaped_start, line)


def _escaped_start(start: re.Match[str]) -> str:
    mark = start.group()
    return f"{mark[:-1]}{mark[-1]}\\" if mark[0].isdigit() else f"\\{mark}"


def writable(text: str) -> str:
    """Take out what no text needs: control characters but tab and line end, halves of characters, direction marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each
        for each in lines
        if each in "\n\t" or (unicodedata.category(each) not in ("Cc", "Cs") and each not in _TURNING)
    )
