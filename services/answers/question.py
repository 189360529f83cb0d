"""A question as it was typed, made fit to ask: one line, no invisible characters."""

from __future__ import annotations

import unicodedata

from services.knowledge.words import terms_asked

# Joiners belong to the spelling of some scripts; every other invisible character only hides or turns text.
_JOINERS = "\u200c\u200d"


def clean(question: str) -> str:
    """Take out control and direction characters and fold white space; the words stay as typed."""
    kept = (" " if _is_unseen(character) else character for character in question)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def names_something(question: str) -> bool:
    """Whether a word of a cleaned question says what to look for; "what is the" has none that does."""
    return bool(terms_asked(question))


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in _JOINERS
