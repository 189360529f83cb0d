"""Questions without answer: sent to an owner by who asked, answered with a quote, approved by somebody else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from services.answers.approved import ApprovedAnswer, place_today, read_approved, stored_page
from services.answers.same_question import Asked as AskedText
from services.answers.same_question import is_same, spelled
from services.errors import BadInput, Conflict, NotAllowed, NotFound, TooMany
from services.governance.governance import Governance
from services.governance.request import Request
from services.governance.requests import leave_news
from services.knowledge.access import Access, not_found
from services.knowledge.document import Passage
from services.knowledge.knowledge import Knowledge
from services.knowledge.knowledge_base import KnowledgeBase
from services.ledger.ledger import Ledger
from services.ledger.receipt import Kind, Outcome, Receipt, new_receipt_id
from services.people.people import People
from services.people.user import Role, User
from services.store.tables import approved_answers, open_questions

ANSWER = "answer"
MOST_A_DAY = 20
LONGEST_NOTE = 500
LONGEST_QUOTE = 1_500
FEWEST = 5
"""Fewer askers than this are told as "fewer than 5" to who does not answer for the knowledge base (DESIGN §1)."""
LONGEST_DAYS = 365


class QuestionState(StrEnum):
    """How far a question that was sent has come."""

    OPEN = "open"
    IN_REVIEW = "in review"
    ANSWERED = "answered"
    CLOSED = "closed"


class AnswerState(StrEnum):
    """How far an answer to it has come; the one life cycle, with what was not approved."""

    IN_REVIEW = "in review"
    APPROVED = "approved"
    REVIEW_DUE = "review due"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


@dataclass(frozen=True)
class Addressee:
    """Whom a question can be sent to, and for which knowledge base."""

    knowledge_base_id: str
    knowledge_base_name: str
    owner: str


@dataclass(frozen=True)
class Sent:
    """One asking of a question: who agreed to be named, whether it was refused or reported wrong, and their note."""

    person: str
    was_refused: bool
    note: str


@dataclass(frozen=True)
class OpenQuestion:
    """A question that waits for its owner, with everybody who sent it; `id` names the first of them."""

    id: str
    knowledge_base_id: str
    knowledge_base_name: str
    question: str
    state: QuestionState
    sent: tuple[Sent, ...]


@dataclass(frozen=True)
class GivenAnswer:
    """An answer that was approved, for who answers for the knowledge base: it is shown, waits for review, or is not."""

    id: str
    question: str
    sentence: str
    by: str
    until: date
    state: AnswerState


@dataclass(frozen=True)
class AnswerRequests:
    """Answers that wait for a second person: the steward, or the CDO's office where the steward wrote it."""

    access: Access
    name: str = ANSWER

    def title(self, connection: Connection, request: Request) -> str:
        """Give the question."""
        row = _answer_row(connection, request)
        return row.question if row is not None else ""

    def may_decide(self, connection: Connection, user: User, request: Request) -> bool:
        """Say whether `user` is the second person: the question is told to nobody else."""
        found = self.access.find(connection, request.object.partition(":")[0])
        if found is None or user.id == request.person or self.access.rule(connection, user, found) is None:
            return False
        if found.steward and found.steward != request.person:
            return user.id == found.steward
        return user.role is Role.CDO

    def approve(self, connection: Connection, user: User, request: Request, until: date | None) -> None:
        """Let it be shown until a day, and tell everybody who asked. Conflict where its quote stands no more."""
        row = _answer_row(connection, request)
        if row is not None and not row.question:
            raise Conflict("The question was erased meanwhile.", "Decline it; nobody waits for it any more.")
        if row is None or place_today(connection, row) is None:
            raise Conflict("The page that it quotes has changed meanwhile.", "Decline it, so that it is answered anew.")
        if until is None:
            raise BadInput("The last day is missing.", "Choose until when the answer may be shown.")
        if until > self.access.now().date() + timedelta(days=LONGEST_DAYS):
            raise BadInput("An approval holds for a year at most.", "Choose an earlier day.")
        held = {"state": AnswerState.APPROVED.value, "approved_by": user.id, "approved_until": until}
        same = (approved_answers.c.knowledge_base_id == row.knowledge_base_id) & approved_answers.c.state.in_(
            [AnswerState.APPROVED.value, AnswerState.REVIEW_DUE.value]
        )
        for older in connection.execute(select(approved_answers).where(same)).all():
            if spelled(older.question) == spelled(row.question):
                ended = {"state": AnswerState.DECLINED.value}
                connection.execute(update(approved_answers).where(approved_answers.c.id == older.id).values(ended))
        connection.execute(update(approved_answers).where(approved_answers.c.id == row.id).values(held))
        for each in _sent_like(connection, row.knowledge_base_id, row.question, (QuestionState.IN_REVIEW,)):
            _set(connection, each, QuestionState.ANSWERED)
            told = {
                "name": each.question,
                "by": row.answered_by,
                "until": until.isoformat(),
                "receipt": each.receipt_id,
            }
            leave_news(connection, each.person, "question answered", each.knowledge_base_id, told, self.access.now())

    def decline(self, connection: Connection, user: User, request: Request) -> None:
        """Give the question back to its owner."""
        row = _answer_row(connection, request)
        if row is not None:
            declined = {"state": AnswerState.DECLINED.value}
            connection.execute(update(approved_answers).where(approved_answers.c.id == row.id).values(declined))
            for each in _sent_like(connection, row.knowledge_base_id, row.question, (QuestionState.IN_REVIEW,)):
                _set(connection, each, QuestionState.OPEN)


