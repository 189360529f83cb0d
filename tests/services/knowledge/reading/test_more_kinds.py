"""RTF, EPUB and JSON."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from services.knowledge.document import Reason
from services.knowledge.reading.book import read_book
from services.knowledge.reading.refused import Refused
from services.knowledge.reading.rtf import read_rtf
from services.knowledge.reading.text import read_json

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
OPF = """<package><metadata><title>The Handbook</title></metadata><manifest>
<item id="two" href="two.xhtml"/><item id="one" href="text/one%20a.xhtml"/><item id="gone" href="gone.xhtml"/>
</manifest><spine><itemref idref="one"/><itemref idref="two"/><itemref idref="gone"/></spine></package>"""


def book(path: Path, **more: str) -> Path:
    parts = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": OPF,
        "OEBPS/text/one a.xhtml": "<html><body><h1>Leave</h1><p>Twelve weeks.</p></body></html>",
        "OEBPS/two.xhtml": "<html><body><h1>Travel</h1><p>By train.</p></body></html>",
        **more,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def test_a_book_gives_its_chapters_in_the_order_of_its_spine(tmp_path: Path) -> None:
    title, pages = read_book(book(tmp_path / "book.epub"))

    assert title == "The Handbook"
    assert [(page.number, page.label, page.text) for page in pages] == [
        (1, "Chapter 1", "# Leave\n\nTwelve weeks."),
        (2, "Chapter 2", "# Travel\n\nBy train."),
    ]


def test_a_book_that_its_seller_protects_says_so(tmp_path: Path) -> None:
    protected = '<encryption><CipherReference URI="OEBPS/two.xhtml"/></encryption>'
    with pytest.raises(Refused, match="protected by its seller"):
        read_book(book(tmp_path / "book.epub", **{"META-INF/encryption.xml": protected}))


def test_rtf_gives_its_words_and_its_tables() -> None:
    rich = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Gr\'f6\'dfe {\b matters}.\par Next one.\par
\trowd Country\cell Rate\cell\row \trowd France\cell 80\cell\row}"""

    title, (page,) = read_rtf(rich)

    assert title == ""
    assert page.text.startswith("Größe matters.\n\nNext one.")
    assert "| France | 80 |" in page.text


def test_json_has_each_value_on_a_line_of_its_own() -> None:
    _, (page,) = read_json('{"country": "España", "rates": [80, 90]}'.encode())
    assert page.text == '{\n "country": "España",\n "rates": [\n  80,\n  90\n ]\n}'


def test_what_is_no_json_is_read_as_it_stands() -> None:
    assert read_json(b'{"a": 1}\n{"a": 2}')[1][0].text == '{"a": 1}\n{"a": 2}'
    deep = b"[" * 100_000
    assert read_json(deep)[1][0].text == deep.decode()
    with pytest.raises(Refused) as refused:
        read_json(b" \n ")
    assert refused.value.reason is Reason.EMPTY
