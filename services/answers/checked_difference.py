"""In what a sentence differs from the sentence of a source that it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Respect(StrEnum):
    """What is compared exactly."""

    NUMBER = "number"
    NEGATION = "negation"
    OPPOSITE = "opposite"
    NAME = "name"
    SCOPE = "scope"


@dataclass(frozen=True)
class Difference:
    """One difference in plain words; it `contradicts` where the source says something else in that very place.

    `words` are those of the sentence and of the source that are opposites.
    """

    respect: Respect
    reason: str
    contradicts: bool
    words: tuple[str, ...] = ()
