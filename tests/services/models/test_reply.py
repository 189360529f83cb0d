"""Waiting, trying again, and what a reply makes of a model that misbehaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from services.errors import TooMany, Unavailable
from services.models.chat_faults import too_busy
from services.models.reply import (
    Connection,
    Ending,
    Part,
    PassingFault,
    Patience,
    Reply,
    Timing,
    Usage,
    estimated_tokens,
)
from tests.contracts.chat_contract import Rest

BUSY = PassingFault(too_busy("Model X"))


@dataclass
class Attempts:
    """Speaks one attempt after another; each is what to say, and may end with what to raise."""

    said: list[list[Part | Exception]]
    made: int = 0
    connections: list[Connection] = field(default_factory=list)

    def __call__(self, connection: Connection) -> Iterator[Part]:
        self.made += 1
        self.connections.append(connection)
        for part in self.said[self.made - 1]:
            if isinstance(part, Exception):
                raise part
            yield part


def reply(*said: list[Part | Exception], patience: Patience | None = None, timing: Timing | None = None) -> Reply:
    speak = Attempts(list(said))
    return Reply(
        "Model X", speak, text_in="How long?", most_tokens=100, patience=patience, timing=timing or Rest().timing
    )


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (60, 8.0)]
)
def test_a_pause_doubles_up_to_the_longest(attempt: int, seconds: float) -> None:
    assert Patience().pause(attempt, chance=1.0) == seconds
    assert Patience().pause(attempt, chance=0.25) == seconds / 4
    assert Patience().pause(attempt, chance=0.0) == 0


def test_a_pause_is_as_long_as_the_endpoint_asks() -> None:
    rest = Rest()
    asking = PassingFault(too_busy("Model X"), after=3)
    assert list(reply([asking], ["Yes.", Ending.FINISHED], timing=rest.timing)) == ["Yes."]
    assert rest.seconds == [3]


def test_an_endpoint_that_asks_for_more_than_the_longest_pause_is_not_waited_for() -> None:
    rest = Rest()
    with pytest.raises(TooMany):
        list(reply([PassingFault(too_busy("Model X"), after=3600)], timing=rest.timing))
    assert rest.seconds == []


def test_what_failed_before_it_wrote_is_left_before_it_is_tried_again() -> None:
    speak = Attempts([[BUSY], ["Yes.", Ending.FINISHED]])
    list(Reply("Model X", speak, text_in="", most_tokens=100, timing=Rest().timing))
    assert [connection.left for connection in speak.connections] == [True, True]


def test_signs_of_life_are_no_text() -> None:
    assert list(reply(["", "Yes.", "", Ending.FINISHED, "", Usage(1, 2)])) == ["Yes."]


def test_usage_counts_though_it_comes_after_the_end() -> None:
    done = reply(["Yes.", Ending.FINISHED, Usage(5, 1)])
    list(done)
    assert done.usage == Usage(5, 1)


def test_what_goes_wrong_after_the_end_takes_nothing_away() -> None:
    done = reply(["Yes.", Ending.FINISHED, BUSY])
    assert list(done) == ["Yes."]
    assert done.ending is Ending.FINISHED
    assert done.usage.estimated


def test_an_error_of_our_own_is_not_dressed_up() -> None:
    broken = reply([ZeroDivisionError("ours")])
    with pytest.raises(ZeroDivisionError):
        list(broken)
    assert broken.ending is Ending.BROKEN


def test_the_first_piece_is_timed_from_the_start_over_all_attempts() -> None:
    moment = [10.0]

    def sleep(seconds: float) -> None:
        moment[0] += seconds

    slow = reply([BUSY], [BUSY], ["Yes.", Ending.FINISHED], timing=Timing(lambda: moment[0], sleep, lambda: 1.0))
    list(slow)
    assert slow.first_piece_ms == 1500


def test_a_reply_that_takes_too_long_altogether_is_left() -> None:
    moments = iter([0.0, 1.0, 2.0, 700.0, 700.0])
    hanging = threading.Event()

    def speak(connection: Connection) -> Iterator[Part]:
        connection.closes_by(hanging.set)
        yield "Yes "
        hanging.wait(20)

    endless = Reply("Model X", speak, text_in="", most_tokens=100, timing=Timing(lambda: next(moments)))
    assert next(endless) == "Yes "
    with pytest.raises(Unavailable, match="wrote nothing more for 600 seconds"):
        next(endless)
    assert hanging.is_set()


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("word", 1), ("words", 2), ("København", 3), ("🙂🙂", 2)]
)
def test_tokens_are_estimated_by_bytes(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


def test_what_is_opened_after_it_was_left_is_closed_at_once() -> None:
    connection, closed = Connection(), list[str]()
    connection.leave()
    connection.closes_by(lambda: closed.append("late"))
    assert closed == ["late"]


def test_leaving_twice_closes_once() -> None:
    connection, closed = Connection(), list[str]()
    connection.closes_by(lambda: closed.append("once"))
    connection.leave()
    connection.leave()
    assert closed == ["once"]


@pytest.mark.parametrize("length", [1, 2, 7, 20])
def test_a_phrase_said_eight_times_over_forty_words_is_a_loop_and_one_time_less_is_none(length: int) -> None:
    phrase = "".join(f"w{number} " for number in range(length))
    times = max(8, -(-40 // length))
    few = ["Begin here. ", *[phrase] * (times - 1), "End.", Ending.FINISHED]
    assert list(reply(few)) == few[:-1]
    with pytest.raises(Unavailable, match="again and again"):
        list(reply(["Begin here. ", *[phrase] * times, Ending.FINISHED]))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 11, 64])
def test_a_loop_is_one_wherever_its_words_are_cut(size: int) -> None:
    text = "Begin here. " + "weeks " * 120
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    with pytest.raises(Unavailable, match="again and again"):
        list(Reply("Model X", Attempts([[*pieces, Ending.FINISHED]]), text_in="", most_tokens=1000))


def test_what_a_failed_attempt_used_is_not_the_next_ones() -> None:
    done = reply([Usage(99, 99), BUSY], ["Yes.", Ending.FINISHED])
    list(done)
    assert done.usage.estimated
