"""Text in any quantity: seeded windows cut from the texts of sets, with vectors that stay near real ones."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.knowledge.token_vectors import pack, unpack
from services.models.embedding import Embedder, Encoded
from tests.bench.report import BUILD

LONGEST = 1_000
SEED = 20_261_124
REAL = 600
"""Windows that are really encoded; the others get one of their vectors with noise."""
NOISE = 0.4
"""Length of the noise that is added to a unit vector."""


@dataclass(frozen=True)
class Material:
    """The texts and questions of all sets below one folder."""

    texts: tuple[str, ...]
    questions: tuple[str, ...]

    def windows(self, seed: int = SEED) -> Iterator[str]:
        """Give windows of at most `LONGEST` characters that begin and end at white space, without end."""
        draw = random.Random(seed)
        sizes = [len(text) for text in self.texts]
        while True:
            (text,) = draw.choices(self.texts, sizes)
            start = text.rfind(" ", 0, draw.randrange(max(1, len(text) - LONGEST // 2))) + 1
            window = text[start : start + LONGEST]
            yield window if len(window) < LONGEST else window[: window.rfind(" ") + 1 or LONGEST].strip()

    def some_questions(self, number: int) -> list[str]:
        """Draw so many questions, or all where there are fewer."""
        return random.Random(SEED).sample(self.questions, min(number, len(self.questions)))


def read_material(folder: Path) -> Material:
    """Read every `corpus.jsonl` and `queries.jsonl` below `folder`. Raises SystemExit where there is none."""
    texts = [row["text"] for path in sorted(folder.rglob("corpus.jsonl")) for row in _rows(path)]
    questions = [row["text"] for path in sorted(folder.rglob("queries.jsonl")) for row in _rows(path)]
    if not texts or not questions:
        raise SystemExit(f"There is no set (corpus.jsonl, queries.jsonl) below {folder}: name a folder with DATA=.")
    return Material(tuple(text for text in texts if text.strip()), tuple(questions))


@dataclass(frozen=True)
class Nearby:
    """Encodings for windows that were never encoded: those of real ones, their vectors moved a little."""

    real: tuple[Encoded, ...]

    def encode(self, number: int, seed: int) -> list[Encoded]:
        """Give so many encodings."""
        draw = np.random.default_rng(seed)
        chosen = [self.real[place] for place in draw.integers(0, len(self.real), number)]
        vectors = np.stack([each.vector for each in chosen])
        noise = draw.normal(size=vectors.shape)
        vectors = vectors + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return [Encoded(vector, each.tokens, ()) for vector, each in zip(vectors, chosen, strict=True)]


def encode_some(material: Material, embedder: Embedder) -> Nearby:
    """Encode `REAL` windows, or read what an earlier run kept under the digest of model and texts."""
    windows = material.windows(seed=0)
    texts = [next(windows) for _ in range(REAL)]
    path = BUILD / f"windows-{_digest([embedder.name, *texts])}.npz"
    if not path.is_file():
        encoded = embedder.encode_passages(texts)
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = [np.frombuffer(pack(each.tokens), dtype=np.uint8) for each in encoded]
        ends = np.cumsum([len(each) for each in packed])
        np.savez(path, vectors=np.stack([each.vector for each in encoded]), tokens=np.concatenate(packed), ends=ends)
    with np.load(path, allow_pickle=False) as stored:
        pieces = np.split(stored["tokens"], stored["ends"][:-1])
        pairs = zip(stored["vectors"], pieces, strict=True)
        return Nearby(tuple(Encoded(vector, unpack(tokens.tobytes()), ()) for vector, tokens in pairs))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