@dataclass(frozen=True)
class Questions:
    """What became of questions that the documents did not answer. Each act is an entry of the audit."""

    knowledge: Knowledge
    governance: Governance
    ledger: Ledger
    people: People

    def addressees(self, user: User, receipt_id: str) -> tuple[Addressee, ...]:
        """Give who can be sent the question of one of `user`'s own receipts: the owners of where it looked."""
        receipt = self._asked(user, receipt_id)
        with self.knowledge.database.read() as connection:
            readable = self.knowledge.access.readable(connection, user)
        looked = [each for each in readable if each.id in receipt.snapshots and _can_be_sent(user, each)]
        return tuple(Addressee(each.id, each.name, self.people.name_of(each.owner)) for each in looked)

    def sent(self, user: User, receipt_id: str) -> tuple[str, ...]:
        """Give the names of those whom `user` has sent the question of this receipt to."""
        this = (open_questions.c.receipt_id == receipt_id) & (open_questions.c.person == user.id)
        with self.knowledge.database.read() as connection:
            rows = connection.execute(select(open_questions.c.knowledge_base_id).where(this)).all()
            found = [self.knowledge.access.find(connection, row.knowledge_base_id) for row in rows]
        return tuple(dict.fromkeys(self.people.name_of(each.owner) for each in found if each))

    def send(self, user: User, receipt_id: str, knowledge_base_id: str, note: str = "") -> None:
        """Send the question of a receipt to an owner, with `user`'s name: calling it is the agreement to be named.

        Sending the same question again changes nothing. NotFound where the receipt is not theirs or did not look
        there, BadInput with a note that is too long, TooMany after `MOST_A_DAY` in a day.
        """
        note = " ".join(note.split())
        if len(note) > LONGEST_NOTE:
            raise BadInput(f"The note has more than {LONGEST_NOTE} characters.", "Say it in a sentence or two.")
        if knowledge_base_id not in {each.knowledge_base_id for each in self.addressees(user, receipt_id)}:
            raise not_found()
        receipt = self._asked(user, receipt_id)
        now = self.knowledge.now()
        with self.knowledge.database.write() as connection:
            found = self.knowledge.access.to_read(connection, user, knowledge_base_id)
            waiting = _sent_like(connection, found.id, receipt.question, (QuestionState.OPEN, QuestionState.IN_REVIEW))
            if any(each.person == user.id for each in waiting):
                return
            today = (open_questions.c.person == user.id) & (open_questions.c.at > now - timedelta(days=1))
            if connection.execute(select(func.count()).where(today)).scalar_one() >= MOST_A_DAY:
                raise TooMany(f"You have sent {MOST_A_DAY} questions within a day.", "Send the next one tomorrow.")
            row = {
                "id": new_receipt_id(),
                "knowledge_base_id": found.id,
                "receipt_id": receipt.id,
                "person": user.id,
                "question": receipt.question,
                "why": Outcome.NOT_FOUND.value if receipt.outcome is Outcome.NOT_FOUND else "wrong",
                "note": note,
                "state": waiting[0].state if waiting else QuestionState.OPEN.value,
                "at": now,
            }
            connection.execute(insert(open_questions).values(row))
            facts = {"receipt": receipt.id, "question": row["id"]}
            self.ledger.record_audit(user, "send question", found.id, facts, connection=connection)
            if not waiting:
                told = {"name": receipt.question, "by": user.id, "knowledge_base": found.name}
                self.governance.requests.tell(connection, found.owner, "question sent", found.id, told)

    def waiting(self, user: User, knowledge_base_id: str) -> tuple[OpenQuestion, ...]:
        """Give what waits for an answer or for its approval, for those who answer for the knowledge base; else none.

        NotFound where `user` may not read it.
        """
        with self.knowledge.database.read() as connection:
            found = self.knowledge.access.find(connection, knowledge_base_id)
            if found is None or not found.is_changed_by(user):
                self.knowledge.access.to_read(connection, user, knowledge_base_id)
                return ()
            return self._joined(connection, found)

    def to_answer(self, user: User) -> tuple[OpenQuestion, ...]:
        """Give what waits in all knowledge bases that `user` answers for."""
        with self.knowledge.database.read() as connection:
            rows = connection.execute(select(open_questions.c.knowledge_base_id).distinct()).scalars().all()
            found = [self.knowledge.access.find(connection, each) for each in rows]
            mine = [each for each in found if each is not None and each.is_changed_by(user)]
            return tuple(question for each in mine for question in self._joined(connection, each))

    def counts(self, user: User) -> tuple[tuple[str, int | None], ...]:
        """Tell the CDO's office, by name of knowledge base, how many people wait for an answer; None: fewer than five.

        NotAllowed for others: texts are for those who answer for the knowledge base alone.
        """
        if user.role is not Role.CDO:
            raise NotAllowed("These figures are for the CDO's office.", "Open the questions that you answer for.")
        waits = open_questions.c.state.in_([QuestionState.OPEN.value, QuestionState.IN_REVIEW.value])
        people = func.count(open_questions.c.person.distinct())
        counted = select(open_questions.c.knowledge_base_id, people).where(waits)
        with self.knowledge.database.read() as connection:
            rows = connection.execute(counted.group_by(open_questions.c.knowledge_base_id)).all()
            named = [(self.knowledge.access.find(connection, row[0]), row[1]) for row in rows]
        told = [(each, number) for each, number in named if each is not None and not each.is_own_file]
        return tuple((each.name, number if number >= FEWEST else None) for each, number in told)

    def find(self, user: User, knowledge_base_id: str, words: str) -> tuple[Passage, ...]:
        """Find sources to quote from in one knowledge base, as every search does."""
        if not words.strip():
            return ()
        found = self.knowledge.search(user, words, (knowledge_base_id,), limit=5).found
        return tuple(each.passage for each in found)

    def answer(
        self, user: User, question_id: str, document_id: str, page: int, quote: str, sentence: str = ""
    ) -> Request:
        """Answer a question with a quote of a page, and ask for its approval; gives the request.

        The quote is found on the page whatever its line ends, and stored as its exact place. NotFound where the
        question or the document is not there or not `user`'s to answer with, BadInput where the page does not hold
        the quote, Conflict where the question was answered or closed meanwhile.
        """
        sentence = " ".join(sentence.split())
        if len(sentence) > LONGEST_NOTE:
            raise BadInput(f"The sentence has more than {LONGEST_NOTE} characters.", "Say it shorter.")
        with self.knowledge.database.write() as connection:
            question = self._to_answer(connection, user, question_id)
            there, document = self.knowledge.access.document(connection, user, document_id)
            if there.id != question.knowledge_base_id or document.valid_to is not None:
                raise NotFound("This document is not among those of the knowledge base now.", "Search for it again.")
            stored = stored_page(connection, document.id, page)
            if stored is None:
                raise not_found()
            text = stored.text
            start, end = _place(text, quote)
            made = new_receipt_id()
            row = {
                "id": made,
                "knowledge_base_id": there.id,
                "open_question_id": question.id,
                "question": question.question,
                "sentence": sentence,
                "document_id": document.id,
                "page": page,
                "start": start,
                "end": end,
                "page_digest": hashlib.sha256(text.encode()).hexdigest(),
                "answered_by": user.id,
                "approved_by": "",
                "approved_until": None,
                "state": AnswerState.IN_REVIEW.value,
                "at": self.knowledge.now(),
            }
            connection.execute(insert(approved_answers).values(row))
            for each in _sent_like(connection, there.id, question.question, (QuestionState.OPEN,)):
                _set(connection, each, QuestionState.IN_REVIEW)
            reason = sentence or f"It is quoted from “{document.title}”, page {page}."
            return self.governance.requests.file(connection, user, ANSWER, f"{there.id}:{made}", reason)

    def proposed(self, user: User, request_id: str) -> ApprovedAnswer | None:
        """Give the answer that a request is about, for who made it or decides it; None where its quote stands no more.

        NotFound for others.
        """
        request = self.governance.requests.request(user, request_id)
        with self.knowledge.database.read() as connection:
            row = _answer_row(connection, request)
            found = self.knowledge.access.find(connection, row.knowledge_base_id) if row is not None else None
            place = place_today(connection, row) if row is not None else None
            if row is None or found is None or place is None:
                return None
            return read_approved(connection, row, place, found.name, self.people.name_of(row.answered_by))

    def close(self, user: User, question_id: str, sentence: str) -> None:
        """Close a question without an answer and tell everybody who asked why, such as "Not ours, ask Finance"."""
        sentence = " ".join(sentence.split())
        if not sentence or len(sentence) > LONGEST_NOTE:
            raise BadInput("Say in a sentence why it is closed.", "Those who asked will read it.")
        with self.knowledge.database.write() as connection:
            question = self._to_answer(connection, user, question_id)
            for each in _sent_like(connection, question.knowledge_base_id, question.question, (QuestionState.OPEN,)):
                _set(connection, each, QuestionState.CLOSED)
                told = {"name": each.question, "by": user.id, "decision": sentence}
                self.governance.requests.tell(connection, each.person, "question closed", each.knowledge_base_id, told)
            facts = {"question": question.id, "reason": sentence}
            where = question.knowledge_base_id
            self.ledger.record_audit(user, "close question", where, facts, connection=connection)

    def given(self, user: User, knowledge_base_id: str) -> tuple[GivenAnswer, ...]:
        """Give the answers that were approved, the newest first, for those who answer for it; else none.

        Those that were withdrawn and whose review is due are among them, and those whose question was erased are not.
        NotFound where `user` may not read the knowledge base.
        """
        states = (AnswerState.APPROVED, AnswerState.REVIEW_DUE, AnswerState.WITHDRAWN)
        of_it = (approved_answers.c.knowledge_base_id == knowledge_base_id) & (approved_answers.c.question != "")
        of_it &= approved_answers.c.state.in_([each.value for each in states])
        with self.knowledge.database.read() as connection:
            if not self.knowledge.access.to_read(connection, user, knowledge_base_id).is_changed_by(user):
                return ()
            rows = connection.execute(select(approved_answers).where(of_it).order_by(approved_answers.c.at.desc()))
            return tuple(self._given(row) for row in rows)

    def withdraw(self, user: User, answer_id: str, reason: str) -> None:
        """Take back an approved answer: from the next question on it is not shown, and who asked reads the reason.

        Its question waits for its owner again. NotFound where the answer is not there or not `user`'s to take back,
        BadInput without a reason, Conflict where it is not shown any more.
        """
        reason = " ".join(reason.split())
        if not reason or len(reason) > LONGEST_NOTE:
            raise BadInput("Say in a sentence why it is withdrawn.", "Those who asked will read it.")
        with self.knowledge.database.write() as connection:
            this = approved_answers.c.id == answer_id
            row = connection.execute(select(approved_answers).where(this)).first()
            found = self.knowledge.access.find(connection, row.knowledge_base_id) if row is not None else None
            if row is None or found is None or not found.is_changed_by(user):
                raise not_found()
            if row.state != AnswerState.APPROVED.value:
                raise Conflict("This answer is not shown any more.", "Look at the answers again.")
            connection.execute(update(approved_answers).where(this).values(state=AnswerState.WITHDRAWN.value))
            for each in _sent_like(connection, found.id, row.question, (QuestionState.ANSWERED,)):
                _set(connection, each, QuestionState.OPEN)
                told = {"name": each.question, "by": user.id, "decision": reason}
                self.governance.requests.tell(connection, each.person, "answer withdrawn", found.id, told)
            facts = {"answer": row.id, "question": row.open_question_id, "reason": reason}
            self.ledger.record_audit(user, "withdraw answer", found.id, facts, connection=connection)

    def approved(self, user: User, question: str, where: Collection[str]) -> ApprovedAnswer | None:
        """Give the approved answer to the same question that `user` may read in one of `where`; None where none is."""
        with self.knowledge.database.read() as connection:
            readable = {each.id: each for each in self.knowledge.access.readable(connection, user)}
            holds = (
                (approved_answers.c.state == AnswerState.APPROVED.value)
                & approved_answers.c.knowledge_base_id.in_([each for each in where if each in readable])
                & (approved_answers.c.approved_until >= self.knowledge.now().date())
            )
            rows = connection.execute(
                select(approved_answers).where(holds).order_by(approved_answers.c.at.desc())
            ).all()
            if not rows:
                return None
            asked = AskedText(question, self.knowledge.passage_search.embedder)
            for row in rows:
                if is_same(asked, row.question) and (place := place_today(connection, row)) is not None:
                    name = readable[row.knowledge_base_id].name
                    return read_approved(connection, row, place, name, self.people.name_of(row.answered_by))
        return None

    def review_changed(self) -> None:
        """Set answers whose quote stands no more, or whose last day is over, to be reviewed, and tell the owner."""
        today = self.knowledge.now().date()
        shown = select(approved_answers).where(approved_answers.c.state == AnswerState.APPROVED.value)
        with self.knowledge.database.read() as connection:
            due = [row.id for row in connection.execute(shown) if _is_due(connection, row, today)]
        for answer_id in due:
            with self.knowledge.database.write() as connection:
                row = connection.execute(shown.where(approved_answers.c.id == answer_id)).first()
                if row is not None and _is_due(connection, row, today):
                    self._set_due(connection, row)

    def _set_due(self, connection: Connection, row: Row[Any]) -> None:
        due = {"state": AnswerState.REVIEW_DUE.value}
        connection.execute(update(approved_answers).where(approved_answers.c.id == row.id).values(due))
        for each in _sent_like(connection, row.knowledge_base_id, row.question, (QuestionState.ANSWERED,)):
            _set(connection, each, QuestionState.OPEN)
        found = self.knowledge.access.find(connection, row.knowledge_base_id)
        if found is not None:
            told = {"name": row.question, "knowledge_base": found.name}
            self.governance.requests.tell(connection, found.owner, "answer due", found.id, told)

    def _asked(self, user: User, receipt_id: str) -> Receipt:
        receipt = self.ledger.receipt(user, receipt_id)
        if receipt.kind is not Kind.ASK or receipt.person != user.id or not receipt.question:
            raise not_found()
        return receipt

    def _joined(self, connection: Connection, found: KnowledgeBase) -> tuple[OpenQuestion, ...]:
        waits = open_questions.c.state.in_([QuestionState.OPEN.value, QuestionState.IN_REVIEW.value])
        this = (open_questions.c.knowledge_base_id == found.id) & waits
        grouped: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(select(open_questions).where(this).order_by(open_questions.c.at)):
            grouped.setdefault(spelled(row.question), []).append(row)
        return tuple(self._open(found, rows) for rows in grouped.values())

    def _open(self, found: KnowledgeBase, rows: Sequence[Row[Any]]) -> OpenQuestion:
        first = rows[0]
        refused = Outcome.NOT_FOUND.value
        sent = tuple(Sent(self.people.name_of(each.person), each.why == refused, each.note) for each in rows)
        return OpenQuestion(first.id, found.id, found.name, first.question, QuestionState(first.state), sent)

    def _given(self, row: Row[Any]) -> GivenAnswer:
        by = self.people.name_of(row.answered_by)
        return GivenAnswer(row.id, row.question, row.sentence, by, row.approved_until, AnswerState(row.state))

    def _to_answer(self, connection: Connection, user: User, question_id: str) -> Row[Any]:
        row = connection.execute(select(open_questions).where(open_questions.c.id == question_id)).first()
        found = self.knowledge.access.find(connection, row.knowledge_base_id) if row is not None else None
        if row is None or found is None or not found.is_changed_by(user):
            raise not_found()
        if row.state != QuestionState.OPEN.value:
            raise Conflict("This question was answered or closed meanwhile.", "Look at the questions again.")
        return row


