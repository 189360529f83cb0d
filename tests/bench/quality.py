"""How well are documents found: by words, by meaning, fused, and as a person gets them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.knowledge.finding import Findings, Leg
from tests.bench.report import Row, report
from tests.bench.sets import SEED, Published, RetrievalSet, SetQuestion, data_folder, folder_of_sets, publish, read_sets

FIRST = 10
NDCG, RECALL = f"ndcg@{FIRST}", f"recall@{FIRST}"
RESAMPLED = 1_000
AIMS = {
    "hr-tts-handbook": ">= .84, aim .87",
    "hotpotqa-100": ">= .83, aim .86",
    "northwind-benefits": ">= .47, aim .52",
    "tatqa-dev": ">= .71, aim .74",
    "aws-docs-qa": "aim: better leg + .03",
}
NOTES = (
    "Documents by their best passage, through Knowledge.search; the set is published as a knowledge base of its own.",
    "words, meaning: one leg alone. fused: their weighted sum. default: what a person gets. The interval is 95 %,",
    f"from {RESAMPLED:,} seeded resamplings of the questions.",
    "own, other_words: the default again, without and with the set's glossary.csv, for its own questions and for",
    "those of them that name a term, asked by its other names.",
)


def main() -> None:
    """Measure every set; a benchmark asserts nothing."""
    rows: list[Row] = []
    notes: list[str] = []
    with data_folder("quality") as services:
        for each in read_sets(folder_of_sets()):
            published = publish(services, each)
            rows += measure(each, published)
            if each.glossary:
                without, with_it = measure_glossary(each, published)
                rows += [row for told in (without, with_it) for row in told.rows(each.name)]
                notes.append(effect(each.name, without, with_it))
    report("quality", rows, [*NOTES, *against_the_better_leg(rows), *notes])


def measure(judged: RetrievalSet, published: Published) -> list[Row]:
    """Ask the set's questions and compare what was found with what is relevant."""
    gains: dict[str, list[float]] = {}
    for question in judged.judged():
        findings = published.search(question)
        for leg, documents in rankings(published, findings).items():
            gains.setdefault(f"{NDCG}/{leg}", []).append(ndcg(documents, question.relevant))
            gains.setdefault(f"{RECALL}/{leg}", []).append(recall(documents, question.relevant))
    return [_row(judged.name, metric, values) for metric, values in sorted(gains.items())]


@dataclass(frozen=True)
class Told:
    """What a person gets, question by question: nDCG and recall of a set's own questions and of the other wordings."""

    suffix: str
    own: Mapping[str, Sequence[float]]
    other_words: Mapping[str, Sequence[float]]

    def rows(self, name: str) -> list[Row]:
        """Give its rows; a set without a question to ask in other words has none of those."""
        own = [_row(name, f"{metric}/own{self.suffix}", values) for metric, values in self.own.items()]
        other = [
            _row(name, f"{metric}/other_words{self.suffix}", values) for metric, values in self.other_words.items()
        ]
        return [*own, *other]


def measure_glossary(judged: RetrievalSet, published: Published) -> tuple[Told, Told]:
    """Ask the set's own questions, and those with other names for its terms, without its glossary and with it."""
    without = _told("", judged, published)
    published.take_glossary(judged.glossary)
    return without, _told("+glossary", judged, published)


def effect(name: str, without: Told, with_it: Told) -> str:
    """Say what the glossary of a set changed: of how many questions, for better and for worse."""
    lines = []
    for said, before, after in (
        ("its own questions", without.own, with_it.own),
        ("questions in other words", without.other_words, with_it.other_words),
    ):
        pairs = list(zip(before.get(NDCG, ()), after.get(NDCG, ()), strict=True))
        better, worse = sum(a > b for b, a in pairs), sum(a < b for b, a in pairs)
        if pairs:
            low, high = interval([a - b for b, a in pairs])
            change = float(np.mean([a - b for b, a in pairs]))
            lines.append(
                f"{change:+.3f} ({low:+.3f} to {high:+.3f}) on {len(pairs)} {said}, {better} better, {worse} worse"
            )
    return f"{name}: its glossary changes {NDCG} by {'; '.join(lines)}"


def _told(suffix: str, judged: RetrievalSet, published: Published) -> Told:
    return Told(suffix, _gains(judged.judged(), published), _gains(judged.in_other_words(), published))


def _gains(questions: Sequence[SetQuestion], published: Published) -> dict[str, list[float]]:
    gains: dict[str, list[float]] = {}
    for question in questions:
        documents = published.documents_of(published.search(question))
        gains.setdefault(NDCG, []).append(ndcg(documents, question.relevant))
        gains.setdefault(RECALL, []).append(recall(documents, question.relevant))
    return gains


def rankings(published: Published, findings: Findings) -> dict[str, tuple[str, ...]]:
    """Give the set's documents in the order of each leg, and as they were found."""
    legs: dict[str, Callable[[object], Leg | None]] = {
        name: lambda found, name=name: getattr(found, name)  # type: ignore[misc]
        for name in ("words", "meaning", "fused")
    }
    ranked = {"default": published.documents_of(findings)}
    for name, leg in legs.items():
        placed = [(place.rank, each) for each in findings.found if (place := leg(each)) is not None]
        placed.sort(key=lambda pair: pair[0])
        found = tuple(each for _, each in placed)
        ranked[name] = published.documents_of(Findings("", found, (), 0, 0.0))
    return ranked


def ndcg(documents: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Normalised discounted cumulative gain of the first `FIRST`, grades as gains (Järvelin and Kekäläinen 2002)."""
    best = sorted(relevant.values(), reverse=True)
    return _discounted([relevant.get(each, 0) for each in documents]) / _discounted(best)


def recall(documents: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Give the share of the relevant documents among the first `FIRST`."""
    return len(relevant.keys() & set(documents[:FIRST])) / len(relevant)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Give the 95 % bootstrap interval of the mean, always the same for the same values."""
    draw = np.random.default_rng(SEED)
    means = np.array(values)[draw.integers(0, len(values), (RESAMPLED, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def against_the_better_leg(rows: Sequence[Row]) -> list[str]:
    """Say for each set by how much the default beats its better leg."""
    value = {(row.set, row.metric): row.value for row in rows}
    lines = []
    for name in dict.fromkeys(row.set for row in rows):
        leg = max(value[name, f"{NDCG}/{leg}"] for leg in ("words", "meaning"))
        lines.append(f"{name}: default is {value[name, f'{NDCG}/default'] - leg:+.3f} against its better leg")
    return lines


def _row(name: str, metric: str, values: Sequence[float]) -> Row:
    low, high = interval(values)
    aim = AIMS.get(name, "") if metric == f"{NDCG}/default" else ""
    return Row(name, metric, float(np.mean(values)), "", len(values), low=low, high=high, aim=aim)


def _discounted(gains: Sequence[float]) -> float:
    return float(sum(gain / np.log2(place + 2) for place, gain in enumerate(gains[:FIRST])))


if __name__ == "__main__":
    main()
