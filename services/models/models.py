"""The models room: which model may write an answer for whom, about what, and at what price."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from services.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from services.governance.governance import Governance
from services.governance.life_cycle import ApprovalState, Classification
from services.governance.request import Request
from services.ledger.ledger import Ledger
from services.ledger.receipt import Money, Receipt
from services.models.chat import ChatModel
from services.models.model import Model, read_model
from services.models.model_files import ModelFiles
from services.people.user import Role, User
from services.store.dialect import upsert
from services.store.moment import Clock, utc_now
from services.store.tables import first_words, models

APPROVAL = "model approval"
MEASURED_OVER = timedelta(days=30)
MOST_TOKENS_IN = 4_000
"""Tokens of instruction, question and sources that are sent at most; `answers/written.py` sends less."""


@dataclass(frozen=True)
class Passports:
    """The passports that ship, with what has been decided about them since; the files say all but the state."""

    shipped: Mapping[str, Model]

    @classmethod
    def read(cls, folder: Path) -> Passports:
        """Read every passport in `folder`. Misconfigured for the first that breaks a rule."""
        return cls({path.stem: read_model(path) for path in sorted(folder.glob("*.toml"))})

    def all(self, connection: Connection, today: date) -> tuple[Model, ...]:
        """Give every model as it stands on that day."""
        decided = {row.id: row for row in connection.execute(select(models))}
        return tuple(_decided(each, decided.get(each.id)).as_on(today) for each in self.shipped.values())

    def one(self, connection: Connection, model_id: str, today: date) -> Model:
        """Give one. NotFound where there is none."""
        found = next((each for each in self.all(connection, today) if each.id == model_id), None)
        if found is None:
            raise NotFound("There is no such model.", "Choose one of those that are offered.")
        return found


@dataclass(frozen=True)
class ModelRequests:
    """The approval of a model: asked for by whoever answers for it, decided by the CDO's office or its steward."""

    passports: Passports
    now: Clock = utc_now
    name: str = APPROVAL

    def title(self, connection: Connection, request: Request) -> str:
        """Give the name of the model."""
        found = self.passports.shipped.get(request.object)
        return found.name if found else ""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` is its steward or of the CDO's office."""
        found = self.passports.shipped.get(request.object)
        return found is not None and (user.id == found.steward or user.role is Role.CDO)

    def approve(
        self, connection: Connection, user: User, request: Request, until: date | None
    ) -> Callable[[], None] | None:
        """Approve it until a day. BadInput without one that is to come."""
        if until is None or until < self.now().date():
            raise BadInput("An approval needs a last day that is not over.", "Choose a day to come.")
        _write(connection, request.object, ApprovalState.APPROVED, until)
        return None

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Leave it as it is."""


@dataclass(frozen=True)
class Chosen:
    """A model that may be asked now, and the way to it."""

    model: Model
    chat: ChatModel


@dataclass(frozen=True)
class FirstWords:
    """How long people waited for the first words of a model's `answers`: the median, in milliseconds."""

    milliseconds: int
    answers: int


@dataclass(frozen=True)
class Models:
    """Models with their passports. `chats` holds those that this app can reach, by the id of the passport."""

    governance: Governance
    passports: Passports
    chats: Mapping[str, ChatModel]
    model_files: ModelFiles
    now: Clock = utc_now

    @property
    def _ledger(self) -> Ledger:
        return self.governance.ledger

    def all(self, user: User) -> tuple[Model, ...]:
        """Give every model as it stands today, also what is withdrawn: a passport is there to be read."""
        with self._ledger.database.read() as connection:
            return self.passports.all(connection, self.now().date())

    def choices(self, user: User) -> tuple[Model, ...]:
        """Give the models that `user` may choose now: approved, within reach, and free or with a cap on their cost."""
        has_cap = self.governance.budgets.has_cap(user.line.id)
        return tuple(
            each
            for each in self.all(user)
            if each.is_approved and self.is_within_reach(each.id) and (each.price.is_free or has_cap)
        )

    def is_within_reach(self, model_id: str) -> bool:
        """Say whether this app was told how to reach a model, and has its file where it needs one."""
        return model_id in self.chats and self.model_files.is_here(model_id)

    def state(self, model_id: str) -> ApprovalState:
        """Give the state of a model today; withdrawn where there is none any more."""
        with self._ledger.database.read() as connection:
            found = {each.id: each.state for each in self.passports.all(connection, self.now().date())}
        return found.get(model_id, ApprovalState.WITHDRAWN)

    def choose(self, user: User, model_id: str, sources: Mapping[str, Classification]) -> Chosen:
        """Give a model to ask about sources of these knowledge bases (classification by name).

        Raises NotFound where there is none, NotAllowed where it is not approved, has no cap on what it may cost, or may
        not see one of them, and Unavailable where this app can't reach it.
        """
        with self._ledger.database.read() as connection:
            model = self.passports.one(connection, model_id, self.now().date())
        writers = [each for each in self.choices(user) if each.id != model_id and not each.is_built_in]
        others = [each.name for each in writers]
        if not model.is_approved:
            raise NotAllowed(f"{model.name} is {model.state.value.lower()}: it may not be asked.", _use(others))
        for name, classification in sources.items():
            if not model.may_see(classification):
                fit = [each.name for each in writers if each.may_see(classification)]
                raise NotAllowed(
                    f"{name} is {classification.value}; {model.name} runs at {model.place} and may see nothing above "
                    f"{model.highest.value}.",
                    _use(fit),
                )
        if not self.model_files.is_here(model_id):
            raise Unavailable(f"The file of {model.name} is not on {model.place}.", _use(others))
        if model_id not in self.chats:
            raise Unavailable(f"This app was not told how to reach {model.name}.", _use(others))
        if not model.price.is_free and not self.governance.budgets.has_cap(user.line.id):
            raise NotAllowed(
                f"{model.name} costs money, and nobody has set what {user.line.name} may spend.",
                "Ask the CDO's office for a budget, or have the answer quoted, which costs nothing.",
            )
        return Chosen(model, self.chats[model_id])

    def waited(self, connection: Connection, receipt: Receipt, milliseconds: int) -> None:
        """Keep how long somebody waited for the first words of an answer, in the transaction of its receipt."""
        row = {"receipt_id": receipt.id, "model": receipt.model, "at": receipt.at, "milliseconds": milliseconds}
        connection.execute(insert(first_words).values(row))

    def first_words(self, user: User) -> Mapping[str, FirstWords]:
        """Say by model how soon its answers began in the last 30 days; a model that gave none is not in it."""
        since = self.now() - MEASURED_OVER
        with self._ledger.database.read() as connection:
            found = {model_id: _waited(connection, model_id, since) for model_id in self.passports.shipped}
        return {model_id: each for model_id, each in found.items() if each.answers}

    def at_most(self, user: User, model_id: str) -> Money:
        """Give the most that one answer of a model can cost, which is reserved before. NotFound where there is none."""
        with self._ledger.database.read() as connection:
            model = self.passports.one(connection, model_id, self.now().date())
        return model.price.of(MOST_TOKENS_IN, model.most_tokens)

    def submit(self, user: User, model_id: str, reason: str, until: date) -> Request:
        """Ask for the approval of a model until a day. NotAllowed for anybody but its owner and its steward."""
        with self._ledger.database.write() as connection:
            model = self.passports.one(connection, model_id, self.now().date())
            if user.id not in (model.owner, model.steward):
                raise NotAllowed(f"Only those who answer for {model.name} may ask for its approval.", "Ask its owner.")
            if self.governance.requests.waiting_on(connection, APPROVAL, model_id) is not None:
                raise Conflict("Its approval is asked for already.", "Wait for the decision.")
            return self.governance.requests.file(
                connection, user, APPROVAL, model_id, reason, version=0, until=until, facts={}
            )

    def withdraw(self, user: User, model_id: str, reason: str) -> Model:
        """Stop a model: it is refused from the next click on. NotAllowed but for owner, steward and the CDO."""
        reason = " ".join(reason.split())
        if not reason:
            raise BadInput("A reason is missing.", "Say in a sentence why nobody may use it any more.")
        with self._ledger.database.write() as connection:
            model = self.passports.one(connection, model_id, self.now().date())
            if model.is_built_in:
                raise NotAllowed(
                    f"{model.name} can't be withdrawn: it is how this app quotes, and writes nothing of its own.",
                    "Withdraw the knowledge base whose sources should not be quoted.",
                )
            if user.id not in (model.owner, model.steward) and user.role is not Role.CDO:
                raise NotAllowed(f"Only those who answer for {model.name} may withdraw it.", "Ask its owner.")
            _write(connection, model_id, ApprovalState.WITHDRAWN, model.approved_until)
            self._ledger.record_audit(user, "withdrew model", model_id, {"reason": reason}, connection=connection)
        return replace(model, state=ApprovalState.WITHDRAWN)


def _waited(connection: Connection, model_id: str, since: datetime) -> FirstWords:
    these = (first_words.c.model == model_id) & (first_words.c.at >= since)
    count = connection.execute(select(func.count()).where(these)).scalar_one()
    ordered = select(first_words.c.milliseconds).where(these).order_by(first_words.c.milliseconds)
    median = connection.execute(ordered.offset(count // 2).limit(1)).scalar()
    return FirstWords(median or 0, count)


def _decided(model: Model, row: Any) -> Model:
    if row is None:
        return model
    return replace(model, state=ApprovalState(row.state), approved_until=row.approved_until)


def _write(connection: Connection, model_id: str, state: ApprovalState, until: date | None) -> None:
    upsert(connection, models, {"id": model_id, "state": state.value, "approved_until": until})


def _use(names: list[str]) -> str:
    return f"Use {' or '.join(names)}." if names else "Have the answer quoted instead: that needs no model."
