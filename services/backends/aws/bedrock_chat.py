"""Chat models on Amazon Bedrock: Converse, through langchain-aws.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.backends.aws.faults import fault_of, malformed
from services.models.chat import ChatRequest, Speaker
from services.models.reply import Connection, Ending, Part, Patience, Reply, Timing, Usage

ENDINGS = {
    "end_turn": Ending.FINISHED,
    "stop_sequence": Ending.FINISHED,
    "tool_use": Ending.FINISHED,
    "max_tokens": Ending.CUT,
    "model_context_window_exceeded": Ending.CUT,
    "guardrail_intervened": Ending.FILTERED,
    "content_filtered": Ending.FILTERED,
    "malformed_model_output": Ending.BROKEN,
    "malformed_tool_use": Ending.BROKEN,
}
"""By `stopReason`; any that is new has finished."""


def bedrock_client(region: str, address: str = "", patience: Patience | None = None) -> Any:
    """Build the one client of the app, for every model. It takes its credentials from the chain that boto3 describes.

    `address` is another endpoint than the region's own. Attempts are counted by the reply, not here.
    """
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    waits = patience or Patience()
    config = Config(
        region_name=region,
        connect_timeout=waits.connect,
        read_timeout=max(waits.first, waits.between),
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=50,
    )
    return boto3.Session().client("bedrock-runtime", endpoint_url=address or None, config=config)


@dataclass(frozen=True)
class BedrockChat:
    """The model that Bedrock calls `model`, an id or an ARN, asked over the app's one `client`."""

    name: str
    client: Any = field(repr=False)
    model: str
    patience: Patience = field(default_factory=Patience)
    timing: Timing = field(default_factory=Timing)

    @property
    def follows_schema(self) -> bool:
        """By `outputConfig`; a model that does not know it refuses the request."""
        return True

    def reply(self, request: ChatRequest) -> Reply:
        """Begin a reply."""
        return Reply(
            self.name,
            lambda connection: self._speak(request, connection),
            text_in=request.text,
            most_tokens=request.most_tokens,
            patience=self.patience,
            timing=self.timing,
        )

    def _speak(self, request: ChatRequest, connection: Connection) -> Iterator[Part]:
        import langsmith
        from botocore.eventstream import ParserError  # type: ignore[import-untyped]
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
        from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]
        from urllib3.exceptions import HTTPError

        stream = self._stream(request, connection)
        try:
            # Whatever the environment says, nothing is reported to anybody else.
            with langsmith.tracing_context(enabled=False):
                for chunk in stream:
                    yield from self._parts_of(chunk)
        except (ClientError, BotoCoreError, HTTPError, OSError) as error:
            raise fault_of(error, self.name) from error
        except (ParserError, ResponseParserError, ValueError, LookupError) as error:  # langchain-aws trusts the form.
            raise fault_of(error, self.name) from error

    def _stream(self, request: ChatRequest, connection: Connection) -> Iterator[Any]:
        from langchain_aws import ChatBedrockConverse
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        settings: dict[str, Any] = {
            "client": _Heard(self.client, connection),
            "bedrock_client": self.client,  # It is never asked; without it one more client would be built each time.
            "model_id": self.model,
            "max_tokens": request.most_tokens,
            "temperature": None if request.temperature is None else float(request.temperature),
            "stop_sequences": list(request.stop_at) or None,
            "guardrail_config": _guardrail(request),
            "request_metadata": _metadata(request),
        }
        if self.model.startswith("arn:"):
            # An ARN does not tell whose model it is: something must be said, or Bedrock would be asked first.
            settings |= {"provider": "amazon", "base_model_id": self.model}
        chat = ChatBedrockConverse(**settings, disable_streaming=False)
        chat.disable_streaming = False  # For an application inference profile it was switched on again.
        turns = {Speaker.USER: HumanMessage, Speaker.ASSISTANT: AIMessage}
        system = [SystemMessage(request.system)] if request.system else []
        form: dict[str, Any] = {} if request.schema is None else {"response_format": _form(request.schema)}
        return chat.stream([*system, *(turns[each.speaker](each.text) for each in request.messages)], **form)

    def _parts_of(self, chunk: Any) -> Iterator[Part]:
        yield str(chunk.text)
        if reason := chunk.response_metadata.get("stopReason"):
            ending = ENDINGS.get(reason, Ending.FINISHED)
            if ending is Ending.BROKEN:
                raise malformed(self.name)
            yield ending
        if used := chunk.usage_metadata:
            yield Usage(used["input_tokens"], used["output_tokens"])


class _Heard:
    """The client, for one reply: it tells the connection how to break off the stream that it opened."""

    def __init__(self, client: Any, connection: Connection) -> None:
        self._client = client
        self._connection = connection

    def converse_stream(self, **asked: Any) -> Any:
        answer = self._client.converse_stream(**asked)
        # urllib3's response: `shutdown` wakes a read that waits on another thread, `close` would not.
        self._connection.closes_by(answer["stream"]._raw_stream.shutdown)
        return answer


def _guardrail(request: ChatRequest) -> dict[str, str] | None:
    if not request.guardrail_id:
        return None
    return {"guardrailIdentifier": request.guardrail_id, "guardrailVersion": request.guardrail_version}


_NOT_IN_METADATA = re.compile(r"[^a-zA-Z0-9\s:_@$#=/+,.-]")
"""https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html, requestMetadata."""


def _metadata(request: ChatRequest) -> dict[str, str] | None:
    told = {"receipt": request.receipt_id, "line": request.line}
    return {name: _NOT_IN_METADATA.sub("-", value)[:256] for name, value in told.items() if value} or None


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(schema)}}
