"""The ledger: every run writes a receipt, every act of weight an audit entry, and nothing is ever changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from services.errors import BadInput, NotAllowed, NotFound
from services.ledger.audit import EVERYTHING, AuditEntry, Erasure, Wanted, audit_entry_in, conditions
from services.ledger.body import TextDigests, details_of, digests_in, receipt_in
from services.ledger.chain import Entry, Head, append, head_of, read_head, week_of
from services.ledger.counting import Count, Counts, count_by_line_and_week, questions_of_people, start_of
from services.ledger.listing import MEASURES, Listed, list_receipts
from services.ledger.receipt import Cause, Environment, Kind, Outcome, Receipt, new_receipt_id
from services.ledger.texts import ERASE, erase_texts, keep_texts, read_erasures, read_texts
from services.ledger.verification import Verification, verify_chain
from services.people.user import Role, User
from services.store.database import Database
from services.store.dialect import empty_the_write_ahead_log
from services.store.moment import Clock, utc_now
from services.store.tables import ledger, texts

HEAD_FILE = "ledger.head"
_OVERSIGHT = (Role.STEWARD, Role.CDO)

EraseCopies = Callable[[Connection, Collection[str], datetime], None]


def _no_copies(connection: Connection, digests: Collection[str], at: datetime) -> None:
    """Do nothing: no room keeps any."""


@dataclass(frozen=True)
class Ledger:
    """Receipts and audit entries on one hash chain, and their texts beside it."""

    database: Database
    now: Clock = utc_now
    erase_copies: EraseCopies = _no_copies
    """Erases what rooms keep of the texts with these digests, in the transaction that erases them."""

    def record(self, receipt: Receipt, keep_days: int = 365, *, connection: Connection | None = None) -> Receipt:
        """Write `receipt` for ever and its texts for `keep_days`; gives it back with its number and digest.

        With a `connection` (of `Database.write`) it is committed together with whatever else that transaction does.
        """
        receipt = replace(receipt, id=receipt.id or new_receipt_id())
        keep_until = (self.now() + timedelta(days=keep_days)).date()
        with self._writing(connection) as writing:
            digests = _keep(writing, receipt, keep_until)
            entry = Entry(
                id=receipt.id,
                entry="receipt",
                kind=receipt.kind,
                cause=receipt.cause,
                person=receipt.person,
                line=receipt.line,
                environment=receipt.environment,
                outcome=receipt.outcome,
                at=receipt.at,
                notebook_id=receipt.notebook_id,
                details=details_of(receipt, digests),
            )
            head = self._append(writing, entry)
        return replace(receipt, number=head.number, digest=head.digest)

    def record_audit(
        self,
        user: User,
        action: str,
        object: str,
        facts: Mapping[str, object],
        *,
        connection: Connection | None = None,
    ) -> str:
        """Write an audit entry and give its id. `facts` stay in the chain for ever: ids, numbers and reasons only."""
        entry = self._audit_entry(user.id, user.line.id, action, object, facts)
        with self._writing(connection) as writing:
            self._append(writing, entry)
        return entry.id

    def receipt(self, user: User, receipt_id: str) -> Receipt:
        """Read one of `user`'s own receipts; erased texts read as "" and are named. NotFound for anybody else's."""
        with self.database.read() as connection:
            (receipt,) = _read(connection, [self._row(connection, user, receipt_id)])
        return receipt

    def document(self, user: User, receipt_id: str, *, without: Collection[str] = ()) -> str:
        """Give one's own receipt as JSON with all that it takes to check it: body, link, and texts with their salts.

        `digest` is SHA-256 over `previous` and the canonical JSON (RFC 8785) of `body`; each digest in `body.texts` is
        that of salt and text. Texts `without` ("answer", "quote 2") are left out and named, as are erased ones.
        """
        with self.database.read() as connection:
            row = self._row(connection, user, receipt_id)
            body = json.loads(row.body)
            named = digests_in(body).named()
            kept = read_texts(connection, named.values())
        there = {name: kept[held] for name, held in named.items() if held in kept}
        members = {
            "digest": row.digest,
            "previous": row.previous,
            "body": body,
            "texts": {
                name: {"text": text, "salt": salt} for name, (salt, text) in there.items() if name not in without
            },
            "withheld": [name for name in there if name in without],
            "erased": [name for name in named if name not in there],
        }
        return json.dumps(members, ensure_ascii=False, indent=2)

    def mine(self, user: User, *, kind: Kind | None = None, limit: int = 50) -> tuple[Receipt, ...]:
        """One's own receipts, the newest first."""
        of_kind = [] if kind is None else [ledger.c.kind == kind.value]
        newest = _mine(user).where(*of_kind).order_by(ledger.c.at.desc(), ledger.c.number.desc()).limit(limit)
        with self.database.read() as connection:
            return _read(connection, connection.execute(newest).all())

    def of_cell(self, user: User, notebook_id: str, cell_id: str, *, limit: int = 50) -> tuple[Receipt, ...]:
        """One's own receipts of one cell of a notebook, also of one that was deleted, the newest first."""
        this = (ledger.c.notebook_id == notebook_id) & (ledger.c.body.contains(json.dumps(cell_id), autoescape=True))
        newest = _mine(user).where(this).order_by(ledger.c.number.desc()).limit(limit)
        with self.database.read() as connection:
            found = _read(connection, connection.execute(newest).all())
        return tuple(each for each in found if each.cell_id == cell_id)

    def has_run(self, user: User, kind: Kind, outcome: Outcome | None = None) -> bool:
        """Whether `user` ever ran this by themselves, with this outcome; cheap enough for every page."""
        ended = [] if outcome is None else [ledger.c.outcome == outcome.value]
        this = (ledger.c.kind == kind.value) & (ledger.c.cause == Cause.PERSON.value)
        with self.database.read() as connection:
            found = connection.execute(_mine(user).where(this, *ended).limit(1)).first()
        return found is not None

    def count_since(self, user: User, kind: Kind, since: datetime, *, connection: Connection | None = None) -> int:
        """How many runs of this kind `user` made since, refused ones not counted, nor those a test set off."""
        counted = select(func.count()).where(
            ledger.c.person == user.id,
            ledger.c.at > since,
            ledger.c.kind == kind.value,
            ledger.c.entry == "receipt",
            ledger.c.cause == Cause.PERSON.value,
            ledger.c.outcome != Outcome.REFUSED.value,
        )
        if connection is not None:
            return connection.execute(counted).scalar_one()
        with self.database.read() as reading:
            return reading.execute(counted).scalar_one()

    def spent_since(
        self, since: datetime, currency: str, *, line: str = "", person: str = "", connection: Connection
    ) -> Decimal:
        """What the runs that began at `since` or later cost in a currency: of a line, of a person, or of all."""
        whose = [ledger.c.line == line] if line else []
        whose += [ledger.c.person == person] if person else []
        summed = select(func.coalesce(func.sum(ledger.c.spent_millionths), 0)).where(
            *whose, ledger.c.spent_currency == currency, ledger.c.at >= since
        )
        return Decimal(connection.execute(summed).scalar_one()) / 1_000_000

    def counts_by_line_and_week(self, user: User, weeks: int = 12) -> Counts:
        """What people asked in the last whole weeks, by week and line, in groups of at least five people.

        NotAllowed outside Oversight. See services/ledger/counting.py for what is not told.
        """
        _check_oversight(user)
        now = self.now()
        with self.database.read() as connection:
            return count_by_line_and_week(connection, week_of(now - timedelta(weeks=weeks)), week_of(now))

    def listed(self, user: User, week: str, line: str, measure: str) -> tuple[Listed, ...]:
        """The receipts that one figure of `counts_by_line_and_week` counts, without person, text or notebook.

        NotAllowed outside Oversight, NotFound where there is no such figure, or it may not be told.
        """
        _check_oversight(user)
        with self.database.read() as connection:
            group = self._group(connection, week, line)
            if measure not in MEASURES or group is None or getattr(group, measure) is None:
                raise _no_group()
            return list_receipts(connection, group, measure)

    def listed_in_all(self, user: User, measure: str, weeks: int = 12) -> tuple[Listed, ...]:
        """The receipts behind a total: those of every group of `counts_by_line_and_week` whose figure it adds up.

        NotAllowed outside Oversight, NotFound where no group tells the figure.
        """
        groups = self.counts_by_line_and_week(user, weeks).groups
        told = [each for each in groups if measure in MEASURES and getattr(each, measure)]
        if not told:
            raise _no_group()
        with self.database.read() as connection:
            return tuple(listed for group in told for listed in list_receipts(connection, group, measure))

    def open_with_reason(self, user: User, receipt_id: str, reason: str, *, connection: Connection) -> Receipt:
        """Read a receipt of somebody in a group that is told, and write into the audit who did, and why.

        `connection` is in the write transaction in which its asker is told. NotAllowed outside Oversight, BadInput
        without a reason, NotFound where it is not there or its group is too small: the two read the same.
        """
        _check_oversight(user)
        if not reason.strip() or len(reason) > 500:
            raise BadInput("Opening a receipt needs a reason of at most 500 characters.", "The asker will read it.")
        row = connection.execute(select(ledger).where(ledger.c.id == receipt_id, questions_of_people())).first()
        if row is None or self._group(connection, row.week, row.line) is None:
            raise _no_group()
        (receipt,) = _read(connection, [row])
        facts = {"reason": reason.strip(), "person": receipt.person}
        self.record_audit(user, "open receipt", receipt_id, facts, connection=connection)
        return receipt

    def audit(self, user: User, wanted: Wanted = EVERYTHING, *, limit: int = 100) -> tuple[AuditEntry, ...]:
        """The newest audit entries that are wanted, for Oversight; NotAllowed for anybody else."""
        _check_oversight(user)
        newest = select(ledger).where(ledger.c.entry == "audit", *conditions(wanted))
        newest = newest.order_by(ledger.c.number.desc()).limit(limit)
        with self.database.read() as connection:
            return tuple(audit_entry_in(json.loads(row.body), row.digest) for row in connection.execute(newest))

    def audited_acts(self, user: User) -> tuple[str, ...]:
        """Every act that stands in the audit, in the order of the alphabet. NotAllowed outside Oversight."""
        _check_oversight(user)
        acts = select(ledger.c.kind).where(ledger.c.entry == "audit").distinct().order_by(ledger.c.kind)
        with self.database.read() as connection:
            return tuple(connection.execute(acts).scalars())

    def notebooks_that_asked(self, connection: Connection, knowledge_base_id: str) -> tuple[tuple[str, str], ...]:
        """Give id and person of each notebook with an answer that quotes a knowledge base, for who withdraws it."""
        quotes = ledger.c.body.contains(f'"knowledge_base_id":"{knowledge_base_id}"', autoescape=True)
        asked = (ledger.c.kind == Kind.ASK.value) & ledger.c.notebook_id.is_not(None) & quotes
        found = select(ledger.c.notebook_id, ledger.c.person).where(asked).distinct()
        return tuple((row.notebook_id, row.person) for row in connection.execute(found))

    def head(self) -> Head:
        """The newest link. Keep it elsewhere: it shows later whether the tail was cut."""
        with self.database.read() as connection:
            return head_of(connection)

    def verify(self, head: Head | None = None) -> Verification:
        """Walk the whole chain; compare it with the head file beside the database and with `head`, kept elsewhere."""
        kept = read_head(self.database.path.with_name(HEAD_FILE))  # before the walk: the chain may grow meanwhile
        heads = {"the head file": kept, "the head that was given": head}
        with self.database.read() as connection:
            return verify_chain(connection, {place: held for place, held in heads.items() if held is not None})

    def erase(self, user: User, second_user: User, receipt_or_digest: str, reason: str) -> Erasure:
        """Delete the texts of a receipt, or the one text with this digest; the chain stays and gets an entry.

        Four eyes: the asker, a steward or the CDO's office erases together with another person, who is a steward or
        of the CDO's office; NotAllowed otherwise. BadInput without a reason, NotFound when nothing is left to erase.
        A question that was sent to an owner is erased there too.
        Backups, and copies that a migration made, still hold the texts they were made with; so does the asker's own
        notebook its question (in the cell and as its title) until the asker changes or deletes it there.
        """
        if not reason.strip() or len(reason) > 500:
            raise BadInput("Erasing needs a reason of at most 500 characters.", "Say in a sentence why it must go.")
        with self.database.write() as connection:
            asker, digests = _erasable(connection, receipt_or_digest)
            _check_four_eyes(user, second_user, asker)
            if not digests:
                raise NotFound("There is no text left to erase.", "Check the receipt; it may have been erased before.")
            facts = {"reason": reason.strip(), "second_person": second_user.id, "digests": digests}
            erasure = self._erase(connection, user.id, user.line.id, receipt_or_digest, facts)
        empty_the_write_ahead_log(self.database.engine)
        return erasure

    def erase_quotes(
        self,
        connection: Connection,
        user: User,
        object: str,
        facts: Mapping[str, object],
        document_ids: Collection[str],
        is_of_it: Callable[[str], bool],
    ) -> int:
        """Erase from every receipt that names one of these documents the quotes that `is_of_it` knows; gives how many.

        In the caller's transaction, with an audit entry that `facts` explain. Whoever calls it has had a second person
        decide, and empties the write-ahead log afterwards.
        """
        named = or_(*(ledger.c.body.contains(f'"document_id":"{each}"', autoescape=True) for each in document_ids))
        bodies = connection.execute(select(ledger.c.body).where(ledger.c.entry == "receipt", named)).scalars()
        quotes = {digest for body in bodies for digest in digests_in(json.loads(body)).quotes if digest}
        found = [digest for digest, (_, text) in read_texts(connection, quotes).items() if is_of_it(text)]
        self._erase(connection, user.id, user.line.id, object, {**facts, "digests": sorted(found)})
        return len(found)

    def erase_expired(self, limit: int = 1000) -> Erasure | None:
        """Erase up to `limit` texts whose keep-until date has passed; None when there are none."""
        over = select(texts.c.digest).where(texts.c.keep_until < self.now().date()).limit(limit)
        with self.database.write() as connection:
            digests = list(connection.execute(over).scalars())
            if not digests:
                return None
            facts = {"reason": "The time they were kept for has passed.", "digests": digests}
            erasure = self._erase(connection, "accelerate", "", "texts past their keep-until date", facts)
        empty_the_write_ahead_log(self.database.engine)
        return erasure

    def _group(self, connection: Connection, week: str, line: str) -> Count | None:
        """Give the group that is told of a whole week and a line, or of the small lines together; None for no such."""
        try:
            start = start_of(week)
        except ValueError:
            return None
        if week >= week_of(self.now()):
            return None
        found = count_by_line_and_week(connection, week, week_of(start + timedelta(days=7))).groups
        told = [each for each in found if each.people is not None and line in (each.line, *each.lines)]
        return told[0] if told else None

    def _erase(
        self,
        connection: Connection,
        person: str,
        line: str,
        object: str,
        facts: Mapping[str, Any],
    ) -> Erasure:
        entry = self._audit_entry(person, line, ERASE, object, facts)
        head = self._append(connection, entry)
        erase_texts(connection, facts["digests"], head.number, entry.at)
        self.erase_copies(connection, frozenset(facts["digests"]), entry.at)
        return Erasure(head.number, entry.at, tuple(facts["digests"]))

    def _audit_entry(
        self,
        person: str,
        line: str,
        action: str,
        object: str,
        facts: Mapping[str, object],
    ) -> Entry:
        return Entry(
            id=new_receipt_id(),
            entry="audit",
            kind=action,
            cause=Cause.PERSON,
            person=person,
            line=line,
            environment=Environment.APP,
            outcome=Outcome.DONE,
            at=self.now(),
            details={"schema": 1, "object": object, "facts": facts},
        )

    def _append(self, connection: Connection, entry: Entry) -> Head:
        return append(connection, entry, self.database.path.with_name(HEAD_FILE))

    @contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
        else:
            with self.database.write() as own:
                yield own

    def _row(self, connection: Connection, user: User, receipt_id: str) -> Row[Any]:
        row = connection.execute(_mine(user).where(ledger.c.id == receipt_id)).first()
        if row is None:
            raise NotFound("There is no such receipt, or it is not yours.", "Only the person who asked can open it.")
        return row


