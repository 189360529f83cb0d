"""The text of a PDF's page, in reading order, built from PDFium's character boxes."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from services.errors import BadInput
from services.knowledge.document import Page
from services.knowledge.reading.hyphens import HYPHEN, join_hyphens
from services.knowledge.reading.marks import Box

WORD_GAP = 0.2
"""Two characters further apart than this share of the line's height are two words: table cells must not glue."""

PARAGRAPH_GAP = 1.25
"""A line further below the last than this times the page's usual distance starts a paragraph."""

CLOSE = 1.6
"""Lines nearer than this many line heights are lines of one paragraph, wherever a page has some of them."""

LARGER = 1.15
"""A line whose characters are this much larger or smaller than the line above is no continuation of it."""


@dataclass(frozen=True)
class Character:
    """One character of our text; `index` is PDFium's, -1 where we put it in. It may be several letters (a ligature)."""

    text: str
    index: int


@dataclass(frozen=True)
class Typed:
    """A page's own text, with `HYPHEN` for the hyphens at line ends that may go."""

    draft: str

    def page(self, number: int, known: frozenset[str]) -> Page:
        """Give the page, words broken at a line's end put together by the words `known`."""
        return Page(number, join_hyphens(self.draft, known))


def typed(page: pdfium.PdfPage) -> Typed:
    """Read what text a page has of its own."""
    return Typed("".join(character.text for character in characters_of(page)))


def characters_of(page: pdfium.PdfPage) -> list[Character]:
    """Give the characters of a page's text, each with its index in PDFium."""
    textpage = page.get_textpage()
    try:
        return _characters(textpage)
    finally:
        textpage.close()


def boxes_of(page: pdfium.PdfPage, text: str, start: int, end: int) -> list[Box]:
    """Give left, bottom, right, top, upwards in points, of characters `start` to `end` of a page's stored `text`.

    Raises BadInput where the page does not give that text any more: a wrong mark is worse than none.
    """
    indices = _indices(characters_of(page), text)
    textpage = page.get_textpage()
    try:
        boxes = [_box(textpage, index) for index in indices[start:end] if index >= 0]
    finally:
        textpage.close()
    return [box for box in boxes if box]


def _characters(textpage: pdfium.PdfTextPage) -> list[Character]:
    """Build a page's text: one space between words, line breaks, an empty line between paragraphs.

    The same file gives the same characters every time, which is what lets a quote be marked later.
    """
    characters: list[Character] = []
    breaks: list[tuple[int, float, bool]] = []
    last: Box | None = None
    space = new_line = False
    glyph = 0
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
            if not (box and box == last and _is_leftward(letter)):
                glyph = len(characters)
            # PDFium turns the letters of a leftward ligature round, as if each were a sign of its own.
            characters.insert(glyph, Character(_plain(letter), index))
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


def _is_leftward(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")


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
