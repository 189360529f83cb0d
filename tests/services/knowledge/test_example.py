"""The examples of Home come in their order, and a slip in them is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.knowledge.example import Example, read_examples


def test_an_example_without_knowledge_base_is_the_one_meant_to_fail(tmp_path: Path) -> None:
    path = tmp_path / "home.toml"
    path.write_text('[[examples]]\nquestion = "A?"\nknowledge_base = "travel"\n[[examples]]\nquestion = "B?"\n')

    assert read_examples(path) == (Example("A?", "travel"), Example("B?", None))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('examples = "A?"', r"`examples` must be a list of tables, each begun by \[\[examples\]\]"),
        ('examples = ["A?"]', r"`examples\.1` must be a table"),
        ('[[examples]]\nquestion = ""', r"`examples\.1\.question` must be a text that is not empty"),
        ('[[examples]]\nquestion = "A?"\n[[examples]]\nask = "B?"', r"`examples\.2\.ask` is not a known key"),
    ],
)
def test_a_slip_is_counted_from_the_first_example(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "home.toml"
    path.write_text(text)

    with pytest.raises(Misconfigured, match=sentence):
        read_examples(path)
