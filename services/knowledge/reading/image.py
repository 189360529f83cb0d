"""Picture files into pages: what can be made out on them, and the picture again with words marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from services.errors import BadInput
from services.knowledge.document import Page, Reason
from services.knowledge.reading import limits
from services.knowledge.reading.boxes import boxes_within
from services.knowledge.reading.hyphens import vocabulary
from services.knowledge.reading.marks import marked_picture, word_rectangles
from services.knowledge.reading.ocr import Scan, make_out
from services.knowledge.reading.refused import Refused

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
"""What is opened: other formats of Pillow start other programs, or are no pictures of pages."""

MOST_POINTS = 80_000_000
"""A larger picture takes too much memory, whatever it weighs as a file."""

PICTURE_WIDTH = 1400

DAMAGED = "the page is damaged"


def check_image(path: Path) -> None:
    """Raise Refused where the file can't be opened as a picture, or is too large to be one; quick."""
    with _opened(path):
        pass


def read_image(path: Path, reached: Callable[[int], None] = lambda _: None) -> tuple[int, Iterator[Page]]:
    """Give the number of pages, one but for a TIFF, and the pages; `reached` is told of each as it is done.

    A page that should have text but gives none says why in `unread`. Raises Refused where no page has any.
    """
    with _opened(path) as image:
        count = _count(image)
    if count > limits.MOST_PAGES:
        raise Refused(
            Reason.TOO_LARGE,
            f"The picture has {count:,} pages, more than the {limits.MOST_PAGES:,} that can be read.",
            "Split it into smaller files.",
        )
    return count, _pages(path, count, reached)


def image_picture(path: Path, page: Page, start: int, end: int) -> bytes:
    """Draw a page as PNG with characters `start` to `end` of its text marked. Raises BadInput where it is not there."""
    with _opened(path) as image:
        if not 1 <= page.number <= _count(image):
            raise BadInput(f"The picture has no page {page.number}.")
        drawn = _frame(image, page.number - 1).convert("RGB")
    if drawn.width > PICTURE_WIDTH:
        drawn = drawn.resize((PICTURE_WIDTH, max(1, round(drawn.height * PICTURE_WIDTH / drawn.width))))
    words = boxes_within(page.boxes, start, end) if page.boxes else []
    return marked_picture(drawn, word_rectangles(words, drawn.size), radius=4)


def _pages(path: Path, count: int, reached: Callable[[int], None]) -> Iterator[Page]:
    scans = list[Scan]()
    with _opened(path) as image:
        for index in range(count):
            scans.append(_scan(image, index))
            reached(index + 1)
    if not any(scan.words for scan in scans):
        raise _without_text(scans)
    known = vocabulary(scan.draft for scan in scans)
    for number, scan in enumerate(scans, start=1):
        yield scan.page(number, known)


def _scan(image: Image.Image, index: int) -> Scan:
    try:
        return make_out(_frame(image, index).convert("L"))
    except (OSError, SyntaxError, ValueError, EOFError):
        return Scan(unread=DAMAGED)


def _frame(image: Image.Image, index: int) -> Image.Image:
    """Give a page as it is meant to be seen: turned as the camera says, on white where it is transparent."""
    image.seek(index)
    _check_size(image)
    frame: Image.Image = ImageOps.exif_transpose(image)
    if frame.mode.startswith("I;16") or frame.mode == "I":
        frame = frame.point(lambda value: value / 256).convert("L")
    if frame.has_transparency_data:
        seen = frame.convert("RGBA")
        frame = Image.new("RGB", seen.size, "white")
        frame.paste(seen, mask=seen)
    return frame


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        image = Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _broken() from error
    with image:
        _check_size(image)
        yield image


def _count(image: Image.Image) -> int:
    """Count the pages of a TIFF; of a moving picture only the first is read."""
    if image.format != "TIFF":
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _broken() from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MOST_POINTS:
        raise _too_large()


def _too_large() -> Refused:
    return Refused(
        Reason.TOO_LARGE,
        f"The picture has more than {MOST_POINTS // 1_000_000} million points.",
        "Save it smaller, for example at 300 dots per inch.",
    )


def _broken() -> Refused:
    return Refused(
        Reason.BROKEN, "The picture is broken and can't be opened.", "Save it again from where it came from."
    )


def _without_text(scans: list[Scan]) -> Refused:
    unread = {scan.unread for scan in scans} - {""}
    if unread == {DAMAGED}:
        return _broken()
    if not unread:
        return Refused(Reason.EMPTY, "The picture is blank.", "Choose a file that holds text.")
    return Refused(
        Reason.EMPTY,
        "No words can be made out in the picture.",
        "Scan it again, darker and at 300 dots per inch, or take the photograph from nearer.",
    )