def _can_be_sent(user: User, found: KnowledgeBase) -> bool:
    return bool(found.owner) and found.owner != user.id and not found.is_own_file


def _is_due(connection: Connection, row: Row[Any], today: date) -> bool:
    return row.approved_until < today or place_today(connection, row) is None


def _answer_row(connection: Connection, request: Request) -> Row[Any] | None:
    answer_id = request.object.partition(":")[2]
    return connection.execute(select(approved_answers).where(approved_answers.c.id == answer_id)).first()


def _sent_like(
    connection: Connection, knowledge_base_id: str, question: str, states: Sequence[QuestionState]
) -> list[Row[Any]]:
    """Give every sending of a question, however it is spelled, that stands at one of `states`."""
    this = (open_questions.c.knowledge_base_id == knowledge_base_id) & open_questions.c.state.in_(
        [each.value for each in states]
    )
    rows = connection.execute(select(open_questions).where(this).order_by(open_questions.c.at))
    return [row for row in rows if spelled(row.question) == spelled(question)]


def _set(connection: Connection, sent: Row[Any], state: QuestionState) -> None:
    connection.execute(update(open_questions).where(open_questions.c.id == sent.id).values(state=state.value))


def _place(text: str, quote: str) -> tuple[int, int]:
    """Give where a quote stands on a page, whatever its spaces and line ends."""
    words = quote.split()
    if not words or len(quote) > LONGEST_QUOTE:
        raise BadInput("The quote is empty or very long.", "Quote the sentence or two that answer the question.")
    found = re.search(r"\s+".join(re.escape(word) for word in words), text)
    if found is None:
        raise BadInput("This page does not say that word for word.", "Copy the words from the page.")
    return found.start(), found.end()
