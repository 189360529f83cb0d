"""PDF files into pages: their own text, or where a page is a picture what can be made out on it."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from PIL import Image

from services.knowledge.document import Page, Reason
from services.knowledge.reading import limits
from services.knowledge.reading.hyphens import vocabulary
from services.knowledge.reading.ocr import DOTS_PER_INCH, LONG_SIDE, MOST_PIXELS, Scan, make_out
from services.knowledge.reading.pdf_text import Typed, typed
from services.knowledge.reading.refused import Refused

PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
POINTS_PER_INCH = 72

FEW_LETTERS = 150
"""A page with fewer letters than this under a picture is a scan with a stamp or a page number set upon it."""

MOST_OF_THE_PAGE = 0.5
"""The share of a page from which on a picture on it is the page."""

DAMAGED = "the page is damaged"

_DEEPEST_FORM = 5


def open_pdf(path: Path, password: str | None = None) -> pdfium.PdfDocument:
    """Open a file. Raises Refused where another password is needed, or it is no sound PDF."""
    try:
        return pdfium.PdfDocument(path, password=password)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) != PASSWORD_ERROR:
            raise _broken() from error
        if password is None:
            raise Refused(
                Reason.ENCRYPTED,
                "The PDF is protected by a password.",
                "Give the password to read it; it is used once and kept nowhere.",
            ) from error
        raise Refused(
            Reason.ENCRYPTED, "The password does not open the PDF.", "Check it, capitals and spaces too, and try again."
        ) from error


def check_pdf(path: Path) -> None:
    """Raise Refused where the PDF can't be opened or has no page; quick, whatever its length."""
    document = open_pdf(path)
    try:
        if len(document) < 2:  # A damaged page among others leaves those to be read.
            document[0].close()
    except (IndexError, pdfium.PdfiumError) as error:
        raise _broken() from error


def read_pdf(path: Path, reached: Callable[[int], None] = lambda _: None) -> tuple[int, Iterator[Page]]:
    """Give the number of pages, and the pages; `reached` is told of each page that is done before any can be given.

    A page that should have text but gives none says why in `unread`. Raises Refused where no page has any.
    """
    document = open_pdf(path)
    if len(document) > limits.MOST_PAGES:
        raise Refused(
            Reason.TOO_LARGE,
            f"The PDF has {len(document):,} pages, more than the {limits.MOST_PAGES:,} that can be read.",
            "Split it into smaller files.",
        )
    return len(document), _pages(document, reached)


def unlock(path: Path, password: str) -> bytes:
    """Give the file as it is without its password. Raises Refused where the password is another."""
    document = open_pdf(path, password)
    file = io.BytesIO()
    document.save(file, flags=pdfium_c.FPDF_REMOVE_SECURITY)
    return file.getvalue()


def _pages(document: pdfium.PdfDocument, reached: Callable[[int], None]) -> Iterator[Page]:
    drafts = list[Typed | Scan]()
    for index in range(len(document)):
        drafts.append(_draft(document, index))
        reached(index + 1)
    if not any(draft.draft.strip() for draft in drafts):
        raise _without_text(drafts)
    known = vocabulary(draft.draft for draft in drafts)
    for number, draft in enumerate(drafts, start=1):
        yield draft.page(number, known)


def _draft(document: pdfium.PdfDocument, index: int) -> Typed | Scan:
    try:
        page = document[index]
        try:
            own = typed(page)
            if _letters(own.draft) >= FEW_LETTERS or (_letters(own.draft) and not _is_covered(page)):
                return own
            scan = make_out(_drawn(page))
        finally:
            page.close()
    except pdfium.PdfiumError:
        return Scan(unread=DAMAGED)
    if own.draft.strip() and _letters(own.draft) >= _letters(scan.draft):
        return own
    return scan


def _letters(text: str) -> int:
    """Count letters and digits; fonts that don't say what their signs mean give none."""
    return sum(unicodedata.category(each)[0] in "LN" for each in text)


def _is_covered(page: pdfium.PdfPage) -> bool:
    """Say whether pictures cover most of a page."""
    width, height = page.get_size()
    covered: float = 0.0
    for picture in _pictures(page):
        left, bottom, right, top = picture.get_bounds()
        covered += max(0.0, min(right, width) - max(left, 0.0)) * max(0.0, min(top, height) - max(bottom, 0.0))
    return bool(covered > MOST_OF_THE_PAGE * width * height)


def _drawn(page: pdfium.PdfPage) -> Image.Image:
    """Draw a page as large as it is read best, but a scan no larger than it is: PDFium enlarges badly."""
    width, height = page.get_size()
    wanted = max(DOTS_PER_INCH / POINTS_PER_INCH, LONG_SIDE / max(width, height))
    own = max(map(_pixels_a_point, _pictures(page))) if _is_covered(page) else wanted
    scale = min(wanted, own, (MOST_PIXELS / (width * height)) ** 0.5)
    drawn: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return drawn


def _pictures(page: pdfium.PdfPage) -> Iterator[pdfium.PdfImage]:
    return page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEPEST_FORM)  # type: ignore[no-any-return]


def _pixels_a_point(picture: pdfium.PdfImage) -> float:
    left, bottom, right, top = picture.get_bounds()
    pixels = sorted(picture.get_px_size())
    points = sorted((right - left, top - bottom))
    return float(max(pixels[1] / points[1], 1.0)) if points[1] > 0 else 1.0


def _broken() -> Refused:
    return Refused(Reason.BROKEN, "The PDF is broken and can't be opened.", "Export it again from where it came from.")


def _without_text(drafts: list[Typed | Scan]) -> Refused:
    unread = {draft.unread for draft in drafts if isinstance(draft, Scan)} - {""}
    if not unread:
        return Refused(Reason.EMPTY, "The PDF holds no text: its pages are blank.", "Choose a file that holds text.")
    if unread == {DAMAGED}:
        return Refused(
            Reason.BROKEN,
            "The PDF is broken: none of its pages can be opened.",
            "Export it again from where it came from.",
        )
    return Refused(
        Reason.EMPTY,
        "No words can be made out on the pages of the PDF.",
        "Scan it again, darker and at 300 dots per inch, or use a PDF made from text.",
    )
