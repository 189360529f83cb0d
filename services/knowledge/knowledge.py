"""The knowledge room: what somebody may read, ask, open and add; every permission check on passages is in here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from services.errors import NotFound
from services.governance.governance import Governance
from services.governance.run import Run
from services.knowledge.access import Access, not_found
from services.knowledge.approval import Approval
from services.knowledge.closeness import Closeness
from services.knowledge.document import Document, Named, Page, Passage, Stage
from services.knowledge.erasure import Erasure
from services.knowledge.finding import Findings
from services.knowledge.glossary import Glossary
from services.knowledge.knowledge_base import KnowledgeBase, Snapshot
from services.knowledge.opened_source import OpenedSource
from services.knowledge.own_files import OwnFiles
from services.knowledge.pictures import Pictures
from services.knowledge.progress import UNFINISHED, Progress, progress_of
from services.knowledge.publishing import Publishing
from services.knowledge.reading.media import SHOWN
from services.knowledge.resplitting import Resplitting
from services.knowledge.rows import document_in, passage_in
from services.knowledge.search import PassageSearch
from services.knowledge.setting import By
from services.knowledge.sharing import Sharing
from services.knowledge.trials import Trials
from services.knowledge.uploads import Uploads
from services.knowledge.versions import Versions
from services.knowledge.walker import Walker
from services.ledger.receipt import Environment, Kind, Outcome, Receipt, SourceUsed
from services.people.user import User
from services.store.database import Database
from services.store.moment import Clock, utc_now
from services.store.tables import documents, pages, passages, snapshots

SURROUNDINGS = 1_500
"""Characters of a page that are shown before a quote, and after it."""


@dataclass(frozen=True)
class Knowledge:
    """Documents and their passages, each only for those who may read its knowledge base."""

    database: Database
    governance: Governance
    passage_search: PassageSearch
    publishing: Publishing
    pictures: Pictures
    own_files: OwnFiles
    now: Clock = utc_now
    access: Access = field(init=False, repr=False)
    approval: Approval = field(init=False, repr=False)
    sharing: Sharing = field(init=False, repr=False)
    glossary: Glossary = field(init=False, repr=False)
    uploads: Uploads = field(init=False, repr=False)
    versions: Versions = field(init=False, repr=False)
    erasure: Erasure = field(init=False, repr=False)
    resplitting: Resplitting = field(init=False, repr=False)
    trials: Trials = field(init=False, repr=False)
    walker: Walker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        access = Access(self.now)
        desks = {
            "access": access,
            "approval": Approval(self.database, self.governance, access, self.now),
            "sharing": Sharing(self.database, self.governance, access),
            "glossary": Glossary(self.database, self.governance, access),
            "trials": Trials(self.database, self.governance, access, self.search),
            "walker": Walker(self.database, self.governance, access, self.passage_search, self.search),
            "versions": Versions(self.database, access),
            "resplitting": Resplitting(self.database, self.governance, access, self.publishing, self.now),
            "erasure": Erasure(self.database, access, self.governance.requests),
            "uploads": Uploads(self.database, self.governance, access, self.publishing, self.pictures, self.now),
        }
        for name, desk in desks.items():
            object.__setattr__(self, name, desk)

    def knowledge_bases(self, user: User) -> tuple[KnowledgeBase, ...]:
        """Give what `user` may read, in the order of arrival; own files come last, the newest first."""
        with self.database.read() as connection:
            readable = self.access.readable(connection, user)
        shared = sorted((each for each in readable if each.expires_at is None), key=lambda each: each.created_at)
        own = sorted((each for each in readable if each.expires_at is not None), key=lambda each: each.created_at)
        return (*shared, *reversed(own))

    def knowledge_base(self, user: User, knowledge_base_id: str) -> KnowledgeBase:
        """Give one; NotFound where it is not there or not for `user`, and the two read the same."""
        with self.database.read() as connection:
            return self.access.to_read(connection, user, knowledge_base_id)

    def documents(self, user: User, knowledge_base_id: str) -> tuple[Document, ...]:
        """Give the documents of the present: published ones, and those that wait, are being read or were refused."""
        with self.database.read() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            return _present(connection, knowledge_base_id)

    def last_changed(self, user: User, knowledge_base_id: str) -> datetime | None:
        """Tell when its documents last changed, None where nothing has been published yet."""
        with self.database.read() as connection:
            self.access.to_read(connection, user, knowledge_base_id)
            newest = select(func.max(snapshots.c.at)).where(snapshots.c.knowledge_base_id == knowledge_base_id)
            at: datetime | None = connection.scalar(newest)
        return at

    def progress(self, user: User, knowledge_base_id: str) -> Progress:
        """Say how far reading has come; own files do not wait for the others."""
        with self.database.read() as connection:
            knowledge_base = self.access.to_read(connection, user, knowledge_base_id)
            counts, passages_there = _counts(connection, knowledge_base_id)
            unfinished = _unfinished(connection, documents.c.knowledge_base_id == knowledge_base_id)
            latest = max((each.created_at for each in unfinished), default=None)
            alone = knowledge_base.expires_at is not None or latest is None
            ahead = unfinished if alone else _unfinished(connection, documents.c.created_at <= latest)
        progress = progress_of(counts, passages_there, unfinished, ahead, self.publishing.pace)
        return replace(progress, may_stop=knowledge_base.is_changed_by(user) and not alone)

    def page(self, user: User, document_id: str, number: int) -> Page:
        """Give the text of a page of a document that is or was published. NotFound otherwise."""
        with self.database.read() as connection:
            self.access.document(connection, user, document_id)
            return _page(connection, document_id, number)

    def passage(self, user: User, passage_id: str) -> Passage:
        """Give a passage by its id `DOCUMENT_ID:ORDINAL`, also one of an older version. NotFound otherwise."""
        document_id, _, ordinal = passage_id.rpartition(":")
        with self.database.read() as connection:
            _, document = self.access.document(connection, user, document_id)
            this = (passages.c.document_id == document_id) & (passages.c.ordinal == _number(ordinal))
            row = connection.execute(select(passages).where(this)).first()
            if row is None:
                raise not_found()
            page = _page(connection, document_id, row.page)
        return passage_in(row, document, page.text, page.label)

    def named(self, user: User, passage_ids: Sequence[str]) -> Mapping[str, Named]:
        """Say under which words passages stand, by id; what is gone or not for `user` is left out."""
        with self.database.read() as connection:
            readable = {each.id for each in self.access.readable(connection, user)}
        found = self.passage_search.passages(passage_ids).values()
        return {
            each.id: Named(each.document_title, each.heading, each.place)
            for each in found
            if each.knowledge_base_id in readable
        }

    def search(
        self,
        user: User,
        question: str,
        where: tuple[str, ...] = (),
        *,
        snapshots: Mapping[str, int] | None = None,
        documents: frozenset[str] | None = None,
        by: By = By.BOTH,
        limit: int = 10,
    ) -> Findings:
        """Find passages in the knowledge bases `where`, or in everything `user` may read where it is empty.

        `snapshots` searches named ones as they were at that number, `documents` narrows to those ids. NotFound where
        something in `where` is not there or not for `user`, or where there is nothing at all to search.
        """
        with self.database.read() as connection:
            readable = {each.id: each for each in self.access.readable(connection, user)}
            if not set(where) <= readable.keys():
                raise not_found()
            if not readable:
                raise NotFound("There are no documents that you may read yet.", "Ask your steward for access.")
            chosen = [readable[each] for each in (where or readable)]
            asked = [_as_of(each.snapshot, snapshots or {}) for each in chosen]
            unread = [*_unread(connection, chosen), *(_erased(connection, asked) if snapshots else ())]
        findings = self.passage_search.search(question, asked, documents, limit, by)
        best = findings.found[0].passage.knowledge_base_id if findings.found else ""
        calibrated = readable[best].threshold if best in readable else None
        return replace(findings, missing=(*findings.missing, *unread), calibrated=calibrated)

    def closeness(self, user: User, findings: Findings, first: int) -> Mapping[str, Closeness]:
        """Tell of the `first` passages found, by id, how near each of their parts is to the question.

        What has no token vectors is left out. NotFound where `user` may not read one of them.
        """
        if not self.can_read(user, tuple({each.passage.knowledge_base_id for each in findings.found})):
            raise not_found()
        return self.passage_search.closeness(findings, first)

    def can_read(self, user: User, where: tuple[str, ...] = ()) -> bool:
        """Say whether `user` may read all of `where`, or anything at all where it is empty: what `admit` asks."""
        with self.database.read() as connection:
            readable = {each.id for each in self.access.readable(connection, user)}
        return bool(readable) and set(where) <= readable

    def open_source(
        self, user: User, document_id: str, page: int, start: int, end: int, *, receipt_id: str | None = None
    ) -> OpenedSource:
        """Show characters `start` to `end` of a page in their surroundings, and write a receipt of kind `open`.

        `receipt_id` names the run whose source it is; it is opened in the environment of that run. NotFound where the
        receipt, the document, the page or the range is not there or not for `user`; that too leaves a receipt.
        """
        asked, found = None, None
        with suppress(NotFound):
            asked = self.governance.ledger.receipt(user, receipt_id) if receipt_id else None
            found = self._find_source(user, document_id, page, start, end)
        run = Run(
            Kind.OPEN,
            where=(found[0].id if found else document_id,),
            readable=found is not None,
            environment=asked.environment if asked else Environment.DRAFT,
            built_on=(asked.id,) if asked else (),
        )
        with self.governance.admit(user, run) as admission:
            assert found is not None  # noqa: S101  (admit refuses what is not readable)
            knowledge_base, document, shown, passage = found
            settled = admission.settle(
                self._opened(admission.blank, knowledge_base, document, shown, passage, (start, end))
            )
        return _surroundings(knowledge_base, document, shown, passage, (start, end), settled.id)

    def open_page(self, user: User, document_id: str, number: int) -> tuple[Document, Page]:
        """Show a whole page of a document that is or was published, and write a receipt of kind `open`.

        NotFound where it is not there or not for `user`; that too leaves a receipt.
        """
        found = None
        with suppress(NotFound), self.database.read() as connection:
            knowledge_base, document = self.access.document(connection, user, document_id)
            found = knowledge_base, document, _page(connection, document_id, number)
        run = Run(Kind.OPEN, where=(found[0].id if found else document_id,), readable=found is not None)
        with self.governance.admit(user, run) as admission:
            assert found is not None  # noqa: S101  (admit refuses what is not readable)
            knowledge_base, document, page = found
            inputs = admission.blank.inputs | {"document": document.id, "page": number}
            snapshots = {knowledge_base.id: knowledge_base.snapshot.number}
            admission.settle(replace(admission.blank, outcome=Outcome.DONE, inputs=inputs, snapshots=snapshots))
        return document, page

    def picture(self, user: User, document_id: str, page: int, start: int, end: int) -> bytes:
        """Give a page of a PDF, or a picture, as PNG with characters `start` to `end` of its text marked.

        NotFound as for `open_source`, and where the document is neither. BadInput where it can't be drawn.
        """
        found = self._find_source(user, document_id, page, start, end)
        if found is None or found[1].media not in SHOWN:
            raise not_found()
        _, document, shown, _ = found
        return self.pictures.picture(document, shown, start, end)

    def ask_own_file(self, user: User, name: str, data: bytes) -> KnowledgeBase:
        """Take in a file of `user`'s own, which only they can ask and which goes after 30 days.

        The same file once more gives the same knowledge base. BadInput, with the reason, where it can't be read;
        TooMany where there are too many of them already, or too many within a minute.
        """
        return self.own_files.take_in(user, name, data)

    def delete_own_file(self, user: User, knowledge_base_id: str) -> None:
        """Delete a file of `user`'s own for good. NotFound where it is not theirs."""
        knowledge_base = self.knowledge_base(user, knowledge_base_id)
        if knowledge_base.owner != user.id or knowledge_base.expires_at is None:
            raise not_found()
        self.own_files.delete(knowledge_base_id)

    def remove_expired(self) -> None:
        """Delete own files whose 30 days are over; called at the start and every minute after."""
        self.own_files.delete_expired()

    def _find_source(
        self, user: User, document_id: str, number: int, start: int, end: int
    ) -> tuple[KnowledgeBase, Document, Page, Passage] | None:
        """Give where a range stands, and the passage it begins in; None where it is not there or not for `user`."""
        try:
            with self.database.read() as connection:
                knowledge_base, document = self.access.document(connection, user, document_id)
                page = _page(connection, document_id, number)
                if not 0 <= start < end <= len(page.text):
                    return None
                this = (passages.c.document_id == document_id) & (passages.c.page == number)
                begun = select(passages).where(this, passages.c.start <= start).order_by(passages.c.start.desc())
                row = connection.execute(begun.limit(1)).first()
        except NotFound:
            return None
        if row is None:
            return None
        return knowledge_base, document, page, passage_in(row, document, page.text, page.label)

    def _opened(
        self,
        blank: Receipt,
        knowledge_base: KnowledgeBase,
        document: Document,
        page: Page,
        passage: Passage,
        range_: tuple[int, int],
    ) -> Receipt:
        start, end = range_
        source = SourceUsed(
            knowledge_base_id=knowledge_base.id,
            snapshot=knowledge_base.snapshot.number,
            document_id=document.id,
            document_digest=document.digest,
            passage_id=passage.id,
            page=page.number,
            digest=hashlib.sha256(passage.text.encode()).hexdigest(),
            rank=1,
        )
        took = self.now() - blank.at
        return replace(
            blank,
            outcome=Outcome.DONE,
            inputs=blank.inputs | {"document": document.id, "page": page.number, "start": start, "end": end},
            snapshots={knowledge_base.id: knowledge_base.snapshot.number},
            sources=(source,),
            quotes=(page.text[start:end],),
            milliseconds=round(took.total_seconds() * 1000),
        )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _page(connection: Connection, document_id: str, number: int) -> Page:
    this = (pages.c.document_id == document_id) & (pages.c.number == number)
    row = connection.execute(select(pages).where(this)).first()
    if row is None:
        raise not_found()
    return Page(number, row.text, row.label, row.boxes)


