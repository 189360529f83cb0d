"""An OpenAI-compatible endpoint, over a real socket."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.backends.openai_chat import OpenAIChat
from services.errors import AppError, BadInput, TooMany, Unavailable
from services.models.chat import ChatRequest, Message, Speaker
from services.models.reply import Ending, Patience, Reply, Usage
from tests.contracts.chat_contract import QUESTION, SCHEMA, SOON, ChatContract, Make, Rest, assert_one_sentence
from tests.doubles.listening import listening
from tests.doubles.openai import KEY, OpenAIStage
from tests.doubles.scene import Fault, Scene


@pytest.fixture
def stage() -> OpenAIStage:
    return OpenAIStage()


@pytest.fixture
def address(stage: OpenAIStage) -> Iterator[str]:
    with listening(stage.app) as address:
        yield address


@pytest.fixture
def make(address: str) -> Make:
    return partial(OpenAIChat, "Model Y", f"{address}/v1", "y-large", KEY)


class TestOpenAIChat(ChatContract):
    """All that the port promises."""


def asked(stage: OpenAIStage, make: Make, request: ChatRequest) -> dict[str, Any]:
    """Send a request and give what the endpoint received."""
    stage.plays(Scene())
    list(make().reply(request))
    return stage.requests[-1]


def reply_of(app: ASGIApp, key: str = KEY) -> tuple[Reply, AppError | None]:
    """Ask an endpoint that is `app` and give what came of it."""
    with listening(app) as address:
        chat = OpenAIChat("Model Y", f"{address}/v1/", "y-large", key, Patience(attempts=2), Rest().timing)
        reply, error = chat.reply(QUESTION), None
        try:
            list(reply)
        except AppError as raised:
            error = raised
    return reply, error


def events(*told: object, media_type: str = "text/event-stream", end: str = "\n\n") -> Response:
    """An endpoint that sends these events; text is sent as it is."""
    lines = (each if isinstance(each, str) else "data: " + json.dumps(each) for each in told)
    return Response("".join(line + end for line in lines), media_type=media_type)


def piece(text: str, reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def test_the_endpoint_gets_the_conversation_and_its_limits(stage: OpenAIStage, make: Make) -> None:
    assert asked(stage, make, replace(QUESTION, stop_at=("END",))) == {
        "model": "y-large",
        "messages": [
            {"role": "system", "content": "Answer from the sources only."},
            {"role": "user", "content": "How long is parental leave?"},
            {"role": "assistant", "content": "Whose?"},
            {"role": "user", "content": "A mother's, in “København”."},
        ],
        "max_tokens": 200,
        "temperature": 0.2,
        "stop": ["END"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_what_is_not_given_is_not_sent(stage: OpenAIStage, make: Make) -> None:
    received = asked(stage, make, ChatRequest("", (Message(Speaker.USER, "Hello?"),)))
    assert received.keys() == {"model", "messages", "max_tokens", "stream", "stream_options"}
    assert "x-client-request-id" not in stage.headers[-1]


def test_a_temperature_of_zero_is_sent(stage: OpenAIStage, make: Make) -> None:
    assert asked(stage, make, replace(QUESTION, temperature=Decimal(0)))["temperature"] == 0


def test_the_endpoint_is_told_the_receipt_and_not_who_asks(stage: OpenAIStage, make: Make) -> None:
    received = asked(stage, make, QUESTION)
    assert stage.headers[-1]["x-client-request-id"] == "0198-receipt"
    assert "claims" not in json.dumps([received, stage.headers[-1]])


def test_a_schema_is_asked_for_as_the_form_of_the_reply(stage: OpenAIStage, make: Make) -> None:
    received = asked(stage, make, replace(QUESTION, schema=SCHEMA))
    assert received["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": SCHEMA},
    }


def test_a_guardrail_that_it_can_not_apply_is_refused_before_anything_is_sent(stage: OpenAIStage, make: Make) -> None:
    with pytest.raises(Unavailable, match="can't apply the guardrail") as raised:
        list(make().reply(replace(QUESTION, guardrail_id="gr1a2b3c")))
    assert_one_sentence(raised.value, "Model Y")
    assert stage.requests == []


def test_stopped_while_the_model_is_silent_it_closes_the_connection(stage: OpenAIStage, make: Make) -> None:
    stage.plays(Scene(silent=True))
    with pytest.raises(Unavailable):
        list(make(patience=Patience(first=0.3)).reply(QUESTION))
    assert stage.client_left.wait(SOON)


def test_a_pause_is_as_long_as_the_endpoint_asks(stage: OpenAIStage, make: Make) -> None:
    rest = Rest()
    stage.plays(Scene(refuses=Fault.BUSY, retry_after=4), Scene())
    assert "".join(make(timing=rest.timing).reply(QUESTION)) == "Sixteen weeks."
    assert rest.seconds == [4]


@pytest.mark.parametrize("key", ["", "sk-wrong-0815"])
def test_a_wrong_key_is_one_sentence_that_does_not_hold_it(stage: OpenAIStage, key: str) -> None:
    stage.plays(Scene())
    reply, error = reply_of(stage.app, key)
    assert error is not None
    assert "did not accept the key" in error.message
    assert_one_sentence(error, "Model Y")
    assert "sk-" not in error.message + error.hint + repr(reply)


def test_no_description_of_the_model_holds_the_key(make: Make) -> None:
    assert KEY not in repr(make())


@pytest.mark.parametrize("status", [200, 404, 403, 502])
def test_a_web_page_instead_of_a_reply_is_one_sentence(status: int) -> None:
    _, error = reply_of(HTMLResponse("<html>Welcome to the proxy</html>", status))
    assert error is not None
    assert_one_sentence(error, "Model Y")
    assert "proxy" not in error.message


@pytest.mark.parametrize(
    "app",
    [
        events("data: <html>"),
        events("data: 17"),
        events({"choices": []}, "data: {"),
        JSONResponse([1]),
        JSONResponse("hello"),
        Response(b"\x00\xff", media_type="application/octet-stream"),
        Response(b"", media_type=None),
        RedirectResponse("http://127.0.0.1:9/login"),
        events("data: " + "x" * (5 * 1024 * 1024), end=""),
    ],
    ids=["html", "number", "half", "list", "text", "bytes", "no type", "redirect", "endless line"],
)
def test_what_is_no_chat_endpoint_is_one_sentence(app: ASGIApp) -> None:
    _, error = reply_of(app)
    assert error is not None
    assert "no chat model" in error.message
    assert_one_sentence(error, "Model Y")


@pytest.mark.parametrize(
    "told",
    [
        {"choices": None},
        {"choices": ["x"]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": ["x"]}}]},
        {"choices": [{}], "usage": {"completion_tokens": "many"}},
        {"usage": []},
    ],
)
def test_an_event_of_another_form_is_passed_over(told: dict[str, Any]) -> None:
    reply, error = reply_of(events(told, piece("Yes."), piece("", "stop"), "data: [DONE]"))
    assert (reply.text, error, reply.ending) == ("Yes.", None, Ending.FINISHED)


def test_comments_fields_and_line_ends_of_every_kind_are_read() -> None:
    app = events(": ping", "event: message\nid: 7", piece("Yes"), piece("."), "data:[DONE]", end="\r\n\r\n")
    reply, error = reply_of(app)
    assert (reply.text, error, reply.ending) == ("Yes.", None, Ending.FINISHED)


def test_a_stream_cut_anywhere_in_its_bytes_is_the_same() -> None:
    whole = events(piece("Sixteen – æøå 🙂"), piece("", "stop"), "data: [DONE]").body

    async def byte_by_byte() -> AsyncIterator[bytes]:
        for number in range(len(whole)):
            yield bytes(whole[number : number + 1])

    reply, error = reply_of(StreamingResponse(byte_by_byte(), media_type="text/event-stream"))
    assert (reply.text, error) == ("Sixteen – æøå 🙂", None)


def test_an_end_is_an_end_though_nothing_says_done() -> None:
    reply, error = reply_of(events(piece("Yes."), piece("", "length")))
    assert (reply.text, error, reply.ending) == ("Yes.", None, Ending.CUT)


def test_an_endpoint_that_does_not_stream_is_read_whole() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Sixteen weeks."}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 8, "completion_tokens": 3}
    reply, error = reply_of(JSONResponse({"choices": [choice], "usage": usage}))
    assert (reply.text, error, reply.ending, reply.usage) == ("Sixteen weeks.", None, Ending.FINISHED, Usage(8, 3))


def refusing(status: int, **error: Any) -> JSONResponse:
    return JSONResponse({"error": {"message": f"secret {KEY}", **error}}, status)


@pytest.mark.parametrize(
    ("app", "kind", "words"),
    [
        (refusing(404, code="model_not_found"), Unavailable, "no model “y-large”"),
        (refusing(402), Unavailable, "no money left"),
        (refusing(429, code="insufficient_quota"), Unavailable, "no money left"),
        (refusing(429), TooMany, "more to do"),
        (refusing(413), BadInput, "longer than"),
        (refusing(400, code="context_length_exceeded"), BadInput, "longer than"),
        (refusing(400, code=400, type="exceed_context_size_error"), BadInput, "longer than"),
        (refusing(400, param="temperature"), BadInput, "request of this form"),
        (refusing(400, param=["max_tokens"]), BadInput, "request of this form"),
        (refusing(422), BadInput, "request of this form"),
        (refusing(500), Unavailable, "has a fault"),
        (refusing(529), Unavailable, "has a fault"),
        (events({"error": {"message": f"secret {KEY}", "code": 429}}), TooMany, "more to do"),
        (events({"error": f"secret {KEY}"}), Unavailable, "has a fault"),
        (events({"error": {"type": "server_error"}}), Unavailable, "has a fault"),
        (events(piece(""), {"error": {"code": "context_length_exceeded"}}), BadInput, "longer than"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_words_of_the_endpoint(
    app: ASGIApp, kind: type[AppError], words: str
) -> None:
    _, error = reply_of(app)
    assert isinstance(error, kind)
    assert words in error.message
    assert_one_sentence(error, "Model Y")
    assert "secret" not in error.message + error.hint


def test_a_question_that_a_filter_refuses_is_filtered() -> None:
    reply, error = reply_of(refusing(400, code="content_filter"))
    assert (reply.text, error, reply.ending) == ("", None, Ending.FILTERED)


async def particular(scope: Scope, receive: Receive, send: Send) -> None:
    """An endpoint that knows neither `max_tokens` nor `stream_options`."""
    body = await Request(scope, receive).json()
    unknown = [name for name in ("max_tokens", "stream_options") if name in body]
    answer = (
        events(piece(str(body["max_completion_tokens"]), "stop")) if not unknown else refusing(400, param=unknown[0])
    )
    await answer(scope, receive, send)


def test_an_endpoint_that_does_not_know_an_optional_field_is_asked_without_it() -> None:
    reply, error = reply_of(particular)
    assert (reply.text, error, reply.usage.estimated) == ("200", None, True)


def test_an_address_where_nobody_answers_is_tried_again_and_then_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    rest = Rest()
    with pytest.raises(Unavailable, match="can't be reached") as raised:
        list(OpenAIChat("Model Y", address, "y-large", KEY, Patience(attempts=2), rest.timing).reply(QUESTION))
    assert_one_sentence(raised.value, "Model Y")
    assert len(rest.seconds) == 1


@pytest.mark.parametrize("address", ["", "nowhere", "ftp://example.org/v1", "http://[::1/v1", "http://\x00/v1"])
def test_an_address_that_is_none_is_one_sentence(address: str) -> None:
    with pytest.raises(Unavailable, match="address of Model Y is not one") as raised:
        list(OpenAIChat("Model Y", address, "y-large").reply(QUESTION))
    assert_one_sentence(raised.value, "Model Y")
