"""PDF pages as text in reading order, and as pictures with words marked, by PDFium's character boxes."""

from __future__ import annotations

import ctypes
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from PIL import Image, ImageChops, ImageDraw

from services.errors import BadInput
from services.knowledge.document import Page

HYPHEN = "\ufffe"
"""PDFium's sign for the hyphen at a line's end, after which it goes on without a line break."""

WORD_GAP = 0.2
"""Two characters further apart than this share of the line's height are two words: table cells must not glue."""

PARAGRAPH_GAP = 1.25
"""A line further below the last than this times the page's usual distance starts a paragraph."""

CLOSE = 1.6
"""Lines nearer than this many line heights are lines of one paragraph, wherever a page has some of them."""

LARGER = 1.15
"""A line whose characters are this much larger or smaller than the line above is no continuation of it."""

PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
PICTURE_WIDTH = 1400
PICTURE_SCALE = 2.0
MARK_COLOUR = (255, 233, 140)

_WORD = re.compile(r"(?<![\w\ufffe])[^\W\d_]+(?![\w\ufffe])")
_LINE_HYPHEN = re.compile(r"(\w*)\ufffe(\w*)")

Box = tuple[float, float, float, float]
"""left, bottom, right, top in points of the page, as PDF counts: upwards."""


@dataclass(frozen=True)
class Character:
    """One character of our text; `index` is PDFium's, -1 where we put it in. It may be several letters (a ligature)."""

    text: str
    index: int


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """Open a file. Raises BadInput where a password is needed, or it is no sound PDF."""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD_ERROR:
            raise BadInput(
                "The PDF is protected by a password.", "Open it, save a copy without a password, and try again."
            ) from error
        raise BadInput("The PDF is broken and can't be opened.", "Export it again from where it came from.") from error


def check_pdf(path: Path) -> None:
    """Raise BadInput where the PDF can't be opened or has no page; quick, whatever its length."""
    document = open_pdf(path)
    try:
        document[0].close()
    except (IndexError, pdfium.PdfiumError) as error:
        raise BadInput("The PDF is broken and can't be opened.", "Export it again from where it came from.") from error


def read_pdf(path: Path) -> tuple[int, Iterator[Page]]:
    """Give the number of pages and the pages, those without text included.

    Raises BadInput where no page has any text: what is left to read then are pictures of text.
    """
    document = open_pdf(path)
    pages = (_characters_of(document, number) for number in range(len(document)))
    drafts = ["".join(character.text for character in page) for page in pages]
    if not any(draft.strip() for draft in drafts):
        raise BadInput(
            "The PDF holds no text, only pictures of pages.", "Scans can't be read yet: use a PDF made from text."
        )
    known = _vocabulary(drafts)
    return len(drafts), (Page(number, _join_hyphens(draft, known)) for number, draft in enumerate(drafts, start=1))


def picture(path: Path, number: int, text: str, start: int, end: int) -> bytes:
    """Draw page `number` (from 1) as PNG with characters `start` to `end` of its stored `text` marked.

    Raises BadInput where the page does not give that text any more: a wrong mark is worse than none.
    """
    document = open_pdf(path)
    if not 1 <= number <= len(document):
        raise BadInput(f"The PDF has no page {number}.")
    page = document[number - 1]
    indices = _indices(_characters_of(document, number - 1), text)
    boxes = _boxes(page.get_textpage(), [index for index in indices[start:end] if index >= 0])
    scale = min(PICTURE_SCALE, PICTURE_WIDTH / page.get_width())
    drawn = page.render(scale=scale).to_pil().convert("RGB")
    marks = Image.new("RGB", drawn.size, "white")
    draw = ImageDraw.Draw(marks)
    for line in merged_lines(boxes):
        draw.rounded_rectangle(_on_picture(page, line, drawn.size), radius=round(2 * scale), fill=MARK_COLOUR)
    file = io.BytesIO()
    # Multiplied, so that black words stay black under the mark.
    ImageChops.multiply(drawn, marks).save(file, "PNG")
    return file.getvalue()


def merged_lines(boxes: Sequence[Box]) -> list[Box]:
    """Merge the boxes of characters, in reading order, into one rectangle a line."""
    lines: list[Box] = []
    for left, bottom, right, top in boxes:
        if lines:
            last = lines[-1]
            overlap = min(top, last[3]) - max(bottom, last[1])
            near = left - last[2] < 3 * (top - bottom) and right > last[0]
            if overlap > 0.5 * min(top - bottom, last[3] - last[1]) and near:
                lines[-1] = (min(left, last[0]), min(bottom, last[1]), max(right, last[2]), max(top, last[3]))
                continue
        lines.append((left, bottom, right, top))
    return lines


def _characters_of(document: pdfium.PdfDocument, index: int) -> list[Character]:
    page = document[index]
    textpage = page.get_textpage()
    try:
        return _characters(textpage)
    finally:
        textpage.close()
        page.close()


