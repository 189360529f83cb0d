from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.answers.checked_error import measured_error
from services.answers.checking import CheckedSentence, Support
from tests.bench.altered import Kind, changed, names_in, reworded
from tests.bench.claims import CHANGED, Example, Judged, examples, keep, rows_of
from tests.bench.hand_marked import Marked
from tests.bench.sets import read_set

SAMPLE = Path(__file__).parents[1] / "data" / "handbook-sample"
SENTENCE = "If you travel, you must not spend more than 50 dollars a day without asking the General Services team."


def judged(kind: Kind, support: Support) -> Judged:
    return Judged(Example(kind, "It is.", "It is.", ()), (CheckedSentence("It is.", support, 1, 0, 0, "", ""),))


def marked(mark: Support, found: Support, *, answer: str = "How long?", half: str = "unseen") -> Marked:
    checked = (CheckedSentence("It is.", found, 1, 0, 0, "", ""),)
    return Marked("set", answer, half, "It is.", mark, checked)


@pytest.mark.parametrize("seed", range(20))
def test_a_sentence_in_other_words_is_another_text_of_the_same_numbers_and_names(seed: int) -> None:
    other = reworded(SENTENCE, random.Random(seed))

    assert other not in ("", SENTENCE)
    assert "50" in other
    assert names_in(other) == names_in(SENTENCE)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", CHANGED[:-1])
def test_a_change_leaves_another_sentence(kind: Kind, seed: int) -> None:
    assert changed(kind, SENTENCE, ["Public Buildings"], random.Random(seed)) not in ("", SENTENCE)


def test_a_number_is_changed_to_another_and_nothing_else() -> None:
    other = changed(Kind.NUMBERS, "You get 50 days.", [], random.Random(1))

    assert other.startswith("You get ")
    assert other.endswith(" days.")
    assert "50" not in other.split()


def test_what_has_nothing_of_a_kind_is_not_changed_in_it() -> None:
    chance = random.Random(1)

    assert [changed(kind, "We like cats.", ["Oslo"], chance) for kind in CHANGED[:-1]] == ["", "", "", ""]


def test_examples_are_the_same_at_every_run_and_hold_their_own_source() -> None:
    sample = read_set(SAMPLE)
    made = examples(sample)

    assert made == examples(sample)
    assert {each.kind for each in made} == {Kind.TRUE, *CHANGED}
    assert all(1 < len(each.sources) <= 8 for each in made)


def test_figures_are_shares_of_their_own_kind() -> None:
    found = [
        judged(Kind.TRUE, Support.SUPPORTED),
        judged(Kind.TRUE, Support.PARTLY),
        judged(Kind.NUMBERS, Support.CONTRADICTED),
        judged(Kind.SCOPE, Support.SUPPORTED),
        judged(Kind.UNRELATED, Support.NOT_SUPPORTED),
        judged(Kind.UNRELATED, Support.NOT_SUPPORTED),
    ]

    told = {row.metric: (row.value, row.n) for row in rows_of("set", found)}

    assert told["true_supported"] == (0.5, 2)
    assert told["balanced_accuracy"] == ((0.5 + 0.75) / 2, 6)
    assert told["changed_numbers"] == (1, 1)
    assert told["changed_scope"] == (0, 1)
    assert told["contradicted"] == (0.5, 2)


def test_what_is_kept_is_what_the_screen_states(tmp_path: Path) -> None:
    path = tmp_path / "measured" / "claims.json"
    keep(
        [judged(Kind.TRUE, Support.SUPPORTED), judged(Kind.NUMBERS, Support.CONTRADICTED)],
        [judged(Kind.TRUE, Support.PARTLY)],
        [marked(Support.SUPPORTED, Support.PARTLY), marked(Support.PARTLY, Support.CONTRADICTED)],
        path,
    )

    kept = measured_error(path)

    assert kept is not None
    assert (kept.balanced_accuracy, kept.examples, dict(kept.by_kind)) == (1.0, 2, {"changed_numbers": (1.0, 1)})
    assert (kept.by_hand, kept.by_hand_supported, kept.by_hand_found) == (2, 0.0, 1.0)
    assert kept.sentence == (
        "The check can err: of 2 sentences of a real model, marked by hand, it told 0% of the supported and 100% of "
        "the others rightly; of 2 simpler ones 100% and 100%."
    )
