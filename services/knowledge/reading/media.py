"""What kind of file something is, told by its content; the name only tells Markdown from plain text."""

from __future__ import annotations

from pathlib import PurePath

from services.errors import BadInput

PDF = "application/pdf"
MARKDOWN = "text/markdown"
TEXT = "text/plain"

SNIFFED_BYTES = 1024
"""How much of a file's beginning is looked at; a PDF may start with that much of something else."""

_ACCEPTED = "Use a PDF, a Markdown file (.md) or a text file (.txt)."
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF", b"\x00\x00\x00\x0cjP")
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_TEXT_NAMES = {".md": MARKDOWN, ".markdown": MARKDOWN, ".txt": TEXT, ".text": TEXT, "": TEXT}


def media_of(name: str, beginning: bytes) -> str:
    """Tell the media type from the first `SNIFFED_BYTES` of a file, and its name.

    Raises BadInput with one sentence for what can't be read: empty, a picture, an Office file, another type.
    """
    suffix = PurePath(name).suffix.lower()
    if not beginning.strip(b"\x00 \t\r\n"):
        raise BadInput("The file is empty.", "Choose a file that holds text.")
    if b"%PDF-" in beginning:
        return PDF
    if beginning.startswith(_PICTURES):
        what = "a picture, not a PDF" if suffix == ".pdf" else "a picture"
        raise BadInput(f"The file is {what}: there is no text in it to search.", _ACCEPTED)
    if beginning.startswith(_OFFICE):
        raise BadInput("Office files and archives can't be read yet.", f"Save it as a PDF first. {_ACCEPTED}")
    if suffix == ".pdf":
        raise BadInput("The file is called a PDF but does not hold one.", "Open it and save it as a PDF again.")
    if suffix not in _TEXT_NAMES:
        raise BadInput(f"Files ending in {suffix} can't be read.", _ACCEPTED)
    return _TEXT_NAMES[suffix]
