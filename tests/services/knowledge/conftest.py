"""A knowledge room of its own for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SettableClock
from tests.services.knowledge.room import Room, open_room


@pytest.fixture
def room(tmp_path: Path, clock: SettableClock) -> Iterator[Room]:
    opened = open_room(tmp_path / "data", tmp_path / "content", now=clock)
    yield opened
    opened.close()
