"""When two questions are the same one: spelled alike, or near in meaning with the same telling words in order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.knowledge.words import terms_of
from services.models.embedding import Embedder

SAME = 0.93
"""The cosine from which two questions with the same telling words are one; chosen by `make bench-likeness`."""

_ASKED_FOR = re.compile(
    r"\b(?:who|whom|whose|which|what|when|where|why|how|no|nor|not|never|without|from|by)\b|can(?=not\b)|n't\b"
)
"""Words that ask for a person, a time, a place, a reason or a way, that say no, and that turn who does what to whom."""


@dataclass(frozen=True)
class Asked:
    """A question that is compared with others; it is encoded at most once."""

    text: str
    embedder: Embedder

    @cached_property
    def vector(self) -> NDArray[np.float32] | None:
        """Its vector, None where the model is missing."""
        return None if self.embedder.missing else self.embedder.encode_question(self.text).vector


def is_same(asked: Asked, question: str) -> bool:
    """Say whether `asked` is `question`: rather not than wrongly, since its answer is shown first."""
    if spelled(asked.text) == spelled(question):
        return True
    if asked.vector is None or not has_same_words(asked.text, question):
        return False
    return float(asked.vector @ asked.embedder.encode_question(question).vector) >= SAME


def has_same_words(first: str, second: str) -> bool:
    """Say whether two questions have the same telling words in the same order and ask for the same, as who, or not."""
    return terms_of(first) == terms_of(second) and _asked_for(first) == _asked_for(second)


def _asked_for(question: str) -> set[str]:
    # A search takes these for empty words; between two questions they make the difference.
    return set(_ASKED_FOR.findall(question.casefold().replace("’", "'")))


def spelled(question: str) -> str:
    """Give a question as spellings are compared: without case, punctuation and spaces at the ends."""
    plain = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(re.findall(r"[\w%$€£+#.,'’-]*[\w%$€£+#]", plain))
