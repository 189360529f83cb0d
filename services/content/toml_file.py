"""A shipped TOML file whose entries are checked as they are asked for, so that a slip is named by file and key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from services.errors import Misconfigured

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class TomlFile:
    """The entries of one file, or of one table in it (`table` is then its name).

    Every method that gives an entry raises Misconfigured with a sentence that names the file, the key and the rule.
    """

    path: Path
    entries: dict[str, object]
    table: str = ""

    @classmethod
    def read(cls, path: Path, keys: frozenset[str]) -> TomlFile:
        """Read `path`, which may hold no other keys than `keys`: a misspelt key must not go unnoticed."""
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise Misconfigured(f"{shown(path)} is missing.", "Restore the file, or remove its folder.") from missing
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise Misconfigured(f"{shown(path)} is not valid TOML: {wrong}.", "Correct the file.") from wrong
        unknown = sorted(entries.keys() - keys)
        if unknown:
            raise Misconfigured(
                f"{shown(path)}: `{unknown[0]}` is not a known key.", f"Known keys: {', '.join(sorted(keys))}."
            )
        return cls(path, entries)

    def has(self, key: str) -> bool:
        """Say whether `key` was written at all."""
        return key in self.entries

    def text(self, key: str, longest: int = 10_000) -> str:
        """Give a text that is neither blank nor longer than `longest` characters."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, "must be a text that is not empty")
        if len(value) > longest:
            raise self.fault(key, f"has {len(value)} characters; at most {longest} are allowed")
        return value.strip()

    def texts(self, key: str, fewest: int = 0) -> tuple[str, ...]:
        """Give a list of at least `fewest` different texts, none of them blank."""
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
            raise self.fault(key, "must be a list of texts, none of them empty")
        if len(value) < fewest:
            raise self.fault(key, f"must hold at least {fewest} texts; it holds {len(value)}")
        if len(set(value)) < len(value):
            raise self.fault(key, "says the same text twice")
        return tuple(value)

    def day(self, key: str) -> date:
        """Give a date, written 2027-06-30 without quotes."""
        value = self._value(key)
        if type(value) is not date:
            raise self.fault(key, "must be a date written like 2027-06-30, without quotes")
        return value

    def number(self, key: str, least: int, most: int) -> int:
        """Give a whole number from `least` to `most`."""
        value = self._value(key)
        if type(value) is not int or not least <= value <= most:
            raise self.fault(key, f"must be a whole number from {least} to {most}")
        return value

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """Give the member of `choices` whose value was written."""
        value = self._value(key)
        allowed = [member.value for member in choices]
        if value not in allowed:
            raise self.fault(key, f"must be one of {', '.join(allowed)}")
        return choices(value)

    def inner(self, key: str, keys: frozenset[str]) -> TomlFile:
        """Give the table `key`, which may hold no other keys than `keys`."""
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.fault(key, "must be a table")
        inner = TomlFile(self.path, value, f"{self.table}{key}.")
        unknown = sorted(value.keys() - keys)
        if unknown:
            raise inner.fault(unknown[0], f"is not a known key (known: {', '.join(sorted(keys))})")
        return inner

    def named(self, key: str, keys: frozenset[str]) -> tuple[tuple[str, TomlFile], ...]:
        """Give the tables inside the table `key` with their names, each with no other keys than `keys`."""
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.fault(key, "must be a table")
        outer = TomlFile(self.path, value, f"{self.table}{key}.")
        return tuple((name, outer.inner(name, keys)) for name in value)

    def fault(self, key: str, rule: str) -> Misconfigured:
        """Make the error that says which rule `key` breaks."""
        return Misconfigured(f"{shown(self.path)}: `{self.table}{key}` {rule}.", "Correct the file and start again.")

    def _value(self, key: str) -> object:
        if key not in self.entries:
            raise self.fault(key, "is missing")
        return self.entries[key]


def shown(path: Path) -> str:
    """Name a file by its folder and itself: enough to find it, without this machine's own folders."""
    return f"{path.parent.name}/{path.name}"
