"""Requests and decisions: one way to ask, one to decide, and what is waiting for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from services.errors import BadInput, Conflict, NotAllowed, NotFound
from services.governance.request import Request, RequestKind, RequestState
from services.ledger.ledger import Ledger
from services.ledger.receipt import new_receipt_id
from services.people.user import User
from services.store.moment import Clock, utc_now
from services.store.tables import news, requests

LONGEST_REASON = 500
NEWS_SHOWN = 50

_REQUEST = tuple(each.name for each in fields(Request) if each.name != "name")


@dataclass(frozen=True)
class News:
    """Something that happened to what is a person's; of `kind` and `facts` the screen makes a sentence."""

    id: str
    person: str
    at: datetime
    kind: str
    object: str
    facts: Mapping[str, Any]
    seen_at: datetime | None


@dataclass(frozen=True)
class Requests:
    """Everything that somebody asks of somebody else. Each act is an entry of the audit."""

    ledger: Ledger
    kinds: Mapping[str, RequestKind] = field(default_factory=lambda: MappingProxyType({}))
    now: Clock = utc_now

    def file(
        self,
        connection: Connection,
        user: User,
        kind: str,
        object: str,
        reason: str,
        *,
        version: int = 0,
        until: date | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Request:
        """Ask for something, in the caller's transaction; the room that calls has checked that `user` may.

        Raises BadInput without a reason, Conflict where the same person already waits for the same.
        """
        same = (requests.c.person == user.id) & (requests.c.kind == kind) & (requests.c.object == object)
        waiting = requests.c.state == RequestState.WAITING.value
        if connection.execute(select(requests.c.id).where(same, waiting)).first() is not None:
            raise Conflict("You have asked for this already.", "You find it in your Inbox, under My requests.")
        request = Request(
            id=new_receipt_id(),
            kind=kind,
            object=object,
            version=version,
            person=user.id,
            reason=_reason(reason, "Say in a sentence why."),
            until=until,
            facts=dict(facts or {}),
            state=RequestState.WAITING,
            at=self.now(),
        )
        connection.execute(insert(requests).values({name: getattr(request, name) for name in _REQUEST}))
        told = {"kind": kind, "request": request.id, "reason": request.reason, "version": version}
        self.ledger.record_audit(user, f"ask for {kind}", object, told, connection=connection)
        return self._named(connection, request)

    def decide(
        self, user: User, request_id: str, approved: bool, decision: str = "", until: date | None = None
    ) -> Request:
        """Approve a request, until a day where its kind has one, or decline it with a reason.

        NotFound where it is not for `user` to decide, NotAllowed where it is their own, Conflict where somebody
        decided it meanwhile, BadInput without a reason to decline or with a day that is over.
        """
        with self.ledger.database.write() as connection:
            request = self._to_decide(connection, user, request_id)
            if until is not None and until < self.now().date():
                raise BadInput("That day is over.", "Choose today or a later day.")
            if not approved:
                decision = _reason(decision, "Say in a sentence why not; the person who asked will read it.")
            state = RequestState.APPROVED if approved else RequestState.DECLINED
            decided = replace(
                request,
                state=state,
                decided_by=user.id,
                decided_at=self.now(),
                decision=decision.strip()[:LONGEST_REASON],
                until=until or request.until,
            )
            self._write(connection, decided)
            kind = self.kinds[request.kind]
            afterwards = None
            if approved:
                afterwards = kind.approve(connection, user, decided, decided.until)
            else:
                kind.decline(connection, user, decided)
            facts = {"request": request.id, "person": request.person, "reason": decided.decision}
            facts |= {"until": decided.until.isoformat()} if decided.until else {}
            action = f"{'approve' if approved else 'decline'} {request.kind}"
            self.ledger.record_audit(user, action, request.object, facts, connection=connection)
            name = self._named(connection, decided).name  # as it is called now: what was erased has no name any more
            told = {"kind": request.kind, "name": name, "by": user.id, "decision": decided.decision}
            told |= {"until": decided.until.isoformat()} if decided.until else {}
            self.tell(connection, request.person, f"{request.kind} {state.value}", request.object, told)
        if afterwards is not None:
            afterwards()
        return decided

    def take_back(self, user: User, request_id: str) -> Request:
        """Take back one's own request. NotFound where it is not theirs, Conflict where it was decided meanwhile."""
        with self.ledger.database.write() as connection:
            request = self._request(connection, request_id)
            if request.person != user.id:
                raise _not_found()
            self._check_waits(request)
            taken = replace(request, state=RequestState.TAKEN_BACK, decided_by=user.id, decided_at=self.now())
            self._write(connection, taken)
            self.kinds[request.kind].decline(connection, user, taken)
            facts = {"request": request.id}
            self.ledger.record_audit(user, f"take back {request.kind}", request.object, facts, connection=connection)
        return taken

    def request(self, user: User, request_id: str) -> Request:
        """Give one that `user` made or may decide. NotFound otherwise."""
        with self.ledger.database.read() as connection:
            request = self._request(connection, request_id)
            if request.person != user.id and not self._may_decide(connection, user, request):
                raise _not_found()
        return request

    def waiting_for(self, user: User) -> tuple[Request, ...]:
        """Give what `user` has to decide, the oldest first; never what they asked for themselves."""
        with self.ledger.database.read() as connection:
            waiting = select(requests).where(requests.c.state == RequestState.WAITING.value).order_by(requests.c.at)
            found = [self._named(connection, _request_in(row)) for row in connection.execute(waiting).all()]
            return tuple(each for each in found if each.person != user.id and self._may_decide(connection, user, each))

    def mine(self, user: User) -> tuple[Request, ...]:
        """Give what `user` asked for, the newest first."""
        with self.ledger.database.read() as connection:
            own = select(requests).where(requests.c.person == user.id).order_by(requests.c.at.desc(), requests.c.id)
            return tuple(self._named(connection, _request_in(row)) for row in connection.execute(own).all())

    def news(self, user: User) -> tuple[News, ...]:
        """Give what happened to things of `user`'s, the newest first."""
        newest = select(news).where(news.c.person == user.id).order_by(news.c.at.desc(), news.c.id).limit(NEWS_SHOWN)
        with self.ledger.database.read() as connection:
            return tuple(News(*row) for row in connection.execute(newest))

    def seen(self, user: User, news_id: str) -> None:
        """Count news of `user`'s as seen; doing it twice changes nothing."""
        this = (news.c.id == news_id) & (news.c.person == user.id) & news.c.seen_at.is_(None)
        with self.ledger.database.write() as connection:
            connection.execute(update(news).where(this).values(seen_at=self.now()))

    def count(self, user: User) -> int:
        """Count what waits for `user`: what they have to decide, and news they have not seen."""
        unseen = select(func.count()).where(news.c.person == user.id, news.c.seen_at.is_(None))
        with self.ledger.database.read() as connection:
            new = connection.execute(unseen).scalar_one()
        return len(self.waiting_for(user)) + new

    def tell(self, connection: Connection, person: str, kind: str, object: str, facts: Mapping[str, Any]) -> None:
        """Leave news for somebody, in the caller's transaction."""
        leave_news(connection, person, kind, object, facts, self.now())

    def waiting_on(self, connection: Connection, kind: str, object: str) -> Request | None:
        """Give the request of this kind that waits on something, None where none does; the caller checks who asks."""
        this = (requests.c.kind == kind) & (requests.c.object == object)
        waits = requests.c.state == RequestState.WAITING.value
        row = connection.execute(select(requests).where(this, waits).order_by(requests.c.at)).first()
        return self._named(connection, _request_in(row)) if row is not None else None

    def end_waiting(self, connection: Connection, kind: str, object: str) -> None:
        """End what waits on something that has gone, as if it had been taken back."""
        this = (requests.c.kind == kind) & (requests.c.object == object)
        waits = requests.c.state == RequestState.WAITING.value
        ended = {"state": RequestState.TAKEN_BACK.value, "decided_at": self.now()}
        connection.execute(update(requests).where(this, waits).values(ended))

    def _to_decide(self, connection: Connection, user: User, request_id: str) -> Request:
        request = self._request(connection, request_id)
        if request.person == user.id:
            raise NotAllowed("Nobody decides what they asked for themselves.", "Somebody else has to decide it.")
        if not self._may_decide(connection, user, request):
            raise _not_found()
        self._check_waits(request)
        return request

    def _check_waits(self, request: Request) -> None:
        if request.state is not RequestState.WAITING:
            raise Conflict(
                f"This was {request.state.value} meanwhile.", "Nothing was changed; look at it again in the Inbox."
            )

    def _may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        kind = self.kinds.get(request.kind)
        return kind is not None and kind.may_decide(connection, user, request)

    def _request(self, connection: Connection, request_id: str) -> Request:
        row = connection.execute(select(requests).where(requests.c.id == request_id)).first()
        if row is None or row.kind not in self.kinds:
            raise _not_found()
        return self._named(connection, _request_in(row))

    def _named(self, connection: Connection, request: Request) -> Request:
        kind = self.kinds.get(request.kind)
        return replace(request, name=kind.title(connection, request)) if kind else request

    def _write(self, connection: Connection, request: Request) -> None:
        changed = ("state", "decided_by", "decided_at", "decision", "until")
        values = {name: getattr(request, name) for name in changed}
        connection.execute(update(requests).where(requests.c.id == request.id).values(values))


def leave_news(
    connection: Connection, person: str, kind: str, object: str, facts: Mapping[str, Any], at: datetime
) -> None:
    """Leave news for somebody, for a kind of request that tells others than who asked."""
    row = {"id": new_receipt_id(), "person": person, "at": at, "kind": kind, "object": object}
    connection.execute(insert(news).values(row | {"facts": dict(facts), "seen_at": None}))


def _request_in(row: Row[Any]) -> Request:
    values = {name: getattr(row, name) for name in _REQUEST}
    return Request(**values | {"state": RequestState(row.state)})


def _reason(reason: str, hint: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput("A reason is missing.", hint)
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"The reason has more than {LONGEST_REASON} characters.", "Say it in a sentence or two.")
    return reason


def _not_found() -> NotFound:
    return NotFound("There is no such request, or it is not for you.", "Look into your Inbox.")
