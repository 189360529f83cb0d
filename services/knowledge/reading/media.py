"""What kind of file something is: every kind that can be read, how people call it, and how its content shows it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from services.knowledge.document import Reason
from services.knowledge.reading.refused import Refused

PDF = "application/pdf"
MARKDOWN = "text/markdown"
TEXT = "text/plain"
HTML = "text/html"
CSV = "text/csv"
TSV = "text/tab-separated-values"
JSON = "application/json"
RTF = "application/rtf"
MAIL = "message/rfc822"
OUTLOOK = "application/vnd.ms-outlook"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLD_SHEETS = "application/vnd.ms-excel"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
OPEN_SHEETS = "application/vnd.oasis.opendocument.spreadsheet"
BOOK = "application/epub+zip"

OLD_WORD = "application/msword"
OLD_SLIDES = "application/vnd.ms-powerpoint"

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


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, the endings of its names, what it is ("a Word document"), and its short name."""

    media: str
    suffixes: tuple[str, ...]
    what: str
    name: str


KINDS = (
    Kind(PDF, (".pdf",), "a PDF", "PDF"),
    Kind(WORD, (".docx", ".docm", ".dotx"), "a Word document", "Word"),
    Kind(SLIDES, (".pptx", ".pptm", ".ppsx"), "a presentation", "PowerPoint"),
    Kind(SHEETS, (".xlsx", ".xlsm", ".xltx", ".xlsb"), "a spreadsheet", "Excel"),
    Kind(OLD_SHEETS, (".xls",), "a spreadsheet", "Excel"),
    Kind(OPEN_TEXT, (".odt",), "an OpenDocument text", "Word"),
    Kind(OPEN_SHEETS, (".ods",), "an OpenDocument spreadsheet", "Excel"),
    Kind(BOOK, (".epub",), "an e-book", "Book"),
    Kind(OUTLOOK, (".msg",), "an Outlook message", "Mail"),
    Kind(MAIL, (".eml",), "a message", "Mail"),
    Kind(RTF, (".rtf",), "an RTF document", "Word"),
    Kind(HTML, (".html", ".htm", ".xhtml"), "a web page", "Web page"),
    Kind(CSV, (".csv",), "a CSV table", "Table"),
    Kind(TSV, (".tsv", ".tab"), "a TSV table", "Table"),
    Kind(JSON, (".json",), "a JSON file", "JSON file"),
    Kind(MARKDOWN, (".md", ".markdown"), "a Markdown file", "Markdown"),
    Kind(TEXT, (".txt", ".text", ".log", ".rst", ".vtt", ".srt", ".yaml", ".yml", ".xml"), "a text file", "Text"),
    Kind("image/png", (".png",), "a picture", "Picture"),
    Kind("image/jpeg", (".jpg", ".jpeg"), "a picture", "Picture"),
    Kind("image/tiff", (".tif", ".tiff"), "a picture", "Picture"),
    Kind("image/webp", (".webp",), "a picture", "Picture"),
    Kind("image/bmp", (".bmp",), "a picture", "Picture"),
    Kind("image/gif", (".gif",), "a picture", "Picture"),
)
"""Every kind that can be read."""

BY_MEDIA = {kind.media: kind for kind in KINDS}
BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}

ACCEPTED = (
    "Use PDF, Word, PowerPoint, Excel, OpenDocument, HTML, Markdown, text, CSV, RTF, e-mail, EPUB, JSON, "
    "or a picture of a page (PNG, JPEG, TIFF)."
)

_TEXTS = frozenset({HTML, CSV, TSV, JSON, MARKDOWN, TEXT, MAIL})
"""Kinds that only their name tells apart: a page of any of them may hold what looks like another."""

_OLD = {".doc": OLD_WORD, ".dot": OLD_WORD, ".ppt": OLD_SLIDES, ".pps": OLD_SLIDES}
_BEGINNING = 1024
"""A PDF may start with that much of something else."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: an Office file of the old kind, or one that a password protects."""

_OTHER_PICTURES = (b"\x00\x00\x00\x0cjP", b"RIFF")
_PARTS = (("word/", WORD), ("ppt/", SLIDES), ("xl/", SHEETS))
_MIMETYPES = {each.encode(): each for each in (OPEN_TEXT, OPEN_SHEETS, BOOK)}
_STREAMS = {
    "EncryptedPackage": "",
    "__properties_version1.0": OUTLOOK,
    "WordDocument": OLD_WORD,
    "PowerPoint Document": OLD_SLIDES,
    "Workbook": OLD_SHEETS,
    "Book": OLD_SHEETS,
}
"""Names within a compound file of Microsoft's (MS-CFB) that show what it is; "" for what a password protects."""

_HTML = re.compile(rb"\A\s*(<!doctype\s+html|<html[\s>])", re.IGNORECASE)


