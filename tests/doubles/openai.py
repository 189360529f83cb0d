"""A double of an OpenAI-compatible endpoint: `/v1/chat/completions` with server-sent events, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.models.reply import Ending
from tests.doubles.listening import BrokenOff, Streamed, until_told
from tests.doubles.scene import Fault, Scene, Stage

KEY = "sk-double-4711"
REFUSALS = {
    Fault.BUSY: (429, {"type": "rate_limit_exceeded", "code": "rate_limit_exceeded"}),
    Fault.DENIED: (401, {"type": "invalid_request_error", "code": "invalid_api_key"}),
    Fault.TOO_LONG: (400, {"type": "invalid_request_error", "code": "context_length_exceeded"}),
    Fault.OUT_OF_ORDER: (500, {"type": "server_error", "code": None}),
}
REASONS = {Ending.FINISHED: "stop", Ending.CUT: "length", Ending.FILTERED: "content_filter"}


class OpenAIStage(Stage):
    """Plays scenes as an OpenAI-compatible endpoint; `app` is what to listen with."""

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> Response:
        scene = self.next_scene(await request.json(), request.headers)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _refusal(Scene(refuses=Fault.DENIED), f"Incorrect API key: {request.headers.get('authorization')}")
        if scene.silent:
            return Streamed(None, "text/event-stream", self)
        if scene.refuses:
            return _refusal(scene, scene.refuses.value)
        wants_usage = self.requests[-1].get("stream_options", {}).get("include_usage", False)
        return Streamed(self._events(scene, scene.counts and wants_usage), "text/event-stream", self)

    async def _events(self, scene: Scene, tells_usage: bool) -> AsyncIterator[bytes]:
        yield _event(choices=[_choice({"role": "assistant", "content": ""})])
        for number, piece in enumerate(scene.pieces):
            if number == scene.waits_after:
                await until_told(self.go_on)
            yield _event(choices=[_choice({"content": piece})])
        if scene.hangs:
            await asyncio.Event().wait()
        if scene.breaks_off:
            raise BrokenOff
        if scene.fails:
            yield _event(error={"message": scene.fails.value, **REFUSALS[scene.fails][1]})
            return
        yield _event(choices=[_choice({}, REASONS[scene.ending])])
        if tells_usage:
            usage = {"prompt_tokens": scene.tokens_in, "completion_tokens": scene.tokens_out}
            yield _event(choices=[], usage=usage)
        yield b"data: [DONE]\n\n"


def _choice(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def _event(**told: Any) -> bytes:
    return b"data: " + json.dumps({"object": "chat.completion.chunk", **told}).encode() + b"\n\n"


def _refusal(scene: Scene, message: str) -> Response:
    status, error = REFUSALS[scene.refuses or Fault.OUT_OF_ORDER]
    headers = {} if scene.retry_after is None else {"Retry-After": str(scene.retry_after)}
    return JSONResponse({"error": {"message": message, "param": None, **error}}, status, headers)
