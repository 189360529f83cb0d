"""The walker: why a question did not find what somebody expected, checked step by step as the search goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from services.errors import NotFound
from services.governance.governance import Governance
from services.governance.run import Run
from services.knowledge.access import Access, not_found
from services.knowledge.causes import Cause, Remedy, Spot, Walk, Why, at, named, pages_of
from services.knowledge.document import Document, Stage
from services.knowledge.expected import Located, locate
from services.knowledge.finding import Findings, Found
from services.knowledge.knowledge_base import KnowledgeBase, Snapshot
from services.knowledge.other_words import OtherWords, other_words
from services.knowledge.progress import UNFINISHED
from services.knowledge.rows import document_in
from services.knowledge.same_words import Match
from services.knowledge.search import PassageSearch
from services.knowledge.trials import SOURCES, Search
from services.knowledge.used import source_used
from services.knowledge.words import terms_asked
from services.ledger.receipt import Kind, Outcome
from services.people.user import User
from services.store.database import Database
from services.store.tables import documents

Enough = Callable[[Findings], bool]
"""Whether what was found is enough to answer: the evidence gate, which belongs to a later room."""


@dataclass(frozen=True)
class _Place:
    """Where somebody looks: the knowledge bases in the version that is searched, and the document they expect."""

    bases: Mapping[str, KnowledgeBase]
    snapshots: tuple[Snapshot, ...]
    documents: tuple[Document, ...]
    expected: Document | None

    @property
    def numbers(self) -> Mapping[str, int]:
        return {each.knowledge_base_id: each.number for each in self.snapshots}

    def holds(self, document: Document) -> bool:
        """Say whether `document` is part of the version that is searched."""
        number = self.numbers[document.knowledge_base_id]
        began = document.valid_from is not None and document.valid_from <= number
        ended = document.erased_at is not None or (document.valid_to is not None and document.valid_to <= number)
        return began and not ended

    @property
    def considered(self) -> Sequence[Document]:
        """The document they expect, or every one that is not over."""
        if self.expected is not None:
            return [self.expected]
        return [each for each in self.documents if each.valid_to is None and each.erased_at is None]


@dataclass(frozen=True)
class Walker:
    """Answers "Why didn't it find it?" with one cause. It looks only where the asker may, and names nothing else."""

    database: Database
    governance: Governance
    access: Access
    passage_search: PassageSearch
    find: Search

    def why(self, user: User, walk: Walk, is_enough: Enough) -> Why:
        """Name the first thing that stood between the question and what was expected; writes a receipt of a search.

        NotFound where `walk` names what is not there or not for `user`, and the two read the same. BadInput or TooMany
        where the question can't be asked.
        """
        place: _Place | None = None
        try:
            with self.database.read() as connection:
                closed = self._closed(connection, user, walk)
                place = None if closed else self._place(connection, user, walk)
        except NotFound:
            closed = None
        if closed is not None:
            return closed
        looked = walk.where if place or walk.where else (walk.document_id or "",)
        run = Run(Kind.SEARCH, walk.question, looked, readable=place is not None)
        with self.governance.admit(user, run) as admission:
            assert place is not None  # noqa: S101  (admit refuses what is not readable)
            started = time.perf_counter()
            findings = self._searched(user, walk, place)
            why = self._why(user, walk, place, findings, is_enough)
            receipt = replace(
                admission.blank,
                outcome=Outcome.DONE,
                parameters={"sources": SOURCES, "by": walk.setting.by.value, "cause": why.cause.value},
                snapshots=dict(place.numbers),
                sources=tuple(source_used(each, place.numbers) for each in findings.found),
                milliseconds=round((time.perf_counter() - started) * 1000),
            )
            admission.settle(receipt)
        return replace(why, searched=findings.passages_searched, missing=findings.missing)

    def expectable(self, user: User, where: Sequence[str] = ()) -> tuple[Document, ...]:
        """Give the documents that somebody may expect something of: every one but those another has taken the place of.

        An empty `where` means everything `user` may read; what they may not read adds nothing.
        """
        with self.database.read() as connection:
            readable = {each.id: each for each in self.access.readable(connection, user)}
            bases = {each: readable[each] for each in (where or readable) if each in readable}
            found = _documents(connection, bases)
        return tuple(each for each in found if each.valid_to is None or _newer(each, found) is None)

    def _closed(self, connection: Connection, user: User, walk: Walk) -> Why | None:
        """Say of a knowledge base that nobody is let into why, to those who may know that it is there."""
        if len(walk.where) != 1:
            return None
        # What is hidden and what is not there take the same reads, so that time does not tell them apart either.
        readable = {each.id for each in self.access.readable(connection, user)}
        found = self.access.find(connection, walk.where[0])
        if found is None or found.is_own_file or found.id in readable:
            return None
        if found.is_changed_by(user):
            sentence = f"{found.name} was withdrawn, so nobody can search it until it is approved again."
            return Why(Cause.WITHDRAWN, sentence, Remedy.SEE_DOCUMENTS, found.id)
        if not found.is_listed_for(user):
            return None
        sentence = f"{found.name} is not yours to read, so nothing of it was searched."
        return Why(Cause.NO_ACCESS, sentence, Remedy.ASK_FOR_ACCESS, found.id)

    def _bases(self, connection: Connection, user: User, walk: Walk) -> dict[str, KnowledgeBase]:
        readable = {each.id: each for each in self.access.readable(connection, user)}
        asked_of = {each for each, _ in walk.versions} if walk.versions else readable.keys()
        where = walk.where or [each for each in readable if each in asked_of]
        if not where or not {*where} <= readable.keys():
            raise not_found()
        return {each: readable[each] for each in where}

    def _place(self, connection: Connection, user: User, walk: Walk) -> _Place:
        bases = self._bases(connection, user, walk)
        there = _documents(connection, bases)
        expected = [each for each in there if each.id == walk.document_id]
        if walk.document_id is not None and not expected:
            raise not_found()
        snapshots = tuple(_searched_version(each.snapshot, walk) for each in bases.values())
        return _Place(bases, snapshots, tuple(there), expected[0] if expected else None)

    def _among(self, walk: Walk, place: _Place) -> frozenset[str] | None:
        filters = walk.setting.filters
        if filters.is_empty or len(walk.where) != 1:
            return None
        return frozenset(each.id for each in place.documents if filters.lets(each))

    def _searched(self, user: User, walk: Walk, place: _Place) -> Findings:
        return self.find(
            user,
            walk.question,
            tuple(place.bases),
            snapshots=place.numbers,
            documents=self._among(walk, place),
            by=walk.setting.by,
            limit=SOURCES,
        )

    def _why(self, user: User, walk: Walk, place: _Place, findings: Findings, is_enough: Enough) -> Why:
        if not terms_asked(walk.question):
            sentence = "The question names nothing: each of its words stands in almost every document."
            return Why(Cause.NOTHING_ASKED, sentence, Remedy.ASK_OTHERWISE)
        if not place.documents:
            return Why(Cause.NO_DOCUMENTS, "There are no documents here yet.", _owner(user, place), _first(place))
        if place.expected is not None and not place.holds(place.expected):
            return self._not_there(user, place, place.expected)
        located, passage_ids = None, tuple[str, ...]()
        if walk.sentence.strip():
            with self.database.read() as connection:
                located = locate(connection, walk.sentence, _searched_rows(place))
                if located is None or located.match is Match.NEAR:
                    older = locate(connection, walk.sentence, _other_rows(place))
                    if older is not None and older.match is not Match.NEAR:
                        gone = self._not_there(user, place, older.spot.document)
                        return replace(gone, spot=older.spot)
                if located is None:
                    return self._not_written(user, place)
            passage_ids = located.passage_ids
        elif place.expected is not None:
            passage_ids = self._best_of(walk, place, place.expected)
            if not passage_ids:
                sentence = f"No text could be read in {named(place.expected)}, so nothing of it can be found."
                return self._about(user, place, place.expected, Cause.NOT_WRITTEN, sentence, Remedy.OPEN_DOCUMENT)
        return self._ranked(walk, place, findings, is_enough, located, passage_ids)

    def _not_there(self, user: User, place: _Place, document: Document) -> Why:
        """Say why a document is not among those that are searched."""
        name, version = named(document), place.numbers[document.knowledge_base_id]
        if document.erased_at is not None:
            sentence = f"{name} was erased: nothing of it is left in any version."
            return self._about(user, place, document, Cause.ERASED, sentence, _owner(user, place))
        if document.valid_from is None:
            return self._unread(user, place, document)
        if document.valid_from > version:
            sentence = f"{name} came later: it is not in version {version:,}, which was searched."
            return self._about(user, place, document, Cause.CAME_LATER, sentence, Remedy.SEARCH_VERSION)
        return self._over(user, place, document)

    def _over(self, user: User, place: _Place, document: Document) -> Why:
        newer, name = _newer(document, place.documents), named(document)
        last = (document.valid_to or 1) - 1
        if newer is not None:
            sentence = f"A newer version of {name} has taken its place; what was expected stood in the older one."
            return self._about(user, place, document, Cause.SUPERSEDED, sentence, Remedy.SEARCH_VERSION, last)
        sentence = f"{name} was deleted. It is still in version {last:,}."
        return self._about(user, place, document, Cause.DELETED, sentence, Remedy.SEARCH_VERSION, last)

    def _unread(self, user: User, place: _Place, document: Document) -> Why:
        name = named(document)
        if document.stage is Stage.REFUSED:
            sentence = f"{name} could not be read. {document.verdict}".strip()
            return self._about(user, place, document, Cause.REFUSED, sentence, Remedy.TRY_AGAIN)
        if document.stage is Stage.STOPPED:
            sentence = f"Reading {name} was stopped, so it can't be found yet."
            return self._about(user, place, document, Cause.STOPPED, sentence, Remedy.GO_ON)
        sentence = f"{name} is still waiting to be read, or being read: it can't be found yet."
        return self._about(user, place, document, Cause.WAITING, sentence, Remedy.SEE_DOCUMENTS)

    def _not_written(self, user: User, place: _Place) -> Why:
        """Say why the sentence stands in no version at all."""
        in_part = [each for each in place.considered if each.unread and place.holds(each)]
        if in_part:
            first = in_part[0]
            others = f", and {len(in_part) - 1:,} more documents were read in part" if len(in_part) > 1 else ""
            sentence = (
                f"Nothing that was read says this. It may stand on {pages_of(first.unread)} of {named(first)}, "
                f"which could not be read ({first.unread[0].why}){others}."
            )
            return self._about(user, place, first, Cause.READ_IN_PART, sentence, Remedy.TRY_AGAIN)
        for unread in (Stage.STOPPED, *UNFINISHED, Stage.REFUSED):
            missing = [each for each in place.considered if each.stage is unread]
            if missing:
                why = self._unread(user, place, missing[0])
                return replace(why, sentence=f"Nothing that was read says this. {why.sentence}")
        if place.expected is not None:
            sentence = f"{named(place.expected)} was read, and it does not say this."
            return self._about(user, place, place.expected, Cause.NOT_WRITTEN, sentence, Remedy.OPEN_DOCUMENT)
        number = sum(place.holds(each) for each in place.considered)
        said = f"None of the {number:,} documents says" if number > 1 else "The one document does not say"
        return Why(Cause.NOT_WRITTEN, f"{said} this.", _owner(user, place), _first(place))

    def _best_of(self, walk: Walk, place: _Place, document: Document) -> tuple[str, ...]:
        best = self.passage_search.search(
            walk.question, place.snapshots, frozenset({document.id}), limit=1, by=walk.setting.by
        )
        if not best.found:  # none of its passages shares a word, where words alone are searched
            best = self.passage_search.search(walk.question, place.snapshots, frozenset({document.id}), limit=1)
        return tuple(each.passage.id for each in best.found) or (f"{document.id}:0",) * bool(document.passages)

    def _ranked(
        self,
        walk: Walk,
        place: _Place,
        findings: Findings,
        is_enough: Enough,
        located: Located | None,
        passage_ids: tuple[str, ...],
    ) -> Why:
        """Say how far what was expected came: found, or cut off, and by what."""
        came = [each for each in findings.found if each.passage.id in passage_ids]
        if came:
            return _found(came[0], findings, is_enough, _spot(located, place, came[0]))
        among = self._among(walk, place)
        ranked = self.passage_search.standing(walk.question, place.snapshots, passage_ids, by=walk.setting.by)
        ranked = ranked or self.passage_search.standing(walk.question, place.snapshots, passage_ids)
        best = ranked[0] if ranked else None
        spot = _spot(located, place, best)
        document = spot.document if spot else place.expected
        base_id = document.knowledge_base_id if document else _first(place)
        if document is not None and among is not None and document.id not in among:
            sentence = f"It stands {at(spot) if spot else f'in {named(document)}'}, which the filters leave out."
            return Why(Cause.FILTERED, sentence, Remedy.REMOVE_FILTERS, base_id, document, spot, best)
        why = Why(Cause.TOO_FAR_DOWN, "", Remedy.OPEN_DOCUMENT, base_id, document, spot, best)
        if located is not None and located.over_pages:
            sentence = f"The sentence begins {at(located.spot)} and ends on the next page, so no one source holds it."
            return replace(why, cause=Cause.SPLIT, sentence=sentence)
        if located is not None and len(passage_ids) > 1:
            sentence = f"The sentence is split {at(located.spot)}: no one source holds all of it."
            return replace(why, cause=Cause.SPLIT, sentence=sentence)
        if located is not None and located.match is Match.MISREAD:
            sentence = f"It stands {at(located.spot)}, but some of its letters were misread: “{self._said(located)}”."
            return replace(why, cause=Cause.MISREAD, sentence=sentence)
        if located is not None and located.match is Match.NEAR:
            sentence = f"It is written differently {at(located.spot)}: “{self._said(located)}”."
            return replace(why, cause=Cause.OTHERWISE_WRITTEN, sentence=sentence)
        if best is not None and not best.words_matched:
            return self._other_words(walk, why, best, self._said(located) if located else best.passage.text)
        if self.passage_search.embedder.missing:
            sentence = f"Only words could be looked at, because meaning was not available. {_how_far(best)}"
            return replace(why, cause=Cause.WITHOUT_MEANING, sentence=sentence, remedy=Remedy.ASK_OTHERWISE)
        return replace(why, sentence=_how_far(best))

    def _other_words(self, walk: Walk, why: Why, best: Found, said: str) -> Why:
        guess = other_words(walk.question, said, self.passage_search.embedder) or OtherWords("", "")
        sentence = f"None of the words of the question stands there. {_how_far(best)}"
        return replace(
            why, cause=Cause.OTHER_WORDS, sentence=sentence, remedy=Remedy.ADD_WORDS, term=guess.term, also=guess.also
        )

    def _said(self, located: Located) -> str:
        """Give the words that stand where the sentence was located, at most 200 characters of them."""
        found = self.passage_search.passages(located.passage_ids[:1])
        text = "".join(
            each.text[max(0, located.spot.start - each.start) : located.spot.end - each.start]
            for each in found.values()
        )
        return " ".join(text.split())[:200]

    def _about(
        self,
        user: User,
        place: _Place,
        document: Document,
        cause: Cause,
        sentence: str,
        remedy: Remedy,
        version: int | None = None,
    ) -> Why:
        """Tell of one document. What only those who answer for it may do is for others to look at."""
        base = place.bases[document.knowledge_base_id]
        ships = base.shipped and not document.added_by
        acts = remedy in (Remedy.TRY_AGAIN, Remedy.GO_ON)
        if acts and (ships or not base.is_changed_by(user)):
            remedy = Remedy.SEE_DOCUMENTS
        return Why(cause, sentence, remedy, base.id, document, version=version)


def _found(best: Found, findings: Findings, is_enough: Enough, spot: Spot | None) -> Why:
    place = f"It was found, as source {best.rank} of {len(findings.found)}"
    base_id, document = best.passage.knowledge_base_id, spot.document if spot else None
    if is_enough(findings):
        sentence = f"{place}. An answer quotes those of its sentences that are nearest to the question."
        return Why(Cause.FOUND, sentence, Remedy.OPEN_DOCUMENT, base_id, document, spot, best)
    sentence = f"{place}, but even the best source is not near enough to the question to answer it."
    return Why(Cause.NOT_ENOUGH, sentence, Remedy.OPEN_DOCUMENT, base_id, document, spot, best)


def _how_far(best: Found | None) -> str:
    if best is None:
        return "It shares no word with the question."
    return f"It came as source {best.rank:,}; the first {SOURCES} are shown and read for an answer."


def _spot(located: Located | None, place: _Place, best: Found | None) -> Spot | None:
    if located is not None:
        return located.spot
    if best is None:
        return None
    documents_ = {each.id: each for each in place.documents}
    passage = best.passage
    return Spot(documents_[passage.document_id], passage.page, passage.start, passage.end)


def _owner(user: User, place: _Place) -> Remedy:
    """Ask an owner for what stands nowhere; who owns all of it themselves looks at the documents."""
    others = (each for each in place.bases.values() if each.owner not in ("", user.id) and not each.is_own_file)
    return Remedy.ASK_OWNER if any(others) else Remedy.SEE_DOCUMENTS


def _searched_version(present: Snapshot, walk: Walk) -> Snapshot:
    """Give the version that the walk names, the present one where it names none or one that is not there yet."""
    chosen = walk.setting.version if len(walk.where) == 1 else None
    number = dict(walk.versions).get(present.knowledge_base_id, chosen)
    return present if number is None else replace(present, number=max(0, min(number, present.number)))


def _first(place: _Place) -> str:
    return next(iter(place.bases))


def _newer(document: Document, among: Sequence[Document]) -> Document | None:
    """Give the present document that took the place of one that is over."""
    same = (each for each in among if each.name == document.name and each.valid_to is None and each.valid_from)
    return next((each for each in same if each.knowledge_base_id == document.knowledge_base_id), None)


def _documents(connection: Connection, bases: Mapping[str, KnowledgeBase]) -> list[Document]:
    """Give all documents that these ever held or are to hold, in the order of arrival."""
    there = select(documents).where(documents.c.knowledge_base_id.in_(bases.keys()))
    return [document_in(row) for row in connection.execute(there.order_by(documents.c.created_at, documents.c.name))]


def _searched_rows(place: _Place) -> ColumnElement[bool]:
    """Match the documents in which what was expected is looked for: of the versions searched, or the one named."""
    held = [
        and_(
            documents.c.knowledge_base_id == each.knowledge_base_id,
            documents.c.valid_from <= each.number,
            or_(documents.c.valid_to.is_(None), documents.c.valid_to > each.number),
        )
        for each in place.snapshots
    ]
    return or_(*held) if place.expected is None else documents.c.id == place.expected.id


def _other_rows(place: _Place) -> ColumnElement[bool]:
    """Match what other versions hold; where a document was named, only what had its name before it or after."""
    other = documents.c.valid_from.is_not(None) & documents.c.erased_at.is_(None) & ~_searched_rows(place)
    if place.expected is not None:
        this = place.expected
        return and_(other, documents.c.knowledge_base_id == this.knowledge_base_id, documents.c.name == this.name)
    return and_(other, documents.c.knowledge_base_id.in_([each.knowledge_base_id for each in place.snapshots]))
