"""What the victim has to read: small Markdown files that go in batches, and PDFs that go alone."""

from __future__ import annotations

import random
from pathlib import Path

from tests.services.knowledge.pdfs import pdf
from tests.services.knowledge.room import open_room

WORDS = ("leave", "travel", "policy", "receipt", "plan", "benefit", "network", "annual", "approval", "parental")


def ship(content: Path, data: Path, seed: int, documents: int) -> None:
    """Write two shipped knowledge bases of together `documents` files, made by `seed`."""
    dice = random.Random(seed)
    room = open_room(data, content)
    small = documents * 3 // 4
    room.ship("handbook", {f"page-{each}.md": _markdown(dice, each) for each in range(small)})
    room.ship("plans", {f"plan {each}.pdf": _pdf(dice) for each in range(documents - small)})
    room.close()


def _markdown(dice: random.Random, number: int) -> bytes:
    sections = [f"## Section {each}\n\n{_sentences(dice, 20)}" for each in range(4)]
    return "\n\n".join([f"# Page {number}", *sections]).encode()


def _pdf(dice: random.Random) -> bytes:
    return pdf(*([_sentences(dice, 1) for _ in range(20)] for _ in range(4)))


def _sentences(dice: random.Random, count: int) -> str:
    return " ".join(" ".join(dice.choices(WORDS, k=9)).capitalize() + "." for _ in range(count))
