"""The life of the server: build the house before the first request, visit it once, close it at the end."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.app import freeze, services, warm_up
from components.door import COOKIE
from services.errors import AppError
from services.people.people import People

FIRST_VISIT_SECONDS = 10

_log = logging.getLogger("accelerate")


def people() -> People:
    """Give the people of the house, for the door."""
    return services().people


@dataclass
class House:
    """ASGI middleware that builds the services at start; what is wrong stops the start with one sentence."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse to start."""
        if scope["type"] == "lifespan":
            try:
                await to_thread.run_sync(services)
            except AppError as error:
                await receive()
                await send({"type": "lifespan.startup.failed", "message": f"{error.message} {error.hint}".strip()})
                return
        await self.app(scope, receive, send)


@asynccontextmanager
async def open_house(app: ASGIApp) -> AsyncIterator[None]:
    """Keep the house open while the server runs: a first visit before anybody comes, and a clean end."""
    await to_thread.run_sync(services().start)
    await _first_visit(app)
    freeze()
    warm_up()
    if where := _address():
        services().announce(where)
        print(f"Accelerate is ready at {where} (Ctrl-C stops it).", flush=True)
    try:
        yield
    finally:
        await to_thread.run_sync(services().close)


def _address() -> str | None:
    """Give the address under `streamlit run`; another server knows its own and says it itself."""
    if Path(sys.argv[0]).name != "streamlit_app.py":
        return None
    return f"http://{st.get_option('server.address')}:{st.get_option('server.port')}"


async def _first_visit(app: ASGIApp) -> None:
    """Open Home once as a browser would.

    Until Streamlit has run the script once it does not know the pages, and answers the first deep link with
    "Page not found"; the visit also imports what every page needs.
    """
    cookie = people().sign(people().personas()[0])
    finished = asyncio.Event()
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    to_app.put_nowait({"type": "websocket.connect"})
    to_app.put_nowait({"type": "websocket.receive", "bytes": BackMsg(rerun_script=ClientState()).SerializeToString()})

    async def send(message: Message) -> None:
        content = message.get("bytes")
        if message["type"] == "websocket.close" or (content and _is_finish(content)):
            finished.set()

    visit = asyncio.ensure_future(app(_websocket(f"{COOKIE}={cookie}"), to_app.get, send))
    try:
        async with asyncio.timeout(FIRST_VISIT_SECONDS):
            await finished.wait()
    except TimeoutError:
        _log.warning("the first visit took more than %s s", FIRST_VISIT_SECONDS)
    to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_VISIT_SECONDS):
            await visit
    people().sign_out(cookie)


def _is_finish(content: bytes) -> bool:
    return bool(ForwardMsg.FromString(content).WhichOneof("type") == "script_finished")


def _websocket(cookie: str) -> Scope:
    return {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": "/_stcore/stream",
        "raw_path": b"/_stcore/stream",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"cookie", cookie.encode("ascii"))],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "subprotocols": ["streamlit"],
        "extensions": {},
    }
