"""Marks on the picture of a page: one rectangle a line, through which the words stay black."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from services.knowledge.reading.boxes import WHOLE, WordBox

MARK_COLOUR = (255, 233, 140)

Box = tuple[float, float, float, float]
"""Across, along, across, along: the lower numbers first, whichever way up they count."""


def marked_picture(drawn: Image.Image, rectangles: Sequence[Box], radius: int) -> bytes:
    """Give a picture as PNG with rectangles of its pixels marked."""
    marks = Image.new("RGB", drawn.size, "white")
    draw = ImageDraw.Draw(marks)
    for rectangle in rectangles:
        draw.rounded_rectangle(rectangle, radius=radius, fill=MARK_COLOUR)
    file = io.BytesIO()
    # Multiplied, so that black words stay black under the mark.
    ImageChops.multiply(drawn, marks).save(file, "PNG")
    return file.getvalue()


def word_rectangles(words: Sequence[WordBox], size: tuple[int, int]) -> list[Box]:
    """Give where words stand on a picture of this size, those of a line in one."""
    across, down = size[0] / WHOLE, size[1] / WHOLE
    return merged_lines(
        [(word.left * across, word.top * down, word.right * across, word.bottom * down) for word in words]
    )


def merged_lines(boxes: Sequence[Box]) -> list[Box]:
    """Merge the boxes of characters or words, in reading order, into one rectangle a line."""
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
