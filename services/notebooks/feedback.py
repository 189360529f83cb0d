"""What somebody thinks of an answer, kept beside its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.errors import BadInput

LONGEST_NOTE = 1_000


class Opinion(StrEnum):
    """*This helped*, or what is wrong."""

    HELPED = "helped"
    WRONG = "wrong"
    OUT_OF_DATE = "out of date"
    INCOMPLETE = "incomplete"
    SHOULD_NOT_SEE = "i shouldn't see this"


@dataclass(frozen=True)
class Feedback:
    """One person's opinion of one receipt; changing one's mind replaces it."""

    receipt_id: str
    opinion: Opinion
    note: str
    at: datetime


def opinion_of(verdict: str) -> Opinion:
    """Read an opinion, in whatever case it is written; BadInput for anything else."""
    try:
        return Opinion(verdict.strip().lower().replace("’", "'"))
    except ValueError as error:
        known = ", ".join(each.value for each in Opinion)
        raise BadInput("That is not something that can be said of an answer.", f"Choose one of: {known}.") from error
