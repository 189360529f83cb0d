from __future__ import annotations

import pytest

from services.store.database import Database
from tests.conftest import SettableClock
from tests.services.answers.library import Library, furnish, library


@pytest.fixture
def rooms(database: Database, clock: SettableClock) -> Library:
    """The rooms over a handbook for everybody and a board's memo for the Data Office."""
    rooms = library(database, clock)
    furnish(rooms)
    return rooms
