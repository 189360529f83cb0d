"""A versioned instruction with typed variables, and the file that it ships as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from services.content.toml_file import TomlFile
from services.errors import BadInput

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)

KEYS = frozenset({"name", "version", "purpose", "instruction", "variables", "parameters", "styles"})
STYLE = "style"
"""The variable that stands for the wording of a style; a template has styles where it has a place for it."""
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
class Style:
    """A form that an answer may have: what people choose it by, its longest in sentences, how a model is told."""

    name: str
    label: str
    sentences: int
    wording: str


@dataclass(frozen=True)
class PromptTemplate:
    """One version of an instruction.

    `parameters` bound an answer: `sentences` is the longest answer in sentences, `sources` the largest number of
    passages that it may draw on. `styles` are the forms that may be chosen; `style` is the one that was, "" for the
    template's own.
    """

    name: str
    version: int
    purpose: str
    instruction: str
    variables: tuple[Variable, ...]
    parameters: dict[str, int]
    styles: tuple[Style, ...] = ()
    style: str = ""

    def in_style(self, name: str) -> PromptTemplate:
        """Give it with the bounds and the wording of one of its styles; "" is its own. BadInput for one it has not."""
        if not name:
            return self
        style = next((each for each in self.styles if each.name == name), None)
        if style is None:
            raise BadInput("There is no such style of answer.", "Choose one of those that are offered.")
        return replace(self, style=name, parameters={**self.parameters, "sentences": style.sentences})

    def fill(self, values: Mapping[str, str]) -> str:
        """Give the instruction with each variable replaced once: what a value holds is never taken for a variable."""
        words = {"sentences": str(self.parameters["sentences"])}
        styles = [each for each in self.styles if not self.style or each.name == self.style]
        wording = {STYLE: _filled(styles[0].wording, words)} if styles else {}
        return _filled(self.instruction, {**words, **wording, **values})


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
    styles = _styles(entries) if STYLE in {variable.name for variable in variables} else ()
    parameters = entries.inner("parameters", frozenset(PARAMETERS))
    return PromptTemplate(
        name=path.stem,
        version=entries.number("version", 1, 1_000_000),
        purpose=entries.text("purpose", longest=120),
        instruction=instruction,
        variables=variables,
        parameters={name: parameters.number(name, 1, most) for name, most in PARAMETERS.items()},
        styles=styles,
    )


def _styles(entries: TomlFile) -> tuple[Style, ...]:
    found = tuple(
        Style(
            name,
            table.text("label", longest=40),
            table.number("sentences", 1, PARAMETERS["sentences"]),
            table.text("wording", longest=300),
        )
        for name, table in entries.named("styles", frozenset({"label", "sentences", "wording"}))
    )
    if not found:
        raise entries.fault("styles", "must hold a style, because the instruction has a place for one")
    return found


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


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), found[0]), text)
