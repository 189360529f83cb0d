"""E-books (EPUB): the chapters in the order of the book, each a page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from services.knowledge.document import Page, Reason
from services.knowledge.reading.html import html_as_text, html_decoded
from services.knowledge.reading.package import Package, attribute, broken, empty, local, opened, resolved
from services.knowledge.reading.refused import Refused

DAMAGED = "the chapter is damaged"


def read_book(path: Path) -> tuple[str, list[Page]]:
    """Give a book's title and its chapters (EPUB 3.3). Raises Refused where it is protected, broken or without text."""
    with opened(path) as package:
        title, chapters = _chapters(package)
        protected = package.data("META-INF/encryption.xml")
        if any(name.encode() in protected for name in chapters):
            raise Refused(
                Reason.UNSUPPORTED,
                "The book is protected by its seller and can't be read.",
                "Ask its publisher for a copy without protection.",
            )
        pages: list[Page] = []
        for name in chapters:
            label = f"Chapter {len(pages) + 1}"
            try:
                text = html_as_text(html_decoded(package.data(name)))[1]
            except Refused:
                pages.append(Page(len(pages) + 1, "", label=label, unread=DAMAGED))
                continue
            if text:
                pages.append(Page(len(pages) + 1, text, label=label))
    if not any(page.text for page in pages):
        raise empty("book")
    return title, pages


def _chapters(package: Package) -> tuple[str, list[str]]:
    """Give the title, and the names of the parts that the book's spine lists."""
    container = package.tree("META-INF/container.xml")
    roots = [] if container is None else [each for each in container.iter() if local(each) == "rootfile"]
    root = attribute(roots[0], "full-path") if roots else ""
    book = package.tree(root)
    if book is None:
        raise broken()
    folder = root.rpartition("/")[0]
    title = next((each.text or "" for each in book.iter() if local(each) == "title"), "")
    parts = {attribute(each, "id"): attribute(each, "href") for each in book.iter() if local(each) == "item"}
    spine = [attribute(each, "idref") for each in book.iter() if local(each) == "itemref"]
    names = [resolved(folder, unquote(parts[each])) for each in spine if each in parts]
    return " ".join(title.split()), [name for name in names if name in package.names]
