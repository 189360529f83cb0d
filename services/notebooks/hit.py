"""What withdrawing a knowledge base would hit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One's own notebooks that quote it, by title; and how many there are, of how many people.

    `notebooks` and `people` are None where fewer than five people are hit: a count would tell who.
    """

    mine: tuple[str, ...]
    notebooks: int | None
    people: int | None
