"""A chat model on the computer that runs the app: nothing that is asked leaves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from services.backends.embedded.local_model.runtime import Lent
from services.backends.openai_chat import OpenAIChat, WrongEndpoint
from services.errors import AppError, BadInput, TooMany, Unavailable
from services.models.chat import ChatRequest
from services.models.chat_faults import out_of_order
from services.models.reply import Connection, Ending, Part, PassingFault, Patience, Reply, Timing

PATIENCE = Patience(first=300.0, between=60.0, whole=900.0)
"""Before the first piece it is loaded, others may be served, and a core reads but thirty tokens a second."""
_MARK = re.compile(r"<\|")


@dataclass(frozen=True)
class LocalChat:
    """The model that `lend` lends, for as long as one reply takes."""

    name: str
    lend: Callable[[], AbstractContextManager[Lent]]
    patience: Patience = PATIENCE
    timing: Timing = field(default_factory=Timing)

    @property
    def follows_schema(self) -> bool:
        """By a grammar that is made from it."""
        return True

    def reply(self, request: ChatRequest) -> Reply:
        """Begin a reply. The model is started where it does not run."""
        return Reply(
            self.name,
            lambda connection: self._speak(request, connection),
            text_in=request.text,
            most_tokens=request.most_tokens,
            patience=self.patience,
            timing=self.timing,
        )

    def _speak(self, request: ChatRequest, connection: Connection) -> Iterator[Part]:
        with self.lend() as lent:
            if connection.left:
                return
            chat = OpenAIChat(
                self.name, "http://local/v1", "local", lent.key, self.patience, self.timing, path=lent.socket
            )
            is_whole = False
            try:
                for part in chat.speak(_without_marks(request), connection):
                    is_whole = is_whole or isinstance(part, Ending)
                    yield part
            except (AppError, PassingFault) as fault:
                if connection.left:
                    raise
                raise self._explained(fault, lent) from fault
            if not is_whole and not connection.left and lent.has_ended():
                raise self._ended()

    def _explained(self, fault: AppError | PassingFault, lent: Lent) -> AppError | PassingFault:
        """Say what a fault means here, where nobody has an address or a key to mend."""
        error = fault.error if isinstance(fault, PassingFault) else fault
        if isinstance(error, BadInput | TooMany):
            return fault
        if lent.has_ended():
            return self._ended()
        return out_of_order(self.name) if isinstance(error, WrongEndpoint) else fault

    def _ended(self) -> Unavailable:
        return Unavailable(
            f"{self.name} ended in the middle of its work; mostly that is because memory ran out.",
            "Run it again: it is started afresh. If it ends once more, choose another model.",
        )


def _without_marks(request: ChatRequest) -> ChatRequest:
    """Break the marks, such as `<|im_end|>`, by which the model is told who speaks: no source may write one."""
    messages = tuple(replace(each, text=_MARK.sub("< |", each.text)) for each in request.messages)
    return replace(request, system=_MARK.sub("< |", request.system), messages=messages)
