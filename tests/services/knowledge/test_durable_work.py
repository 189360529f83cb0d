from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.knowledge.durable_work import LINES, DurableWork
from tests.services.knowledge.room import wait_until
from tests.torture.killing import torture


@pytest.fixture
def work(tmp_path: Path) -> Iterator[DurableWork]:
    made = DurableWork(tmp_path / "work.sqlite")
    yield made
    made.stop()


def test_what_is_enqueued_is_acted_on_in_order(work: DurableWork) -> None:
    acted: list[list[str]] = []
    work.start(acted.append)
    work.enqueue(LINES[0], ["a", "b"])
    work.enqueue(LINES[0], ["c"])
    wait_until(lambda: len(acted) == 2)
    assert acted == [["a", "b"], ["c"]]
    wait_until(lambda: not work.under_way())


def test_a_line_does_not_wait_for_the_other(work: DurableWork) -> None:
    held, acted = threading.Event(), list[str]()

    def act(ids: list[str]) -> None:
        if ids == ["long"]:
            held.wait()
        acted.extend(ids)

    work.start(act)
    work.enqueue(LINES[0], ["long"])
    work.enqueue(LINES[1], ["own"])
    wait_until(lambda: acted == ["own"])
    wait_until(lambda: work.under_way() == {"long"})
    held.set()
    wait_until(lambda: acted == ["own", "long"])


def test_work_that_failed_is_no_longer_under_way(work: DurableWork, logged_errors: list[logging.LogRecord]) -> None:
    def act(ids: list[str]) -> None:
        raise ValueError(ids)

    work.start(act)
    work.enqueue(LINES[0], ["a"])
    wait_until(lambda: not work.under_way())
    logged_errors.clear()


def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "work.sqlite").write_bytes(b"this is no database" * 100)
    work = DurableWork(tmp_path / "work.sqlite")
    acted: list[list[str]] = []
    work.start(acted.append)
    work.enqueue(LINES[0], ["a"])
    wait_until(lambda: acted == [["a"]])
    work.stop()
    assert (tmp_path / "work.damaged").exists()


def test_five_kills_while_it_reads_lose_nothing_double_nothing_and_leave_nothing_half(tmp_path: Path) -> None:
    outcome = torture(tmp_path, seed=3, kills=5, documents=16)
    assert [fault for each in outcome.rounds for fault in each.faults] == []
    assert outcome.losses == ()
    assert outcome.published == 16
    assert any(0 < each.published < 16 for each in outcome.rounds)
