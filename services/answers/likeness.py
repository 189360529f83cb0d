"""How much of a question a part of a passage holds: by its tokens where they are kept, and by its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.knowledge.closeness import Closeness
from services.knowledge.document import Passage
from services.knowledge.finding import Findings
from services.knowledge.words import terms_asked, terms_of

WORDS = 0.3
"""What the share of words weighs beside the likeness of tokens; measured, like the rest of this room, on many sets."""


@dataclass(frozen=True)
class Likeness:
    """Compares one question with parts of passages.

    `weights` has each word of the question, as telling as it is rare; `near` what is known of passages' tokens, by id.
    """

    weights: Mapping[str, float]
    near: Mapping[str, Closeness] = field(default_factory=dict)

    def of(self, passage: Passage, *ranges: tuple[int, int]) -> float:
        """Give 0 (nothing in common) to about 1 for characters of the passage's text, taken together."""
        shared = self.shared(*(passage.text[start:end] for start, end in ranges))
        near = self.near.get(passage.id)
        return shared if near is None else (near.of(*ranges) + WORDS * shared) / (1 + WORDS)

    def nearness(self, passage: Passage, *ranges: tuple[int, int]) -> float:
        """Give how near these characters of the passage's text are in meaning; 0 where its tokens are not kept."""
        near = self.near.get(passage.id)
        return 0.0 if near is None else near.of(*ranges)

    def shared(self, *texts: str) -> float:
        """Give the share of the question's words that stand in `texts`, each as telling as it is rare: 0 to 1."""
        terms = {term for text in texts for term in terms_of(text)}
        total = sum(self.weights.values())
        return sum(weight for term, weight in self.weights.items() if term in terms) / total if total else 0.0


def likeness(findings: Findings, near: Mapping[str, Closeness]) -> Likeness:
    """Weigh the words of the question; one that stands in no passage weighs as much as the rarest that does."""
    rarest = max(findings.idf.values(), default=1.0)
    return Likeness({term: findings.idf.get(term, rarest) for term in terms_asked(findings.searched)}, near)
