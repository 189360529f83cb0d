"""What kind of file something is, told by its content; the name only tells Markdown from plain text."""

from __future__ import annotations

from pathlib import PurePath

from services.errors import BadInput

PDF = "application/pdf"
MARKDOWN = "text/markdown"
TEXT = "text/plain"

IMAGES = {
    "image/png": (b"\x89PNG",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF8",),
    "image/bmp": (b"BM",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
    "image/webp": (b"RIFF",),
}
"""Pictures that can hold a page of text, with how their files begin."""

SHOWN = frozenset({PDF, *IMAGES})
"""What can be shown as it looks, with words marked."""

SNIFFED_BYTES = 1024
"""How much of a file's beginning is looked at; a PDF may start with that much of something else."""

_ACCEPTED = "Use a PDF, a picture of a page (PNG, JPEG, TIFF), a Markdown file (.md) or a text file (.txt)."
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
    image = next((media for media, begins in IMAGES.items() if beginning.startswith(begins)), "")
    if image and suffix != ".pdf" and (image != "image/webp" or beginning[8:12] == b"WEBP"):
        return image
    if beginning.startswith(_PICTURES) and suffix == ".pdf":
        raise BadInput("The file is a picture, not a PDF.", "Name it as what it is (.png, .jpg, .tif), or use the PDF.")
    if beginning.startswith(_PICTURES):
        raise BadInput("Pictures of this kind can't be read.", "Save it as PNG, JPEG or TIFF.")
    if beginning.startswith(_OFFICE):
        raise BadInput("Office files and archives can't be read yet.", f"Save it as a PDF first. {_ACCEPTED}")
    if suffix == ".pdf":
        raise BadInput("The file is called a PDF but does not hold one.", "Open it and save it as a PDF again.")
    if suffix not in _TEXT_NAMES:
        raise BadInput(f"Files ending in {suffix} can't be read.", _ACCEPTED)
    return _TEXT_NAMES[suffix]
