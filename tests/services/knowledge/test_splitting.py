from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from services.knowledge.document import Document, Page, Passage, Stage
from services.knowledge.splitting import FEWEST_CHARACTERS, MOST_CHARACTERS, embedded_text, split, split_page

DOCUMENT = Document(
    "d1", "kb", "a.md", "Travel", "text/markdown", "f00d", 1, Stage.READING, "", 0, 0, 0, 0, None, None,
    datetime(2026, 11, 24, tzinfo=UTC),
)  # fmt: skip
SENTENCE = "Trains are preferred for journeys under four hours. "


def passages_of(*texts: str) -> tuple[Passage, ...]:
    return split(DOCUMENT, [Page(number, text) for number, text in enumerate(texts, start=1)])


def test_a_short_page_is_one_passage_without_white_space_at_its_ends() -> None:
    (passage,) = passages_of("\n\n  Book early.  \n\n")
    assert (passage.id, passage.text, passage.start, passage.end) == ("d1:0", "Book early.", 4, 15)
    assert passage.document_digest == "f00d"


def test_a_passage_is_exactly_its_range_of_the_page() -> None:
    page = "# Trains\n\n" + SENTENCE * 30 + "\n\n# Planes\n\n" + SENTENCE * 30
    for passage in passages_of(page):
        assert passage.text == page[passage.start : passage.end]


@pytest.mark.parametrize("seed", range(20))
def test_any_page_is_covered_once_by_passages_that_are_not_too_long(seed: int) -> None:
    dice = random.Random(seed)
    pieces = [
        "\n",
        "\n\n",
        " ",
        "# Heading\n",
        "word",
        SENTENCE * 5,
        "x" * 1500,
        "| a | b |\n",
        "```\n",
        "·",
        "- item\n",
    ]
    page = "".join(dice.choice(pieces) for _ in range(60))
    spans = split_page(page)
    covered = "".join(page[span.start : span.end] for span in spans)
    assert "".join(covered.split()) == "".join(page.split())
    assert all(0 < span.end - span.start <= MOST_CHARACTERS for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_a_heading_begins_a_new_passage_and_names_it() -> None:
    first, second = passages_of(f"# Trains\n\n{SENTENCE * 8}\n\n## Planes\n\n{SENTENCE * 8}")
    assert (first.heading, second.heading) == ("Trains", "Planes")
    assert second.text.startswith("## Planes")


def test_a_short_section_is_kept_with_the_next_one_and_the_longer_names_both() -> None:
    (passage,) = passages_of(f"# Trains\n\nTake them.\n\n# Planes\n\n{SENTENCE * 3}")
    assert len("# Trains\n\nTake them.") < FEWEST_CHARACTERS
    assert passage.heading == "Planes"
    assert "# Trains" in passage.text


def test_no_passage_ends_with_the_heading_of_the_next() -> None:
    for passage in passages_of(f"# Trains\n\n{SENTENCE * 18}\n\n# Planes\n\n{SENTENCE * 15}"):
        assert not passage.text.endswith("# Planes")


def test_a_long_paragraph_is_cut_at_sentences() -> None:
    for passage in passages_of(SENTENCE * 60):
        assert passage.text.endswith("hours.")
        assert passage.text.startswith("Trains")


def test_a_long_table_is_cut_at_its_lines() -> None:
    row = "| Sick leave | 104 hours | all of it |"
    for passage in passages_of("\n".join([row] * 80)):
        assert set(passage.text.split("\n")) == {row}


def test_a_heading_holds_on_over_the_next_pages() -> None:
    first, second = passages_of("# Trains\n\nTake them.", "They are punctual.")
    assert (first.page, second.page) == (1, 2)
    assert second.heading == "Trains"


def test_a_line_alone_on_a_pdf_page_reads_as_a_heading_unless_it_runs_on_every_page() -> None:
    pages = [f"Contoso handbook\n\n{title}\n\n{SENTENCE * 3}" for title in ("Trains", "Planes", "Taxis")]
    assert [passage.heading for passage in passages_of(*pages)] == ["Trains", "Planes", "Taxis"]


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("## [Travel *policy*](https://x.example) {#travel}", "Travel policy"),
        ("## On\\-demand<a name='x'></a>", "On-demand"),
        ("**Who may travel**", "Who may travel"),
    ],
)
def test_a_heading_is_plain_words(line: str, heading: str) -> None:
    (passage,) = passages_of(f"{line}\n\nEverybody.")
    assert passage.heading == heading


@pytest.mark.parametrize(
    "line", ["This is a sentence.", "During the meeting:", "- a list item", "1,234 5,678", "no capital"]
)
def test_what_does_not_read_as_a_heading_is_none(line: str) -> None:
    (passage,) = passages_of(f"{line}\n\nEverybody.")
    assert passage.heading == ""


def test_a_hash_inside_a_code_block_is_no_heading() -> None:
    (passage,) = passages_of("```\n# a comment\n```\n\nText.")
    assert passage.heading == ""


def test_the_embedded_text_is_title_heading_and_text_without_repeats() -> None:
    far, near = passages_of(f"# Trains\n\n{SENTENCE * 8}", "They are punctual.")
    assert embedded_text(near) == "Travel\nTrains\nThey are punctual."
    assert embedded_text(far).startswith("Travel\n# Trains\n\nTrains are")
