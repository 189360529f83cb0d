"""Which reader takes which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from services.knowledge.document import Page, Reason
from services.knowledge.reading import media as kinds
from services.knowledge.reading.refused import Refused

Reached = Callable[[int], None]

Read = tuple[str, int, Iterable[Page]]
"""A file's title ("" where it has none), the number of its pages, and the pages."""


def read(path: Path, media: str, reached: Reached) -> Read:
    """Read a file of a media type that `media_of` gave. Raises Refused where it can't be read."""
    # Each reader is imported when a file of its kind comes: most children never need most of them.
    if media == kinds.PDF:
        from services.knowledge.reading.pdf import read_pdf

        return "", *read_pdf(path, reached)
    if media in kinds.IMAGES:
        from services.knowledge.reading.image import read_image

        return "", *read_image(path, reached)
    title, pages = _read_at_once(path, media)
    return title, len(pages), pages


def check(path: Path, media: str) -> None:
    """Raise Refused where a file can't even be opened; quick."""
    if media == kinds.PDF:
        from services.knowledge.reading.pdf import check_pdf

        check_pdf(path)
    elif media in kinds.IMAGES:
        from services.knowledge.reading.image import check_image

        check_image(path)
    elif media in _PACKED:
        from services.knowledge.reading.package import opened

        with opened(path):
            pass


_PACKED = frozenset({kinds.WORD, kinds.SLIDES, kinds.SHEETS, kinds.OPEN_TEXT, kinds.OPEN_SHEETS, kinds.BOOK})


def _read_at_once(path: Path, media: str) -> tuple[str, list[Page]]:
    if media == kinds.WORD:
        from services.knowledge.reading.word import read_word

        return read_word(path)
    if media == kinds.SLIDES:
        from services.knowledge.reading.slides import read_slides

        return read_slides(path)
    if media in (kinds.SHEETS, kinds.OLD_SHEETS, kinds.OPEN_SHEETS):
        from services.knowledge.reading.sheets import read_sheets

        return read_sheets(path, media)
    if media == kinds.OPEN_TEXT:
        from services.knowledge.reading.open_text import read_open_text

        return read_open_text(path)
    if media == kinds.BOOK:
        from services.knowledge.reading.book import read_book

        return read_book(path)
    if media == kinds.OUTLOOK:
        from services.knowledge.reading.mail import read_outlook

        return read_outlook(path)
    return _read_text(path.read_bytes(), media)


def _read_text(data: bytes, media: str) -> tuple[str, list[Page]]:
    if media == kinds.MAIL:
        from services.knowledge.reading.mail import read_mail

        return read_mail(data)
    if media == kinds.HTML:
        from services.knowledge.reading.html import read_html

        return read_html(data)
    if media == kinds.RTF:
        from services.knowledge.reading.rtf import read_rtf

        return read_rtf(data)
    from services.knowledge.reading import text

    if media in (kinds.CSV, kinds.TSV):
        from services.knowledge.reading.delimited import read_delimited

        return read_delimited(data, media)
    if media == kinds.JSON:
        return text.read_json(data)
    if media in (kinds.MARKDOWN, kinds.TEXT):
        return text.read_text(data, media)
    raise Refused(Reason.UNSUPPORTED, "Files of this kind can't be read.", kinds.ACCEPTED)
