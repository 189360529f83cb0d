"""Ended visits: in a file for its owner alone, no longer than needed, and never in the way of signing out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.people.ended_visits import EndedVisits
from tests.conftest import SettableClock

HOUR = timedelta(hours=1)


def test_what_has_ended_is_read_again_without_the_visits_id(tmp_path: Path, clock: SettableClock) -> None:
    file = tmp_path / "ended"
    EndedVisits.read(file).add("v1", clock() + HOUR, clock())

    assert "v1" in EndedVisits.read(file)
    assert "v2" not in EndedVisits.read(file)
    assert "v1" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["ended"]


def test_a_line_goes_once_its_cookie_would_have_run_out(tmp_path: Path, clock: SettableClock) -> None:
    ended = EndedVisits.read(tmp_path / "ended")
    ended.add("v1", clock() + HOUR, clock())
    clock.go_on(hours=1)
    ended.add("v2", clock() + HOUR, clock())

    assert len((tmp_path / "ended").read_text().splitlines()) == 1
    assert "v2" in EndedVisits.read(tmp_path / "ended")


def test_lines_that_are_none_of_ours_are_passed_over(tmp_path: Path, clock: SettableClock) -> None:
    file = tmp_path / "ended"
    EndedVisits.read(file).add("v1", clock() + HOUR, clock())
    file.write_bytes(b"\xff\n\nabc\nabc -1\nabc 99999999999999999999\n" + file.read_bytes())

    assert "v1" in EndedVisits.read(file)


def test_a_disk_that_refuses_does_not_keep_anybody_signed_in(
    tmp_path: Path, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    ended = EndedVisits.read(tmp_path / "ended")
    (tmp_path / "ended.new").symlink_to("/dev/full")
    ended.add("v1", clock() + HOUR, clock())

    assert "v1" in ended
    assert "may come back after a restart: The disk is full" in caplog.text
