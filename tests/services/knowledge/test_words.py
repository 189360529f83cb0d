"""A question and a passage are compared by the same words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from services.knowledge.words import terms_asked, terms_of, words_of


def test_endings_and_capitals_do_not_matter() -> None:
    assert terms_of("Leaves, LEAVE and leaving") == ["leav", "leav", "leav"]


def test_empty_words_are_left_out() -> None:
    assert terms_of("What is the policy on travel for us?") == ["polici", "travel"]


def test_a_number_is_one_word_with_its_points_and_commas() -> None:
    assert terms_of("$1,496.5 million in 2019, 401(k)") == ["1,496.5", "million", "2019", "401", "k"]


def test_a_question_asks_for_each_word_once() -> None:
    assert terms_asked("travel by travel card") == ("travel", "card")


def test_a_question_of_empty_words_asks_for_nothing() -> None:
    assert terms_asked("what is it?") == ()


def test_words_know_where_they_stand() -> None:
    text = "Who pays Müller's flights?"

    assert [(text[word.start : word.end], word.term) for word in words_of(text)] == [
        ("Who", ""),
        ("pays", "pay"),
        ("Müller", "müller"),
        ("s", "s"),
        ("flights", "flight"),
    ]


def test_an_accent_kept_as_a_character_of_its_own_makes_no_other_word() -> None:
    assert terms_of("cafe\u0301") == terms_of("caf\u00e9")


def test_many_threads_get_the_same_terms() -> None:
    texts = [f"travelling policies number {number}" for number in range(200)]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(terms_of, texts)) == [terms_of(text) for text in texts]
