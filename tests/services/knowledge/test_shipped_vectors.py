from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.backends.embedded.embedder import MiniLMEmbedder
from services.backends.embedded.scan import quantise
from services.bootstrap import KNOWLEDGE_BASES
from services.knowledge.passport import Passport, read_passports
from services.knowledge.reading.reader import Reader
from services.knowledge.shipped_vectors import FILE, read_vectors, write_vectors
from services.knowledge.splitting import embedded_text
from services.knowledge.token_vectors import pack
from services.people.user import User
from tests.commands.vectors import shipped_passages
from tests.services.knowledge.room import Room, WordsEmbedder

SAMPLE = 6
ALLOWED_MEGABYTES = 25

PASSPORTS = {passport.knowledge_base.id: passport for passport in read_passports(KNOWLEDGE_BASES)}


@pytest.fixture(scope="module")
def embedder() -> MiniLMEmbedder:
    return MiniLMEmbedder()


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def test_what_was_written_is_found_by_model_and_text(tmp_path: Path) -> None:
    embedder = WordsEmbedder()
    texts = ["leave for parents", "travel by train", "a"]
    write_vectors(tmp_path / FILE, "words.1", dict(zip(texts, embedder.encode_passages(texts), strict=True)))
    shipped = read_vectors(tmp_path / FILE)
    for text in texts:
        found, made = shipped.find("words.1", text), embedder.encode_question(text)
        assert found
        assert found.vector @ made.vector > 0.999
        assert pack(found.tokens) == pack(made.tokens)
        assert (quantise(found.vector[None]).values == quantise(made.vector[None]).values).all()
    assert shipped.find("words.2", texts[0]) is None
    assert shipped.find("words.1", "another text") is None


def test_where_nothing_ships_nothing_is_found(tmp_path: Path) -> None:
    assert read_vectors(tmp_path / FILE).find("words.1", "leave") is None


def test_shipped_vectors_are_used_and_only_what_lacks_is_computed(room: Room, ana: User) -> None:
    room.ship("handbook", {"leave.md": "# Leave\n\nSixteen weeks.", "travel.md": "# Travel\n\nBy train."})
    text = "Leave\n# Leave\n\nSixteen weeks."
    write_vectors(room.content / "handbook" / FILE, "words.1", {text: room.embedder.encode_question(text)})
    room.embedder.encoded.clear()
    room.bring_in()
    assert room.embedder.encoded == ["Travel\n# Travel\n\nBy train."]
    assert all(found.meaning for found in room.knowledge.search(ana, "weeks of leave by train").found)


def test_all_of_them_together_are_small_enough_to_ship() -> None:
    sizes = [(passport.folder / FILE).stat().st_size for passport in PASSPORTS.values()]
    assert sum(sizes) < ALLOWED_MEGABYTES * 1e6


@pytest.mark.parametrize("passport", PASSPORTS.values(), ids=PASSPORTS)
def test_every_shipped_passage_has_its_vectors_and_a_sample_is_right(
    passport: Passport, reader: Reader, embedder: MiniLMEmbedder
) -> None:
    shipped = read_vectors(passport.folder / FILE)
    texts = [embedded_text(passage) for passage in shipped_passages(passport, reader)]
    lacking = [text for text in texts if shipped.find(embedder.name, text) is None]
    assert lacking == [], "run `make vectors`"
    for text in random.Random(1).sample(texts, SAMPLE):
        found, made = shipped.find(embedder.name, text), embedder.encode_passages([text])[0]
        assert found
        # The model's own rounding depends a little on what is encoded with it.
        assert found.vector @ made.vector > 0.98
        assert found.tokens.shape == made.tokens.shape
        assert np.mean(np.sum(found.tokens * made.tokens, axis=1)) > 0.9
