"""The file of a model that runs on the computer that runs the app: whether it is there, and how it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Protocol

Progress = Callable[[int, int], None]
"""Told the bytes that have come and the bytes there are."""


class Standing(StrEnum):
    """How the file stands."""

    ABSENT = "absent"
    FETCHING = "fetching"
    PRESENT = "present"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Fetched:
    """How the file stands, and of how many bytes so many have come; also of a fetch that was stopped."""

    standing: Standing
    done: int
    total: int


class Stopped(Exception):
    """It was told to stop. What has come is kept, and the next fetch goes on from there."""


class Weights(Protocol):
    """Keeps the file of one model."""

    @property
    def licence(self) -> str:
        """The licence that the file comes under."""
        ...

    @property
    def fetched(self) -> Fetched:
        """How it stands now, whoever fetches it."""
        ...

    def fetch(self, source: str, cancelled: Event, progress: Progress) -> None:
        """Have the file, from the file at `source`, or from wherever it is published where that is "".

        It appears whole and verified, or not at all. Raises Stopped soon after `cancelled` is set, and AppError.
        """
        ...
