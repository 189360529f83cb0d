"""What people wrote beside a document rather than in it: each comment, and that it is one, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping

from lxml.etree import _Element

from services.knowledge.reading.package import Package, attribute, local

_STANDS_FOR_ANOTHER = "[Threaded comment]"
"""How Excel writes for its older versions what it keeps in another part."""


def comments_of(package: Package, part: str, authors: Mapping[str, str]) -> list[str]:
    """Give the comments on a sheet, a slide or a Word document; `authors` are their writers' names by id."""
    found: list[str] = []
    for kind, name in package.related(part).values():
        if kind in ("comments", "threadedComment") and (tree := package.tree(name)) is not None:
            listed = [each.text or "" for each in tree.iter() if local(each) == "author"]
            known = {**{str(place): author for place, author in enumerate(listed)}, **authors}
            found += [said for each in tree.iter() if (said := _said(each, known))]
    return found


def authors_of(package: Package, main: str) -> dict[str, str]:
    """Give the names of those who wrote comments, by the ids that the whole file knows them by."""
    found: dict[str, str] = {}
    for kind, name in package.related(main).values():
        if kind in ("person", "commentAuthors", "authors") and (tree := package.tree(name)) is not None:
            for each in tree.iter():
                author = attribute(each, "displayName") or attribute(each, "name")
                if author:
                    found[attribute(each, "id")] = author
    return found


def _said(element: _Element, authors: Mapping[str, str]) -> str:
    """Write one comment, "" where the element is none or its words stand elsewhere."""
    if local(element) not in ("comment", "threadedComment", "cm", "reply"):
        return ""
    text = "".join(each.text or "" for each in element.iter() if local(each) in ("t", "text"))
    text = " ".join(text.split())
    if not text or text.startswith(_STANDS_FOR_ANOTHER):
        return ""
    number = attribute(element, "authorId") or attribute(element, "personId")
    author = attribute(element, "author") or authors.get(number, "")
    place, when = attribute(element, "ref"), next(filter(None, (attribute(element, key) for key in _TIMES)), "")
    said = f"Comment on {place}" if place else "Comment"
    said += f" by {author}" if author else ""
    return f"{said}, {when}: {text}" if when else f"{said}: {text}"


_TIMES = ("dT", "dt", "created", "date")
