"""Chat models behind any OpenAI-compatible address or socket: `/v1/chat/completions` with server-sent events.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from services.errors import AppError, BadInput, Unavailable
from services.models.chat import ChatRequest
from services.models.chat_faults import broke_off, out_of_order, too_busy, too_long
from services.models.reply import Connection, Ending, Part, PassingFault, Patience, Reply, Timing, Usage

if TYPE_CHECKING:
    import httpx

LONGEST_EVENT = 4 * 1024 * 1024
"""Bytes of one event, or of a reply in one piece; a longer one is no reply."""
ENDINGS = {"length": Ending.CUT, "content_filter": Ending.FILTERED}
"""By `finish_reason`; any other has finished."""
TOO_LONG = ("context_length_exceeded", "exceed_context_size_error")
"""How OpenAI and llama.cpp say that there is more to read than the model can."""
OTHER_MODEL = "Choose another model."
ASK_THE_OWNER = "Choose another model, and tell the owner of this one."


class WrongEndpoint(Unavailable):
    """What answers is not the endpoint that was meant, or nothing does: its address or its key is wrong."""


@dataclass(frozen=True)
class OpenAIChat:
    """The model that an endpoint calls `model`, at `url` (up to `/v1`), by a key that is "" where none is needed.

    Where `path` is given the endpoint listens on that socket of this machine; the host in `url` is then any name.
    """

    name: str
    url: str
    model: str
    key: str = field(default="", repr=False)
    patience: Patience = field(default_factory=Patience)
    timing: Timing = field(default_factory=Timing)
    path: str = ""

    @property
    def follows_schema(self) -> bool:
        """By `response_format`."""
        return True

    def reply(self, request: ChatRequest) -> Reply:
        """Begin a reply. The line of business stays here; the endpoint is told the receipt alone."""
        return Reply(
            self.name,
            lambda connection: self.speak(request, connection),
            text_in=request.text,
            most_tokens=request.most_tokens,
            patience=self.patience,
            timing=self.timing,
        )

    @cached_property
    def _client(self) -> httpx.Client:
        """One client, whose connections serve one reply each: closing one then ends that reply and no other."""
        import httpx

        patience = self.patience
        timeout = httpx.Timeout(patience.whole, connect=patience.connect)
        limits = httpx.Limits(max_keepalive_connections=0)
        if self.path:
            # Nothing is encrypted on a socket: no certificates are loaded, which would take longer than all the rest.
            bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            transport = httpx.HTTPTransport(uds=self.path, verify=bare, limits=limits)
            return httpx.Client(timeout=timeout, transport=transport)
        return httpx.Client(timeout=timeout, limits=limits)

    def speak(self, request: ChatRequest, connection: Connection) -> Iterator[Part]:
        """Make one attempt. Raises AppError, or PassingFault where another attempt may succeed."""
        import httpx

        if request.guardrail_id:
            raise Unavailable(f"{self.name} can't apply the guardrail that this run asks for.", ASK_THE_OWNER)
        try:
            yield from self._speak_until_understood(self._body(request), request, connection)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise PassingFault(self._not_reached()) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise WrongEndpoint(f"The address of {self.name} is not one.", ASK_THE_OWNER) from error
        except httpx.HTTPError as error:
            raise PassingFault(broke_off(self.name)) from error

    def _speak_until_understood(
        self, body: dict[str, Any], request: ChatRequest, connection: Connection
    ) -> Iterator[Part]:
        """Send, and send once more for each optional field that this endpoint does not know or calls otherwise."""
        while (unknown := (yield from self._speak_once(body, request, connection))) is not None:
            if unknown == "max_tokens":
                body["max_completion_tokens"] = body.pop(unknown)
            else:
                del body[unknown]

    def _speak_once(
        self, body: Mapping[str, Any], request: ChatRequest, connection: Connection
    ) -> Generator[Part, None, str | None]:
        """Send once. Returns the optional field that the endpoint does not know, or None when it has replied."""
        sent = self._client.stream(
            "POST",
            f"{self.url.rstrip('/')}/chat/completions",
            json=body,
            headers=self._headers(request),
            extensions={"trace": lambda event, told: _close_by(connection, event, told)},
        )
        with sent as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code != 200:
                refused = _error_in(_whole(response))
                unknown = [each for each in _OPTIONAL if each in body and each == refused.get("param")]
                if response.status_code == 400 and unknown:
                    return unknown[0]
                if refused.get("code") == "content_filter":
                    yield Ending.FILTERED
                    return None
                raise self._refusal(response, refused)
            if kind == "text/event-stream":
                yield from self._events(response)
            elif kind == "application/json":
                yield from self._completion(_whole(response))
            else:
                raise self._no_endpoint()
        return None

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        system = [{"role": "system", "content": request.system}] if request.system else []
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [*system, *({"role": each.speaker.value, "content": each.text} for each in request.messages)],
            "max_tokens": request.most_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.temperature is not None:
            body["temperature"] = float(request.temperature)
        if request.stop_at:
            body["stop"] = list(request.stop_at)
        if request.schema is not None:
            form = {"name": "reply", "schema": dict(request.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        return body

    def _headers(self, request: ChatRequest) -> dict[str, str]:
        headers = {"Accept": "text/event-stream"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if request.receipt_id:
            headers["X-Client-Request-Id"] = request.receipt_id
        return headers

    def _events(self, response: httpx.Response) -> Iterator[Part]:
        """Read server-sent events until `[DONE]`: https://html.spec.whatwg.org/multipage/server-sent-events.html."""
        ended = False
        for line in self._lines(response):
            data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
            if data == b"[DONE]":
                if not ended:
                    yield Ending.FINISHED
                return
            if not data:
                yield ""
                continue
            for part in self._completion(data):
                ended = ended or isinstance(part, Ending)
                yield part

    def _lines(self, response: httpx.Response) -> Iterator[bytes]:
        held = b""
        for came in response.iter_bytes():
            *lines, held = (held + came).split(b"\n")
            yield from lines
            if len(held) > LONGEST_EVENT:
                raise self._no_endpoint()
        yield held

    def _completion(self, data: bytes) -> Iterator[Part]:
        """Read one event, or a whole reply in one piece."""
        read = _object(data)
        if read is None:
            raise self._no_endpoint()
        if read.get("error"):
            raise self._fault_while_writing(_error_in(data))
        for choice in _dicts(read.get("choices"))[:1]:
            said = choice.get("delta") or choice.get("message")
            text = said.get("content") if isinstance(said, dict) else None
            yield text if isinstance(text, str) else ""
            if choice.get("finish_reason"):
                yield ENDINGS.get(str(choice["finish_reason"]), Ending.FINISHED)
        used = read.get("usage")
        if isinstance(used, dict) and isinstance(used.get("completion_tokens"), int):
            yield Usage(int(used.get("prompt_tokens") or 0), used["completion_tokens"])

    def _refusal(self, response: httpx.Response, refused: Mapping[str, Any]) -> AppError | PassingFault:
        """Put an answer that is no reply into a sentence. The endpoint's own words are not repeated: they may hold
        the key or the question.
        """
        status, code = response.status_code, refused.get("code") or refused.get("type")
        if status in (401, 403):
            return WrongEndpoint(
                f"{self.name} did not accept the key that this app sends.",
                "Choose another model, and ask the owner of this one to put in a valid key.",
            )
        if code in TOO_LONG or refused.get("type") in TOO_LONG or status == 413:
            return too_long(self.name)
        if code == "insufficient_quota" or status == 402:
            return Unavailable(f"The account behind {self.name} has no money left.", ASK_THE_OWNER)
        if status == 404:
            return WrongEndpoint(f"There is no model “{self.model}” at the address of {self.name}.", ASK_THE_OWNER)
        if status == 429:
            return PassingFault(too_busy(self.name), _seconds(response.headers.get("retry-after", "")))
        if status in (408, 425) or status >= 500:
            return PassingFault(out_of_order(self.name), _seconds(response.headers.get("retry-after", "")))
        if status in (400, 422) and refused:
            return BadInput(f"{self.name} does not take a request of this form.", OTHER_MODEL)
        return self._no_endpoint()

    def _fault_while_writing(self, told: Mapping[str, Any]) -> AppError | PassingFault:
        code = told.get("code") or told.get("type")
        if code in TOO_LONG or told.get("type") in TOO_LONG:
            return too_long(self.name)
        busy = code in (429, "429", "rate_limit_exceeded")
        return PassingFault(too_busy(self.name) if busy else out_of_order(self.name))

    def _no_endpoint(self) -> WrongEndpoint:
        return WrongEndpoint(
            f"What answers at the address of {self.name} is no chat model: it sent something else than a reply.",
            "Choose another model, and ask the owner of this one to check its address.",
        )

    def _not_reached(self) -> WrongEndpoint:
        return WrongEndpoint(f"{self.name} can't be reached: nothing answers at its address.", ASK_THE_OWNER)


_OPTIONAL = ("max_tokens", "stream_options")


def _close_by(connection: Connection, event: str, told: Mapping[str, Any]) -> None:
    """Remember the socket as soon as there is one, so that leaving ends a read that waits on it."""
    if event.endswith(("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")):
        opened: socket.socket = told["return_value"].get_extra_info("socket")
        connection.closes_by(lambda: opened.shutdown(socket.SHUT_RDWR))


def _whole(response: httpx.Response) -> bytes:
    held = b""
    for came in response.iter_bytes():
        held += came
        if len(held) > LONGEST_EVENT:
            break
    return held


def _object(data: bytes) -> dict[str, Any] | None:
    with suppress(ValueError, RecursionError):
        read = json.loads(data)
        return read if isinstance(read, dict) else None
    return None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _error_in(data: bytes) -> dict[str, Any]:
    error = (_object(data) or {}).get("error")
    return error if isinstance(error, dict) else {}


def _seconds(retry_after: str) -> float:
    """Read Retry-After in seconds; 0 for a date, which is rarely sent: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after."""
    return float(retry_after) if retry_after.isdecimal() else 0.0
