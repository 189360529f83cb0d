"""Whoever asks a question never waits behind documents."""

from __future__ import annotations

import threading

import pytest

from services.backends.embedded.inference import InferenceThread, Priority


def test_a_question_goes_before_documents_that_wait() -> None:
    thread, gate, done = InferenceThread(), threading.Event(), list[str]()
    under_way = thread.submit(lambda: gate.wait(5), Priority.DOCUMENT)
    waiting = [
        thread.submit(lambda: done.append("document"), Priority.DOCUMENT),
        thread.submit(lambda: done.append("question"), Priority.QUESTION),
    ]

    gate.set()

    assert under_way.result(5)
    assert [each.result(5) for each in waiting] == [None, None]
    assert done == ["question", "document"]


def test_documents_keep_their_order() -> None:
    thread, gate, done = InferenceThread(), threading.Event(), list[int]()
    thread.submit(lambda: gate.wait(5), Priority.DOCUMENT)
    waiting = [thread.submit(lambda place=place: done.append(place), Priority.DOCUMENT) for place in range(5)]

    gate.set()

    assert [each.result(5) for each in waiting] == [None] * 5
    assert done == [0, 1, 2, 3, 4]


def test_everything_runs_on_one_thread() -> None:
    thread, seen = InferenceThread(), set[int]()

    def ask() -> None:
        seen.add(thread.run(threading.get_ident, Priority.QUESTION))

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_an_error_reaches_the_caller_and_the_thread_goes_on() -> None:
    thread = InferenceThread()

    with pytest.raises(ZeroDivisionError):
        thread.run(lambda: 1 / 0, Priority.QUESTION)

    assert thread.run(lambda: "still here", Priority.QUESTION) == "still here"


def test_work_that_was_cancelled_is_not_done() -> None:
    thread, gate, done = InferenceThread(), threading.Event(), list[str]()
    thread.submit(lambda: gate.wait(5), Priority.DOCUMENT)
    cancelled = thread.submit(lambda: done.append("cancelled"), Priority.DOCUMENT)
    last = thread.submit(lambda: done.append("last"), Priority.DOCUMENT)
    cancelled.cancel()

    gate.set()
    last.result(5)

    assert done == ["last"]


def test_it_remembers_that_a_question_came_and_forgets_it() -> None:
    thread = InferenceThread()
    thread.run(lambda: None, Priority.DOCUMENT)
    assert not thread.asked_within(60)
    thread.run(lambda: None, Priority.QUESTION)
    assert thread.asked_within(60)
    assert not thread.asked_within(0)
