from __future__ import annotations

import numpy as np
import pytest

from services.backends.embedded import scan
from services.backends.embedded.scan import numkong_dots, numpy_dots, quantise
from tests.contracts.index_contract import random_vectors


def test_both_scans_give_exactly_the_same() -> None:
    vectors = np.random.default_rng(1).integers(-127, 128, (9000, 384), dtype=np.int8)
    vectors[0] = vectors[1] = 127
    expected = (vectors.astype(np.int64) @ vectors[0].astype(np.int64)).tolist()

    assert numkong_dots()(vectors, vectors[0]).tolist() == expected
    assert numpy_dots(vectors, vectors[0]).tolist() == expected


def test_a_cosine_of_8_bit_vectors_is_right_to_half_a_hundredth() -> None:
    vectors = random_vectors(1, 500, 384)

    cosines = quantise(vectors).cosines(quantise(vectors[:1]), numpy_dots)

    assert np.abs(cosines - vectors @ vectors[0]).max() < 0.005


def test_what_is_stored_is_read_back() -> None:
    vectors = quantise(random_vectors(1, 5, 24))

    read = scan.from_bytes(vectors.to_bytes(), 5)

    assert read.values.tolist() == vectors.values.tolist()
    assert read.scales.tolist() == vectors.scales.tolist()


@pytest.mark.parametrize("stored", [b"", b"odd", b"\x00" * 15])
def test_damaged_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="the vectors of a document"):
        scan.from_bytes(stored, 5)


def test_a_zero_vector_is_as_far_from_everything() -> None:
    zero = quantise(np.zeros((1, 24), dtype=np.float32))

    assert zero.cosines(quantise(random_vectors(1, 1)), numpy_dots).tolist() == [0]


def test_parts_of_another_length_than_the_newest_count_as_missing() -> None:
    old, new, none = quantise(random_vectors(1, 2, 16)), quantise(random_vectors(2, 3, 24)), scan.without(1)

    joined = scan.join([old, none, new])

    assert joined.dimensions == 24
    assert np.isnan(joined.scales).tolist() == [True, True, True, False, False, False]
