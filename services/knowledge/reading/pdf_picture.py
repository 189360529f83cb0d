"""A PDF's page as a picture with words marked, by PDFium's character boxes, or by the words' boxes on a scan."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from services.errors import BadInput
from services.knowledge.document import Page
from services.knowledge.reading.boxes import boxes_within
from services.knowledge.reading.marks import Box, marked_picture, merged_lines, word_rectangles
from services.knowledge.reading.ocr import MOST_PIXELS
from services.knowledge.reading.pdf import open_pdf
from services.knowledge.reading.pdf_text import boxes_of

PICTURE_WIDTH = 1400
PICTURE_SCALE = 2.0


def pdf_picture(path: Path, page: Page, start: int, end: int) -> bytes:
    """Draw a page as PNG with characters `start` to `end` of its stored text marked.

    Raises BadInput where the page does not give that text any more: a wrong mark is worse than none.
    """
    document = open_pdf(path)
    if not 1 <= page.number <= len(document):
        raise BadInput(f"The PDF has no page {page.number}.")
    sheet = document[page.number - 1]
    width, height = sheet.get_size()
    scale = min(PICTURE_SCALE, PICTURE_WIDTH / width, (MOST_PIXELS / (width * height)) ** 0.5)
    drawn = sheet.render(scale=scale).to_pil().convert("RGB")
    if page.boxes is None:
        lines = merged_lines(boxes_of(sheet, page.text, start, end))
        rectangles = [_on_picture(sheet, line, drawn.size) for line in lines]
    else:
        rectangles = word_rectangles(boxes_within(page.boxes, start, end), drawn.size)
    return marked_picture(drawn, rectangles, radius=round(2 * scale))


def _on_picture(page: pdfium.PdfPage, box: Box, size: tuple[int, int]) -> Box:
    """Give left, top, right, bottom in pixels; PDFium knows of turned and cropped pages."""
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        corners.append((across.value, down.value))
    (left, bottom), (right, top) = corners
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
