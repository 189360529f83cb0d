from __future__ import annotations

import threading

from services.notebooks.fair_queue import FairQueue


class Gate:
    """A piece of work that waits until it is opened."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.open.wait(5)


def test_people_take_turns_and_each_persons_work_keeps_its_order() -> None:
    queue, gate, done, last = FairQueue(workers=1), Gate(), list[str](), threading.Event()
    queue.submit("sam", gate)
    assert gate.begun.wait(5)
    for name in ("ana 1", "ana 2", "ana 3"):
        queue.submit("ana", lambda name=name: done.append(name))
    for name in ("ben 1", "ben 2"):
        queue.submit("ben", lambda name=name: done.append(name))
    queue.submit("cleo", lambda: done.append("cleo 1"))
    queue.submit("ana", last.set)

    gate.open.set()

    assert last.wait(5)
    assert done == ["ana 1", "ben 1", "cleo 1", "ana 2", "ben 2", "ana 3"]
    queue.close()


def test_closing_waits_for_what_runs_and_drops_what_waits() -> None:
    queue, gate, done = FairQueue(workers=1), Gate(), list[str]()
    before = set(threading.enumerate())
    queue.submit("ana", gate)
    assert gate.begun.wait(5)
    queue.submit("ana", lambda: done.append("waited"))
    closing = threading.Thread(target=queue.close)
    closing.start()
    gate.open.set()
    closing.join(5)

    assert set(threading.enumerate()) <= before
    assert done in ([], ["waited"])  # it had begun before the queue was closed, or is dropped
    kept = list(done)
    queue.submit("ana", lambda: done.append("late"))
    assert done == kept
