"""Token vectors keep what tells them apart when they are made small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.backends.embedded.reduction import load_reduction, unit


def test_the_projection_that_ships_keeps_unit_rows() -> None:
    reduction = load_reduction()
    tokens = unit(np.random.default_rng(1).normal(size=(7, 384)).astype(np.float32))

    reduced = reduction.reduce(tokens)

    assert reduced.shape == (7, 64)
    assert np.linalg.norm(reduced, axis=1) == pytest.approx(np.ones(7), abs=1e-5)


def test_its_directions_stand_at_right_angles() -> None:
    directions = load_reduction().directions

    assert directions.T @ directions == pytest.approx(np.eye(64), abs=2e-3)


def test_a_row_of_zeros_stays_one() -> None:
    assert unit(np.zeros((1, 4), dtype=np.float32)).tolist() == [[0, 0, 0, 0]]


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="reduction"):
        load_reduction(tmp_path / "reduction.npz")
