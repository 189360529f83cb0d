"""The door: what every request passes before Streamlit sees it, and the pages outside Streamlit.

While sign-in is a card without a password, the app is for this machine alone: another address, a proxy or a
foreign host name is turned away, and nothing but the sign-in page is served to somebody who has not signed in.
A picture or a download is served only to the visit that was handed its address.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlsplit

import streamlit
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from components.handed_out import OWNED, HandedOut
from components.sign_in import sign_in_page
from services.errors import NotFound
from services.people.people import SIGNED_IN_FOR, People

COOKIE = "accelerate"
SIGNED_IN_HEADER = "x-accelerate-signed-in"  # .streamlit/config.toml turns it into st.user["signed_in"]

LOCAL_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/dataframe", "/_stcore/script-health-check")
OPEN = ("/sign-in", "/sign-out", "/_stcore/health", "/_stcore/host-config", "/favicon.png")
OPEN_FOLDERS = ("/static/", "/look/")
LOOK = Path(__file__).parent / "static"
PARTS = ("/_stcore/", "/media/", "/component/", "/oauth2callback", "/auth/")


def _inline_scripts() -> Iterable[str]:
    """Give the digest of each script that stands in Streamlit's own index page, so that CSP allows just those."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    for script in re.findall(r"<script>(.*?)</script>", index.read_text(encoding="utf-8"), re.DOTALL):
        yield f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def protections() -> dict[str, str]:
    """Give the headers that every answer carries."""
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' {' '.join(_inline_scripts())}",
        "style-src": "'self' 'unsafe-inline'",  # Streamlit's front end writes its styles into the page
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }


@dataclass
class Door:
    """ASGI middleware: turns away strangers, asks the rest to sign in, and puts protections on every answer.

    `people` is called per request, so that the door can stand before the house is built.
    """

    app: ASGIApp
    people: Callable[[], People]

    def __post_init__(self) -> None:
        self._protections = protections()
        self._handed_out = HandedOut(lambda cookie: self.people().read(cookie) is not None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                MutableHeaders(scope=message).update(self._protections)
                if scope["path"].startswith(OWNED):
                    MutableHeaders(scope=message)["cache-control"] = "private, no-store"
            elif message["type"] == "websocket.send":
                self._handed_out.note(connection.cookies.get(COOKIE, ""), message.get("bytes") or b"")
            await send(message)

        connection = HTTPConnection(scope)
        refusal = self._turned_away(connection) or self._not_signed_in(connection) or self._not_handed_out(connection)
        if refusal is None:
            served = _with_cookie_as_header(scope, connection)
            await self.app(served, self._while_signed_in(connection, receive), send_protected)
        elif scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send_protected)

    def _turned_away(self, connection: HTTPConnection) -> Response | None:
        path = connection.url.path
        if (reason := stranger(connection)) is not None:
            return PlainTextResponse(reason, status_code=403)
        if path.startswith(CLOSED):
            return PlainTextResponse("There is nothing here.", status_code=404)
        return None

    def _not_signed_in(self, connection: HTTPConnection) -> Response | None:
        path = connection.scope["path"]
        if path in OPEN or path.startswith(OPEN_FOLDERS):
            return None
        if self.people().read(connection.cookies.get(COOKIE)) is not None:
            return None
        if connection.scope["type"] == "http" and not path.startswith(PARTS):
            return RedirectResponse(sign_in_link(_path_as_sent(connection.scope)), status_code=303)
        return PlainTextResponse("Sign in first.", status_code=403)

    def _not_handed_out(self, connection: HTTPConnection) -> Response | None:
        """Refuse another person's picture, download or upload as one that does not exist."""
        path = connection.scope["path"]
        if not path.startswith(OWNED) or self._handed_out.to(connection.cookies.get(COOKIE, ""), path):
            return None
        return PlainTextResponse("There is nothing here.", status_code=404)

    def _while_signed_in(self, connection: HTTPConnection, receive: Receive) -> Receive:
        """Let what a tab asks for through as long as its visit lasts; then only the page itself, for the gate.

        A websocket outlives the visit that opened it, and neither callbacks nor fragments pass the gate.
        """
        if connection.scope["type"] != "websocket":
            return receive

        async def receive_while_signed_in() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and self.people().read(connection.cookies.get(COOKIE)) is None:
                return {**message, "bytes": _page_alone(message.get("bytes") or b"")}
            return message

        return receive_while_signed_in


