"""Amazon Bedrock through langchain-aws, over a real socket."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from langchain_core.tracers.langchain import wait_for_all_tracers
from starlette.responses import HTMLResponse, Response

from services.backends.aws.bedrock_chat import BedrockChat, bedrock_client
from services.errors import AppError, Unavailable
from services.models.chat import ChatRequest, Message, Speaker
from services.models.reply import Ending, Patience
from tests.contracts.chat_contract import QUESTION, SCHEMA, ChatContract, Make, Rest, assert_one_sentence
from tests.doubles.bedrock import ACCESS_KEY, SECRET_KEY, BedrockStage, event, exception, frame
from tests.doubles.listening import listening
from tests.doubles.scene import Scene

MODEL = "acme.large-v1:0"
"""A model that langchain-aws does not know."""


@pytest.fixture
def stage() -> BedrockStage:
    return BedrockStage()


@pytest.fixture
def address(stage: BedrockStage) -> Iterator[str]:
    with listening(stage.app) as address:
        yield address


@pytest.fixture
def client(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    return bedrock_client("eu-west-1", address)


@pytest.fixture
def make(client: Any) -> Make:
    return partial(BedrockChat, "Model X", client, MODEL)


class TestBedrockChat(ChatContract):
    """All that the port promises."""


def asked(stage: BedrockStage, make: Make, request: ChatRequest, **changed: Any) -> dict[str, Any]:
    """Send a request and give what Bedrock received."""
    stage.plays(Scene())
    list(make(**changed).reply(request))
    return stage.requests[-1]


def test_bedrock_gets_the_conversation_and_its_limits(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, replace(QUESTION, stop_at=("END",)))
    assert received == {
        "model": MODEL,
        "system": [{"text": "Answer from the sources only."}],
        "messages": [
            {"role": "user", "content": [{"text": "How long is parental leave?"}]},
            {"role": "assistant", "content": [{"text": "Whose?"}]},
            {"role": "user", "content": [{"text": "A mother's, in “København”."}]},
        ],
        "inferenceConfig": {"maxTokens": 200, "temperature": 0.2, "stopSequences": ["END"]},
        "requestMetadata": {"receipt": "0198-receipt", "line": "claims"},
    }


def test_what_is_not_given_is_not_sent(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, ChatRequest("", (Message(Speaker.USER, "Hello?"),)))
    assert received.keys() == {"model", "system", "messages", "inferenceConfig"}
    assert received["inferenceConfig"] == {"maxTokens": 1000}


def test_a_temperature_of_zero_is_sent(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, replace(QUESTION, temperature=Decimal(0)))
    assert received["inferenceConfig"]["temperature"] == 0


def test_metadata_holds_only_the_letters_that_amazon_takes(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, replace(QUESTION, line="People & Culture ü" + "x" * 400))
    assert received["requestMetadata"]["line"] == ("People - Culture -" + "x" * 400)[:256]


def test_a_guardrail_is_asked_for_by_its_id_and_version(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, replace(QUESTION, guardrail_id="gr1a2b3c", guardrail_version="7"))
    assert received["guardrailConfig"] == {"guardrailIdentifier": "gr1a2b3c", "guardrailVersion": "7"}


def test_a_schema_is_asked_for_as_the_form_of_the_output(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, replace(QUESTION, schema=SCHEMA))
    assert received["outputConfig"]["textFormat"]["type"] == "json_schema"
    assert '"weeks"' in received["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]


@pytest.mark.parametrize(
    "model",
    [
        "eu.anthropic.claude-sonnet-4-20250514-v1:0",
        "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abc",
        "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc",
    ],
)
def test_models_by_profile_and_by_arn_stream_too(stage: BedrockStage, client: Any, model: str) -> None:
    stage.plays(Scene(pieces=("Six", "teen."), waits_after=1))
    reply = BedrockChat("Model X", client, model).reply(QUESTION)
    assert next(reply) == "Six"
    stage.go_on.set()
    assert list(reply) == ["teen."]
    assert stage.requests[0]["model"] == model


def test_no_reply_builds_a_client_of_its_own(stage: BedrockStage, client: Any) -> None:
    stage.plays(Scene(), Scene())
    before = clients_in_memory()
    replies = [BedrockChat(name, client, MODEL).reply(QUESTION) for name in ("Model X", "Model Z")]
    for reply in replies:
        next(reply)
    assert clients_in_memory() == before
    assert ["".join(reply) for reply in replies] == ["weeks."] * 2


def clients_in_memory() -> int:
    return sum(isinstance(each, BaseClient) for each in gc.get_objects())


def test_nothing_is_reported_to_others_whatever_the_environment_says(
    stage: BedrockStage, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_API_KEY", "reporting")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{other.getsockname()[1]}")
        asked(stage, make, QUESTION)
        wait_for_all_tracers()
        with pytest.raises(BlockingIOError):
            other.accept()


def test_without_credentials_the_sentence_says_whom_to_ask(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    chat = BedrockChat("Model X", bedrock_client("eu-west-1", address), MODEL)
    with pytest.raises(Unavailable, match="no valid credentials"):
        list(chat.reply(QUESTION))


def test_an_address_where_nobody_answers_is_tried_again_and_then_told(client: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    rest = Rest()
    chat = BedrockChat("Model X", bedrock_client("eu-west-1", address), MODEL, Patience(attempts=2), rest.timing)
    with pytest.raises(Unavailable, match="can't be reached") as raised:
        list(chat.reply(QUESTION))
    assert_one_sentence(raised.value, "Model X")
    assert len(rest.seconds) == 1


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_web_page_instead_of_a_reply_is_one_sentence(status: int, client: Any) -> None:
    with listening(HTMLResponse("<html>Welcome to the proxy</html>", status)) as address:
        chat = BedrockChat("Model X", bedrock_client("eu-west-1", address), MODEL, timing=Rest().timing)
        with pytest.raises(AppError) as raised:
            list(chat.reply(QUESTION))
    assert_one_sentence(raised.value, "Model X")
    assert "proxy" not in raised.value.message


def test_the_secret_key_never_travels(stage: BedrockStage, make: Make) -> None:
    received = asked(stage, make, QUESTION)
    assert ACCESS_KEY in stage.headers[-1]["authorization"]
    assert SECRET_KEY not in str((received, stage.headers[-1]))


def test_the_double_also_answers_whole(stage: BedrockStage, client: Any) -> None:
    stage.plays(Scene(ending=Ending.CUT))
    answer = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "How long?"}]}])
    assert answer["output"]["message"]["content"] == [{"text": "Sixteen weeks."}]
    assert (answer["stopReason"], answer["usage"]["outputTokens"]) == ("max_tokens", 4)


def frames(*blocks: bytes) -> Any:
    """An endpoint that answers with these frames, whole."""
    return Response(b"".join(blocks), media_type="application/vnd.amazon.eventstream")


BEGINNING = (
    event("messageStart", role="assistant"),
    event("contentBlockDelta", delta={"text": "Sixteen "}, contentBlockIndex=0),
)
END = event("messageStop", stopReason="end_turn")


def read_frames(client: Any, *blocks: bytes) -> tuple[str, AppError | None, Ending | None]:
    with listening(frames(*blocks)) as address:
        chat = BedrockChat("Model X", bedrock_client("eu-west-1", address), MODEL, timing=Rest().timing)
        reply, error = chat.reply(QUESTION), None
        try:
            list(reply)
        except AppError as raised:
            error = raised
    return reply.text, error, reply.ending


def test_a_frame_whose_checksum_is_wrong_is_told(client: Any) -> None:
    text, error, ending = read_frames(client, *BEGINNING, END[:-1] + bytes([END[-1] ^ 1]))
    assert (text, ending) == ("Sixteen ", Ending.BROKEN)
    assert error is not None
    assert "could not be read" in error.message


def test_a_payload_that_is_no_json_is_told(client: Any) -> None:
    headers = {":event-type": "contentBlockDelta", ":content-type": "application/json", ":message-type": "event"}
    text, error, ending = read_frames(client, *BEGINNING, frame(headers, b"<html>"), END)
    assert (text, ending) == ("Sixteen ", Ending.BROKEN)
    assert error is not None
    assert_one_sentence(error, "Model X")


def test_a_kind_of_exception_that_is_new_in_the_stream_is_told(client: Any) -> None:
    _, error, _ = read_frames(client, *BEGINNING, exception("BrandNewException", "secret"))
    assert error is not None
    assert_one_sentence(error, "Model X")


def test_what_a_model_thinks_is_not_shown(client: Any) -> None:
    thought = event("contentBlockDelta", delta={"reasoningContent": {"text": "Hmm."}}, contentBlockIndex=0)
    assert read_frames(client, BEGINNING[0], thought, BEGINNING[1], END) == ("Sixteen ", None, Ending.FINISHED)


def test_a_reply_that_bedrock_calls_malformed_is_told(client: Any) -> None:
    _, error, ending = read_frames(client, *BEGINNING, event("messageStop", stopReason="malformed_model_output"))
    assert ending is Ending.BROKEN
    assert error is not None
    assert "could not be read" in error.message
