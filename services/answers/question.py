"""A question as it was typed, made fit to ask: one line, no invisible characters, at least one word to look for."""

from __future__ import annotations

import unicodedata

from services.errors import BadInput
from services.knowledge.words import terms_asked

# Joiners belong to the spelling of some scripts; every other invisible character only hides or turns text.
_JOINERS = "\u200c\u200d"


def clean(question: str) -> str:
    """Take out control and direction characters and fold white space; the words stay as typed."""
    kept = (" " if _is_unseen(character) else character for character in question)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def check(question: str) -> None:
    """Raise BadInput where a cleaned question has words, but none of them says what to look for."""
    if any(character.isalnum() for character in question) and not terms_asked(question):
        raise BadInput(
            "This question has only small words in it, such as “what” or “the”.",
            "Name the thing you want to know about, for example “parental leave”.",
        )


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in _JOINERS
