"""What somebody asks of somebody else, and what the room that it is about must say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection

from services.people.user import User


class RequestState(StrEnum):
    """How far a request has come."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Request:
    """One thing asked for: `kind` (approval, access, erasing, …) of `object`, as it was at `version`, until a day.

    `reason` is why in the asker's words, `decision` what was said to it; `facts` hold what the kind needs (ids,
    numbers). `name` is what people call the object, "" where it is gone.
    """

    id: str
    kind: str
    object: str
    version: int
    person: str
    reason: str
    until: date | None
    facts: Mapping[str, Any]
    state: RequestState
    at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""
    name: str = ""


class RequestKind(Protocol):
    """One kind of request; the room that it is about declares one, bootstrap hands them to the governance room."""

    @property
    def name(self) -> str:
        """The kind, as it stands on requests: a word."""

    def title(self, connection: Connection, request: Request) -> str:
        """Give what people call the object; "" where it is gone."""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` is one of those who decide it; that nobody decides their own is checked elsewhere."""

    def approve(
        self, connection: Connection, user: User, request: Request, until: date | None
    ) -> Callable[[], None] | None:
        """Do what was asked for, in the transaction that records the decision; gives what is to be done after it.

        Raises Conflict, BadInput or NotFound where it can't be done (any more); then nothing is decided.
        """

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Undo what waited for the decision, in the transaction that records it."""
