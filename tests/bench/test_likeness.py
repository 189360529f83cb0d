from __future__ import annotations

from tests.bench.likeness import Pair, chosen_limit, halves, is_taken, rows_at, wilson

FAR = Pair("Who pays?", "Who has to pay?", True, True, 0.81)
NEAR = Pair("When am I paid?", "When are you paid?", False, True, 0.9)
OTHER = Pair("Who pays?", "Who is the manager?", False, False, 0.99)


def test_the_limit_is_the_lowest_above_the_false_alarms() -> None:
    assert chosen_limit([FAR, NEAR]) == 0.91
    assert chosen_limit([FAR, OTHER]) == 0.8


def test_what_has_other_words_is_not_taken_however_near() -> None:
    assert is_taken(NEAR, 0.9)
    assert not is_taken(OTHER, 0.9)
    assert is_taken(Pair("Who pays?", "who pays", True, True, 0.0), 0.9)


def test_no_question_is_in_both_halves() -> None:
    one, other = halves([FAR, NEAR, OTHER])

    assert (one, other) == ([FAR, OTHER], [NEAR])


def test_recall_and_false_alarms_are_shares_of_their_own_pairs() -> None:
    told = {row.metric: (row.value, row.n) for row in rows_at(0.85, "all", [FAR, NEAR, OTHER])}

    assert told["recall/rule@0.85"] == (0, 1)
    assert told["false_alarms/rule@0.85"] == (0.5, 2)
    assert told["false_alarms/cosine@0.85"] == (1, 2)


def test_the_interval_of_nothing_in_fifty_is_wide() -> None:
    low, high = wilson(0, 50)

    assert (low, round(high, 3)) == (0, 0.071)
