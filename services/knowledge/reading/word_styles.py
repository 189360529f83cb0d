"""What the styles of a Word document say of a paragraph: whether it is a heading, and by which list it is numbered."""

from __future__ import annotations

import re

from lxml.etree import _Element

from services.knowledge.reading.package import attribute, local

_HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_MOST_STEPS = 20


class Styles:
    """The paragraph styles of a document, each with what it is based on (ECMA-376 part 1, §17.7.4)."""

    def __init__(self, tree: _Element | None) -> None:
        self._styles = {attribute(each, "styleId"): each for each in ([] if tree is None else tree)}

    def level(self, properties: _Element | None) -> int | None:
        """Give a heading's level, 0 for a document's title, None where a paragraph is no heading."""
        for source in self._sources(properties):
            outline = _child(source, "outlineLvl")
            if outline is not None:
                number = attribute(outline, "val")
                return int(number) + 1 if number.isdecimal() and int(number) < 9 else None
        for style in self._chain(properties):
            named = _child(style, "name")
            name = attribute(named, "val") if named is not None else ""
            if name.lower() == "title":
                return 0
            if match := _HEADING.match(name):
                return int(match.group(1))
        return None

    def numbering(self, properties: _Element | None) -> tuple[str, int] | None:
        """Give the list a paragraph belongs to, and its level in it from 0; None where it belongs to none."""
        number, level = None, None
        for source in self._sources(properties):
            listed = _child(source, "numPr")
            if listed is None:
                continue
            found, depth = _child(listed, "numId"), _child(listed, "ilvl")
            number = attribute(found, "val") if number is None and found is not None else number
            level = attribute(depth, "val") if level is None and depth is not None else level
        if not number or number == "0":
            return None
        return number, int(level) if level and level.isdecimal() else 0

    def _sources(self, properties: _Element | None) -> list[_Element]:
        """Give what decides, the nearest first: the paragraph itself, its style, and what that is based on."""
        own = [] if properties is None else [properties]
        inherited = [_child(style, "pPr") for style in self._chain(properties)]
        return own + [each for each in inherited if each is not None]

    def _chain(self, properties: _Element | None) -> list[_Element]:
        named = _child(properties, "pStyle") if properties is not None else None
        found: list[_Element] = []
        name = attribute(named, "val") if named is not None else ""
        while name in self._styles and len(found) < _MOST_STEPS:
            found.append(self._styles[name])
            base = _child(found[-1], "basedOn")
            name = attribute(base, "val") if base is not None else ""
        return found


def _child(parent: _Element, tag: str) -> _Element | None:
    return next((each for each in parent if local(each) == tag), None)
