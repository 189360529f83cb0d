"""The citations benchmark finds a quote that is not there, whichever reader misses it."""

from __future__ import annotations

from pathlib import Path

from services.answers.answer import Answer, Citation, Claim, Strength
from tests.bench.citations import Asked, Looked, differences, met_by_newcomers, rows
from tests.bench.second_reader import SecondReader, folded

NORTHWIND = Path(__file__).parents[2] / "services/content/knowledge_bases/northwind-benefits/documents"


def cited(quote: str, number: int = 1) -> Citation:
    return Citation(number, "kb", "Rules", "d1", "Leave", "0" * 64, "d1:0", 2, 0, len(quote), quote, "")


def answered(text: str, *citations: Citation, strength: Strength = Strength.WELL_SUPPORTED) -> Answer:
    claims = (Claim(text, tuple(citation.number for citation in citations)),) if text else ()
    return Answer(strength, claims, citations, "", 10, ())


def test_hyphens_line_ends_and_ligatures_do_not_count_as_differences() -> None:
    assert folded("A so-\ncalled of\ufb01ce, twenty\u2011one days") == folded("A socalled office, twenty one days")


def test_words_and_numbers_count_as_differences() -> None:
    assert folded("12 weeks") != folded("13 weeks")


def test_a_quote_stands_on_its_page_of_a_pdf_and_on_no_other() -> None:
    reader = SecondReader()
    quote = "employees have the opportunity to expense up to $1000 for fitness-related \nprograms"

    assert reader.has(NORTHWIND / "PerksPlus.pdf", 3, quote)
    assert not reader.has(NORTHWIND / "PerksPlus.pdf", 4, quote)


def test_markdown_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "leave.md").write_text("# Leave\n\nYou may take\n**12 weeks**.\n", encoding="utf-8")

    assert SecondReader().has(tmp_path / "leave.md", 1, "You may take **12 weeks**.")


def test_shares_count_citations_and_sentences() -> None:
    right, wrong = cited("12 weeks of leave."), cited("13 weeks of leave.", 2)
    asked = [
        Asked("How long?", False, answered("12 weeks of leave.", right)),
        Asked("?", False, answered("No.", wrong)),
    ]
    looked = [Looked("How long?", "leave.md", right, True, True), Looked("?", "leave.md", wrong, True, False)]

    values = {row.metric: (row.value, row.n) for row in rows("kb", asked, looked)}

    assert values == {"verbatim": (1.0, 2), "verbatim/second_reader": (0.5, 2), "verbatim/sentences": (0.5, 2)}


def test_every_difference_is_listed_with_document_page_and_question() -> None:
    quote = cited("13 weeks")
    looked = [Looked("How long?", "leave.md", quote, True, False), Looked("How long?", "leave.md", quote, False, True)]

    assert list(differences("kb", [], looked)) == [
        "DIFFERENCE kb, leave.md, page 2, not seen by the second reader: '13 weeks' (asked: How long?)",
        "DIFFERENCE kb, leave.md, page 2, not in the stored page: '13 weeks' (asked: How long?)",
    ]


def test_an_example_that_is_not_answered_is_listed() -> None:
    refusal = answered("", strength=Strength.NOT_IN_THESE_DOCUMENTS)
    asked = [Asked("Promised?", True, refusal), Asked("Near miss?", False, refusal)]

    assert list(differences("kb", asked, [])) == ["EXAMPLE NOT ANSWERED kb: Promised?"]


def test_a_sentence_without_the_marks_of_its_markdown_is_still_its_quote() -> None:
    asked = [
        Asked("Which?", False, answered("Pay by gift card: ask first.", cited("**Pay by _gift card_:** ask\nfirst.")))
    ]

    assert [row.value for row in rows("kb", asked, []) if row.metric == "verbatim/sentences"] == [1.0]


def test_the_example_that_is_meant_to_fail_is_listed_where_it_is_answered() -> None:
    refused, found = answered("", strength=Strength.NOT_IN_THESE_DOCUMENTS), answered("Soup.", cited("Soup."))

    assert list(met_by_newcomers(refused)) == []
    assert list(met_by_newcomers(found)) == ["ANSWERED THOUGH MEANT TO FAIL: What is in the cafeteria today?"]
