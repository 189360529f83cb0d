from __future__ import annotations

import pytest

from services.errors import BadInput
from services.knowledge.document import Page
from services.knowledge.reading.media import MARKDOWN, TEXT
from services.knowledge.reading.text import decode, read_text


def test_a_text_file_is_one_page_with_plain_line_ends() -> None:
    title, pages = read_text(b"\r\nOne\r\ntwo\rthree\r\n", TEXT)
    assert (title, list(pages)) == ("", [Page(1, "One\ntwo\nthree")])


def test_the_first_heading_is_the_title_of_a_markdown_file() -> None:
    title, pages = read_text(b"Preface\n\n## Parental leave ##\n\n# Later\n", MARKDOWN)
    assert title == "Parental leave"
    assert pages[0].text.startswith("Preface")


def test_front_matter_gives_the_title_and_is_no_text() -> None:
    title, pages = read_text(b'---\ntitle: "Sick leave"\nweight: 3\n---\n\n# Heading\n\nText.', MARKDOWN)
    assert title == "Sick leave"
    assert pages[0].text == "# Heading\n\nText."


def test_a_rule_at_the_top_is_not_front_matter_when_nothing_closes_it() -> None:
    _, pages = read_text(b"---\n\nText.", MARKDOWN)
    assert pages[0].text == "---\n\nText."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_characters_are_decoded_by_their_mark(encoding: str) -> None:
    assert decode("Größe: 3 €".encode(encoding)) == "Größe: 3 €"


def test_old_western_text_is_recognised() -> None:
    text = "Der Mitarbeiter hat während der Elternzeit Anspruch auf Weiterbildung; das gilt natürlich auch für Väter. "
    assert decode((text * 3).encode("cp1252")) == text * 3


@pytest.mark.parametrize("data", [b"", b"\n \n", b"---\ntitle: x\n---\n"])
def test_a_file_without_text_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="The file is empty"):
        read_text(data, MARKDOWN)


def test_binary_data_is_not_text() -> None:
    with pytest.raises(BadInput, match="does not hold text"):
        read_text(bytes(range(32)) * 20, TEXT)
