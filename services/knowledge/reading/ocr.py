"""Pictures of text into words and where they stand, by Tesseract, which is imported when the first picture comes."""

from __future__ import annotations

import math
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from services.knowledge.document import Page
from services.knowledge.reading.boxes import WHOLE, WordBox, pack_boxes
from services.knowledge.reading.hyphens import HYPHEN, keeps_hyphen

DOTS_PER_INCH = 300
"""What Tesseract reads best: the letters of a page are then 30 to 40 pixels high."""

LONG_SIDE = 3300
"""Of a letter at `DOTS_PER_INCH`: a smaller picture is enlarged towards it, since its letters are small too."""

MOST_ENLARGED = 3.0
WELL_SIZED = (1.0, 1.2)
"""A picture that would be enlarged by no more than this is good enough as it is."""

MOST_PIXELS = 16_000_000
"""A larger picture is made smaller first: an A3 sheet at `DOTS_PER_INCH` just fits."""

MILLISECONDS_A_PAGE = 30_000

SURE = 50.0
"""Below this mean confidence, of 100, a page is tried once more the other way up, and then with its dust wiped off."""

READABLE = 40.0
"""Below this mean confidence what was read is no text: a photograph, handwriting, a page too faint."""

INK = 0.0005
"""A page of which less than this share differs from its surroundings is blank, whatever dust lies on it."""

CROWDED = 0.05
"""Where more than this share of the pixels differs from its neighbour, dark or light, it is noise, no writing.

Text has .01 to .04. Tesseract would take minutes to look for letters there, so it is smoothed first.
"""

PARAGRAPH_GAP = 1.35
"""A line further below the last than this times the page's usual distance starts a paragraph."""

CLOSE = 1.9
"""Lines nearer than this many line heights are lines of one paragraph, wherever a page has some of them."""

TOO_LONG = "making out its words takes too long"
TOO_FAINT = "too faint or too blurred to make out its words"
NO_WORDS = "a picture in which no words can be made out"

_CONTRAST = 16
_RULE = re.compile(r"\s*\|\s*")
_LINE_TO_FILL_IN = re.compile(r"[\u2013\u2014=~-]*_[_\u2013\u2014=~-]*")
_HYPHENS = ("-", "\u2010", "\u00ad")
_END_OF_WORD = re.compile(r"\w*\Z")
_BEGINNING_OF_WORD = re.compile(r"\w*")


@dataclass(frozen=True)
class Word:
    """A word that was made out, what parts it from the one before, and its left, top, right and bottom (`WordBox`)."""

    text: str
    gap: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class _Line:
    """A line in pixels, and its words with their boxes and the confidence, of 100, that they are these."""

    box: tuple[int, int, int, int]
    begins_block: bool
    words: list[tuple[str, tuple[int, int, int, int], float]] = field(default_factory=list)


@dataclass(frozen=True)
class Scan:
    """What was made out on a picture of a page. `unread` says why there is nothing where there should be something."""

    words: tuple[Word, ...] = ()
    unread: str = ""

    @property
    def draft(self) -> str:
        """The text with `HYPHEN` for the hyphens at line ends that may go."""
        return "".join(gap + shown + (HYPHEN if broken else "") for _, gap, shown, broken in self._placed())

    def page(self, number: int, known: frozenset[str]) -> Page:
        """Give the page's text and boxes, words broken at a line's end put together by the words `known`."""
        text, boxes = "", list[WordBox]()
        for place, gap, shown, broken in self._placed():
            if broken and keeps_hyphen(*_parts(shown, self.words[place + 1].text), known):
                shown += "-"
            text += gap
            boxes.append(WordBox(len(text), len(text) + len(shown), *self.words[place].box))
            text += shown
        return Page(number, text, boxes=pack_boxes(boxes) if boxes else None, unread=self.unread)

    def _placed(self) -> Iterator[tuple[int, str, str, bool]]:
        """Give each word's place, the gap before it, the word, and whether a hyphen followed that may go."""
        glued = True
        for place, word in enumerate(self.words):
            broken = _is_broken(self.words, place)
            yield place, "" if glued else word.gap, word.text[:-1] if broken else word.text, broken
            glued = broken


def make_out(picture: Image.Image) -> Scan:
    """Read a picture of a page, whichever way up it lies."""
    picture = _fit(picture)
    if _is_crowded(picture):
        picture = picture.filter(ImageFilter.GaussianBlur(2))
    words, confidence = list[Word](), 0.0
    for look in () if _is_crowded(picture) else (_recognised, _recognised_turned, _recognised_smoothed):
        found, sure, in_time = look(picture)
        if not in_time:
            return Scan(unread=TOO_LONG)
        if sure > confidence:
            words, confidence = found, sure
        if confidence >= SURE or (not words and not _has_ink(picture)):
            break
    if confidence >= READABLE:
        return Scan(tuple(words))
    if not _has_ink(picture):
        return Scan()
    return Scan(unread=TOO_FAINT if words else NO_WORDS)


def _fit(picture: Image.Image) -> Image.Image:
    """Give a picture in grey, its letters about as high as they are read best."""
    grey = picture if picture.mode == "L" else picture.convert("L")
    times = min(
        MOST_ENLARGED, max(1.0, LONG_SIDE / max(grey.size)), math.sqrt(MOST_PIXELS / (grey.width * grey.height))
    )
    if WELL_SIZED[0] <= times <= WELL_SIZED[1]:
        return grey
    size = (max(1, int(grey.width * times)), max(1, int(grey.height * times)))
    return grey.resize(size, Image.Resampling.LANCZOS)


def _is_crowded(picture: Image.Image) -> bool:
    halfway = _halfway(picture.histogram())
    dark = picture.point(lambda value: 255 if value > halfway else 0)
    changes = ImageChops.difference(dark, ImageChops.offset(dark, 1, 0)).histogram()[255]
    return changes > CROWDED * picture.width * picture.height


