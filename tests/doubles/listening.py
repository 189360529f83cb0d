"""Serves a double on a socket of its own, and tells when a client leaves in the middle."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.doubles.scene import Stage

PATIENCE = 20.0


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """Serve `app` on a thread and give its address; `app` ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as here:
        here.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sets it only on sockets it made itself.
        with _served(app, here):
            yield f"http://127.0.0.1:{here.getsockname()[1]}"


@contextmanager
def listening_on(path: Path, app: ASGIApp) -> Iterator[None]:
    """Serve `app` on a thread, on a socket of this machine at `path`."""
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(str(path))
        here.listen(100)
        with _served(app, here):
            yield


@contextmanager
def _served(app: ASGIApp, here: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_config=None, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([here],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


class BrokenOff(Exception):
    """Raised by a stream to end the connection without an end."""


class Streamed(Response):
    """Sends each block at once; None is silence until the client leaves, as is `Event().wait()` in `blocks`."""

    def __init__(self, blocks: AsyncIterator[bytes] | None, media_type: str, stage: Stage) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._blocks = blocks
        self._stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._blocks is None:
            await _left(receive)
            self._stage.client_left.set()
            return
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        sending, leaving = asyncio.create_task(self._send(send, self._blocks)), asyncio.create_task(_left(receive))
        done, _ = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending in done:
            leaving.cancel()
            if not sending.result():
                return  # The server closes a connection whose response has no end.
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            sending.cancel()
            self._stage.client_left.set()

    async def _send(self, send: Send, blocks: AsyncIterator[bytes]) -> bool:
        """Send the blocks; False where the connection is to end without an end."""
        try:
            async with aclosing(blocks) as written:  # type: ignore[type-var]
                async for block in written:
                    await send({"type": "http.response.body", "body": block, "more_body": True})
        except BrokenOff:
            return False
        return True


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def until_told(event: threading.Event) -> None:
    """Wait for an event of another thread without holding up the server."""
    await asyncio.to_thread(event.wait, PATIENCE)
