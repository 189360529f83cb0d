"""The app with a small real library in it, for the tests of its pages."""

from __future__ import annotations

import pytest

from tests.services.answers.library import Library, furnish
from tests.visits import FrontDoor


@pytest.fixture
def library(app: FrontDoor) -> Library:
    """The rooms that the pages use, furnished with the handbook and with papers that only the Data Office may read."""
    rooms = app.services
    opened = Library(
        rooms.ledger.database,
        rooms.knowledge.publishing,
        rooms.knowledge,
        rooms.ledger,
        rooms.answers,
        rooms.notebooks,
    )
    furnish(opened)
    return opened
