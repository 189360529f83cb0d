"""A person who is here, and the part of the organisation they are here for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do beyond asking."""

    CITIZEN = "citizen"
    STEWARD = "steward"
    CDO = "cdo"


@dataclass(frozen=True)
class LineOfBusiness:
    """A part of the organisation, such as Claims."""

    id: str
    name: str


@dataclass(frozen=True)
class User:
    """Who is here. `title` is their job in words ("business analyst")."""

    id: str
    name: str
    title: str
    line: LineOfBusiness
    role: Role
