from __future__ import annotations

import json
from pathlib import Path

from services.governance.personal_data import PersonalKind
from tests.bench.personal_data import Hits, Marked, flagged, marked_sets, of_kind, of_set, of_text, question_sets

TEXT = "Card 4111 1111 1111 1111 of Lee, ms. Ray and 12 Main Street"


def marked() -> Marked:
    return Marked(
        TEXT,
        (
            (PersonalKind.CARD, 5, 24),
            (PersonalKind.NAME, TEXT.index("Lee"), TEXT.index("Lee") + 3),
            (PersonalKind.NAME, TEXT.index("Ray"), TEXT.index("Ray") + 3),
            (None, TEXT.index("12 Main"), len(TEXT)),
        ),
    )


def test_what_is_found_is_compared_with_what_is_marked_kind_by_kind() -> None:
    assert of_kind(marked(), PersonalKind.CARD) == Hits(1, 1, 1, 1)
    assert of_kind(marked(), PersonalKind.NAME) == Hits(2, 1, 1, 1)
    assert of_kind(marked(), PersonalKind.PHONE) == Hits()
    assert of_kind(Marked(TEXT, ()), PersonalKind.CARD) == Hits(0, 0, 1, 0)


def test_a_whole_question_counts_once_and_what_no_rule_looks_for_counts_as_missed() -> None:
    assert of_text(marked()) == Hits(1, 1, 1, 1)
    assert of_text(Marked("12 Main Street", ((None, 0, 14),))) == Hits(1, 0, 0, 0)
    assert of_text(Marked("12 Main Street", ((None, 0, 14),)), (None,)) == Hits()
    assert of_text(Marked(TEXT, ()), (PersonalKind.CARD, PersonalKind.NAME)) == Hits()


def test_a_set_is_read_from_its_folder_and_reported_whole_and_by_halves(tmp_path: Path) -> None:
    spans = [
        {"entity_type": "CREDIT_CARD", "start_position": 5, "end_position": 24},
        {"entity_type": "ORGANIZATION", "start_position": 0, "end_position": 4},
    ]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "small.json").write_text(json.dumps([{"full_text": TEXT, "spans": spans}] * 3))
    (tmp_path / "ours" / "other.json").write_text('{"not": "a set"}')
    (tmp_path / "ours" / "broken.json").write_text("{")

    sets = marked_sets(tmp_path)
    figures = {(row.set, row.metric): (row.value, row.n) for row in of_set("ours", sets["ours"])}

    assert sets == {"ours": [Marked(TEXT, ((PersonalKind.CARD, 5, 24),))] * 3}
    assert figures["ours", "recall/card"] == (1, 3)
    assert figures["ours/developed-on", "recall/card"] == (1, 2)
    assert figures["ours/held-out", "precision/name"] == (0, 1)
    assert figures["ours", "precision/question"] == (1, 3)


def test_questions_that_nobody_marked_are_counted(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "queries.jsonl").write_text('{"id": 1, "text": "Who is ms. Ray?"}\n{"id": 2, "text": "Why?"}\n')

    row = flagged("set", question_sets(tmp_path)["set"])

    assert (row.metric, row.value, row.n) == ("flagged/question", 0.5, 2)
