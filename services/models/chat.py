"""The port of chat models: a request goes out, a reply comes back piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from services.errors import Unavailable
from services.models.reply import Reply


class Speaker(StrEnum):
    """Who says a message; the words of every chat endpoint."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class ChatRequest:
    """What a model is asked. `messages` begin and end with the user's.

    `most_tokens` is the longest reply. `stop_at` are texts before which it ends. `schema` is the JSON Schema of the
    object that the reply is to be; only for a model that `follows_schema`. `receipt_id` and `line` let those who run
    the endpoint find the call; `guardrail_id` is the guardrail that the endpoint applies, "" for none.
    """

    system: str
    messages: tuple[Message, ...]
    most_tokens: int = 1000
    temperature: Decimal | None = None
    stop_at: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    receipt_id: str = ""
    line: str = ""
    guardrail_id: str = ""
    guardrail_version: str = "DRAFT"

    @property
    def text(self) -> str:
        """All that is sent, for estimating."""
        return "\n".join((self.system, *(message.text for message in self.messages)))


class ChatModel(Protocol):
    """Writes a reply, piece by piece."""

    @property
    def name(self) -> str:
        """The name that people know it by; it stands in every sentence about it."""
        ...

    @property
    def follows_schema(self) -> bool:
        """Whether it can be asked for an object by a schema."""
        ...

    def reply(self, request: ChatRequest) -> Reply:
        """Begin a reply. Nothing is sent before its first piece is asked for, so faults are raised there too."""
        ...


_FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)


def read_object(name: str, text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Read the object that the model `name` wrote by `schema`; Unavailable where it is none, or does not follow it."""
    import jsonschema  # type: ignore[import-untyped]

    fenced = _FENCED.match(text)
    try:
        read = json.loads(fenced[1] if fenced else text)
        jsonschema.validate(read, dict(schema))
    except (ValueError, RecursionError, jsonschema.ValidationError):
        read = None
    if not isinstance(read, dict):
        raise Unavailable(
            f"{name} did not answer in the form that it was asked for.", "Run it again, or choose another model."
        )
    return read
