"""What every chat model promises, whatever it stands on."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from services.errors import AppError, BadInput, TooMany, Unavailable
from services.models.chat import ChatModel, ChatRequest, Message, Speaker, read_object
from services.models.reply import Ending, Patience, Timing, Usage, estimated_tokens
from tests.doubles.scene import Fault, Scene, Stage

QUESTION = ChatRequest(
    system="Answer from the sources only.",
    messages=(
        Message(Speaker.USER, "How long is parental leave?"),
        Message(Speaker.ASSISTANT, "Whose?"),
        Message(Speaker.USER, "A mother's, in “København”."),
    ),
    most_tokens=200,
    temperature=Decimal("0.2"),
    receipt_id="0198-receipt",
    line="claims",
)
SCHEMA = {
    "type": "object",
    "title": "Leave",
    "properties": {"weeks": {"type": "integer"}},
    "required": ["weeks"],
    "additionalProperties": False,
}
SOON = 20.0
"""Seconds within which another thread does what it was told; nothing waits so long where all is well."""


@dataclass
class Rest:
    """Sleeps that are only written down."""

    seconds: list[float] = field(default_factory=list)

    @property
    def timing(self) -> Timing:
        return Timing(now=lambda: 0.0, sleep=self.seconds.append, chance=lambda: 1.0)


Make = Callable[..., ChatModel]
"""Gives the model to try: `make(patience=…, timing=…)`."""


class ReplyContract:
    """What holds of every model, also of one that nothing can be staged for.

    Subclass it with a fixture `model`, and with `question`, which it answers in two pieces or more.
    """

    def test_its_pieces_are_its_text(self, model: ChatModel, question: ChatRequest) -> None:
        reply = model.reply(question)
        assert (reply.text, reply.ending, reply.first_piece_ms) == ("", None, None)
        pieces = list(reply)
        assert len(pieces) > 1
        assert "".join(pieces) == reply.text
        assert reply.ending is Ending.FINISHED
        assert reply.first_piece_ms is not None

    def test_it_tells_what_it_read_and_wrote(self, model: ChatModel, question: ChatRequest) -> None:
        reply = model.reply(question)
        list(reply)
        assert reply.usage.tokens_in > 0
        assert reply.usage.tokens_out > 0

    def test_stopped_after_its_first_piece_it_keeps_that_and_says_so(
        self, model: ChatModel, question: ChatRequest
    ) -> None:
        reply = model.reply(question)
        first = next(reply)
        reply.stop()
        assert list(reply) == []
        assert (reply.text, reply.ending) == (first, Ending.STOPPED)

    def test_stopped_before_its_first_piece_it_gives_none(self, model: ChatModel, question: ChatRequest) -> None:
        reply = model.reply(question)
        reply.stop()
        assert list(reply) == []
        assert (reply.text, reply.ending) == ("", Ending.STOPPED)

    def test_left_early_it_ends(self, model: ChatModel, question: ChatRequest) -> None:
        with model.reply(question) as reply:
            next(reply)
        assert reply.ending is Ending.STOPPED
        assert list(reply) == []

    def test_several_are_answered_at_once(self, model: ChatModel, question: ChatRequest) -> None:
        texts = list[str]()
        askers = [threading.Thread(target=lambda: texts.append("".join(model.reply(question)))) for _ in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(SOON)
        assert len(texts) == 4
        assert all(texts)

    def test_it_has_a_name_for_its_sentences(self, model: ChatModel) -> None:
        assert model.name.strip()


class ChatContract(ReplyContract):
    """What holds of every model at the end of a line, and of those that stand in for one.

    Subclass it with a `stage` fixture that plays scenes and a `make` fixture that gives a model which asks it.
    """

    @pytest.fixture
    def model(self, stage: Stage, make: Make) -> ChatModel:
        stage.plays(*[Scene()] * 4)
        return make()

    @pytest.fixture
    def question(self) -> ChatRequest:
        return QUESTION

    def test_the_reply_is_the_text_that_the_model_wrote(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("Sixteen ", "weeks – “full” ", "pay, \n æøå 🙂.")))
        assert "".join(make().reply(QUESTION)) == "Sixteen weeks – “full” pay, \n æøå 🙂."

    def test_nothing_is_sent_before_the_first_piece_is_asked_for(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene())
        reply = make().reply(QUESTION)
        assert stage.requests == []
        assert "".join(reply) == "Sixteen weeks."
        assert len(stage.requests) == 1

    def test_a_piece_is_there_before_the_next_is_written(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("Six", "teen ", "weeks."), waits_after=1))
        reply = make().reply(QUESTION)
        assert next(reply) == "Six"
        assert reply.ending is None
        stage.go_on.set()
        assert list(reply) == ["teen ", "weeks."]

    def test_afterwards_it_tells_what_it_used_and_how_it_ended(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(tokens_in=33, tokens_out=7))
        reply = make().reply(QUESTION)
        list(reply)
        assert reply.usage == Usage(33, 7)
        assert reply.ending is Ending.FINISHED
        assert reply.text == "Sixteen weeks."
        assert reply.first_piece_ms is not None

    def test_usage_that_the_endpoint_does_not_tell_is_estimated_and_says_so(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(counts=False))
        reply = make().reply(QUESTION)
        list(reply)
        assert reply.usage == Usage(estimated_tokens(QUESTION.text), estimated_tokens("Sixteen weeks."), estimated=True)
        assert reply.usage.tokens_out > 0

    @pytest.mark.parametrize("ending", [Ending.CUT, Ending.FILTERED])
    def test_it_tells_a_reply_that_was_cut_or_filtered(self, stage: Stage, make: Make, ending: Ending) -> None:
        stage.plays(Scene(ending=ending))
        reply = make().reply(QUESTION)
        assert list(reply) == ["Sixteen ", "weeks."]
        assert reply.ending is ending

    def test_a_reply_that_was_filtered_whole_is_empty_and_no_error(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=(), ending=Ending.FILTERED))
        reply = make().reply(QUESTION)
        assert list(reply) == []
        assert reply.ending is Ending.FILTERED

    def test_stopped_from_another_thread_it_keeps_what_came_and_closes_the_connection(
        self, stage: Stage, make: Make
    ) -> None:
        stage.plays(Scene(pieces=("Sixteen ",), hangs=True))
        reply, read = make().reply(QUESTION), list[str]()
        first = threading.Event()

        def listen() -> None:
            for piece in reply:
                read.append(piece)
                first.set()

        listener = threading.Thread(target=listen)
        listener.start()
        assert first.wait(SOON)
        reply.stop()
        listener.join(SOON)
        assert not listener.is_alive()
        assert read == ["Sixteen "]
        assert reply.ending is Ending.STOPPED
        assert stage.client_left.wait(SOON)
        assert reply.usage.estimated

    def test_stopped_while_the_model_is_silent_it_ends_at_once(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(silent=True))
        reply, read = make().reply(QUESTION), list[str]()
        listener = threading.Thread(target=lambda: read.extend(reply))
        listener.start()
        assert stage.asked.wait(SOON)
        reply.stop()
        listener.join(SOON)
        assert not listener.is_alive()
        assert (read, reply.ending) == ([], Ending.STOPPED)

    def test_a_model_that_is_silent_is_left(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(silent=True))
        reply = make(patience=Patience(first=0.3)).reply(QUESTION)
        with pytest.raises(Unavailable, match=r"did not begin to answer within 0\.3 seconds"):
            list(reply)
        assert len(stage.requests) == 1

    def test_closing_it_closes_the_connection(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("Sixteen ",), hangs=True))
        with make().reply(QUESTION) as reply:
            assert next(reply) == "Sixteen "
        assert stage.client_left.wait(SOON)
        assert reply.ending is Ending.STOPPED
        assert list(reply) == []

    def test_a_reply_after_another_can_be_stopped_as_well(self, stage: Stage, make: Make) -> None:
        model = make()
        stage.plays(Scene(), Scene(pieces=("Sixteen ",), hangs=True))
        list(model.reply(QUESTION))
        stage.client_left.clear()
        with model.reply(QUESTION) as reply:
            assert next(reply) == "Sixteen "
        assert stage.client_left.wait(SOON)

    def test_a_reply_that_nobody_holds_any_more_is_left(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("Sixteen ",), hangs=True))
        assert next(make().reply(QUESTION)) == "Sixteen "
        gc.collect()
        assert stage.client_left.wait(SOON)

    def test_stopped_before_it_began_it_asks_nothing(self, stage: Stage, make: Make) -> None:
        reply = make().reply(QUESTION)
        reply.stop()
        assert list(reply) == []
        assert reply.ending is Ending.STOPPED
        assert stage.requests == []

    def test_a_stopped_reply_leaves_others_alone(self, stage: Stage, make: Make) -> None:
        model = make()
        stage.plays(Scene(pieces=("One ",), hangs=True), Scene(pieces=("Two ", "three."), waits_after=1))
        with model.reply(QUESTION) as first:
            next(first)
            second = model.reply(QUESTION)
            assert next(second) == "Two "
        assert stage.client_left.wait(SOON)
        stage.go_on.set()
        assert list(second) == ["three."]

    @pytest.mark.parametrize("fault", [Fault.BUSY, Fault.OUT_OF_ORDER])
    def test_a_passing_fault_is_tried_again_after_growing_pauses(self, stage: Stage, make: Make, fault: Fault) -> None:
        rest = Rest()
        stage.plays(Scene(refuses=fault), Scene(refuses=fault), Scene())
        reply = make(timing=rest.timing, patience=Patience(attempts=3, back_off=0.5)).reply(QUESTION)
        assert "".join(reply) == "Sixteen weeks."
        assert rest.seconds == [0.5, 1.0]
        assert len(stage.requests) == 3

    @pytest.mark.parametrize(("fault", "kind"), [(Fault.BUSY, TooMany), (Fault.OUT_OF_ORDER, Unavailable)])
    def test_a_fault_that_stays_is_one_sentence(
        self, stage: Stage, make: Make, fault: Fault, kind: type[AppError]
    ) -> None:
        rest = Rest()
        stage.plays(*[Scene(refuses=fault)] * 2)
        reply = make(timing=rest.timing, patience=Patience(attempts=2)).reply(QUESTION)
        with pytest.raises(kind) as raised:
            list(reply)
        assert_one_sentence(raised.value, make().name)
        assert reply.ending is Ending.BROKEN
        assert len(rest.seconds) == 1

    @pytest.mark.parametrize(("fault", "kind"), [(Fault.DENIED, Unavailable), (Fault.TOO_LONG, BadInput)])
    def test_a_fault_that_no_second_try_mends_is_told_at_once(
        self, stage: Stage, make: Make, fault: Fault, kind: type[AppError]
    ) -> None:
        rest = Rest()
        stage.plays(Scene(refuses=fault))
        with pytest.raises(kind) as raised:
            list(make(timing=rest.timing).reply(QUESTION))
        assert_one_sentence(raised.value, make().name)
        assert rest.seconds == []
        assert len(stage.requests) == 1

    def test_a_stop_during_a_pause_ends_it(self, stage: Stage, make: Make) -> None:
        replies = list[Any]()
        timing = Timing(sleep=lambda seconds: replies[0].stop(), chance=lambda: 1.0)
        stage.plays(Scene(refuses=Fault.BUSY))
        replies.append(make(timing=timing).reply(QUESTION))
        assert list(replies[0]) == []
        assert replies[0].ending is Ending.STOPPED
        assert len(stage.requests) == 1

    @pytest.mark.parametrize("fault", [Fault.BUSY, Fault.OUT_OF_ORDER])
    def test_after_text_was_shown_nothing_is_tried_again(self, stage: Stage, make: Make, fault: Fault) -> None:
        rest = Rest()
        stage.plays(Scene(pieces=("Sixteen ",), fails=fault), Scene())
        reply = make(timing=rest.timing).reply(QUESTION)
        assert next(reply) == "Sixteen "
        with pytest.raises((TooMany, Unavailable)) as raised:
            next(reply)
        assert_one_sentence(raised.value, make().name)
        assert (reply.text, reply.ending) == ("Sixteen ", Ending.BROKEN)
        assert rest.seconds == []
        assert len(stage.requests) == 1

    def test_a_fault_in_the_stream_before_any_text_is_tried_again(self, stage: Stage, make: Make) -> None:
        rest = Rest()
        stage.plays(Scene(pieces=(), fails=Fault.BUSY), Scene())
        assert "".join(make(timing=rest.timing).reply(QUESTION)) == "Sixteen weeks."
        assert len(rest.seconds) == 1

    def test_a_reply_that_breaks_off_says_so_and_keeps_what_came(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("Sixteen ",), breaks_off=True))
        reply = make().reply(QUESTION)
        assert next(reply) == "Sixteen "
        with pytest.raises(Unavailable, match="broke off before its end") as raised:
            next(reply)
        assert_one_sentence(raised.value, make().name)
        assert (reply.text, reply.ending) == ("Sixteen ", Ending.BROKEN)
        assert reply.usage.estimated

    def test_a_model_that_returns_nothing_is_one_sentence(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("", "  \n")))
        with pytest.raises(Unavailable, match="returned nothing") as raised:
            list(make().reply(QUESTION))
        assert_one_sentence(raised.value, make().name)

    @pytest.mark.parametrize("phrase", ["weeks ", "the leave is as long as the leave is, and so "])
    def test_a_model_that_says_the_same_words_again_and_again_is_stopped(
        self, stage: Stage, make: Make, phrase: str
    ) -> None:
        stage.plays(Scene(pieces=("Parental leave lasts ", *[phrase] * 60), hangs=True))
        reply = make().reply(QUESTION)
        with pytest.raises(Unavailable, match="again and again") as raised:
            list(reply)
        assert_one_sentence(raised.value, make().name)
        assert len(reply.text) < len(phrase) * 60
        assert stage.client_left.wait(SOON)

    def test_a_table_whose_rows_begin_alike_is_no_loop(self, stage: Stage, make: Make) -> None:
        rows = tuple(f"| Region {number} | Revenue in the quarter | {number * 7} |\n" for number in range(80))
        stage.plays(Scene(pieces=rows))
        assert "".join(make().reply(replace(QUESTION, most_tokens=2000))) == "".join(rows)

    def test_a_reply_that_ignores_its_longest_is_cut(self, stage: Stage, make: Make) -> None:
        words = tuple(f"word{number} " for number in range(200))
        stage.plays(Scene(pieces=words, hangs=True))
        reply = make().reply(replace(QUESTION, most_tokens=10))
        shown = list(reply)
        assert shown == list(words[: len(shown)])
        assert len(shown) < len(words)
        assert reply.ending is Ending.CUT
        assert stage.client_left.wait(SOON)

    def test_a_model_that_does_not_begin_is_left(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=(), hangs=True))
        reply = make(patience=Patience(first=0.3, between=0.3)).reply(QUESTION)
        with pytest.raises(Unavailable, match=r"did not begin to answer within 0\.3 seconds") as raised:
            list(reply)
        assert_one_sentence(raised.value, make().name)
        assert stage.client_left.wait(SOON)
        assert len(stage.requests) == 1

    def test_a_model_that_stops_writing_is_left(self, stage: Stage, make: Make) -> None:
        stage.plays(Scene(pieces=("Sixteen ",), hangs=True))
        reply = make(patience=Patience(between=0.3)).reply(QUESTION)
        assert next(reply) == "Sixteen "
        with pytest.raises(Unavailable, match=r"wrote nothing more for 0\.3 seconds"):
            next(reply)
        assert stage.client_left.wait(SOON)

    def test_an_object_by_a_schema_can_be_read(self, stage: Stage, make: Make) -> None:
        model = make()
        stage.plays(Scene(pieces=('{"we', 'eks": 16}')))
        assert model.follows_schema
        text = "".join(model.reply(replace(QUESTION, schema=SCHEMA)))
        assert read_object(model.name, text, SCHEMA) == {"weeks": 16}

    def test_twenty_replies_at_once_keep_their_own_words(self, stage: Stage, make: Make) -> None:
        model, texts = make(), list[str]()
        expected = [f"Reply {number} has words of its own." for number in range(20)]
        stage.plays(*(Scene(pieces=tuple(f"{word} " for word in text.split())) for text in expected))
        askers = [
            threading.Thread(target=lambda: texts.append("".join(model.reply(QUESTION)).strip())) for _ in expected
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(SOON)
        assert sorted(texts) == sorted(expected)


def assert_one_sentence(error: AppError, name: str) -> None:
    """It names the model, says what and why in one sentence, and what to do in another."""
    assert name in error.message
    assert error.message.endswith(".")
    assert "\n" not in error.message
    assert error.hint.endswith(".")
