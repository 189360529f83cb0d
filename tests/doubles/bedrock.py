"""A double of Amazon Bedrock's Converse and ConverseStream, over a real socket and in real event-stream frames.

https://smithy.io/2.0/aws/amazon-eventstream.html describes the frames.
"""

from __future__ import annotations

import asyncio
import json
import struct
from binascii import crc32
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.models.reply import Ending
from tests.doubles.listening import BrokenOff, Streamed, until_told
from tests.doubles.scene import Fault, Scene, Stage

STRING = 7
"""The type of a header that holds text."""
ACCESS_KEY, SECRET_KEY = "AKIADOUBLE4711", "secret-of-the-double"
REFUSALS = {
    Fault.BUSY: (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    Fault.DENIED: (403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    Fault.TOO_LONG: (400, "ValidationException", "Input is too long for requested model."),
    Fault.OUT_OF_ORDER: (500, "InternalServerException", "The system encountered an unexpected error."),
}
REASONS = {Ending.FINISHED: "end_turn", Ending.CUT: "max_tokens", Ending.FILTERED: "guardrail_intervened"}


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Write one message: total and header length, CRC32 of both, headers, payload, CRC32 of all."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", crc32(prelude)) + head + payload
    return message + struct.pack("!I", crc32(message))


def _header(name: str, value: str) -> bytes:
    named, held = name.encode(), value.encode()
    return struct.pack("!B", len(named)) + named + struct.pack("!BH", STRING, len(held)) + held


def event(kind: str, **told: Any) -> bytes:
    """Write one event of a stream."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(told).encode())


def exception(code: str, message: str) -> bytes:
    """Write an exception in the middle of a stream; its code begins with a small letter there."""
    headers = {
        ":exception-type": code[:1].lower() + code[1:],
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return frame(headers, json.dumps({"message": message}).encode())


class BedrockStage(Stage):
    """Plays scenes as Amazon Bedrock; `app` is what to listen with. Signatures are kept, not checked."""

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/model/{model:path}/converse-stream", self._converse_stream, methods=["POST"]),
                Route("/model/{model:path}/converse", self._converse, methods=["POST"]),
            ]
        )

    async def _converse_stream(self, request: Request) -> Response:
        scene = await self._asked(request)
        if scene.silent:
            return Streamed(None, "application/vnd.amazon.eventstream", self)
        if scene.refuses:
            return _refusal(scene)
        return Streamed(self._events(scene), "application/vnd.amazon.eventstream", self)

    async def _converse(self, request: Request) -> Response:
        scene = await self._asked(request)
        if scene.refuses:
            return _refusal(scene)
        message = {"role": "assistant", "content": [{"text": "".join(scene.pieces)}]}
        told = {"output": {"message": message}, "stopReason": REASONS[scene.ending], "metrics": {"latencyMs": 5}}
        return JSONResponse({**told, "usage": _usage(scene)})

    async def _asked(self, request: Request) -> Scene:
        told = {"model": unquote(request.path_params["model"]), **await request.json()}
        return self.next_scene(told, request.headers)

    async def _events(self, scene: Scene) -> AsyncIterator[bytes]:
        yield event("messageStart", role="assistant")
        for number, piece in enumerate(scene.pieces):
            if number == scene.waits_after:
                await until_told(self.go_on)
            yield event("contentBlockDelta", delta={"text": piece}, contentBlockIndex=0)
        if scene.hangs:
            await asyncio.Event().wait()
        if scene.breaks_off:
            raise BrokenOff
        if scene.fails:
            yield exception(*REFUSALS[scene.fails][1:])
            return
        yield event("contentBlockStop", contentBlockIndex=0)
        yield event("messageStop", stopReason=REASONS[scene.ending])
        if scene.counts:
            yield event("metadata", usage=_usage(scene), metrics={"latencyMs": 5})


def _usage(scene: Scene) -> dict[str, int]:
    total = scene.tokens_in + scene.tokens_out
    return {"inputTokens": scene.tokens_in, "outputTokens": scene.tokens_out, "totalTokens": total}


def _refusal(scene: Scene) -> Response:
    status, code, message = REFUSALS[scene.refuses or Fault.OUT_OF_ORDER]
    return JSONResponse({"message": message}, status, {"x-amzn-ErrorType": code})
