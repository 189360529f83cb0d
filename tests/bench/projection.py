"""Fits the projection of token vectors that ships, on the texts of every set below DATA (`make bench-projection`).

It belongs to the vectors that ship and to those that every installation has stored: who writes a new one gives it a
new name (`REDUCTION` in services/backends/embedded/reduction.py) and makes the shipped vectors again (`make vectors`).
So it is written under build/, and this says how much of the token vectors' length it and the one that ships keep.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.backends.embedded.embedder import TOKENIZER, MiniLM, installed_model
from services.backends.embedded.reduction import load_reduction, unit
from tests.bench.report import BUILD, Row, report
from tests.bench.sets import SEED, folder_of_sets, read_sets
from tests.bench.windows import Material

REDUCED = 64
WINDOWS = 150
"""Windows of each set, so that a large set weighs no more than a small one."""
BATCH = 4


def main() -> None:
    """Fit on all sets, measure on each set what a fit on the others keeps, and write the projection under build/."""
    model = MiniLM(installed_model(), TOKENIZER)
    tokens = {each.name: _tokens(model, [row["text"] for row in each.corpus]) for each in read_sets(folder_of_sets())}
    shipped = load_reduction().directions
    rows: list[Row] = []
    for name, mine in tokens.items():
        others = [each for other, each in tokens.items() if other != name] or [mine]
        rows.append(Row(name, "kept/fitted_on_others", kept(mine, fit(others)), "share", len(mine)))
        rows.append(Row(name, "kept/shipped", kept(mine, shipped), "share", len(mine)))
    path = BUILD / "reduction.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, directions=fit(list(tokens.values())).astype(np.float16))
    report("projection", rows, [f"A new fit on all of them is in {path.relative_to(BUILD.parents[1])}."])


def fit(tokens: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Give the `REDUCED` leading right singular vectors, (dimensions, REDUCED), every member weighing the same."""
    moments = sum((each.T @ each / len(each) for each in tokens), np.zeros(()))
    _, directions = np.linalg.eigh(moments)
    return np.asarray(directions[:, ::-1][:, :REDUCED], dtype=np.float32)


def kept(tokens: NDArray[np.float32], directions: NDArray[np.float32]) -> float:
    """Give the mean share of squared length that unit vectors keep."""
    return float(((tokens @ directions) ** 2).sum(axis=1).mean())


def _tokens(model: MiniLM, texts: Sequence[str]) -> NDArray[np.float32]:
    windows = Material(tuple(text for text in texts if text.strip()), ()).windows(SEED)
    chosen = [next(windows) for _ in range(WINDOWS)]
    batches = [model.read(chosen[first : first + BATCH]) for first in range(0, WINDOWS, BATCH)]
    return unit(np.concatenate([whole.tokens for batch in batches for whole in model.run(batch)]))


if __name__ == "__main__":
    main()
