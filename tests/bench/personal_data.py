"""Is personal data in a question found? Precision and recall by kind, on marked texts in presidio-research's format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.governance.personal_data import PersonalKind, find
from tests.bench.report import Row, report
from tests.bench.sets import folder_of_sets

KINDS = {
    "EMAIL_ADDRESS": PersonalKind.EMAIL,
    "IBAN_CODE": PersonalKind.IBAN,
    "CREDIT_CARD": PersonalKind.CARD,
    "US_SSN": PersonalKind.SSN,
    "US_PASSPORT": PersonalKind.DOCUMENT,
    "US_DRIVER_LICENSE": PersonalKind.DOCUMENT,
    "IP_ADDRESS": PersonalKind.IP,
    "DATE_OF_BIRTH": PersonalKind.BIRTH,
    "PHONE_NUMBER": PersonalKind.PHONE,
    "PERSON": PersonalKind.NAME,
}
NOT_LOOKED_FOR = ("ADDRESS", "STREET_ADDRESS", "ZIP_CODE", "AGE", "US_BANK_NUMBER")
"""What is personal too, and no rule looks for: it counts where the whole question is judged."""

NOTES = (
    "recall/KIND: of what is marked as that kind, the share that was found (something found of that kind touches it).",
    "precision/KIND: of what was found as that kind, the share that is marked as it; a date of birth that is marked",
    "as a mere date counts as wrong. …/question: does the text hold any personal data at all; addresses of houses",
    "count, which no rule looks for, and names, of which the rules find few. …/question_but_names_and_addresses:",
    "neither. The rules were written on the texts at even places (developed-on); of presidio's others (held-out) one",
    "text and most of the marked values had been seen. The texts are made up and few: one more or less moves a share",
    "a lot. flagged/question: how many questions of a set that nobody marked are said to hold any.",
)


@dataclass(frozen=True)
class Marked:
    """A text, and its personal data as somebody marked it; the kind is None where no rule looks for it."""

    text: str
    spans: tuple[tuple[PersonalKind | None, int, int], ...]


@dataclass(frozen=True)
class Hits:
    """How much was marked and how much of it was found; how much was found and how much of it is marked."""

    marked: int = 0
    seen: int = 0
    found: int = 0
    right: int = 0

    def __add__(self, other: Hits) -> Hits:
        return Hits(
            self.marked + other.marked, self.seen + other.seen, self.found + other.found, self.right + other.right
        )

    def rows(self, name: str, of: str) -> Iterator[Row]:
        """Give recall and precision, each where there is something to divide by."""
        if self.marked:
            yield Row(name, f"recall/{of}", self.seen / self.marked, "share", self.marked)
        if self.found:
            yield Row(name, f"precision/{of}", self.right / self.found, "share", self.found)


def main() -> None:
    """Measure every marked set, and count over every question set; a benchmark asserts nothing."""
    folder = folder_of_sets()
    marked, asked = marked_sets(folder), question_sets(folder)
    if not marked and not asked:
        raise SystemExit(
            f"There is no marked set (*.json with full_text and spans) and no queries.jsonl below {folder}: name one"
            " by DATA=."
        )
    rows = [row for name, texts in marked.items() for row in of_set(name, texts)]
    report("personal_data", [*rows, *(flagged(name, texts) for name, texts in asked.items())], NOTES)


def marked_sets(folder: Path) -> dict[str, list[Marked]]:
    """Read every marked set below `folder`, by the name of its own folder."""
    sets: dict[str, list[Marked]] = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(held, list) and held and all(isinstance(each, dict) and "spans" in each for each in held):
            sets.setdefault(path.parent.name, []).extend(_marked(each) for each in held)
    return sets


def question_sets(folder: Path) -> dict[str, list[str]]:
    """Read the questions of every retrieval set below `folder`."""
    sets: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("queries.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        sets[path.parent.name] = [json.loads(line)["text"] for line in lines if line.strip()]
    return sets


def of_set(name: str, texts: Sequence[Marked]) -> Iterator[Row]:
    """Give the rows of a set, and those of its two halves."""
    halves = {f"{name}/developed-on": texts[::2], f"{name}/held-out": texts[1::2]}
    for part, members in {name: texts, **halves}.items():
        for kind in PersonalKind:
            yield from sum((of_kind(each, kind) for each in members), Hits()).rows(part, kind.value)
        yield from sum((of_text(each) for each in members), Hits()).rows(part, "question")
        hard = (PersonalKind.NAME, None)
        yield from sum((of_text(each, hard) for each in members), Hits()).rows(part, "question_but_names_and_addresses")


def of_kind(text: Marked, kind: PersonalKind) -> Hits:
    """Compare what was found of one kind with what is marked: each is right that the other touches."""
    marked = [(start, end) for each, start, end in text.spans if each is kind]
    found = [(each.start, each.end) for each in find(text.text) if each.kind is kind]
    return Hits(
        len(marked),
        sum(any(_touch(each, other) for other in found) for each in marked),
        len(found),
        sum(any(_touch(each, other) for other in marked) for each in found),
    )


def of_text(text: Marked, without: Sequence[PersonalKind | None] = ()) -> Hits:
    """Compare whether a text holds any personal data with whether any was found, some kinds left out on both sides."""
    marked = any(each not in without for each, _, _ in text.spans)
    found = any(each.kind not in without for each in find(text.text))
    both = marked and found
    return Hits(marked, both, found, both)


def flagged(name: str, questions: Sequence[str]) -> Row:
    """Count the questions in which something is found."""
    share = sum(bool(find(each)) for each in questions) / max(1, len(questions))
    return Row(name, "flagged/question", share, "share", len(questions))


def _marked(held: Mapping[str, Any]) -> Marked:
    spans = [(each["entity_type"], each["start_position"], each["end_position"]) for each in held["spans"]]
    kept = [(KINDS.get(name), start, end) for name, start, end in spans if name in KINDS or name in NOT_LOOKED_FOR]
    return Marked(held["full_text"], tuple(kept))


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


if __name__ == "__main__":
    main()
