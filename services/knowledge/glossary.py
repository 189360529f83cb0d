"""The glossary of a knowledge base: what its readers call a thing, and what its documents call it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from services.errors import BadInput, Conflict, NotFound, TooMany
from services.governance.governance import Governance
from services.governance.request import Request
from services.knowledge.access import Access
from services.knowledge.expansion import forms_key
from services.knowledge.knowledge_base import KnowledgeBase, Snapshot
from services.knowledge.publication import name_snapshot, next_snapshot
from services.ledger.receipt import new_receipt_id
from services.people.user import User
from services.store.database import Database
from services.store.spreadsheet import defused
from services.store.tables import glossary

GLOSSARY = "glossary"
COLUMNS = ("term", "also", "meaning")
BETWEEN = ";"
"""What stands between two names in a cell of the sheet."""

MOST_ROWS = 1_000
MOST_NAMES = 10
LONGEST_NAME = 80
LONGEST_MEANING = 300


@dataclass(frozen=True)
class Entry:
    """A term, what it is also called, and what it means ("" where nobody said)."""

    term: str
    also: tuple[str, ...]
    meaning: str = ""

    def checked(self) -> Entry:
        """Give it tidied: spaces folded, each name once. BadInput where it says nothing or too much."""
        term, meaning = _folded(self.term), _folded(self.meaning)
        names = {_folded(each).casefold(): _folded(each) for each in self.also if _folded(each)}
        names.pop(term.casefold(), None)
        if not forms_key(term):
            raise BadInput("The term is missing.", "Write the word or phrase that people use, such as “PTO”.")
        if not names and not meaning:
            raise BadInput(
                f"“{term}” says nothing yet.", "Write what it is also called, such as “annual leave”, or what it means."
            )
        if any(not forms_key(each) for each in names.values()):
            raise BadInput(f"One of the names of “{term}” has no word in it.", "Write words there.")
        if len(names) > MOST_NAMES:
            raise BadInput(f"“{term}” has more than {MOST_NAMES} other names.", "Leave out the rarest.")
        if max(len(each) for each in (term, *names.values())) > LONGEST_NAME or len(meaning) > LONGEST_MEANING:
            raise BadInput(
                f"A name has more than {LONGEST_NAME} characters, or the meaning more than {LONGEST_MEANING}.",
                "Say it shorter.",
            )
        return Entry(term, tuple(names.values()), meaning)

    @property
    def in_words(self) -> str:
        """Say it in a line: "PTO = annual leave, vacation"."""
        return f"{self.term} = {', '.join(self.also) or self.meaning}"


@dataclass(frozen=True)
class GlossaryRow(Entry):
    """An entry of the present version of a glossary."""

    id: str = ""
    added_by: str = ""


@dataclass(frozen=True)
class GlossaryRequests:
    """Proposals for a glossary: the owner or the steward of the knowledge base decides."""

    access: Access
    name: str = GLOSSARY

    def title(self, connection: Connection, request: Request) -> str:
        """Give the row that is proposed, and for which knowledge base."""
        found = self._knowledge_base(connection, request)
        return f"{_proposed(request).in_words} in {found.name}" if found else ""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` answers for the knowledge base."""
        found = self._knowledge_base(connection, request)
        return found is not None and found.is_changed_by(user)

    def approve(self, connection: Connection, user: User, request: Request, until: date | None) -> None:
        """Add the row as it was proposed. Conflict where its term stands there meanwhile."""
        found = self._knowledge_base(connection, request)
        if found is None:
            raise Conflict("It is not there any more.", "Nothing was decided.")
        _check_new(connection, found.id, _proposed(request))
        _begin(connection, found.id, [_proposed(request)], request.person, self.access.now())

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Nothing waited for it."""

    def _knowledge_base(self, connection: Connection, request: Request) -> KnowledgeBase | None:
        return self.access.find(connection, request.object.partition(":")[0])


@dataclass(frozen=True)
class Glossary:
    """What people call things, for whoever may read the knowledge base; each change makes a version of it."""

    database: Database
    governance: Governance
    access: Access

    def rows(self, user: User, knowledge_base_id: str) -> tuple[GlossaryRow, ...]:
        """Give the present rows by their terms. NotFound where `user` may not read the knowledge base."""
        with self.database.read() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            return _present(connection, knowledge_base_id)

    def add(self, user: User, knowledge_base_id: str, entry: Entry) -> None:
        """Add a row. NotAllowed where `user` does not answer for it, Conflict where the term stands there already."""
        with self.database.write() as connection:
            self.access.to_change(connection, user, knowledge_base_id)
            entry = entry.checked()
            _check_new(connection, knowledge_base_id, entry)
            number = _begin(connection, knowledge_base_id, [entry], user.id, self.access.now())
            self._record(connection, user, "add to glossary", knowledge_base_id, number, entry.in_words)

    def change(self, user: User, knowledge_base_id: str, row_id: str, entry: Entry) -> None:
        """Put another row in the place of one. NotFound where that one has ended, else as `add`."""
        with self.database.write() as connection:
            self.access.to_change(connection, user, knowledge_base_id)
            entry = entry.checked()
            _present_row(connection, knowledge_base_id, row_id)
            _check_new(connection, knowledge_base_id, entry, besides=row_id)
            number = next_snapshot(connection, knowledge_base_id)
            _end(connection, row_id, number)
            _begin(connection, knowledge_base_id, [entry], user.id, self.access.now())
            self._record(connection, user, "change glossary", knowledge_base_id, number, entry.in_words)

    def end(self, user: User, knowledge_base_id: str, row_id: str) -> None:
        """Take a row out from now on; a search of an older version still uses it."""
        with self.database.write() as connection:
            self.access.to_change(connection, user, knowledge_base_id)
            ended = _present_row(connection, knowledge_base_id, row_id)
            number = next_snapshot(connection, knowledge_base_id)
            _end(connection, row_id, number)
            name_snapshot(connection, Snapshot(knowledge_base_id, number), user.id, self.access.now())
            self._record(connection, user, "end in glossary", knowledge_base_id, number, ended.in_words)

    def propose(self, user: User, knowledge_base_id: str, entry: Entry, reason: str) -> Request:
        """Propose a row to the owner and the steward. Conflict where the term stands there or was proposed already."""
        with self.database.write() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            entry = entry.checked()
            _check_new(connection, knowledge_base_id, entry)
            object = f"{knowledge_base_id}:{' '.join(forms_key(entry.term))}"
            facts = {"term": entry.term, "also": list(entry.also), "meaning": entry.meaning}
            return self.governance.requests.file(connection, user, GLOSSARY, object, reason, facts=facts)

    def sheet(self, user: User, knowledge_base_id: str) -> str:
        """Give the present rows as CSV: term, also (names apart by ";"), meaning."""
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(COLUMNS)
        for row in self.rows(user, knowledge_base_id):
            writer.writerow(defused(each) for each in (row.term, BETWEEN.join(row.also), row.meaning))
        return written.getvalue()

    def bring(self, user: User, knowledge_base_id: str, data: bytes) -> int:
        """Add the rows of such a CSV in one version; those whose term stands there already are left out.

        Gives how many were added. BadInput, with the line, where it can't be read, and then nothing is added.
        """
        entries = read_sheet(data)
        with self.database.write() as connection:
            self.access.to_change(connection, user, knowledge_base_id)
            there = {forms_key(row.term) for row in _present(connection, knowledge_base_id)}
            new: dict[tuple[str, ...], Entry] = {}
            for each in entries:
                if (key := forms_key(each.term)) not in there:
                    new.setdefault(key, each)
            if len(there) + len(new) > MOST_ROWS:
                raise TooMany(f"A glossary holds {MOST_ROWS:,} rows at most.", "Leave out the rarest.")
            if new:
                number = _begin(connection, knowledge_base_id, [*new.values()], user.id, self.access.now())
                added = f"{len(new)} rows"
                self._record(connection, user, "add to glossary", knowledge_base_id, number, added)
        return len(new)

    def _record(
        self, connection: Connection, user: User, action: str, knowledge_base_id: str, number: int, what: str
    ) -> None:
        facts = {"version": number, "row": what}
        self.governance.ledger.record_audit(user, action, knowledge_base_id, facts, connection=connection)


def read_sheet(data: bytes) -> tuple[Entry, ...]:
    """Read the entries of a CSV with the columns term, also and meaning. BadInput, with the line, where it is none."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        lines = [(number, line) for number, line in enumerate(reader, start=2) if any(line.values())]
        names = reader.fieldnames or ()
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput("This is not a CSV file in UTF-8.", "Save it as “CSV UTF-8” and choose it again.") from error
    if not {"term", "also"} <= set(names):
        raise BadInput("The columns term and also are missing.", "The first line reads: term,also,meaning")
    return tuple(_entry(number, line) for number, line in lines)


