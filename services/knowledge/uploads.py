"""Documents added by people: each file ends in a verdict, can be stopped, tried again, unlocked and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from services.errors import Conflict, NotAllowed, TooMany
from services.governance.governance import Governance
from services.governance.life_cycle import ApprovalState
from services.knowledge.access import Access, not_found
from services.knowledge.document import Document, Reason, Stage
from services.knowledge.kept_files import KeptFiles
from services.knowledge.knowledge_base import KnowledgeBase, Snapshot
from services.knowledge.originals import digest_of
from services.knowledge.own_files import clean_name
from services.knowledge.pictures import Pictures
from services.knowledge.progress import UNFINISHED
from services.knowledge.publication import name_snapshot, next_snapshot
from services.knowledge.publishing import Publishing
from services.knowledge.reading.limits import MOST_BYTES
from services.knowledge.reading.media import media_of
from services.knowledge.reading.refused import Refused
from services.knowledge.rows import document_in
from services.knowledge.waiting import new_document, waiting_again
from services.people.user import User
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import documents

MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class Added:
    """What became of one file that was added: its document, or the one that is there already (`is_new` False).

    `replaces` is the version of the same name that it takes the place of once it is read.
    """

    name: str
    document: Document
    is_new: bool = True
    replaces: Document | None = None


@dataclass(frozen=True)
class Uploads:
    """What those who answer for a knowledge base do with its documents. Every act is an entry of the audit."""

    database: Database
    governance: Governance
    access: Access
    publishing: Publishing
    pictures: Pictures
    now: Clock = utc_now

    def add(self, user: User, knowledge_base_id: str, files: Sequence[tuple[str, bytes]]) -> tuple[Added, ...]:
        """Take in files (name, bytes) in their order; each is kept and has its row before this returns.

        What can't be read by its beginning or its size is a refused document at once; the others are read in the
        background. The same content once more gives the document there is. TooMany with more than `MOST_AT_ONCE`.
        """
        if len(files) > MOST_AT_ONCE:
            raise TooMany(
                f"These are {len(files):,} files; {MOST_AT_ONCE:,} can be added at once.", "Add some of them."
            )
        with self.database.read() as connection:
            self._to_change(connection, user, knowledge_base_id)
        taken = [self._taken(knowledge_base_id, user, name, data) for name, data in files]
        with self.database.write() as connection:
            knowledge_base = self._to_change(connection, user, knowledge_base_id)
            began = self.now()
            added = tuple(
                self._add(connection, knowledge_base, replace(each, created_at=began + timedelta(microseconds=place)))
                for place, each in enumerate(taken)
            )
            new = [each.document for each in added if each.is_new]
            if new:
                facts = {"documents": [each.id for each in new]}
                self._note(connection, user, "add documents", knowledge_base, facts)
                if read := [each for each in new if each.stage is Stage.WAITING]:
                    told = {"added": len(read), "document": read[0].name}
                    self._tell_the_other(connection, user, knowledge_base, told)
        self.publishing.submit([each.id for each in new if each.stage is Stage.WAITING])
        return added

    def stop(self, user: User, knowledge_base_id: str, document_id: str | None = None) -> int:
        """Stop what is waiting or being read, one document or all; gives how many. `resume` goes on with them."""
        return self._move(user, knowledge_base_id, document_id, UNFINISHED, Stage.STOPPED, "stop reading")

    def resume(self, user: User, knowledge_base_id: str, document_id: str | None = None) -> int:
        """Go on with what was stopped, one document or all; gives how many."""
        return self._move(user, knowledge_base_id, document_id, (Stage.STOPPED,), Stage.WAITING, "resume reading")

    def retry(self, user: User, document_id: str) -> Document:
        """Read a refused document, or one that was read in part, once more.

        Conflict where it is being read already, or its file was not kept.
        """
        with self.database.write() as connection:
            knowledge_base, document = self._document(connection, user, document_id)
            if document.stage in UNFINISHED:
                raise Conflict("It is being read already.", "Wait until it is done.")
            if not self.publishing.originals.path(document.digest).is_file():
                raise Conflict("The file itself was not kept.", "Add it again.")
            again = self._again(connection, document, user)
            self._note(connection, user, "read again", knowledge_base, {"document": again.id})
        self.publishing.submit([again.id])
        return again

    def unlock(self, user: User, document_id: str, password: str) -> Document:
        """Read a document that a password protects. The password is used once and kept nowhere.

        What is kept from then on is a copy without a password. Refused where the password is another.
        """
        with self.database.read() as connection:
            _, document = self._document(connection, user, document_id)
        if document.reason is not Reason.ENCRYPTED:
            raise Conflict("No password is asked for here.", "Look at its state.")
        locked = self.publishing.originals.path(document.digest)
        if not locked.is_file():
            raise Conflict("The file itself was not kept.", "Add it again.")
        # The pictures' reader is a child of its own: unlocking does not wait behind a long document.
        data = self.pictures.reader.unlock(locked, document.media, password)
        digest = self.publishing.originals.keep(data)
        with self.database.write() as connection:
            knowledge_base, document = self._document(connection, user, document_id)
            unlocked = self._again(connection, replace(document, digest=digest, size=len(data)), user)
            self._note(connection, user, "unlock", knowledge_base, {"document": unlocked.id})
        self._forget_unheld(document.digest)
        self.publishing.submit([unlocked.id])
        return unlocked

    def delete(self, user: User, document_id: str) -> None:
        """Take a document out of every later version; older versions still hold it. Doing it twice is NotFound."""
        with self.database.write() as connection:
            knowledge_base, document = self._document(connection, user, document_id)
            if document.valid_to is not None or document.erased_at is not None:
                raise not_found()
            this = documents.c.id == document_id
            if document.valid_from is None:
                connection.execute(delete(documents).where(this))
            else:
                number = next_snapshot(connection, knowledge_base.id)
                connection.execute(update(documents).where(this).values(valid_to=number))
                name_snapshot(connection, Snapshot(knowledge_base.id, number), user.id, self.now())
                # The same file may be waiting to be read once more: it would come back.
                again = (documents.c.name == document.name) & (documents.c.digest == document.digest)
                again &= (documents.c.knowledge_base_id == knowledge_base.id) & documents.c.valid_from.is_(None)
                connection.execute(delete(documents).where(again))
            self._note(connection, user, "delete a document", knowledge_base, {"document": document_id})
            self._tell_the_other(connection, user, knowledge_base, {"deleted": 1, "document": document.name})
        self._forget_unheld(document.digest)

    def _taken(self, knowledge_base_id: str, user: User, name: str, data: bytes) -> Document:
        """Keep a file and describe it; what can be refused at once is."""
        name = clean_name(name)
        digest = digest_of(data)
        if len(data) > MOST_BYTES:
            too_large = Refused(
                Reason.TOO_LARGE,
                f"The file is larger than {MOST_BYTES // 1024**2} MB.",
                "Split it, or save it with smaller pictures.",
            )
            return self._described(knowledge_base_id, user, name, "", digest, len(data), too_large)
        try:
            media = media_of(name, data)
        except Refused as refused:
            return self._described(knowledge_base_id, user, name, "", digest, len(data), refused)
        self.publishing.originals.keep(data)
        return self._described(knowledge_base_id, user, name, media, digest, len(data), None)

    def _described(
        self,
        knowledge_base_id: str,
        user: User,
        name: str,
        media: str,
        digest: str,
        size: int,
        refused: Refused | None,
    ) -> Document:
        document = replace(new_document(knowledge_base_id, name, media, digest, size, self.now), added_by=user.id)
        if refused is None:
            return document
        sentence = f"{refused.message} {refused.hint}".strip()
        return replace(document, stage=Stage.REFUSED, reason=refused.reason, verdict=sentence)

    def _add(self, connection: Connection, knowledge_base: KnowledgeBase, document: Document) -> Added:
        present = (documents.c.knowledge_base_id == knowledge_base.id) & documents.c.valid_to.is_(None)
        rows = connection.execute(select(documents).where(present, documents.c.erased_at.is_(None)))
        there = [document_in(row) for row in rows]
        same = [each for each in there if each.digest == document.digest and each.stage is not Stage.REFUSED]
        if same:
            return Added(document.name, same[0], is_new=False)
        if knowledge_base.shipped and any(each.name == document.name and not each.added_by for each in there):
            sentence = "A document of this name ships with Accelerate. Give the file another name."
            document = replace(document, stage=Stage.REFUSED, reason=Reason.UNSUPPORTED, verdict=sentence)
        # What was refused or has not been read yet gives way to the newer file of its name.
        waits = (documents.c.name == document.name) & documents.c.valid_from.is_(None)
        connection.execute(delete(documents).where(present, waits))
        older = [each for each in there if each.name == document.name and each.valid_from is not None]
        return Added(document.name, self.publishing.add(connection, document), replaces=next(iter(older), None))

    def _again(self, connection: Connection, document: Document, user: User) -> Document:
        """Have a document wait once more: in its own row where it was never published, else as a newer version."""
        again = replace(waiting_again(document, self.now), added_by=document.added_by or user.id)
        if document.valid_from is not None:
            return self.publishing.add(connection, again)
        fresh = {
            "stage": Stage.WAITING.value,
            "verdict": "",
            "reason": "",
            "unread": [],
            "done": 0,
            "total": 0,
            "digest": document.digest,
            "size": document.size,
        }
        connection.execute(update(documents).where(documents.c.id == document.id).values(fresh))
        return replace(again, id=document.id)

    def _move(
        self,
        user: User,
        knowledge_base_id: str,
        document_id: str | None,
        stages: Sequence[Stage],
        to: Stage,
        action: str,
    ) -> int:
        with self.database.write() as connection:
            knowledge_base = self._to_change(connection, user, knowledge_base_id)
            this = documents.c.knowledge_base_id == knowledge_base_id
            if document_id is not None:
                this &= documents.c.id == document_id
            there = documents.c.stage.in_([stage.value for stage in stages])
            ordered = select(documents.c.id).where(this, there).order_by(documents.c.created_at, documents.c.name)
            moved = list(connection.execute(ordered).scalars())
            changed = {"stage": to.value, "done": 0, "total": 0}
            connection.execute(update(documents).where(documents.c.id.in_(moved)).values(changed))
            if moved:
                self._note(connection, user, action, knowledge_base, {"documents": len(moved)})
        if to is Stage.WAITING:
            self.publishing.submit(moved)
        return len(moved)

    def _to_change(self, connection: Connection, user: User, knowledge_base_id: str) -> KnowledgeBase:
        found = self.access.to_change(connection, user, knowledge_base_id)
        if found.is_own_file:
            raise NotAllowed("A file of your own is one document.", "Make a knowledge base for several.")
        return found

    def _document(self, connection: Connection, user: User, document_id: str) -> tuple[KnowledgeBase, Document]:
        row = connection.execute(select(documents).where(documents.c.id == document_id)).first()
        if row is None:
            raise not_found()
        document = document_in(row)
        knowledge_base = self._to_change(connection, user, document.knowledge_base_id)
        if knowledge_base.shipped and not document.added_by:
            raise NotAllowed("This document ships with Accelerate.", "Change its file, then start again.")
        return knowledge_base, document

    def _forget_unheld(self, digest: str) -> None:
        KeptFiles(self.database, self.pictures).forget_unheld([digest])

    def _tell_the_other(
        self, connection: Connection, user: User, found: KnowledgeBase, facts: Mapping[str, object]
    ) -> None:
        """Leave news for its owner and its steward, but for who did it: what is approved does not change unseen."""
        if found.state in (ApprovalState.APPROVED, ApprovalState.REVIEW_DUE):
            told = {"by": user.id, "name": found.name, **facts}
            for person in {found.owner, found.steward} - {user.id, ""}:
                self.governance.requests.tell(connection, person, "documents changed", found.id, told)

    def _note(
        self, connection: Connection, user: User, action: str, found: KnowledgeBase, facts: Mapping[str, object]
    ) -> None:
        self.governance.ledger.record_audit(user, action, found.id, facts, connection=connection)
