from __future__ import annotations

import numpy as np
import pytest

from services.answers.answer import Strength
from services.answers.extract import extract, nearest
from services.answers.likeness import Likeness
from services.answers.strength import strength
from services.knowledge.closeness import Closeness
from services.knowledge.document import Passage
from services.knowledge.finding import Found, Leg

ASKED = Likeness({"leav": 2.0, "week": 1.0})


def found(text: str, *, rank: int = 1, document: str = "a", start: int = 0, fused: float = 0.5) -> Found:
    passage = Passage(
        id=f"{document}:{rank}",
        knowledge_base_id="kb",
        document_id=document,
        document_title="",
        ordinal=rank,
        page=1,
        start=start,
        end=start + len(text),
        heading="",
        text=text,
    )
    leg = Leg(rank, fused)
    return Found(passage, rank, fused, words=leg, meaning=leg, fused=leg, reordered=leg, words_matched=())


def quoted(*several: Found, asked: Likeness = ASKED, sentences: int = 5) -> list[str]:
    return [quote.text for quote in extract(several, asked, sentences=sentences)]


def test_the_sentence_with_the_most_telling_words_is_quoted() -> None:
    assert quoted(found("A week has days. Leave lasts a week. Lunch is at noon.")) == ["Leave lasts a week."]


def test_a_quote_is_a_range_of_the_page_and_not_of_the_passage() -> None:
    (quote,) = extract([found("Leave lasts a week.", start=1_000)], ASKED, sentences=5)
    assert (quote.start, quote.end) == (1_000, 1_019)


def test_quotes_of_a_document_stand_together_as_on_the_page_whatever_their_rank() -> None:
    texts = quoted(
        found("Leave takes a week in May.", rank=1, start=500),
        found("Leave takes a week abroad.", rank=2, document="b"),
        found("Leave takes a week in sum.", rank=3, start=0),
    )
    assert texts == ["Leave takes a week in sum.", "Leave takes a week in May.", "Leave takes a week abroad."]


def test_no_more_sentences_are_quoted_than_the_template_allows() -> None:
    several = [found(f"Leave week {number} {'x' * number}.", document=str(number)) for number in range(9)]
    assert len(quoted(*several, sentences=3)) == 3


def test_what_says_nearly_the_same_is_quoted_once() -> None:
    texts = quoted(found("Leave lasts one whole week."), found("LEAVE lasts one whole week!", rank=2, document="b"))
    assert texts == ["Leave lasts one whole week."]


def test_overlapping_passages_do_not_quote_the_same_characters_twice() -> None:
    texts = quoted(found("Leave lasts a week.", start=10), found("x. Leave lasts a week.", rank=2, start=7))
    assert texts == ["Leave lasts a week."]


def test_a_sentence_that_points_back_takes_the_one_before_it_along() -> None:
    text = "New parents are away for long. This leave lasts weeks."
    assert quoted(found(text)) == [text]


def test_a_sentence_that_announces_a_list_takes_it_along() -> None:
    text = "Leave of a week is for:\n\n- a move\n- a birth\n\nLunch is at noon."
    assert quoted(found(text)) == ["Leave of a week is for:\n\n- a move\n- a birth"]


def test_a_list_that_is_too_long_to_quote_is_quoted_as_far_as_it_may_be() -> None:
    item = "- a move to another office of the company, near or far, for as long as the work there may take"
    (quote,) = quoted(found("\n".join(["Leave of a week is for:", *[item] * 9])))
    assert quote.count(item) == 4


def test_a_heading_and_a_question_of_the_document_are_no_answers() -> None:
    assert quoted(found("# Leave by the week\n\nHow many weeks of leave? Leave lasts several weeks.")) == [
        "Leave lasts several weeks."
    ]


def test_what_is_nearest_in_meaning_wins_over_shared_words() -> None:
    text = "Leave of the week. Parents stay home."
    similarities = np.array([[0.1, 0.9]], dtype=np.float32)
    near = Closeness(similarities, np.array([1], dtype=np.float32), (0, 19))
    assert quoted(found(text), asked=Likeness(ASKED.weights, {"a:1": near})) == ["Parents stay home."]


def test_what_lies_beyond_the_tokens_that_the_model_read_has_no_nearness() -> None:
    near = Closeness(np.ones((1, 1), dtype=np.float32), np.ones(1, dtype=np.float32), (0,))
    assert near.of((0, 5)) == 1.0
    assert near.of((5, 9)) == 0.0


def test_a_passage_of_headings_alone_is_shown_by_its_beginning() -> None:
    (quote,) = nearest([found("# Leave")], ASKED, passages=3)
    assert quote.text == "# Leave"


def test_the_nearest_sources_do_not_repeat_each_other() -> None:
    signed = [found("Signed by the head of leave.", rank=rank, document=str(rank)) for rank in (1, 2, 3)]
    others = [found("Leave lasts a week.", rank=4), found("A week of leave in May is paid.", rank=5)]
    texts = [quote.text for quote in nearest([*signed, *others], ASKED, passages=2)]
    assert texts == ["Signed by the head of leave.", "Leave lasts a week."]


def test_nothing_found_gives_nothing() -> None:
    assert extract([], ASKED, sentences=5) == nearest([], ASKED, passages=3) == ()


@pytest.mark.parametrize(
    ("question", "text", "near", "expected"),
    [
        ("How many weeks of leave?", "Leave lasts 2 weeks.", 0.9, Strength.WELL_SUPPORTED),
        ("How many weeks of leave?", "Leave lasts for weeks.", 0.9, Strength.PARTLY_SUPPORTED),
        ("Does leave last for weeks?", "Leave lasts for weeks.", 0.9, Strength.WELL_SUPPORTED),
        ("How many weeks of leave?", "Leave lasts 2 weeks.", 0.6, Strength.PARTLY_SUPPORTED),
        ("How many weeks of leave?", "A week has 7 days.", 0.9, Strength.PARTLY_SUPPORTED),
    ],
    ids=["says it", "no number", "no number asked", "means something else", "lacks the telling word"],
)
def test_an_answer_is_well_supported_by_one_sentence_that_says_it(
    question: str, text: str, near: float, expected: Strength
) -> None:
    closeness = Closeness(np.full((1, 1), near, dtype=np.float32), np.ones(1, dtype=np.float32), (0,))
    asked = Likeness(ASKED.weights, {"a:1": closeness})
    assert strength(question, extract([found(text)], asked, sentences=5), asked) is expected


def test_by_words_alone_an_answer_is_partly_supported_at_best() -> None:
    quotes = extract([found("Leave lasts 2 weeks.")], ASKED, sentences=5)
    assert strength("How many weeks of leave?", quotes, ASKED) is Strength.PARTLY_SUPPORTED


def test_without_a_quote_it_is_not_in_these_documents() -> None:
    assert strength("How many weeks of leave?", (), ASKED) is Strength.NOT_IN_THESE_DOCUMENTS
