"""What is done about personal data in a question, and the file that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.content.toml_file import TomlFile
from services.governance.personal_data import PersonalKind

SHIPPED = Path(__file__).parents[1] / "content" / "policies" / "personal-data.toml"

_KEYS = frozenset({"name", "version", "purpose", "classifications"})


class Handling(StrEnum):
    """What is done with a question that holds a kind of personal data, the mildest first."""

    THROUGH = "let through"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True)
class Policy:
    """One version of the rule; `handlings` has what is done by classification of what is searched, and by kind."""

    name: str
    version: int
    purpose: str
    handlings: Mapping[str, Mapping[PersonalKind, Handling]]

    def handling(self, classification: str, kind: PersonalKind) -> Handling:
        """What is done; where nobody has said what is searched, or said it of that, the strictest of all."""
        if classification in self.handlings:
            return self.handlings[classification][kind]
        return max((each[kind] for each in self.handlings.values()), key=list(Handling).index)


def read_policy(path: Path = SHIPPED) -> Policy:
    """Read the policy in a TOML file; Misconfigured names the file, the key and the rule that it breaks."""
    entries = TomlFile.read(path, _KEYS)
    if entries.text("name") != path.stem:
        raise entries.fault("name", f"must be the name of its file, {path.stem}")
    tables = entries.named("classifications", frozenset(PersonalKind))
    if not tables:
        raise entries.fault("classifications", "must hold a table for each classification")
    return Policy(
        name=path.stem,
        version=entries.number("version", 1, 1_000_000),
        purpose=entries.text("purpose", longest=120),
        handlings={name: {kind: table.choice(kind, Handling) for kind in PersonalKind} for name, table in tables},
    )