def _entry(number: int, line: Mapping[str, Any]) -> Entry:
    also = tuple(str(line.get("also") or "").split(BETWEEN))
    try:
        return Entry(str(line.get("term") or ""), also, str(line.get("meaning") or "")).checked()
    except BadInput as error:
        raise BadInput(f"Line {number}: {error.message}", error.hint) from error


def _proposed(request: Request) -> Entry:
    return Entry(request.facts["term"], tuple(request.facts["also"]), request.facts["meaning"])


def attach_glossary(connection: Connection, knowledge_base_id: str, data: bytes, at: datetime) -> None:
    """Let the rows of a CSV that ships be the glossary, in the caller's transaction, where there never was a row.

    BadInput, with the line, where it can't be read.
    """
    ever = select(glossary.c.id).where(glossary.c.knowledge_base_id == knowledge_base_id).limit(1)
    entries = read_sheet(data)
    if entries and connection.execute(ever).first() is None:
        _begin(connection, knowledge_base_id, entries, "", at)


def _begin(connection: Connection, knowledge_base_id: str, entries: Sequence[Entry], person: str, at: datetime) -> int:
    """Let entries hold from the next version on; gives its number."""
    number = next_snapshot(connection, knowledge_base_id)
    rows = [
        {
            "id": new_receipt_id(),
            "knowledge_base_id": knowledge_base_id,
            "term": entry.term,
            "also": list(entry.also),
            "meaning": entry.meaning,
            "added_by": person,
            "valid_from": number,
            "valid_to": None,
        }
        for entry in entries
    ]
    connection.execute(insert(glossary), rows)
    name_snapshot(connection, Snapshot(knowledge_base_id, number), person, at)
    return number