def media_of(name: str, data: bytes) -> str:
    """Tell the media type of a file. Its content decides; the name decides between the kinds that are plain text.

    Raises Refused where it is empty, of no kind that can be read, or not what its name says.
    """
    suffix = PurePath(name).suffix.lower()
    if not data[:_BEGINNING].strip(b"\x00 \t\r\n\xef\xbb\xbf") and not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused(Reason.EMPTY, "The file is empty.", "Choose a file that holds text.")
    called = BY_SUFFIX.get(suffix)
    held = _held(suffix, data)
    if held in (OLD_WORD, OLD_SLIDES):
        newer = ".docx" if held == OLD_WORD else ".pptx"
        raise Refused(
            Reason.UNSUPPORTED,
            f"Files of the old kind {suffix or 'of Office'} can't be read.",
            f"Open it and save it as {newer}.",
        )
    if held:
        _check_name(suffix, called, held)
        return held
    if called is not None and called.media not in _TEXTS:
        raise Refused(
            Reason.MISNAMED,
            f"The file is called {suffix} but does not hold {called.what}.",
            "Open it in the program it came from and save it again, or give it the right name.",
        )
    if suffix in _OLD or not _is_text(data):
        raise Refused(Reason.UNSUPPORTED, f"Files of this kind{_ending(suffix)} can't be read.", ACCEPTED)
    if called is not None:
        return called.media
    return HTML if _HTML.match(data) else TEXT


def _held(suffix: str, data: bytes) -> str:
    """Give the media type that the content shows by itself, "" where it shows none."""
    called = BY_SUFFIX.get(suffix)
    if data.startswith(b"%PDF-") or (suffix in (".pdf", "") and b"%PDF-" in data[:_BEGINNING]):
        return PDF
    if data.startswith(_ZIP):
        return _in_zip(suffix, data)
    if data.startswith(OLE):
        return _in_compound(suffix, data)
    if data.startswith(b"{\\rtf"):
        return RTF
    image = next((media for media, begins in IMAGES.items() if data.startswith(begins)), "")
    if image == "image/webp" and data[8:12] != b"WEBP":
        image = ""
    if image == "image/bmp" and (called is None or called.media in _TEXTS) and _is_text(data):
        image = ""  # "BMW" begins like one.
    if not image and data.startswith(_OTHER_PICTURES):
        raise Refused(
            Reason.UNSUPPORTED,
            "Pictures, sounds and films of this kind can't be read.",
            "Save it as PNG, JPEG or TIFF.",
        )
    return image


def _in_zip(suffix: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            first = archive.infolist()[0] if names else None
            if first is not None and first.filename == "mimetype" and first.file_size < 100:
                held = _MIMETYPES.get(archive.read(first).strip(), "")
                if held:
                    return held
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _broken() from error
    for part, media in _PARTS:
        if any(name.lower().startswith(part) for name in names):
            return media
    if "content.xml" in names and suffix in (".odt", ".ods"):
        return BY_SUFFIX[suffix].media
    if "META-INF/container.xml" in names:
        return BOOK
    called = BY_SUFFIX.get(suffix)
    if called is not None:
        raise Refused(
            Reason.MISNAMED,
            f"The file is called {suffix} but is an archive that does not hold {called.what}.",
            "Unpack it and add the files in it.",
        )
    raise Refused(
        Reason.UNSUPPORTED, "Archives can't be read.", "Unpack it and add the files in it; many can be added at once."
    )


def _in_compound(suffix: str, data: bytes) -> str:
    there = [media for stream, media in _STREAMS.items() if stream.encode("utf-16-le") in data]
    called = BY_SUFFIX.get(suffix)
    promised = called.media if called is not None else _OLD.get(suffix, "")
    if "" in there and called is not None:
        return promised  # What a password protects shows only its name.
    if promised in (OLD_SHEETS, OUTLOOK) and not there:
        raise _broken()  # Its end, where the names of its parts stand, is missing.
    if not there or there == [""]:
        raise Refused(Reason.UNSUPPORTED, f"Files of this kind{_ending(suffix)} can't be read.", ACCEPTED)
    # Other files may lie within: what the name promises goes first.
    return promised if promised in there else next(media for media in there if media)


def _check_name(suffix: str, called: Kind | None, held: str) -> None:
    """Raise Refused where a name promises another kind than the file holds; the kinds of one program are one."""
    kind = BY_MEDIA[held]
    if called is None or called.name == kind.name:
        return
    raise Refused(
        Reason.MISNAMED,
        f"The file is called {suffix} but holds {kind.what}.",
        f"Give it a name that ends in {kind.suffixes[0]}, then add it again.",
    )


def _broken() -> Refused:
    return Refused(
        Reason.BROKEN,
        "The file is broken: its end is missing, or it was damaged on its way.",
        "Save or send it again from where it came from.",
    )


def _is_text(data: bytes) -> bool:
    """Say whether bytes look like text in some encoding: a byte-order mark, or next to no control characters."""
    beginning = data[: 8 * _BEGINNING]
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return True
    if beginning.count(0) > 0.4 * len(beginning) / 2:
        return _is_unmarked_utf16(beginning)
    control = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in beginning)
    return control <= 0.02 * len(beginning)


def _is_unmarked_utf16(beginning: bytes) -> bool:
    """Say whether every other byte is zero, as in UTF-16 without its mark."""
    zeros = sorted((beginning[::2].count(0), beginning[1::2].count(0)))
    return zeros[0] < 0.05 * len(beginning) / 2 < 0.4 * len(beginning) / 2 < zeros[1]


def _ending(suffix: str) -> str:
    return f" ({suffix})" if suffix else ""
