from __future__ import annotations

import threading

from services.notebooks.fair_queue import FairQueue


def test_people_take_turns_and_each_persons_work_keeps_its_order() -> None:
    queue, gate, done, last = FairQueue(workers=1), threading.Event(), list[str](), threading.Event()
    queue.submit("ana", lambda: gate.wait(5) and None)
    for name in ("ana 1", "ana 2", "ana 3"):
        queue.submit("ana", lambda name=name: done.append(name))
    queue.submit("ben", lambda: done.append("ben 1"))
    queue.submit("cleo", lambda: done.append("cleo 1"))
    queue.submit("ben", lambda: done.append("ben 2"))
    queue.submit("ana", last.set)

    gate.set()

    assert last.wait(5)
    assert done == ["ana 1", "ben 1", "cleo 1", "ana 2", "ben 2", "ana 3"]
    queue.close()


def test_closing_waits_for_what_runs_and_drops_what_waits() -> None:
    queue, begun, gate, done = FairQueue(workers=1), threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        begun.set()
        gate.wait(5)
        done.append("first")

    before = set(threading.enumerate())
    queue.submit("ana", first)
    assert begun.wait(5)
    queue.submit("ana", lambda: done.append("second"))
    threading.Timer(0, gate.set).start()
    queue.close()

    assert done == ["first"]
    assert set(threading.enumerate()) <= before
    queue.submit("ana", lambda: done.append("late"))
    assert done == ["first"]
