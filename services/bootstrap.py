"""The one place that builds the app: settings in, the rooms with their collaborators out."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from services.errors import Unavailable
from services.people.people import People, read_people
from services.settings import Settings

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Services:
    """Every room of the app, built once and shared by all visits."""

    settings: Settings
    people: People

    def close(self) -> None:
        """Stop what runs and let go of what is held; closing twice does nothing."""


def build(settings: Settings) -> Services:
    """Build every room on `settings.data`, making the folder when it is absent.

    Raises Unavailable, in one sentence, where the folder can't be used.
    """
    _make_private_folder(settings.data)
    return Services(
        settings=settings,
        people=People(read_people(CONTENT / "people.toml"), _secret(settings.data / "secret")),
    )


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise Unavailable(
            f"The data folder {str(folder)!r} can't be used: {error.strerror}.",
            "Set APP_DATA to a folder that you may write to.",
        ) from error


def _secret(path: Path) -> bytes:
    """Give the key that signs cookies, made at the first start and readable only by whoever runs the app."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise Unavailable(
            f"The data folder {str(path.parent)!r} can't be written: {error.strerror}.",
            "Free some space or set APP_DATA to a folder that you may write to.",
        ) from error
    return path.read_bytes().strip()
