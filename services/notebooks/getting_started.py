"""The first four steps of a newcomer."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class GettingStarted:
    """Which of the first four steps somebody has taken."""

    asked: bool
    opened_a_source: bool
    met_not_found: bool
    wrote_a_note: bool

    @property
    def done(self) -> int:
        """How many of them."""
        return sum(astuple(self))

    @property
    def total(self) -> int:
        """How many there are."""
        return len(astuple(self))
