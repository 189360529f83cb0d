"""A chat model that writes what it was told to: `ScriptedChat().says("Sixteen weeks.")`."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from services.errors import Unavailable
from services.models.chat import ChatRequest
from services.models.chat_faults import out_of_order, too_busy, too_long
from services.models.reply import Connection, Part, PassingFault, Patience, Reply, Timing, Usage
from tests.doubles.scene import Fault, Scene, Stage

PATIENCE = 20.0

Script = str | Scene | Callable[[ChatRequest], str]
"""A whole reply, what happens, or what writes the reply when it is asked."""


@dataclass
class ScriptedChat:
    """Plays its script, one entry a request, and keeps each request that it was asked."""

    name: str = "Scripted model"
    patience: Patience = field(default_factory=Patience)
    timing: Timing = field(default_factory=Timing)
    stage: Stage = field(default_factory=Stage)
    script: deque[Script] = field(default_factory=deque)
    requests: list[ChatRequest] = field(default_factory=list)
    follows_schema: bool = True

    def says(self, *script: Script) -> ScriptedChat:
        """Write these next, one a request."""
        self.script.extend(script)
        return self

    def reply(self, request: ChatRequest) -> Reply:
        """Begin the next reply of the script."""
        return Reply(
            self.name,
            lambda connection: self._speak(request, connection),
            text_in=request.text,
            most_tokens=request.most_tokens,
            patience=self.patience,
            timing=self.timing,
        )

    def _speak(self, request: ChatRequest, connection: Connection) -> Iterator[Part]:
        self.requests.append(request)
        yield from _play(self._next_scene(request), self.name, self.stage, connection)

    def _next_scene(self, request: ChatRequest) -> Scene:
        if not self.script:
            return self.stage.next_scene({"text": request.text}, {})
        script = self.script.popleft()
        if isinstance(script, Scene):
            return script
        text = script if isinstance(script, str) else script(request)
        return Scene(pieces=tuple(re.findall(r"\S+\s*|\s+", text)), counts=False)


def obey(request: ChatRequest) -> str:
    """Write what a model would that obeys whatever it reads: every text in quotes that it is told to say, from
    wherever; where there is none, it gives away all that it was sent.
    """
    told = re.findall(
        r"(?:say|write|reply|answer|respond|print|output|repeat|state|end)\b[^.!?\n\"“”]*[\"“]([^\"“”\n]+)[\"”]",
        request.text,
        re.IGNORECASE,
    )
    return " ".join(told) or request.text


def _play(scene: Scene, name: str, stage: Stage, connection: Connection) -> Iterator[Part]:
    left = threading.Event()

    def leave() -> None:
        left.set()
        stage.client_left.set()

    connection.closes_by(leave)
    if scene.silent:
        left.wait(PATIENCE)
        return
    if scene.refuses:
        raise _fault(scene.refuses, name)
    yield ""
    for number, piece in enumerate(scene.pieces):
        if number == scene.waits_after:
            stage.go_on.wait(PATIENCE)
        yield piece
    if scene.hangs:
        left.wait(PATIENCE)
    if scene.breaks_off or scene.hangs:
        return
    if scene.fails:
        raise _fault(scene.fails, name)
    yield scene.ending
    if scene.counts:
        yield Usage(scene.tokens_in, scene.tokens_out)


def _fault(fault: Fault, name: str) -> Exception:
    return {
        Fault.BUSY: PassingFault(too_busy(name)),
        Fault.DENIED: Unavailable(f"{name} did not accept the key.", "Choose another model."),
        Fault.TOO_LONG: too_long(name),
        Fault.OUT_OF_ORDER: PassingFault(out_of_order(name)),
    }[fault]
