"""Vectors of a benchmark's texts, kept under build/ by the digest of model and text, so that they are made once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from services.knowledge.shipped_vectors import read_vectors, write_vectors
from services.models.embedding import Embedder, Encoded

AT_ONCE = 400
"""Passages encoded before what has been made is written and the rate is said."""


def remembered(embedder: Embedder, path: Path) -> Callable[[Sequence[str], Callable[[str], None]], list[Encoded]]:
    """Give a function that encodes passages, or takes them from `path`, to which it adds what was not there.

    They are rounded as vectors that ship are.
    """

    def encode(texts: Sequence[str], say: Callable[[str], None]) -> list[Encoded]:
        kept = read_vectors(path)
        found = {text: each for text in texts if (each := kept.find(embedder.name, text)) is not None}
        lacking = [text for text in dict.fromkeys(texts) if text not in found]
        path.parent.mkdir(parents=True, exist_ok=True)
        for first in range(0, len(lacking), AT_ONCE):
            some = lacking[first : first + AT_ONCE]
            start = time.perf_counter()
            found |= zip(some, embedder.encode_passages(some), strict=True)
            rate = len(some) / (time.perf_counter() - start)
            say(f"{path.stem}: {first + len(some)} of {len(lacking)} passages encoded, {rate:.0f} a second")
        if lacking:
            write_vectors(path, embedder.name, found)
        # As they are read back, so that the first run measures what every later one does.
        written = read_vectors(path)
        return [each for text in texts if (each := written.find(embedder.name, text)) is not None]

    return encode