def _present(connection: Connection, knowledge_base_id: str) -> tuple[Document, ...]:
    this = (documents.c.knowledge_base_id == knowledge_base_id) & documents.c.valid_to.is_(None)
    rows = connection.execute(select(documents).where(this).order_by(documents.c.created_at, documents.c.name))
    return tuple(document_in(row) for row in rows)


def _counts(connection: Connection, knowledge_base_id: str) -> tuple[dict[Stage, int], int]:
    """Give how many of the present documents stand at each stage, and how many passages they have together."""
    this = (documents.c.knowledge_base_id == knowledge_base_id) & documents.c.valid_to.is_(None)
    counted = select(documents.c.stage, func.count().label("of_it"), func.sum(documents.c.passages).label("passages"))
    rows = connection.execute(counted.where(this).group_by(documents.c.stage)).all()
    return {Stage(row.stage): row.of_it for row in rows}, sum(row.passages for row in rows)


def _unfinished(connection: Connection, narrowed: ColumnElement[bool]) -> tuple[Document, ...]:
    this = documents.c.stage.in_([stage.value for stage in UNFINISHED]) & narrowed
    return tuple(document_in(row) for row in connection.execute(select(documents).where(this)))


def _unread(connection: Connection, chosen: Sequence[KnowledgeBase]) -> list[str]:
    """Say of each knowledge base that is still being read how much of it can't be found yet."""
    waiting = documents.c.stage.in_([stage.value for stage in UNFINISHED])
    this = documents.c.knowledge_base_id.in_([each.id for each in chosen]) & waiting
    counted = select(documents.c.knowledge_base_id, func.count()).where(this).group_by(documents.c.knowledge_base_id)
    unread = {row[0]: row[1] for row in connection.execute(counted)}
    return [
        f"{each.name} is still being read: {unread[each.id]} of its documents can't be found yet."
        for each in chosen
        if each.id in unread
    ]


