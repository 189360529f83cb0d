"""What a search found, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.knowledge.document import Passage
from services.knowledge.expansion import Expanded
from services.knowledge.knowledge_base import Snapshot
from services.models.embedding import Encoded


@dataclass(frozen=True)
class Leg:
    """A passage's place in one leg of the search: rank from 1, score in that leg's own scale."""

    rank: int
    score: float


@dataclass(frozen=True)
class Found:
    """A passage in its final place, with its place in each leg (None: that leg did not have it, or is missing).

    `words_matched` are the question's own words (as typed) that stand in the passage.
    """

    passage: Passage
    rank: int
    score: float
    words: Leg | None
    meaning: Leg | None
    fused: Leg | None
    reordered: Leg | None
    words_matched: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """The answer of one search, best first.

    `evidence` is what the gate compares with its threshold. `missing` holds one sentence for each part of the
    search that could not work (no model file, …): an empty list never stands in for a fault. `idf` tells how telling
    each word of the question is, by its term as in `words.py`; words that stand nowhere are not in it. `encoded` is
    the question as the model reads it, None where it could not. `calibrated` is the evidence that an answer takes from
    the knowledge base of the best passage, None where it was never calibrated. `expanded` says what the glossary
    changed in the question, None where nothing.
    """

    question: str
    found: tuple[Found, ...]
    snapshots: tuple[Snapshot, ...]
    passages_searched: int
    evidence: float
    missing: tuple[str, ...] = ()
    idf: dict[str, float] = field(default_factory=dict)
    encoded: Encoded | None = field(default=None, compare=False, repr=False)
    calibrated: float | None = None
    expanded: Expanded | None = None

    @property
    def searched(self) -> str:
        """The text that was searched for: the question, in the words that the glossary put there."""
        return self.expanded.text if self.expanded else self.question
