"""References from one cell to another, written `{{Name}}`: found, renamed, and put in place once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from services.errors import BadInput
from services.notebooks.markup import writable

REFERENCE = re.compile(r"\{\{\s*([^{}\n]{1,60}?)\s*\}\}")
LONGEST_NAME = 40


def reference_to(name: str) -> str:
    """Write a reference to the cell `name`."""
    return "{{" + name + "}}"


def key_of(name: str) -> str:
    """Give the form under which names are compared: "Sales" and "sales" are one."""
    return " ".join(name.split()).casefold()


def typed_name(name: str) -> str:
    """Tidy a cell's name that somebody typed. Raises BadInput for one that no reference could hold."""
    tidy = " ".join(writable(name).split())
    if not tidy:
        raise BadInput("A step needs a name.", "Type a word or two: other steps refer to it by that name.")
    if len(tidy) > LONGEST_NAME:
        raise BadInput(f"A name has at most {LONGEST_NAME} characters; this one has {len(tidy)}.", "Shorten it.")
    if "{" in tidy or "}" in tidy:
        raise BadInput("A name can't hold the signs { and }.", "They mark references to other steps: leave them out.")
    return tidy


def names_in(form: Mapping[str, object]) -> tuple[str, ...]:
    """Give the names that a form refers to, each once, in the order of the form."""
    found = {key_of(name): name for text in _texts(form) for name in REFERENCE.findall(text)}
    return tuple(found.values())


def renamed(text: str, old: str, new: str) -> str:
    """Give a text in which every reference to `old` is one to `new`."""

    def change(found: re.Match[str]) -> str:
        return reference_to(new) if key_of(found[1]) == key_of(old) else found[0]

    return REFERENCE.sub(change, text)


def named(text: str) -> str:
    """Give a text to read, with the names of cells in quotation marks in the places of references to them."""
    return REFERENCE.sub(r"“\1”", text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of references, once: what a value holds is never taken for a reference.

    `values` are by `key_of`; a reference to none of them stays as it stands.
    """
    return REFERENCE.sub(lambda found: values.get(key_of(found[1]), found[0]), text)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for member in value.values():
                yield from _texts(member)
        case list() | tuple():
            for member in value:
                yield from _texts(member)


def with_texts(form: Mapping[str, object], change: Callable[[str], str]) -> dict[str, object]:
    """Give a form with every text in it changed."""

    def changed(value: object) -> object:
        match value:
            case str():
                return change(value)
            case Mapping():
                return {name: changed(member) for name, member in value.items()}
            case list() | tuple():
                return [changed(member) for member in value]
        return value

    return cast(dict[str, object], changed(form))