def _page_alone(asked: bytes) -> bytes:
    """Give a request for the whole page that `asked` was sent from, without a button, a value or a fragment."""
    try:
        state = BackMsg.FromString(asked).rerun_script
    except DecodeError:
        state = ClientState()
    plain = ClientState(
        query_string=state.query_string, page_script_hash=state.page_script_hash, page_name=state.page_name
    )
    return bytes(BackMsg(rerun_script=plain).SerializeToString())


def stranger(connection: HTTPConnection) -> str | None:
    """Say in one sentence why this caller is not somebody at this machine, or None if they are."""
    if not LOCAL_NAME.fullmatch(connection.headers.get("host", "")):
        return "Accelerate answers only to http://localhost or http://127.0.0.1 while sign-in is a card."
    if connection.client is None or not _is_loopback(connection.client.host):
        return "Accelerate answers only to this machine while sign-in is a card."
    for name in connection.headers:
        if name in FORWARDED or name.startswith("x-forwarded-"):
            return f"Accelerate does not answer through a proxy ({name}) while sign-in is a card."
    return None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _path_as_sent(scope: Scope) -> str:
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _with_cookie_as_header(scope: Scope, connection: HTTPConnection) -> Scope:
    """Hand the cookie on as the header that Streamlit reads into `st.user`, and drop one that came from outside.

    The value is still the signed one: who reads it checks it. A session then also never resumes for somebody else.
    """
    name = SIGNED_IN_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key != name]
    if cookie := connection.cookies.get(COOKIE):
        headers.append((name, cookie.encode("latin-1", "ignore")))
    return {**scope, "headers": headers}


def local_path(asked: str | None) -> str:
    """Give `asked` if it is a path of this app, else "/": a sign-in never sends anybody elsewhere."""
    # No second slash, no space, no control character, no backslash, which browsers take for a slash.
    if asked is None or not re.fullmatch(r"/(?!/)[\x21-\x5b\x5d-\x7e]*", asked):
        return "/"
    return "/" if urlsplit(asked).path in OPEN else asked


def sign_in_link(back: str) -> str:
    """Give the address of the sign-in page that returns to `back`."""
    return "/sign-in" if local_path(back) == "/" else f"/sign-in?next={quote(local_path(back), safe='')}"


def same_origin(request: Request) -> bool:
    """Tell whether a form was sent from a page of this app. What says nothing about its origin was not."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return site == "same-origin"
    return origin == f"{request.url.scheme}://{request.headers.get('host', '')}"


def doorways(people: Callable[[], People]) -> list[BaseRoute]:
    """Give the routes outside Streamlit: the sign-in page, signing in, signing out, the fonts and the one script."""

    async def show(request: Request) -> Response:
        here = people().read(request.cookies.get(COOKIE))
        page = sign_in_page(people().personas(), here, local_path(request.query_params.get("next")))
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    async def sign_in(request: Request) -> Response:
        if not same_origin(request):
            return PlainTextResponse("Sign in from Accelerate's own page.", status_code=403)
        form = await request.form()
        try:
            user = people().user(str(form.get("person", "")))
        except NotFound as error:
            return PlainTextResponse(f"{error.message} {error.hint}", status_code=400)
        people().sign_out(request.cookies.get(COOKIE))
        answer = RedirectResponse(local_path(str(form.get("next", ""))), status_code=303)
        answer.set_cookie(
            COOKIE, people().sign(user), max_age=int(SIGNED_IN_FOR.total_seconds()), httponly=True, samesite="lax"
        )
        return answer

    async def sign_out(request: Request) -> Response:
        if not same_origin(request):
            return PlainTextResponse("Sign out from Accelerate's own page.", status_code=403)
        people().sign_out(request.cookies.get(COOKIE))
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return answer

    return [
        Route("/sign-in", show, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Mount("/look", StaticFiles(directory=LOOK)),
    ]
