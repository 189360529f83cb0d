"""A notebook's title: made of its first question, or typed."""

from __future__ import annotations

from services.answers.question import clean
from services.errors import BadInput

UNTITLED = "Untitled notebook"
LONGEST = 120
FROM_QUESTION = 60


def title_from(question: str) -> str:
    """Name a notebook after its question: its first words, up to 60 characters, with an initial capital."""
    title = clean(question)
    if len(title) > FROM_QUESTION:
        cut = title[:FROM_QUESTION]
        title = (cut.rsplit(" ", 1)[0] if " " in cut else cut[: FROM_QUESTION - 1]).rstrip(" ,;:-–") + "…"
    return title[:1].upper() + title[1:]


def typed_title(title: str) -> str:
    """Tidy a title that somebody typed. Raises BadInput for an empty one and one of more than 120 characters."""
    tidy = clean(title)
    if not tidy:
        raise BadInput("A notebook needs a title.", "Type a few words.")
    if len(tidy) > LONGEST:
        raise BadInput(f"A title has at most {LONGEST} characters; this one has {len(tidy)}.", "Shorten it.")
    return tidy
