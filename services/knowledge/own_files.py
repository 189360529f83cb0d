"""A person's own file: a private draft knowledge base of one document, gone after thirty days."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from sqlalchemy import Connection, delete, func, insert, select

from services.errors import BadInput, TooMany
from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.document import Stage
from services.knowledge.index import PassageIndex
from services.knowledge.kept_files import KeptFiles
from services.knowledge.knowledge_base import Audience, KnowledgeBase, Snapshot
from services.knowledge.originals import Originals, digest_of
from services.knowledge.pictures import Pictures
from services.knowledge.publishing import Publishing
from services.knowledge.reading.media import media_of
from services.knowledge.rows import knowledge_base_in, passport_row
from services.knowledge.waiting import new_document
from services.people.user import User
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import documents, knowledge_bases

LARGEST_BYTES = 20 * 1024**2
KEPT_DAYS = 30
MOST_FILES = 50
MOST_A_MINUTE = 10
LONGEST_NAME = 120
LEFT_BEHIND_SECONDS = 3600.0

PURPOSE = "A file of your own. Only you can ask it; it is not approved, and it goes after 30 days."


@dataclass(frozen=True)
class OwnFiles:
    """Takes in, finds again and deletes what people drop on the question box."""

    database: Database
    originals: Originals
    pictures: Pictures
    publishing: Publishing
    index: PassageIndex
    now: Clock = utc_now

    def take_in(self, user: User, name: str, data: bytes) -> KnowledgeBase:
        """Make a private draft of a file and have it read; the same file once more gives the draft there is.

        Raises BadInput at once where the file can't be read by its size, its type, or as it is opened, and TooMany
        where the person has `MOST_FILES` already or added `MOST_A_MINUTE` within the minute.
        """
        if len(data) > LARGEST_BYTES:
            raise BadInput("The file is larger than 20 MB.", "Split it, or save it with smaller pictures.")
        name = clean_name(name)
        media = media_of(name, data)
        digest = digest_of(data)
        with self.database.read() as connection:
            known = self._known(connection, user, digest)
            if known is not None:
                return known
            self._check_number(connection, user)
        self.originals.keep(data)
        try:
            self.pictures.reader.check(self.originals.path(digest), media)
            draft = self._draft(user, name)
            with self.database.write() as connection:
                self._check_number(connection, user)  # once more: others may have been added in the meantime
                connection.execute(insert(knowledge_bases).values(passport_row(draft) | {"snapshot": 0}))
                document = new_document(draft.id, name, media, digest, len(data), self.now)
                added = self.publishing.add(connection, document)
        except (BadInput, TooMany):
            self._forget_unheld([digest])
            raise
        self.publishing.submit([added.id])
        return draft

    def delete(self, knowledge_base_id: str) -> None:
        """Delete a draft with its rows, pictures and file. Receipts keep digests only; deleting twice is no fault."""
        with self.database.write() as connection:
            this = documents.c.knowledge_base_id == knowledge_base_id
            digests = set(connection.execute(select(documents.c.digest).where(this)).scalars())
            connection.execute(delete(knowledge_bases).where(knowledge_bases.c.id == knowledge_base_id))
        self.index.forget(knowledge_base_id)
        self._forget_unheld(digests)

    def delete_expired(self) -> None:
        """Delete every draft whose time is over, and files that a crash left behind before their row was written."""
        over = select(knowledge_bases.c.id).where(knowledge_bases.c.expires_at <= self.now())
        with self.database.read() as connection:
            expired = list(connection.execute(over).scalars())
        for each in expired:
            self.delete(each)
        KeptFiles(self.database, self.pictures).forget_unheld(self.originals.older_than(LEFT_BEHIND_SECONDS))

    def _known(self, connection: Connection, user: User, digest: str) -> KnowledgeBase | None:
        same = (
            select(knowledge_bases)
            .join(documents, documents.c.knowledge_base_id == knowledge_bases.c.id)
            .where(knowledge_bases.c.owner == user.id, knowledge_bases.c.expires_at > self.now())
            .where(documents.c.digest == digest, documents.c.stage != Stage.REFUSED.value)
        )
        row = connection.execute(same).first()
        return knowledge_base_in(row) if row is not None else None

    def _check_number(self, connection: Connection, user: User) -> None:
        """Raise TooMany where one more file would be more than one person can read."""
        now = self.now()
        kept = (knowledge_bases.c.owner == user.id) & (knowledge_bases.c.expires_at > now)
        counted = select(func.count()).where(kept)
        if connection.execute(counted).scalar_one() >= MOST_FILES:
            raise TooMany(
                f"You have {MOST_FILES} files of your own, the most that one person may have.",
                f"Delete one that you no longer need; each goes by itself after {KEPT_DAYS} days.",
            )
        lately = counted.where(knowledge_bases.c.created_at > now - timedelta(minutes=1))
        if connection.execute(lately).scalar_one() >= MOST_A_MINUTE:
            raise TooMany(
                f"You have added the most files that one person may add in a minute ({MOST_A_MINUTE}).",
                "Wait a minute, then add the next.",
            )

    def _draft(self, user: User, name: str) -> KnowledgeBase:
        draft_id = secrets.token_hex(8)
        return KnowledgeBase(
            id=draft_id,
            name=name,
            purpose=PURPOSE,
            owner=user.id,
            steward="",
            classification=Classification.INTERNAL,
            audience=Audience(),
            state=ApprovalState.DRAFT,
            approved_until=None,
            review_by=None,
            source="Your own file",
            licence="",
            questions=(),
            snapshot=Snapshot(draft_id, 0),
            created_at=self.now(),
            expires_at=self.now() + timedelta(days=KEPT_DAYS),
        )

    def _forget_unheld(self, digests: Iterable[str]) -> None:
        KeptFiles(self.database, self.pictures).forget_unheld(digests)


def clean_name(name: str) -> str:
    """Give a file's own name: no folders of any system, no control characters, no leading dots, not too long."""
    plain = "".join(each for each in name.replace("\\", "/") if unicodedata.category(each)[0] != "C")
    last = PurePosixPath(plain).name.strip().lstrip(".").strip()
    path = PurePosixPath(last)
    if len(last) > LONGEST_NAME:
        last = path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix[:LONGEST_NAME]
    return last[:LONGEST_NAME] or "File"
