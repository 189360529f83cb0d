"""The example questions that Home offers to somebody who has not asked anything yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.content.toml_file import TomlFile


@dataclass(frozen=True)
class Example:
    """A question and the knowledge base that answers it; None for the one that is meant to be not found."""

    question: str
    knowledge_base_id: str | None


def read_examples(path: Path) -> tuple[Example, ...]:
    """Read the examples in the TOML file `path`, in the order in which they are offered.

    Raises Misconfigured with a sentence that names the file, the key and the rule it breaks.
    """
    entries = TomlFile.read(path, frozenset({"examples"}))
    return tuple(
        Example(table.text("question"), table.text("knowledge_base") if table.has("knowledge_base") else None)
        for table in entries.listed("examples", frozenset({"question", "knowledge_base"}))
    )
