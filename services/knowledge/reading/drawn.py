"""What Office files draw: charts as the tables they were drawn from, and the words in shapes (ECMA-376, DrawingML)."""

from __future__ import annotations

from lxml.etree import _Element

from services.knowledge.reading.draft import Draft
from services.knowledge.reading.package import local


def write_chart(draft: Draft, chart: _Element) -> None:
    """Write a chart's titles and its table (ECMA-376 part 1, §21.2)."""
    titles = [text for each in chart.iter() if local(each) == "title" for text in paragraphs_of(each)]
    draft.paragraph(" · ".join(titles))
    columns: list[tuple[str, list[str]]] = []
    names: list[str] = []
    for series in (each for each in chart.iter() if local(each) == "ser"):
        parts = {local(child): child for child in series}
        values = next((parts[tag] for tag in ("val", "yVal") if tag in parts), None)
        categories = next((parts[tag] for tag in ("cat", "xVal") if tag in parts), None)
        names = names or _values(categories)
        columns.append((" ".join(_values(parts.get("tx"))), _values(values)))
    length = max([len(names), *(len(values) for _, values in columns)], default=0)
    if length:
        header = ["", *(name for name, _ in columns)]
        rows = [[_at(names, row), *(_at(values, row) for _, values in columns)] for row in range(length)]
        draft.table([header, *rows])


def paragraphs_of(element: _Element) -> list[str]:
    """Give the paragraphs of a shape that hold words; a line break within stays."""
    found: list[str] = []
    for paragraph in element.iter():
        if local(paragraph) == "p":
            parts = [each for each in paragraph.iter() if local(each) in ("t", "br")]
            text = "".join((each.text or "") if local(each) == "t" else "\n" for each in parts)
            if text.strip():
                found.append(text)
    return found


def relation(element: _Element) -> str:
    """Give the relation that an element names: its `id` in the relations' namespace of either form of the standard."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("relationships}id")), "")


def _values(element: _Element | None) -> list[str]:
    return [] if element is None else [each.text or "" for each in element.iter() if local(each) == "v"]


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""
