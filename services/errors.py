"""Every error a person may meet.

AppError
├── Misconfigured    a setting is wrong or unknown: the app does not start
├── BadInput         what was given can't be used as it is
├── NotFound         it is not there, or not for this person (the two read the same)
├── NotAllowed       this person may not do that
├── Conflict         somebody changed it meanwhile
├── TooMany          a limit of rate or length was reached
└── Unavailable      a part of the app can't work now (disk, model file, database)

Each carries one sentence for the person and one hint for what to do next.
"""

from __future__ import annotations


class AppError(Exception):
    """An error to show: `message` says what and why, `hint` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Misconfigured(AppError):
    """A setting is wrong or unknown."""


class BadInput(AppError):
    """What was given can't be used as it is."""


class NotFound(AppError):
    """It is not there, or not for this person; the two read the same."""


class NotAllowed(AppError):
    """This person may not do that."""


class Conflict(AppError):
    """Somebody, or another tab, changed it meanwhile: `yours` is what was not saved, `theirs` what is there now."""

    def __init__(self, message: str, hint: str = "", *, yours: str = "", theirs: str = "") -> None:
        super().__init__(message, hint)
        self.yours = yours
        self.theirs = theirs


class TooMany(AppError):
    """A limit of rate or length was reached."""


class Unavailable(AppError):
    """A part of the app can't work now."""
