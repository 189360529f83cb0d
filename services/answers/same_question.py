"""When two questions are the same one: spelled alike, or near in meaning with the same telling words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.knowledge.words import terms_asked
from services.models.embedding import Embedder

SAME = 0.93
"""The cosine from which two questions with the same telling words are one."""


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
    if asked.vector is None or set(terms_asked(asked.text)) != set(terms_asked(question)):
        return False
    return float(asked.vector @ asked.embedder.encode_question(question).vector) >= SAME


def spelled(question: str) -> str:
    """Give a question as spellings are compared: without case, punctuation and spaces at the ends."""
    plain = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(re.findall(r"[\w%$€£+#.,'’-]*[\w%$€£+#]", plain))