def _erased(connection: Connection, asked: Sequence[Snapshot]) -> list[str]:
    """Say how many documents of the versions asked were erased since."""
    number = sum(
        connection.execute(
            select(func.count()).where(
                documents.c.knowledge_base_id == each.knowledge_base_id,
                documents.c.erased_at.is_not(None),
                documents.c.valid_from <= each.number,
                documents.c.valid_to > each.number,
            )
        ).scalar_one()
        for each in asked
    )
    one = "One document of this version was erased since."
    return [one if number == 1 else f"{number} documents of this version were erased since."] if number else []


def _as_of(present: Snapshot, snapshots: Mapping[str, int]) -> Snapshot:
    number = snapshots.get(present.knowledge_base_id, present.number)
    return Snapshot(present.knowledge_base_id, max(0, min(number, present.number)))


def _surroundings(
    knowledge_base: KnowledgeBase,
    document: Document,
    page: Page,
    passage: Passage,
    range_: tuple[int, int],
    receipt_id: str,
) -> OpenedSource:
    start, end = range_
    return OpenedSource(
        document_id=document.id,
        document_title=document.title,
        knowledge_base_id=knowledge_base.id,
        knowledge_base_name=knowledge_base.name,
        page=page.number,
        page_count=document.pages,
        heading=passage.heading,
        before=_end_of(page.text[:start]),
        quote=page.text[start:end],
        after=_beginning_of(page.text[end:]),
        has_picture=document.media in SHOWN,
        is_current=document.valid_to is None and document.stage is Stage.PUBLISHED,
        receipt_id=receipt_id,
    )


def _end_of(text: str) -> str:
    """Give the last `SURROUNDINGS` characters or so, from the start of a line."""
    if len(text) <= SURROUNDINGS:
        return text
    line = text.find("\n", len(text) - SURROUNDINGS)
    return text[line + 1 :] if line >= 0 else text[-SURROUNDINGS:]


def _beginning_of(text: str) -> str:
    """Give the first `SURROUNDINGS` characters or so, up to the end of a line."""
    if len(text) <= SURROUNDINGS:
        return text
    line = text.rfind("\n", 0, SURROUNDINGS)
    return text[:line] if line > 0 else text[:SURROUNDINGS]