def _halfway(histogram: list[int]) -> int:
    """Give the grey halfway between the darkest and the lightest, a few stray pixels left aside."""
    stray = sum(histogram) // 200
    so_far = list(accumulate(histogram))
    darkest = bisect_right(so_far, stray)
    lightest = bisect_left(so_far, so_far[-1] - stray)
    return (darkest + lightest) // 2


def _recognised(picture: Image.Image) -> tuple[list[Word], float, bool]:
    """Give the words, their mean confidence, and whether all was read in time."""
    import tesserocr  # type: ignore[import-untyped]

    engine = _engine()
    try:
        engine.SetImageBytes(picture.tobytes(), picture.width, picture.height, 1, picture.width)
        engine.SetSourceResolution(DOTS_PER_INCH)
        in_time = bool(engine.Recognize(MILLISECONDS_A_PAGE))
        found = list(_words(engine.GetIterator(), tesserocr.RIL, picture.size)) if in_time else []
    finally:
        engine.Clear()
    confidence = fmean(confidence for _, confidence in found) if found else 0.0
    return [word for word, _ in found], confidence, in_time


def _recognised_turned(picture: Image.Image) -> tuple[list[Word], float, bool]:
    words, confidence, in_time = _recognised(picture.transpose(Image.Transpose.ROTATE_180))
    return [_turned(word) for word in words], confidence, in_time


def _recognised_smoothed(picture: Image.Image) -> tuple[list[Word], float, bool]:
    return _recognised(picture.filter(ImageFilter.GaussianBlur(3)))


@cache
def _engine() -> Any:
    import tesserocr

    data = Path(sys.prefix) / "share" / "tessdata"
    return tesserocr.PyTessBaseAPI(path=str(data), lang="eng", psm=tesserocr.PSM.AUTO)


def _words(iterator: Any, level: Any, size: tuple[int, int]) -> Iterator[tuple[Word, float]]:
    lines = list[_Line]()
    while iterator is not None and not iterator.Empty(level.WORD):
        if iterator.IsAtBeginningOf(level.TEXTLINE):
            box = iterator.BoundingBox(level.TEXTLINE)
            lines.append(_Line(box, iterator.IsAtBeginningOf(level.BLOCK)))
        text = _RULE.sub(" | ", iterator.GetUTF8Text(level.WORD)).strip()
        if text and not _LINE_TO_FILL_IN.fullmatch(text):
            box = _shares(iterator.BoundingBox(level.WORD), size)
            lines[-1].words.append((text, box, iterator.Confidence(level.WORD)))
        if not iterator.Next(level.WORD):
            break
    lines = [line for line in lines if line.words]
    for line, gap in zip(lines, _gaps(lines), strict=True):
        for place, (text, box, confidence) in enumerate(line.words):
            yield Word(text, " " if place else gap, box), confidence


def _gaps(lines: Sequence[_Line]) -> list[str]:
    """Tell the lines that begin a paragraph: those that do not stand as far below the last as is usual."""
    distances = [_distance(above.box, below.box) for above, below in pairwise(lines)]
    usual = _usual(distances, lines)
    follows = [usual / PARAGRAPH_GAP <= distance <= usual * PARAGRAPH_GAP for distance in distances]
    return ["\n" if each else "\n\n" for each in (False, *follows)][: len(lines)]


def _usual(distances: Sequence[float], lines: Sequence[_Line]) -> float:
    """Give the distance of lines within paragraphs: the near ones', wherever a page has some."""
    height = median(min(line.box[2] - line.box[0], line.box[3] - line.box[1]) for line in lines) if lines else 0
    near = [distance for distance in distances if height / 2 < distance < CLOSE * height]
    return median(near or distances or [0])


def _distance(above: tuple[int, int, int, int], below: tuple[int, int, int, int]) -> float:
    """Give how far apart two lines are, middle from middle, across the way they run (a turned page's run upwards)."""
    along = 1 if below[2] - below[0] >= below[3] - below[1] else 0
    return abs(below[along] + below[along + 2] - above[along] - above[along + 2]) / 2


def _shares(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    width, height = size
    return _share(left, width), _share(top, height), _share(right, width), _share(bottom, height)


def _share(place: int, whole: int) -> int:
    return min(WHOLE, max(0, round(place * WHOLE / whole)))


def _turned(word: Word) -> Word:
    left, top, right, bottom = (WHOLE - edge for edge in word.box)
    return Word(word.text, word.gap, (right, bottom, left, top))


def _is_broken(words: tuple[Word, ...], place: int) -> bool:
    """Say whether a word ends its line in a hyphen and goes on, in small letters, on the next of its paragraph."""
    if place + 1 == len(words) or not words[place].text.endswith(_HYPHENS):
        return False
    left, after = words[place].text[:-1], words[place + 1]
    return after.gap == "\n" and left[-1:].isalpha() and after.text[:1].islower()


def _parts(left: str, right: str) -> tuple[str, str]:
    """Give the letters on both sides of a hyphen, without brackets and commas."""
    before, after = _END_OF_WORD.search(left), _BEGINNING_OF_WORD.match(right)
    return before.group() if before else "", after.group() if after else ""


def _has_ink(picture: Image.Image) -> bool:
    """Say whether a page shows more than paper: shades of it and the dark rim of a scanner do not count."""
    rim = min(picture.size) // 20
    inner = picture.crop((rim, rim, picture.width - rim, picture.height - rim)).reduce(4)
    contrast = ImageChops.difference(inner, inner.filter(ImageFilter.BoxBlur(8)))
    ink = sum(contrast.histogram()[_CONTRAST:])
    return ink > INK * inner.width * inner.height
