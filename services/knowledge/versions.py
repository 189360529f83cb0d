"""Numbered versions of a knowledge base: what each change brought, and which one held on a day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, func, select

from services.errors import BadInput
from services.knowledge.access import Access, not_found
from services.knowledge.document import Document
from services.knowledge.glossary import Entry
from services.knowledge.rows import document_in
from services.people.user import User
from services.store.database import Database
from services.store.tables import documents, glossary, pages, passages, snapshots


@dataclass(frozen=True)
class Version:
    """Change number `number`: when, by whom ("": nobody in particular), and how many documents it brought and took.

    A document that took the place of an older one of its name counts as `changed` alone. `words` counts the glossary
    rows that were added, changed or ended.
    """

    number: int
    at: datetime
    person: str
    came: int
    went: int
    changed: int
    words: int = 0


@dataclass(frozen=True)
class Changes:
    """What lies between two versions: documents that came, that went, and pairs of an older and a newer one.

    `words_came` and `words_went` are rows of the glossary; one that was changed is in both.
    """

    older: int
    newer: int
    came: tuple[Document, ...]
    went: tuple[Document, ...]
    changed: tuple[tuple[Document, Document], ...]
    words_came: tuple[Entry, ...] = ()
    words_went: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What a newer version of a document says that the older did not, and the other way round, in reading order."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class _Word:
    """A row of the glossary, and the versions in which it held."""

    entry: Entry
    valid_from: int | None
    valid_to: int | None


@dataclass(frozen=True)
class Versions:
    """The versions of a knowledge base, for whoever may read it today."""

    database: Database
    access: Access

    def list(self, user: User, knowledge_base_id: str) -> tuple[Version, ...]:
        """Give every version, the newest first. NotFound where `user` may not read it."""
        with self.database.read() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            there = _documents(connection, knowledge_base_id)
            named = select(snapshots).where(snapshots.c.knowledge_base_id == knowledge_base_id)
            rows = connection.execute(named.order_by(snapshots.c.number.desc())).all()
            words = _words(connection, knowledge_base_id)
        begun, ended = _by_number(there, "valid_from"), _by_number(there, "valid_to")
        return tuple(
            Version(
                row.number,
                row.at,
                row.person,
                *_counts(begun.get(row.number, {}), ended.get(row.number, {})),
                words=len({each.entry.term for each in words if row.number in (each.valid_from, each.valid_to)}),
            )
            for row in rows
        )

    def changes(self, user: User, knowledge_base_id: str, older: int, newer: int) -> Changes:
        """Say what lies between two versions. BadInput where `older` is not before `newer`; NotFound as above."""
        if older >= newer:
            raise BadInput("The first version must be older than the second.", "Choose them the other way round.")
        with self.database.read() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            there = _documents(connection, knowledge_base_id)
            words = _words(connection, knowledge_base_id)
        before = {_key(each): each for each in there if _held(each, older)}
        after = {_key(each): each for each in there if _held(each, newer)}
        both = sorted(before.keys() & after.keys())
        return Changes(
            older,
            newer,
            came=tuple(after[name] for name in sorted(after.keys() - before.keys())),
            went=tuple(before[name] for name in sorted(before.keys() - after.keys())),
            changed=tuple((before[name], after[name]) for name in both if before[name].id != after[name].id),
            words_came=tuple(each.entry for each in words if _held(each, newer) and not _held(each, older)),
            words_went=tuple(each.entry for each in words if _held(each, older) and not _held(each, newer)),
        )

    def difference(self, user: User, older_id: str, newer_id: str) -> Difference:
        """Compare the passages of two versions of a document. NotFound where `user` may not read both."""
        with self.database.read() as connection:
            for each in (older_id, newer_id):
                self.access.document(connection, user, each)
            before, after = _texts(connection, older_id), _texts(connection, newer_id)
        return Difference(
            gained=tuple(text for digest, text in after.items() if digest not in before),
            lost=tuple(text for digest, text in before.items() if digest not in after),
        )

    def as_of(self, user: User, where: Sequence[str], day: date) -> Mapping[str, int]:
        """Give the version of each knowledge base that held at the end of `day` (UTC), by id; 0 where there was none.

        NotFound where `user` may not read one of them today: who may read is never judged by an older day.
        """
        midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
        with self.database.read() as connection:
            for each in where:
                self.access.to_read(connection, user, each)
            last = (
                select(snapshots.c.knowledge_base_id, func.max(snapshots.c.number))
                .where(snapshots.c.knowledge_base_id.in_(where), snapshots.c.at < midnight)
                .group_by(snapshots.c.knowledge_base_id)
            )
            held = {row[0]: row[1] for row in connection.execute(last)}
        return {each: held.get(each, 0) for each in where}

    def named(self, user: User, numbers: Mapping[str, int]) -> Mapping[str, datetime]:
        """Tell when versions (number by knowledge base) began, for those that `user` may read."""
        with self.database.read() as connection:
            readable = {each.id for each in self.access.readable(connection, user)}
            rows = connection.execute(select(snapshots).where(snapshots.c.knowledge_base_id.in_(readable & {*numbers})))
            return {row.knowledge_base_id: row.at for row in rows if numbers[row.knowledge_base_id] == row.number}


def _documents(connection: Connection, knowledge_base_id: str) -> list[Document]:
    published = (documents.c.knowledge_base_id == knowledge_base_id) & documents.c.valid_from.is_not(None)
    return [document_in(row) for row in connection.execute(select(documents).where(published))]


def _words(connection: Connection, knowledge_base_id: str) -> list[_Word]:
    """Give every row that the glossary has or had, by its term."""
    rows = select(glossary).where(glossary.c.knowledge_base_id == knowledge_base_id)
    found = connection.execute(rows.order_by(glossary.c.term, glossary.c.id))
    return [_Word(Entry(row.term, tuple(row.also), row.meaning), row.valid_from, row.valid_to) for row in found]


def _key(document: Document) -> str:
    """Tell a document from others; one that was erased has no name any more."""
    return document.name or document.id


def _held(each: Document | _Word, number: int) -> bool:
    begins = each.valid_from is not None and each.valid_from <= number
    return begins and (each.valid_to is None or each.valid_to > number)


def _by_number(there: Sequence[Document], which: str) -> dict[int, dict[str, Document]]:
    found: dict[int, dict[str, Document]] = {}
    for each in there:
        number = getattr(each, which)
        if number is not None:
            found.setdefault(number, {})[_key(each)] = each
    return found


def _counts(begun: Mapping[str, Document], ended: Mapping[str, Document]) -> tuple[int, int, int]:
    changed = len(begun.keys() & ended.keys())
    return len(begun) - changed, len(ended) - changed, changed


def _texts(connection: Connection, document_id: str) -> dict[str, str]:
    """Give the passages of a document in reading order, by digest; NotFound where it was erased."""
    query = (
        select(passages.c.start, passages.c.end, pages.c.text)
        .join(pages, (pages.c.document_id == passages.c.document_id) & (pages.c.number == passages.c.page))
        .where(passages.c.document_id == document_id)
        .order_by(passages.c.ordinal)
    )
    texts = [row.text[row.start : row.end] for row in connection.execute(query)]
    if not texts:
        raise not_found()
    return {hashlib.sha256(" ".join(text.split()).encode()).hexdigest(): text for text in texts}