def _no_group() -> NotFound:
    return NotFound("There is no such figure, or it is of fewer than five people.", "Go back to the overview.")


def _mine(user: User) -> Select[Any]:
    return select(ledger).where(ledger.c.person == user.id, ledger.c.entry == "receipt")


def _keep(connection: Connection, receipt: Receipt, keep_until: date) -> TextDigests:
    held = (receipt.question, receipt.answer, *receipt.quotes)
    question, answer, *quotes = keep_texts(connection, held, keep_until)
    return TextDigests(question, answer, tuple(quotes))


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Receipt, ...]:
    bodies = [json.loads(row.body) for row in rows]
    kept = read_texts(connection, (digest for body in bodies for digest in digests_in(body).named().values()))
    held = {digest: text for digest, (_, text) in kept.items()}
    return tuple(
        _dated(connection, receipt_in(body, row.digest, held), body) for row, body in zip(rows, bodies, strict=True)
    )


def _dated(connection: Connection, receipt: Receipt, body: Mapping[str, Any]) -> Receipt:
    """Add when the texts that are gone were erased."""
    if not receipt.erased:
        return receipt
    erased = read_erasures(connection, digests_in(body).named().values())
    return replace(receipt, erased_at=max(erased.values(), default=None))


def _erasable(connection: Connection, receipt_or_digest: str) -> tuple[str | None, list[str]]:
    """The asker, when it is a receipt, and the digests of the texts that are still there."""
    one = ledger.c.id == receipt_or_digest, ledger.c.entry == "receipt"
    row = connection.execute(select(ledger).where(*one)).first()
    digests: Iterable[str] = digests_in(json.loads(row.body)).named().values() if row else [receipt_or_digest]
    return (row.person if row else None), sorted(read_texts(connection, digests))


def _check_oversight(user: User) -> None:
    if user.role not in _OVERSIGHT:
        raise NotAllowed("Only stewards and the CDO's office may see that.", "Ask your steward.")


def _check_four_eyes(user: User, second_user: User, asker: str | None) -> None:
    if user.id == second_user.id:
        raise NotAllowed("Erasing takes two people.", "Ask another steward, or the CDO's office, to confirm it.")
    if second_user.role not in _OVERSIGHT or (user.role not in _OVERSIGHT and user.id != asker):
        raise NotAllowed(
            "Only the person who asked, a steward or the CDO's office can erase.",
            "A steward or the CDO's office has to confirm it.",
        )
