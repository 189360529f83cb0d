"""Pictures of pages made by hand, as a scanner or a camera would give them, and PDFs of nothing but pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdf
from PIL import Image, ImageDraw, ImageFont

from tests.services.knowledge.pdfs import pdf

SIZE = (1240, 1754)  # A4 at 150 dots per inch
LEFT, TOP, PITCH, LETTERS = 120, 160, 42, 30
DOTS_PER_INCH = 150


def scan(*lines: str, ink: int = 0) -> Image.Image:
    """Draw a page of lines of text; `ink` is their grey."""
    page = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((LEFT, TOP + number * PITCH), line, font=ImageFont.load_default(size=LETTERS), fill=ink)
    return page


def photograph() -> Image.Image:
    """Draw a page that shows something, but no words."""
    page = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(page)
    for radius in range(40, 500, 40):
        draw.ellipse((620 - radius, 800 - radius, 620 + radius, 800 + radius), outline=0, width=9)
    return page


def scanned_pdf(*pages: Image.Image) -> bytes:
    """Make a PDF that holds one picture a page and no text."""
    file = io.BytesIO()
    pages[0].save(file, "PDF", resolution=DOTS_PER_INCH, save_all=True, append_images=pages[1:])
    return file.getvalue()


def under_text(page: Image.Image, lines: Sequence[str]) -> bytes:
    """Make a PDF of one picture with lines of real text set upon it."""
    writer = pypdf.PdfWriter(io.BytesIO(scanned_pdf(page)))
    writer.pages[0].merge_page(pypdf.PdfReader(io.BytesIO(pdf(lines))).pages[0])
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def saved(page: Image.Image, format_: str, **options: object) -> bytes:
    """Give a picture as a file."""
    file = io.BytesIO()
    page.save(file, format_, **options)
    return file.getvalue()
