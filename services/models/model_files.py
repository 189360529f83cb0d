"""The files of models that run on the computer that runs the app: fetched in the background, also after a restart."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.errors import AppError, BadInput, Conflict, NotAllowed, NotFound
from services.ledger.ledger import Ledger
from services.models.model import Model
from services.models.weights import Fetched, Standing, Stopped, Weights
from services.people.user import Role, User
from services.store.faults import explained
from services.store.folder import make_private

LAST_SECONDS = 2.0
"""How long the end of the app waits for what is being fetched; nothing is lost where it does not wait."""
FAULT = "The file could not be fetched because of a fault in Accelerate, which is in the log."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelFile:
    """What people are told of the file of a model.

    `trouble` says why the last fetch ended early, with `hint`; both "" where it did not. `stopping`: it will end soon.
    """

    fetched: Fetched
    licence: str
    may_fetch: bool
    stopping: bool
    trouble: str = ""
    hint: str = ""


@dataclass(frozen=True)
class _Wish:
    """What somebody asked for. It lies beside the file, and outlives the app; `trouble` says why nobody works on it."""

    source: str
    trouble: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ModelFiles:
    """Fetches the files of those models that have one, by the id of the passport, and says how they stand.

    What was asked for is written into `folder` first. It goes on at the next start, until it is there, it fails, or
    somebody stops it.
    """

    ledger: Ledger
    passports: Mapping[str, Model]
    weights: Mapping[str, Weights]
    folder: Path
    _under_way: dict[str, threading.Event] = field(default_factory=dict, init=False, repr=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False, repr=False)
    _closing: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def is_here(self, model_id: str) -> bool:
        """Say whether nothing is missing to run a model; also of one that has no file."""
        return model_id not in self.weights or self.weights[model_id].fetched.standing is Standing.PRESENT

    def about(self, user: User, model_id: str) -> ModelFile:
        """Say how the file of a model stands, whoever fetches it. NotFound for a model that has none."""
        weights, wish, under_way = self._of(model_id), self._wish(model_id), self._under_way.get(model_id)
        fetched = weights.fetched
        is_over = wish is None or fetched.standing in (Standing.PRESENT, Standing.FETCHING)
        return ModelFile(
            fetched=fetched,
            licence=weights.licence,
            may_fetch=self._answers_for(user, model_id),
            stopping=under_way is not None and under_way.is_set(),
            trouble="" if is_over or wish is None else wish.trouble,
            hint="" if is_over or wish is None else wish.hint,
        )

    def fetch(self, user: User, model_id: str, source: str = "") -> None:
        """Have the file fetched from now on, in the background: from the file at `source`, else from where it is found.

        NotFound for a model that has none, NotAllowed for whoever does not answer for it, Conflict where it is here or
        on its way. What goes wrong on the way stands in `about`.
        """
        weights = self._allowed(user, model_id)
        match weights.fetched.standing:
            case Standing.PRESENT:
                raise Conflict("The file is there already.", "Nothing is left to do.")
            case Standing.FETCHING:
                raise Conflict("The file is being fetched already.", "Wait for its end, or stop it.")
        self.ledger.record_audit(user, "fetched file of model", model_id, {"from": "a file" if source else "a network"})
        self._write(model_id, _Wish(source.strip()))
        self._begin(model_id, source.strip())

    def fetch_from(self, user: User, model_id: str, path: str) -> None:
        """Take the file at `path` on the server, as `fetch` does. BadInput where none is named."""
        if not path.strip().startswith("/"):
            raise BadInput("That is no path of a file on the server.", "Type its whole path, from the first slash on.")
        self.fetch(user, model_id, path)

    def stop(self, user: User, model_id: str) -> None:
        """Stop fetching; what has come is kept. Doing so twice changes nothing. NotAllowed as for `fetch`.

        Conflict where it is fetched from elsewhere, by `make model`.
        """
        weights = self._allowed(user, model_id)
        with self._lock:
            under_way = self._under_way.get(model_id)
            if under_way is None and weights.fetched.standing is Standing.FETCHING:
                raise Conflict("The file is being fetched by `make model`.", "Stop it there, with Ctrl-C.")
            if under_way is None or under_way.is_set():
                return
            self._write(model_id, None)
            under_way.set()
        self.ledger.record_audit(user, "stopped fetching file of model", model_id, {})

    def resume(self) -> None:
        """Go on with what was under way when the app ended."""
        for model_id in self.weights:
            wish = self._wish(model_id)
            if wish is not None and not wish.trouble:
                self._begin(model_id, wish.source)

    def close(self) -> None:
        """End what is under way; it goes on at the next start. Doing so twice changes nothing."""
        self._closing.set()
        for stopped in list(self._under_way.values()):
            stopped.set()
        for thread in self._threads:
            thread.join(LAST_SECONDS)

    def _begin(self, model_id: str, source: str) -> None:
        with self._lock:
            if model_id in self._under_way or self._closing.is_set():
                return
            self._under_way[model_id] = stopped = threading.Event()
            thread = threading.Thread(
                target=self._run, args=(model_id, source, stopped), name="model file", daemon=True
            )
            self._threads[:] = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()

    def _run(self, model_id: str, source: str, stopped: threading.Event) -> None:
        wish: _Wish | None = None
        try:
            self.weights[model_id].fetch(source, stopped, lambda done, total: None)
        except Stopped:
            wish = _Wish(source) if self._closing.is_set() else None
        except AppError as error:
            wish = _Wish(source, error.message, error.hint)
        except Exception:
            _log.exception("fetching the file of a model failed")
            wish = _Wish(source, FAULT, "Try again, or bring the file and name it.")
        with self._lock:
            del self._under_way[model_id]
            try:
                self._write(model_id, wish)
            except AppError as error:
                _log.warning("how a model's file stands could not be written: %s", error.message)

    def _allowed(self, user: User, model_id: str) -> Weights:
        weights = self._of(model_id)
        if not self._answers_for(user, model_id):
            name = self.passports[model_id].name
            raise NotAllowed(f"Only those who answer for {name} may fetch its file.", "Ask its owner.")
        return weights

    def _answers_for(self, user: User, model_id: str) -> bool:
        model = self.passports[model_id]
        return user.id in (model.owner, model.steward) or user.role is Role.CDO

    def _of(self, model_id: str) -> Weights:
        if model_id not in self.weights:
            raise NotFound("There is no such model with a file.", "Choose one of those that are offered.")
        return self.weights[model_id]

    def _wish_file(self, model_id: str) -> Path:
        return self.folder / f"{model_id}.wanted"

    def _wish(self, model_id: str) -> _Wish | None:
        try:
            told = json.loads(self._wish_file(model_id).read_text(encoding="utf-8"))
            return _Wish(str(told["source"]), str(told["trouble"]), str(told["hint"]))
        except (OSError, ValueError, KeyError, TypeError):  # There is none, or the disk damaged it.
            return None

    def _write(self, model_id: str, wish: _Wish | None) -> None:
        """Write down what is wanted so that the next start knows it, also when the power goes."""
        make_private(self.folder)
        path = self._wish_file(model_id)
        with explained():
            if wish is None:
                path.unlink(missing_ok=True)
                return
            told = {"source": wish.source, "trouble": wish.trouble, "hint": wish.hint}
            fresh = path.with_suffix(".new")
            with fresh.open("w", encoding="utf-8") as file:
                file.write(json.dumps(told))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
