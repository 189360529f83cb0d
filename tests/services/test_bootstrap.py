"""The house is built on a data folder, and lets go of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.bootstrap import build
from services.errors import Unavailable
from services.settings import Settings


def test_a_house_that_was_closed_can_be_built_again_on_the_same_folder(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", "embedded")
    first = build(settings)
    cookie = first.people.sign(first.people.user("ana"))
    first.close()
    first.close()
    second = build(settings)
    assert second.people.read(cookie) == second.people.user("ana")
    second.close()


def test_two_houses_never_stand_on_one_folder(tmp_path: Path) -> None:
    first = build(Settings(tmp_path, "embedded"))
    with pytest.raises(Unavailable, match="already runs"):
        build(Settings(tmp_path, "embedded"))
    first.close()


def test_what_was_opened_is_closed_when_the_building_fails(tmp_path: Path) -> None:
    (tmp_path / "accelerate.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(Unavailable, match="damaged"):
        build(Settings(tmp_path, "embedded"))
    (tmp_path / "accelerate.sqlite").unlink()
    build(Settings(tmp_path, "embedded")).close()
