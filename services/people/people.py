"""Who is here: the people of the local sign-in, and the signed cookie that says which of them."""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

from services.errors import NotFound
from services.people.ended_visits import EndedVisits
from services.people.user import LineOfBusiness, Role, User
from services.store.faults import explained
from services.store.moment import Clock, utc_now

SIGNED_IN_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class People:
    """The people who may sign in. `secret` signs their cookies: whoever has it can be anybody."""

    everyone: tuple[User, ...]
    secret: bytes
    now: Clock = utc_now
    ended: EndedVisits = field(default_factory=EndedVisits, repr=False)

    def personas(self) -> tuple[User, ...]:
        """Give everybody who has a card on the sign-in page, in the order of the file."""
        return self.everyone

    def user(self, person_id: str) -> User:
        """Give the person, or raise NotFound."""
        for each in self.everyone:
            if each.id == person_id:
                return each
        raise NotFound("There is nobody here by that name.", "Choose one of the cards.")

    def name_of(self, person_id: str) -> str:
        """Give the name to show for `person_id`, also for somebody who has left since."""
        return next((each.name for each in self.everyone if each.id == person_id), "somebody who left")

    def sign(self, user: User) -> str:
        """Begin a visit: a signed value for a cookie, good for `SIGNED_IN_FOR`."""
        until = self.now() + SIGNED_IN_FOR
        return self._signer().dumps([user.id, secrets.token_urlsafe(9), int(until.timestamp())])

    def read(self, cookie: object) -> User | None:
        """Tell whose visit `cookie` is. Anything that is not a value we signed, still good, is nobody's."""
        visit = self._visit(cookie)
        if visit is None or visit[1] in self.ended:
            return None
        return next((each for each in self.everyone if each.id == visit[0]), None)

    def sign_out(self, cookie: object) -> None:
        """End the visit in every tab that carries `cookie`; a cookie that is nobody's changes nothing."""
        if (visit := self._visit(cookie)) is not None:
            self.ended.add(visit[1], visit[2], self.now())

    def _visit(self, cookie: object) -> tuple[str, str, datetime] | None:
        """Give the person, the visit's id and its end, where we signed `cookie` and it has not run out."""
        if not isinstance(cookie, str):
            return None
        try:
            person, visit, seconds = self._signer().loads(cookie)
            until = datetime.fromtimestamp(seconds, UTC)
        except (BadData, TypeError, ValueError):
            return None
        return (person, visit, until) if self.now() < until else None

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt="accelerate.sign-in")


def read_secret(path: Path) -> bytes:
    """Give the key that signs cookies, made at the first start and readable only by whoever runs the app."""
    with explained():
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_bytes()


def read_people(path: Path) -> tuple[User, ...]:
    """Read a file such as content/people.toml; a person of an unknown line or role is a KeyError or ValueError."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = {each["id"]: LineOfBusiness(each["id"], each["name"]) for each in content["line"]}
    return tuple(
        User(each["id"], each["name"], each["title"], lines[each["line"]], Role(each["role"]))
        for each in content["person"]
    )
