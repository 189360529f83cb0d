"""Whoever asks a question never waits behind documents."""

from __future__ import annotations

import threading

import pytest

from services.backends.embedded import inference
from services.backends.embedded.inference import InferenceThread, Priority, Stopped


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


class Interruptible:
    """A document that runs until it is stopped, or `free` is set; it counts its runs."""

    def __init__(self) -> None:
        self.began, self.free, self.stopped = threading.Event(), threading.Event(), threading.Event()
        self.runs = 0

    def run(self) -> str:
        self.runs += 1
        self.began.set()
        while not self.free.wait(0.001):
            if self.stopped.is_set():
                self.stopped.clear()
                raise Stopped
        return "read"

    def stop(self) -> None:
        self.stopped.set()


def test_a_question_breaks_off_a_document_which_begins_again_before_the_next_one() -> None:
    thread, document, done = InferenceThread(), Interruptible(), list[str]()
    under_way = thread.submit(document.run, Priority.DOCUMENT, document.stop)
    following = thread.submit(lambda: done.append("following"), Priority.DOCUMENT)
    assert document.began.wait(5)

    assert thread.run(lambda: "answered", Priority.QUESTION) == "answered"
    assert not under_way.done()
    assert done == []

    document.free.set()
    assert under_way.result(5) == "read"
    following.result(5)
    assert document.runs == 2


def test_a_document_held_up_for_long_runs_to_its_end_before_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "LONGEST_HELD_SECONDS", 0.0)
    thread, document, done = InferenceThread(), Interruptible(), list[str]()
    under_way = thread.submit(document.run, Priority.DOCUMENT, document.stop)
    assert document.began.wait(5)
    document.began.clear()

    first = thread.submit(lambda: done.append("first question"), Priority.QUESTION)
    assert document.began.wait(5), "it was broken off, and began again before the question"
    second = thread.submit(lambda: done.append("second question"), Priority.QUESTION)
    assert not document.stopped.is_set()
    assert done == []
    document.free.set()

    assert under_way.result(5) == "read"
    assert [first.result(5), second.result(5)] == [None, None]
    assert (document.runs, done) == (2, ["first question", "second question"])


def test_closing_ends_the_thread_after_what_waits_and_work_starts_another() -> None:
    before = set(threading.enumerate())
    thread, done = InferenceThread(), list[int]()
    waiting = [thread.submit(lambda place=place: done.append(place), Priority.DOCUMENT) for place in range(3)]

    thread.close()
    thread.close()

    assert [each.result(0) for each in waiting] == [None] * 3
    assert set(threading.enumerate()) <= before
    assert thread.run(lambda: "again", Priority.QUESTION) == "again"
    thread.close()
