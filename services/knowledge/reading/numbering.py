"""The numbers that Word itself puts before paragraphs, which people cite and the text does not hold: "3.2", "(a)"."""

from __future__ import annotations

import re
from collections import defaultdict

from lxml.etree import _Element

from services.knowledge.reading.package import attribute, local

_PLACE = re.compile(r"%([1-9])")
_TENS = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN = (*_TENS, (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LETTERS = 26


class Numbering:
    """Counts the lists of a document as its paragraphs come (ECMA-376 part 1, §17.9)."""

    def __init__(self, tree: _Element | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        for each in [] if tree is None else tree:
            if local(each) == "abstractNum":
                self._levels[attribute(each, "abstractNumId")] = dict(map(_level, _children(each, "lvl")))
            elif local(each) == "num":
                for reference in _children(each, "abstractNumId"):
                    self._abstract[attribute(each, "numId")] = attribute(reference, "val")

    def label(self, listed: tuple[str, int] | None) -> tuple[int, str] | None:
        """Count one paragraph on; give its depth and label ("-" for a bullet), None where it has none."""
        if listed is None:
            return None
        number, depth = listed
        abstract = self._abstract.get(number, "")
        levels = self._levels.get(abstract, {})
        kind, pattern, start = levels.get(depth, ("bullet", "", 1))
        counts = self._counts[abstract or number]
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        if kind in ("bullet", "none") or not pattern:
            return depth, "-"

        def counted(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            at_kind, _, at_start = levels.get(place, ("decimal", "", 1))
            return _written(counts.get(place, at_start), at_kind)

        return depth, _PLACE.sub(counted, pattern).strip() or "-"


def _children(parent: _Element, tag: str) -> list[_Element]:
    return [each for each in parent if local(each) == tag]


def _level(element: _Element) -> tuple[int, tuple[str, str, int]]:
    said = {local(each): attribute(each, "val") for each in element}
    depth, start = attribute(element, "ilvl"), said.get("start", "1")
    return (
        int(depth) if depth.isdecimal() else 0,
        (said.get("numFmt", "decimal"), said.get("lvlText", ""), int(start) if start.isdecimal() else 1),
    )


def _written(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % _LETTERS) * ((number - 1) // _LETTERS + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 5000:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return roman.upper() if kind == "upperRoman" else roman
    return f"{number:02}" if kind == "decimalZero" else str(number)
