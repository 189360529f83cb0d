from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.answers.checking import CheckedSentence, Support
from services.backends.embedded.embedder import MiniLMEmbedder
from tests.bench.hand_marked import (
    LEARNED,
    OURS,
    UNSEEN,
    Marked,
    balanced,
    files_below,
    interval,
    judge_marked,
    misses_of,
    rows_of_marked,
)


def marked(mark: Support, *found: Support, question: str = "How long?", half: str = "") -> Marked:
    checked = tuple(CheckedSentence("It is.", each, 1, 0, 0, "", "") for each in found)
    return Marked("leave", question, half, "It is.", mark, checked)


SOME = [
    marked(Support.SUPPORTED, Support.SUPPORTED),
    marked(Support.SUPPORTED, Support.SUPPORTED, Support.PARTLY),
    marked(Support.PARTLY, Support.CONTRADICTED, question="Who?"),
    marked(Support.CONTRADICTED, Support.CONTRADICTED, question="Who?"),
    marked(Support.NOT_SUPPORTED, Support.SUPPORTED, question="Who?"),
]


def test_a_sentence_is_right_where_both_say_if_the_sources_support_it() -> None:
    assert [each.is_right for each in SOME] == [True, False, True, True, False]
    assert balanced(SOME) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert balanced(SOME[:1]) == 1.0


def test_what_is_taken_for_no_sentence_is_not_warned_of() -> None:
    assert marked(Support.SUPPORTED).is_right
    assert not marked(Support.NOT_SUPPORTED).is_right


def test_the_figures_of_each_half_stand_with_their_number_and_interval() -> None:
    halves = [marked(Support.SUPPORTED, Support.SUPPORTED, half=LEARNED)]
    halves += [marked(Support.SUPPORTED, Support.PARTLY, half=UNSEEN)]

    rows = {(row.set, row.metric): row for row in rows_of_marked(OURS, halves)}

    assert rows[f"real-model/{LEARNED}", "agreement"].value == 1
    assert rows[f"real-model/{UNSEEN}", "same_mark"].value == 0
    row = rows[f"real-model/{UNSEEN}", "balanced_accuracy"]
    assert (row.n, row.low, row.high) == (1, 0, 0)


def test_an_interval_holds_its_figure_and_is_the_same_at_every_run() -> None:
    low, high = interval(SOME, balanced)

    assert low <= balanced(SOME) <= high
    assert low < high
    assert (low, high) == interval(SOME, balanced)


def test_misses_are_listed_but_for_those_of_the_unseen_half() -> None:
    wrong = [marked(Support.PARTLY, Support.SUPPORTED, half=half) for half in (LEARNED, UNSEEN)]

    assert len(list(misses_of(wrong))) == 1


def test_a_file_of_somebody_else_is_read_beside_ours(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    row = {
        "question": "How long is leave?",
        "sources": [{"number": 1, "about": "Leave", "text": "Parental leave lasts 16 weeks."}],
        "sentences": [
            {"text": "Parental leave lasts 16 weeks.", "mark": "Supported"},
            {"text": "Parental leave lasts 12 weeks.", "mark": "Contradicted"},
        ],
    }
    (folder / "marked.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")

    assert files_below(tmp_path) == [OURS, folder / "marked.jsonl"]
    assert files_below(OURS.parent) == [OURS]

    judged = judge_marked(folder / "marked.jsonl", MiniLMEmbedder())
    rows = {(row.set, row.metric): row.value for row in rows_of_marked(folder / "marked.jsonl", judged)}

    assert [each.found for each in judged] == [Support.SUPPORTED, Support.CONTRADICTED]
    assert rows["theirs", "agreement"] == rows["theirs", "same_mark"] == 1
