"""The knowledge bases that ship as files, brought into the database: what is new is read, what is gone is ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from services.content.toml_file import shown
from services.errors import BadInput, Misconfigured
from services.governance.life_cycle import ApprovalState
from services.knowledge.document import Document
from services.knowledge.glossary import attach_glossary
from services.knowledge.knowledge_base import Snapshot
from services.knowledge.originals import Originals, digest_of
from services.knowledge.passport import Passport, read_passports
from services.knowledge.publication import name_snapshot, next_snapshot
from services.knowledge.publishing import Publishing
from services.knowledge.question_set import attach_questions, attached_questions, read_question_set
from services.knowledge.reading.media import BY_SUFFIX
from services.knowledge.rows import document_in, passport_row
from services.knowledge.waiting import new_document
from services.store.database import Database
from services.store.dialect import upsert
from services.store.moment import Clock, utc_now
from services.store.tables import documents, knowledge_bases

_KEPT = ("snapshot", "created_at", "threshold")
"""What a passport does not say: what was published, and what the threshold was calibrated to."""


@dataclass(frozen=True)
class Shipped:
    """Compares `folder` with the database at every start. Passports are the files' word: they overwrite the row."""

    database: Database
    originals: Originals
    publishing: Publishing
    folder: Path
    now: Clock = utc_now

    def bring_in(self) -> None:
        """Write the rows of all shipped knowledge bases at once and submit the documents that are new or changed.

        The folders' order is the order of reading. What has no folder any more is withdrawn, until the folder is
        back. Raises Misconfigured where a passport is wrong, and then nothing is changed.
        """
        passports = read_passports(self.folder, self.now)
        self._withdraw_all_but([passport.knowledge_base.id for passport in passports])
        for passport in passports:
            files = {path.name: path.read_bytes() for path in passport.documents}
            digests = {name: digest_of(data) for name, data in files.items()}
            for name in self._names_without_row(passport, digests):
                self.originals.keep(files[name], durably=False)
            with self.database.write() as connection:
                self._write_passport(connection, passport)
                self._attach_questions(connection, passport)
                self._attach_glossary(connection, passport)
                self._end_what_is_gone(connection, passport, digests)
                added = self._add_what_is_new(connection, passport, files, digests)
            self.publishing.submit(added)

    def _withdraw_all_but(self, shipped: Sequence[str]) -> None:
        """Withdraw what no longer ships: nobody reads it, its receipts hold. What of it was never read is deleted."""
        gone = knowledge_bases.c.shipped & knowledge_bases.c.id.not_in(shipped)
        of_it = documents.c.knowledge_base_id.in_(select(knowledge_bases.c.id).where(gone))
        with self.database.write() as connection:
            connection.execute(delete(documents).where(of_it, documents.c.valid_from.is_(None)))
            connection.execute(update(knowledge_bases).where(gone).values(state=ApprovalState.WITHDRAWN.value))

    def _names_without_row(self, passport: Passport, digests: Mapping[str, str]) -> list[str]:
        with self.database.read() as connection:
            known = {(each.name, each.digest) for each in _current(connection, passport)}
        return [
            name
            for name, digest in digests.items()
            if (name, digest) not in known or not self.originals.path(digest).exists()
        ]

    def _write_passport(self, connection: Connection, passport: Passport) -> None:
        row = passport_row(passport.knowledge_base)
        known = connection.execute(select(knowledge_bases).where(knowledge_bases.c.id == row["id"])).first()
        kept = {name: getattr(known, name) for name in _KEPT} if known else {"snapshot": 0}
        upsert(connection, knowledge_bases, row | kept)

    def _attach_questions(self, connection: Connection, passport: Passport) -> None:
        """Attach the questions that ship with it, where nobody attached others."""
        file = passport.folder / "questions.jsonl"
        if file.exists() and not attached_questions(connection, passport.knowledge_base.id):
            attach_questions(connection, passport.knowledge_base.id, read_question_set(file))

    def _attach_glossary(self, connection: Connection, passport: Passport) -> None:
        """Attach the glossary that ships with it, where there never was one; from then on it is its owner's."""
        file = passport.folder / "glossary.csv"
        if file.exists():
            try:
                attach_glossary(connection, passport.knowledge_base.id, file.read_bytes(), self.now())
            except BadInput as error:
                raise Misconfigured(f"{shown(file)}: {error.message}", error.hint) from error

    def _end_what_is_gone(self, connection: Connection, passport: Passport, digests: Mapping[str, str]) -> None:
        """Close what was published and has no file any more; delete what never was and differs from its file."""
        rows = _current(connection, passport)
        gone = [row.id for row in rows if row.name not in digests and row.valid_from is not None]
        stale = [row.id for row in rows if row.valid_from is None and digests.get(row.name) != row.digest]
        connection.execute(delete(documents).where(documents.c.id.in_(stale)))
        if gone:
            number = next_snapshot(connection, passport.knowledge_base.id)
            connection.execute(update(documents).where(documents.c.id.in_(gone)).values(valid_to=number))
            name_snapshot(connection, Snapshot(passport.knowledge_base.id, number), "", self.now())

    def _add_what_is_new(
        self, connection: Connection, passport: Passport, files: Mapping[str, bytes], digests: Mapping[str, str]
    ) -> Sequence[str]:
        known = {(row.name, row.digest) for row in _current(connection, passport)}
        return [
            self.publishing.add(connection, described(passport, path, files[path.name], self.now)).id
            for path in passport.documents
            if (path.name, digests[path.name]) not in known
        ]


def _current(connection: Connection, passport: Passport) -> list[Document]:
    """Give the documents of the present that came from its folder; what people added is theirs to change."""
    this = (documents.c.knowledge_base_id == passport.knowledge_base.id) & documents.c.valid_to.is_(None)
    this &= documents.c.added_by == ""
    return [document_in(row) for row in connection.execute(select(documents).where(this))]


def described(passport: Passport, path: Path, data: bytes, now: Clock = utc_now) -> Document:
    """Describe a shipped document that waits to be read; it has no id yet."""
    media = BY_SUFFIX[path.suffix.lower()].media
    title = passport.titles.get(path.name, "")
    return new_document(passport.knowledge_base.id, path.name, media, digest_of(data), len(data), now, title=title)
