"""Why a file was refused: the error that every reader raises."""

from __future__ import annotations

from services.errors import BadInput
from services.knowledge.document import Reason


class Refused(BadInput):
    """A file can't be read: the reason, one sentence that says so, and what to do about it."""

    def __init__(self, reason: Reason, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.reason = reason
