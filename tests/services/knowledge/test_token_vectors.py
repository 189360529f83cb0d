"""Token vectors are stored in few bytes and read back nearly as they were."""

from __future__ import annotations

import numpy as np

from services.knowledge.token_vectors import pack, unpack


def _rows(number: int, dimensions: int = 64) -> np.ndarray:
    rows = np.random.default_rng(3).normal(size=(number, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_row_takes_half_a_byte_a_dimension() -> None:
    assert len(pack(_rows(100))) == 1 + 100 * 32


def test_rows_come_back_with_unit_length_and_nearly_their_direction() -> None:
    rows = _rows(200)

    again = unpack(pack(rows))

    assert np.allclose(np.linalg.norm(again, axis=1), 1, atol=1e-5)
    assert (rows * again).sum(axis=1).min() > 0.98


def test_packing_what_was_unpacked_changes_nothing() -> None:
    packed = pack(_rows(50))

    assert pack(unpack(packed)) == packed


def test_no_tokens_come_back_as_none() -> None:
    assert unpack(pack(np.empty((0, 64), dtype=np.float32))).shape == (0, 64)
