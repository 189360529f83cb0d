"""The embedder encodes on this machine alone, or says which file it lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from services.backends.embedded.embedder import LONGEST, MiniLMEmbedder, installed_model
from services.backends.embedded.reduction import PROJECTION
from services.errors import Unavailable

LEAVE = "Parental leave lasts sixteen weeks and is paid in full."
EMBEDDER = MiniLMEmbedder()


def test_a_question_has_a_unit_vector_and_a_unit_row_for_each_of_its_word_pieces() -> None:
    encoded = EMBEDDER.encode_question("How long is parental leave?")

    assert encoded.vector.shape == (384,)
    assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-5)
    assert encoded.pieces == ("how", "long", "is", "parental", "leave", "?")
    assert encoded.starts == (0, 4, 9, 12, 21, 26)
    assert encoded.tokens.shape == (6, 64)
    assert np.linalg.norm(encoded.tokens, axis=1) == pytest.approx(np.ones(6), abs=1e-5)


def test_passages_come_back_in_their_order_whatever_their_length() -> None:
    texts = [LEAVE * 6, "Taxi.", LEAVE, "The meal allowance abroad is paid by the day.", LEAVE * 3, "Taxi fares."]

    together = EMBEDDER.encode_passages(texts)

    alone = [EMBEDDER.encode_question(text) for text in texts]
    near = [float(one.vector @ two.vector) for one, two in zip(together, alone, strict=True)]
    assert min(near) > 0.98
    assert [len(one.tokens) for one in together] == [len(one.tokens) for one in alone]


def test_what_means_the_same_is_nearer_than_what_shares_a_word() -> None:
    question = EMBEDDER.encode_question("How much vacation do I get?").vector
    texts = ["Employees have 25 days of paid annual leave.", "How much does a ticket to the museum cost?"]
    leave, ticket = EMBEDDER.encode_passages(texts)

    assert question @ leave.vector > question @ ticket.vector


def test_a_long_text_is_read_as_far_as_the_model_reads() -> None:
    (encoded,) = EMBEDDER.encode_passages(["word " * 1_000])

    assert len(encoded.tokens) == LONGEST - 2


def test_the_starts_of_a_text_belong_to_its_stored_tokens() -> None:
    (starts,) = EMBEDDER.starts([LEAVE])

    assert starts == EMBEDDER.encode_passages([LEAVE])[0].starts


def test_an_absent_model_file_is_named_with_its_place_and_how_to_restore_it(tmp_path: Path) -> None:
    embedder = MiniLMEmbedder(tmp_path / "model.onnx")

    assert "model.onnx" in embedder.missing
    assert str(tmp_path) in embedder.missing
    assert "is missing" in embedder.missing
    assert "pip install" in embedder.missing
    with pytest.raises(Unavailable):
        embedder.encode_question("How long is parental leave?")


def test_a_damaged_model_file_is_never_loaded(tmp_path: Path) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(installed_model().read_bytes()[:-1])

    assert "is damaged" in MiniLMEmbedder(damaged).missing


def test_a_model_file_that_was_restored_is_found_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    embedder = MiniLMEmbedder(file)
    before = embedder.missing
    file.symlink_to(installed_model())

    assert before
    assert not embedder.missing


def test_a_damaged_tokenizer_or_projection_is_told_apart(tmp_path: Path) -> None:
    tokenizer, projection = tmp_path / "tokenizer.json", tmp_path / "reduction.npz"
    tokenizer.write_text("{}")
    projection.write_bytes(PROJECTION.read_bytes()[:1000])

    assert "tokenizer.json" in MiniLMEmbedder(tokenizer=tokenizer).missing
    assert "reduction.npz" in MiniLMEmbedder(projection=projection).missing


def test_warming_a_model_that_is_missing_raises_nothing(tmp_path: Path) -> None:
    MiniLMEmbedder(tmp_path / "model.onnx").warm()


def test_the_runtime_leaves_no_device_id_and_no_events_behind(tmp_path: Path) -> None:
    program = "from services.backends.embedded.embedder import MiniLMEmbedder as E; print(E().missing or 'ready')"
    # Not as in a run of tests or of CI, where onnxruntime keeps quiet by itself.
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}

    run = subprocess.run([sys.executable, "-c", program], env=home, capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "ready"
    assert list(tmp_path.iterdir()) == []


def test_importing_the_embedder_loads_no_runtime() -> None:
    program = "import sys, services.backends.embedded.embedder; print('onnxruntime' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"


def test_passages_mean_the_same_whether_somebody_asks_meanwhile_or_not() -> None:
    texts = ["Leave lasts a week.", "Travel is booked by the office.", "Lunch is at noon.", "A dog may come along."]
    calm = MiniLMEmbedder().encode_passages(texts)
    attentive = MiniLMEmbedder()
    attentive.encode_question("How long is leave?")

    for alone, together in zip(attentive.encode_passages(texts), calm, strict=True):
        assert float(alone.vector @ together.vector) > 0.99
