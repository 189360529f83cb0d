from __future__ import annotations

from tests.bench.answers import contains, f1, plain


def test_words_are_compared_without_articles_signs_and_case() -> None:
    assert plain("The Leave, of 16 weeks!") == ["leave", "of", "16", "weeks"]
    assert contains("Everybody has the right to 16 weeks.", "16 Weeks")
    assert not contains("Everybody has 116 weeks.", "16 weeks")
    assert not contains("Everybody", "the")


def test_f1_weighs_what_is_missing_and_what_is_too_much() -> None:
    assert f1("16 weeks", "16 weeks") == 1.0
    assert f1("16 weeks of paid leave", "16 weeks") == 2 * (2 / 5) * 1 / (2 / 5 + 1)
    assert f1("nothing of it", "16 weeks") == 0.0