def _end(connection: Connection, row_id: str, number: int) -> None:
    connection.execute(update(glossary).where(glossary.c.id == row_id).values(valid_to=number))


def _check_new(connection: Connection, knowledge_base_id: str, entry: Entry, besides: str = "") -> None:
    there = [row for row in _present(connection, knowledge_base_id) if row.id != besides]
    if any(forms_key(row.term) == forms_key(entry.term) for row in there):
        raise Conflict(f"“{entry.term}” stands in the glossary already.", "Change that row instead.")
    if len(there) >= MOST_ROWS:
        raise TooMany(f"A glossary holds {MOST_ROWS:,} rows at most.", "End one that nobody needs.")


def _present_row(connection: Connection, knowledge_base_id: str, row_id: str) -> GlossaryRow:
    for row in _present(connection, knowledge_base_id):
        if row.id == row_id:
            return row
    raise NotFound("This row of the glossary has ended meanwhile.", "Look at the glossary again.")


def _present(connection: Connection, knowledge_base_id: str) -> tuple[GlossaryRow, ...]:
    this = (glossary.c.knowledge_base_id == knowledge_base_id) & glossary.c.valid_to.is_(None)
    found = [_row_in(row) for row in connection.execute(select(glossary).where(this))]
    return tuple(sorted(found, key=lambda row: (row.term.casefold(), row.id)))


def _row_in(row: Row[Any]) -> GlossaryRow:
    return GlossaryRow(row.term, tuple(row.also), row.meaning, row.id, row.added_by)


def _folded(text: str) -> str:
    return " ".join(text.split())
