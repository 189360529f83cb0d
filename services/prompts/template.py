"""A versioned instruction with typed variables, and the file that it ships as."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.content.toml_file import TomlFile

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)

KEYS = frozenset({"name", "version", "purpose", "instruction", "variables", "parameters"})
PARAMETERS = {"sentences": 20, "sources": 50}


class VariableKind(StrEnum):
    """What may be put in the place of a variable."""

    TEXT = "text"
    NUMBER = "number"
    SOURCES = "sources"


@dataclass(frozen=True)
class Variable:
    """A place in an instruction, written `{{name}}`; `meaning` is one sentence for the person who fills it in."""

    name: str
    kind: VariableKind
    meaning: str


@dataclass(frozen=True)
class PromptTemplate:
    """One version of an instruction.

    `parameters` bound an answer in whatever style it is made: `sentences` is the longest answer in sentences,
    `sources` the largest number of passages that it may draw on.
    """

    name: str
    version: int
    purpose: str
    instruction: str
    variables: tuple[Variable, ...]
    parameters: dict[str, int]


def read_template(path: Path) -> PromptTemplate:
    """Read the template in the TOML file `path`.

    Raises Misconfigured with a sentence that names the file, the key and the rule it breaks.
    """
    entries = TomlFile.read(path, KEYS)
    if entries.text("name") != path.stem:
        raise entries.fault("name", f"must be the name of its file, {path.stem}")
    instruction = entries.text("instruction")
    variables = _variables(entries)
    _check_places(entries, instruction, {variable.name for variable in variables})
    parameters = entries.inner("parameters", frozenset(PARAMETERS))
    return PromptTemplate(
        name=path.stem,
        version=entries.number("version", 1, 1_000_000),
        purpose=entries.text("purpose", longest=120),
        instruction=instruction,
        variables=variables,
        parameters={name: parameters.number(name, 1, most) for name, most in PARAMETERS.items()},
    )


def _variables(entries: TomlFile) -> tuple[Variable, ...]:
    return tuple(
        Variable(name, table.choice("kind", VariableKind), table.text("meaning"))
        for name, table in entries.named("variables", frozenset({"kind", "meaning"}))
    )


def _check_places(entries: TomlFile, instruction: str, declared: set[str]) -> None:
    """A variable that stands nowhere would be dropped without a word; an undeclared one would be sent as it is."""
    placed = set(PLACEHOLDER.findall(instruction))
    for name in sorted(declared - placed):
        raise entries.fault("instruction", f"has no place for the variable {name}, written {{{{{name}}}}}")
    for name in sorted(placed - declared):
        raise entries.fault("instruction", f"has a place for {name}, which is not among the variables")
