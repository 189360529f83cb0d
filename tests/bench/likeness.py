"""How well is one question known from another? Pairs asked otherwise, and pairs about the same subject."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.answers.same_question import SAME, has_same_words, spelled
from services.backends.embedded.embedder import MiniLMEmbedder
from services.bootstrap import KNOWLEDGE_BASES
from services.knowledge.question_set import read_question_set
from services.models.embedding import Embedder
from tests.bench.report import ROOT, Row, report

LIMITS = tuple(round(0.80 + 0.01 * step, 2) for step in range(21))
MOST_FALSE = 0.02
"""So many false alarms at most are borne: an approved answer that is not to the question is worse than none."""
NOTES = (
    "recall: of the pairs that are one question, those taken for one. false_alarms: of those that are two, likewise.",
    "rule: what the app does (the same telling words in order, and as near as the limit). cosine: the nearness alone.",
    "near misses: each question that a shipped set must refuse, with the nearest of those that it must answer.",
    "The limit is chosen on every other first question and reported on the rest. The interval is 95 % (Wilson 1927).",
)


@dataclass(frozen=True)
class Pair:
    """Two questions, whether they are one, whether their telling words are the same, and their cosine."""

    first: str
    second: str
    is_same: bool
    has_same_words: bool
    cosine: float


def main() -> None:
    """Measure the limit that the app has and the one that the pairs would choose; a benchmark asserts nothing."""
    embedder = MiniLMEmbedder()
    named = os.environ.get("DATA")
    pairs = read_pairs((Path(named) if named else ROOT / "tests" / "data" / "likeness") / "pairs.tsv", embedder)
    chosen_on, reported_on = halves(pairs)
    limit = chosen_limit(chosen_on)
    rows = rows_at(SAME, "limit in force", reported_on)
    rows += rows_at(limit, "limit chosen", reported_on)
    misses = near_misses(embedder)
    rows += [_share("near misses", f"false_alarms/rule@{SAME}", misses, lambda each: is_taken(each, SAME))]
    rows += [_share("near misses", f"false_alarms/cosine@{SAME}", misses, lambda each: each.cosine >= SAME)]
    chosen = (
        f"The limit in force is {SAME}; the first half chooses {limit}, with at most {MOST_FALSE:.0%} false alarms."
    )
    report("likeness", rows, [*NOTES, chosen])


def read_pairs(path: Path, embedder: Embedder) -> tuple[Pair, ...]:
    """Read pairs.tsv, as the SOURCE.md beside it describes it."""
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return tuple(_pair(row["first"], row["second"], row["same"] == "yes", embedder) for row in rows)


def near_misses(embedder: Embedder) -> tuple[Pair, ...]:
    """Pair each question that a shipped set must refuse with the nearest of its set that it must answer."""
    pairs: list[Pair] = []
    for path in sorted(KNOWLEDGE_BASES.glob("*/questions.jsonl")):
        questions = read_question_set(path)
        vectors = np.stack([embedder.encode_question(each.text).vector for each in questions])
        answered = [place for place, each in enumerate(questions) if each.is_answerable]
        for place in (place for place, each in enumerate(questions) if not each.is_answerable):
            nearest = answered[int((vectors[answered] @ vectors[place]).argmax())]
            cosine = float(vectors[nearest] @ vectors[place])
            first, second = questions[nearest].text, questions[place].text
            pairs.append(Pair(first, second, False, has_same_words(first, second), cosine))
    return tuple(pairs)


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Part the pairs by their first questions, in turn, so that no question is in both halves."""
    turn = {first: place % 2 for place, first in enumerate(dict.fromkeys(each.first for each in pairs))}
    return [each for each in pairs if not turn[each.first]], [each for each in pairs if turn[each.first]]


def chosen_limit(pairs: Sequence[Pair]) -> float:
    """Give the lowest limit with at most `MOST_FALSE` false alarms; the highest there is where none has so few."""
    different = [each for each in pairs if not each.is_same]
    for limit in LIMITS:
        if sum(is_taken(each, limit) for each in different) <= MOST_FALSE * len(different):
            return limit
    return LIMITS[-1]


def is_taken(pair: Pair, limit: float) -> bool:
    """Say whether the app's rule takes them for one question at this limit."""
    return spelled(pair.first) == spelled(pair.second) or (pair.has_same_words and pair.cosine >= limit)


def rows_at(limit: float, name: str, pairs: Sequence[Pair]) -> list[Row]:
    """Give recall and false alarms at a limit, of the app's rule and of the cosine alone."""
    same, different = ([each for each in pairs if each.is_same is which] for which in (True, False))
    worded = [each for each in same if each.has_same_words]
    rule: Callable[[Pair], bool] = lambda each: is_taken(each, limit)  # noqa: E731
    near: Callable[[Pair], bool] = lambda each: each.cosine >= limit  # noqa: E731
    return [
        _share(name, f"recall/rule@{limit}", same, rule),
        _share(name, f"recall/rule, same words@{limit}", worded, rule),
        _share(name, f"false_alarms/rule@{limit}", different, rule),
        _share(name, f"recall/cosine@{limit}", same, near),
        _share(name, f"false_alarms/cosine@{limit}", different, near),
    ]


def wilson(hits: int, of_all: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927), which is one for 0 and for all as well."""
    z = 1.96
    share, spread = hits / of_all, z * z / of_all
    middle = (share + spread / 2) / (1 + spread)
    half = z * float(np.sqrt(share * (1 - share) / of_all + spread / (4 * of_all))) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(name: str, metric: str, pairs: Sequence[Pair], is_hit: Callable[[Pair], bool]) -> Row:
    hits = sum(is_hit(each) for each in pairs)
    low, high = wilson(hits, len(pairs))
    return Row(name, metric, hits / len(pairs), "", len(pairs), low=low, high=high)


def _pair(first: str, second: str, is_same: bool, embedder: Embedder) -> Pair:
    cosine = float(embedder.encode_question(first).vector @ embedder.encode_question(second).vector)
    return Pair(first, second, is_same, has_same_words(first, second), cosine)


if __name__ == "__main__":
    main()