def _characters(textpage: pdfium.PdfTextPage) -> list[Character]:
    """Build a page's text: one space between words, line breaks, an empty line between paragraphs.

    The same file gives the same characters every time, which is what lets a quote be marked later.
    """
    characters: list[Character] = []
    breaks: list[tuple[int, float, bool]] = []
    last: Box | None = None
    space = new_line = False
    for index, letter in enumerate(_letters(textpage)):
        if letter in "\r\n":
            new_line = True
        elif letter.isspace() or letter == "\xa0":
            space = True
        elif letter == HYPHEN:
            characters.append(Character(HYPHEN, index))
            # What follows stands on the next line and goes on with this word.
            last, space = None, False
        elif not _is_invisible(letter):
            box = _box(textpage, index)
            if new_line and characters:
                if last and box:
                    breaks.append((len(characters), _distance(last, box), _differ(last, box)))
                characters.append(Character("\n", -1))
            elif characters and (space or (last and box and _are_apart(last, box))):
                characters.append(Character(" ", -1))
            characters.append(Character(_plain(letter), index))
            last = box or last
            space = new_line = False
    return _with_paragraphs(characters, breaks)


def _letters(textpage: pdfium.PdfTextPage) -> str:
    count = textpage.count_chars()
    text: str = textpage.get_text_range()
    if len(text) != count:
        # A character beyond the basic plane counts twice there: ask for each by its index.
        codes = (pdfium_c.FPDFText_GetUnicode(textpage, index) for index in range(count))
        text = "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)
    return text


def _is_invisible(letter: str) -> bool:
    return letter in "\xad\u200b\u200c\u200d\u2060\ufeff\uffff" or unicodedata.category(letter) in ("Cc", "Cs")


def _plain(letter: str) -> str:
    # Ligatures of Latin letters are words' own letters: "ﬁnance" must be found as "finance".
    return unicodedata.normalize("NFKC", letter) if "\ufb00" <= letter <= "\ufb06" else letter


def _box(textpage: pdfium.PdfTextPage, index: int) -> Box | None:
    """Give a character's advance by its font's height, the same for a whole line; None where it has no extent."""
    box = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box)):
        return None
    if box.top - box.bottom <= 0 or box.right < box.left:
        return None
    return box.left, box.bottom, box.right, box.top


def _distance(above: Box, below: Box) -> float:
    return (above[1] - below[1]) / min(above[3] - above[1], below[3] - below[1])


def _differ(above: Box, below: Box) -> bool:
    heights = sorted((above[3] - above[1], below[3] - below[1]))
    return heights[1] > LARGER * heights[0]


def _are_apart(left: Box, right: Box) -> bool:
    height = min(left[3] - left[1], right[3] - right[1])
    same_line = min(left[3], right[3]) - max(left[1], right[1]) > 0.5 * height
    return same_line and right[0] - left[2] > WORD_GAP * height


def _with_paragraphs(characters: list[Character], breaks: list[tuple[int, float, bool]]) -> list[Character]:
    """Turn the line breaks that end a paragraph into empty lines."""
    usual = _usual_distance([distance for _, distance, _ in breaks if 0.5 < distance < 4])
    for place, distance, differs in breaks:
        if distance > PARAGRAPH_GAP * usual or (differs and abs(distance) > 0.5):
            characters[place] = Character("\n\n", -1)
    return characters


def _usual_distance(distances: Sequence[float]) -> float:
    """Give the distance of lines within paragraphs, in line heights: most pages have far more of them than gaps."""
    if not distances:
        return 0.0
    close = [distance for distance in distances if distance < CLOSE]
    return median(close if len(close) >= 0.2 * len(distances) else distances)


def _vocabulary(drafts: Sequence[str]) -> frozenset[str]:
    return frozenset(word.lower() for draft in drafts for word in _WORD.findall(draft))


def _join_hyphens(draft: str, known: frozenset[str]) -> str:
    """Drop the hyphen of a word broken at a line's end; keep it where it joins two words of this document.

    PDFium can't tell "impor-tant" from "in-network"; the document's other words can, nearly always.
    """

    def joined(match: re.Match[str]) -> str:
        left, right = match.groups()
        whole = (left + right).lower() in known
        both = all(part.lower() in known or not part.isalpha() for part in (left, right))
        return f"{left}-{right}" if both and not whole else left + right

    return _LINE_HYPHEN.sub(joined, draft)


def _indices(characters: Sequence[Character], text: str) -> list[int]:
    """Give PDFium's index of every character of the stored text; hyphens at line ends may or may not stand there."""
    indices: list[int] = []
    for character in characters:
        if character.text == HYPHEN:
            if text.startswith("-", len(indices)):
                indices.append(character.index)
        elif text.startswith(character.text, len(indices)):
            indices.extend([character.index] * len(character.text))
        else:
            break
    if len(indices) != len(text):
        raise BadInput("The page reads otherwise than when it was published.", "Open the document itself.")
    return indices


def _boxes(textpage: pdfium.PdfTextPage, indices: Sequence[int]) -> list[Box]:
    return [box for box in (_box(textpage, index) for index in indices) if box]


def _on_picture(page: pdfium.PdfPage, box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Give left, top, right, bottom in pixels; PDFium knows of turned and cropped pages."""
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        corners.append((across.value, down.value))
    (left, bottom), (right, top) = corners
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
