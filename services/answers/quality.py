"""Quality: a knowledge base is asked its own question set, by the very way people ask, and what moved is told."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from services.answers.calibration import FEWEST_QUESTIONS, Calibration, calibrate
from services.answers.gate import THRESHOLD_BY_WORDS
from services.answers.judging import ids_by_name, judge
from services.answers.measured import Judged, QualityRun, figures_of, has_moved, moved, name_of_set, sentences
from services.answers.quality_rows import read_judged, read_runs
from services.errors import AppError, BadInput, Conflict, NotFound
from services.governance.governance import Governance
from services.governance.life_cycle import ApprovalState
from services.knowledge.document import Document
from services.knowledge.knowledge import Knowledge
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.progress import UNFINISHED
from services.knowledge.question_set import Question, attach_questions, attached_questions
from services.knowledge.question_sheet import Sheet, read_sheet, write_sheet
from services.knowledge.rows import document_in, knowledge_base_in
from services.ledger.receipt import Cause, Receipt
from services.people.people import People
from services.people.user import User
from services.store.tables import documents, knowledge_bases, quality_runs, set_questions

RUNS_SHOWN = 50
PAUSE_SECONDS = 0.1
"""A run that nobody waits for rests so long after each question, so that a person's question goes first."""

BY_WORDS = "by words alone"
"""Stands where a run names its model: meaning could not be looked at."""

Ask = Callable[[User, str, tuple[str, ...], Cause], Receipt]
"""Asks as `Answers.ask` does."""

_log = logging.getLogger(__name__)


@dataclass
class Running:
    """A run under way: `done` of `total` questions; `failed` says why it ended early, "" while it goes on."""

    total: int
    done: int = 0
    failed: str = ""
    stopping: threading.Event = field(default_factory=threading.Event, repr=False)
    thread: threading.Thread | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _State:
    """What a run depends on, besides its questions."""

    snapshot: int
    model: str
    splitting: str


@dataclass(frozen=True)
class Quality:
    """Question sets, their runs, and the threshold that follows from them.

    Who may read a knowledge base may read its quality; its owner and steward change the set and run it.
    """

    knowledge: Knowledge
    governance: Governance
    people: People
    ask: Ask = field(repr=False)
    _running: dict[str, Running] = field(default_factory=dict, init=False, repr=False)
    _tried: dict[str, _State] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def questions(self, user: User, knowledge_base_id: str) -> tuple[Question, ...]:
        """Give the question set; none where nobody attached one. NotFound where it is not for `user`."""
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_read(connection, user, knowledge_base_id)
            return attached_questions(connection, knowledge_base_id)

    def sheet(self, user: User, knowledge_base_id: str) -> str:
        """Give the question set as the CSV that `check` reads."""
        return write_sheet(self.questions(user, knowledge_base_id))

    def check(self, user: User, knowledge_base_id: str, data: bytes) -> Sheet:
        """Read a CSV against the documents of the present, keeping nothing.

        NotAllowed for who only reads the knowledge base; BadInput or TooMany where it is no question set at all.
        """
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_change(connection, user, knowledge_base_id)
            return read_sheet(data, _present(connection, knowledge_base_id))

    def attach(self, user: User, knowledge_base_id: str, data: bytes, *, without_faults: bool = False) -> int:
        """Make a CSV the question set, in place of an older one; gives the number of questions.

        All or nothing: BadInput where a row can't be used, unless those rows are to be left out (`without_faults`).
        The threshold that ships holds again, until it is calibrated from the new questions. Conflict during a run.
        """
        sheet = self.check(user, knowledge_base_id, data)
        if sheet.faults and not without_faults:
            raise BadInput(f"{len(sheet.faults)} of its rows can't be used. {sheet.faults[0]}", "Correct them first.")
        if not sheet.questions:
            raise BadInput(
                "There is no question in it that can be asked.", "Look at the example for how it is written."
            )
        self._check_is_idle(knowledge_base_id)
        with self.knowledge.database.write() as connection:
            self.knowledge.access.to_change(connection, user, knowledge_base_id)
            attach_questions(connection, knowledge_base_id, sheet.questions)
            self._set_threshold(connection, knowledge_base_id, None)
            facts = {"questions": len(sheet.questions), "left_out": len(sheet.faults)}
            self._audit(connection, user, "attach question set", knowledge_base_id, facts)
        return len(sheet.questions)

    def run(self, user: User, knowledge_base_id: str) -> QualityRun:
        """Ask the whole set now and keep what came; every question leaves a receipt. See `start` for what it raises."""
        knowledge_base, questions = self._to_run(user, knowledge_base_id)
        running = self._begin(knowledge_base_id, len(questions))
        try:
            made = self._measure(user, knowledge_base, questions, running, Cause.TEST)
        finally:
            self._end(knowledge_base_id)
        assert made is not None  # noqa: S101  (only `stop` and `close` end it early, and they reach `start`'s)
        return made

    def start(self, user: User, knowledge_base_id: str) -> Running:
        """Begin to ask the whole set in the background and give the run, which tells how far it has come.

        NotAllowed for who only reads the knowledge base, BadInput where there is no question set, Conflict where it
        is being asked already.
        """
        knowledge_base, questions = self._to_run(user, knowledge_base_id)
        return self._start(user, knowledge_base, questions, Cause.TEST)

    def running(self, user: User, knowledge_base_id: str) -> Running | None:
        """Tell how far a run has come, or why the last one ended early; None where neither is the case."""
        self.knowledge.knowledge_base(user, knowledge_base_id)
        return self._running.get(knowledge_base_id)

    def stop(self, user: User, knowledge_base_id: str) -> None:
        """End a run after the question that is being asked; nothing of it is kept but its receipts."""
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_change(connection, user, knowledge_base_id)
        if (running := self._running.get(knowledge_base_id)) is not None:
            running.stopping.set()

    def runs(self, user: User, knowledge_base_id: str) -> tuple[QualityRun, ...]:
        """Give the last runs, the oldest first."""
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_read(connection, user, knowledge_base_id)
            return tuple(reversed(read_runs(connection, knowledge_base_id, RUNS_SHOWN)))

    def last(self, user: User, knowledge_base_id: str) -> str:
        """Say in a sentence or two what the last run gave; "" where there was none."""
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_read(connection, user, knowledge_base_id)
            made = read_runs(connection, knowledge_base_id, 2)
        return " ".join(sentences(made[0], made[1] if len(made) > 1 else None)) if made else ""

    def judged(self, user: User, knowledge_base_id: str) -> tuple[Judged, ...]:
        """Give what came of each question in the last run; none where there was none."""
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_read(connection, user, knowledge_base_id)
            return read_judged(connection, knowledge_base_id)

    def titles(self, user: User, knowledge_base_id: str) -> Mapping[str, str]:
        """Give the title of each document by its id, also of those that went meanwhile, but not of what was erased."""
        this = (documents.c.knowledge_base_id == knowledge_base_id) & documents.c.erased_at.is_(None)
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_read(connection, user, knowledge_base_id)
            rows = connection.execute(select(documents.c.id, documents.c.title, documents.c.name).where(this))
            return {row.id: row.title or row.name for row in rows}

    def calibration(self, user: User, knowledge_base_id: str) -> Calibration | None:
        """Give the threshold that the last run's evidence gives, with its error.

        None where there was no run of the present set by meaning, or too few questions (`FEWEST_QUESTIONS`).
        """
        with self.knowledge.database.read() as connection:
            self.knowledge.access.to_read(connection, user, knowledge_base_id)
            return self._calibration(connection, knowledge_base_id)

    def calibrate(self, user: User, knowledge_base_id: str) -> Calibration:
        """Put the calibrated threshold in force for every answer from this knowledge base, on the next question.

        NotAllowed for who only reads it, BadInput where there is nothing to calibrate from.
        """
        with self.knowledge.database.write() as connection:
            self.knowledge.access.to_change(connection, user, knowledge_base_id)
            found = self._calibration(connection, knowledge_base_id)
            if found is None:
                raise BadInput(
                    f"It takes a run of at least {FEWEST_QUESTIONS} own questions.", "Add questions and run them first."
                )
            self._set_threshold(connection, knowledge_base_id, found.threshold)
            refused, answered = found.refused_wrongly, found.answered_wrongly
            facts = {
                "threshold": f"{found.threshold:.4f}",
                "refused_wrongly": [refused.wrong, refused.number],
                "answered_wrongly": [answered.wrong, answered.number],
            }
            self._audit(connection, user, "calibrate threshold", knowledge_base_id, facts)
        return found

    def use_shipped(self, user: User, knowledge_base_id: str) -> None:
        """Put the threshold that ships in force again."""
        with self.knowledge.database.write() as connection:
            self.knowledge.access.to_change(connection, user, knowledge_base_id)
            self._set_threshold(connection, knowledge_base_id, None)
            self._audit(connection, user, "use shipped threshold", knowledge_base_id, {})

    def repeat_changed(self) -> Running | None:
        """Begin again one run whose documents, splitting or model are others now, and give it; called once a minute.

        It waits until nothing is being read and no run is under way, and asks as the owner, who is told what moved.
        """
        with self.knowledge.database.read() as connection:
            unfinished = documents.c.stage.in_([stage.value for stage in UNFINISHED])
            is_busy = connection.execute(select(documents.c.id).where(unfinished).limit(1)).first() is not None
            changed = None if is_busy or self._is_running() else self._changed(connection)
            questions = attached_questions(connection, changed[1].id) if changed else ()
        if changed is None:
            return None
        owner, knowledge_base = changed
        self._tried[knowledge_base.id] = self._state(knowledge_base)
        return self._start(owner, knowledge_base, questions, Cause.SCHEDULE)

    def close(self) -> None:
        """End every run after its question, for good. Twice, or without a run, it does nothing."""
        under_way = list(self._running.values())
        for each in under_way:
            each.stopping.set()
        for each in under_way:
            if each.thread is not None:
                each.thread.join()

    def _to_run(self, user: User, knowledge_base_id: str) -> tuple[KnowledgeBase, tuple[Question, ...]]:
        with self.knowledge.database.read() as connection:
            knowledge_base = self.knowledge.access.to_change(connection, user, knowledge_base_id)
            questions = attached_questions(connection, knowledge_base_id)
        if not questions:
            raise BadInput("There is no question set to ask.", "Attach one first.")
        return knowledge_base, questions

    def _start(self, user: User, knowledge_base: KnowledgeBase, questions: Sequence[Question], cause: Cause) -> Running:
        running = self._begin(knowledge_base.id, len(questions))

        def measure() -> None:
            try:
                if self._measure(user, knowledge_base, questions, running, cause) is None:
                    running.failed = f"It was stopped after {running.done} of {running.total} questions."
            except AppError as error:
                running.failed = f"It ended after {running.done} of {running.total} questions. {error.message}"
            except Exception:
                _log.exception("a question set could not be asked")
                running.failed = "It ended because of a fault in Accelerate, which is in the log."
            if not running.failed:
                self._end(knowledge_base.id)

        running.thread = threading.Thread(target=measure, name="quality", daemon=True)
        running.thread.start()
        return running

    def _begin(self, knowledge_base_id: str, total: int) -> Running:
        with self._lock:
            self._check_is_idle(knowledge_base_id)
            self._running[knowledge_base_id] = Running(total)
            return self._running[knowledge_base_id]

    def _end(self, knowledge_base_id: str) -> None:
        self._running.pop(knowledge_base_id, None)

    def _check_is_idle(self, knowledge_base_id: str) -> None:
        running = self._running.get(knowledge_base_id)
        if running is not None and not running.failed:
            raise Conflict("Its questions are being asked already.", "Wait until that is done, or stop it.")

    def _is_running(self) -> bool:
        return any(not each.failed for each in self._running.values())

    def _measure(
        self,
        user: User,
        knowledge_base: KnowledgeBase,
        questions: Sequence[Question],
        running: Running,
        cause: Cause,
    ) -> QualityRun | None:
        """Ask every question and keep the run; None where it was stopped before the last."""
        state = self._state(knowledge_base)
        with self.knowledge.database.read() as connection:
            names = ids_by_name(_present(connection, knowledge_base.id))
        judged: list[Judged] = []
        for question in questions:
            if running.stopping.is_set():
                return None
            receipt = self.ask(user, question.text, (knowledge_base.id,), cause)
            judged.append(self._judge(user, question, receipt, names))
            running.done += 1
            if cause is Cause.SCHEDULE:
                running.stopping.wait(PAUSE_SECONDS)
        made = QualityRun(
            id=secrets.token_hex(8),
            knowledge_base_id=knowledge_base.id,
            at=self.knowledge.now(),
            person=user.id if cause is Cause.TEST else "",
            snapshot=state.snapshot,
            model=state.model,
            splitting=state.splitting,
            figures=figures_of(questions, judged),
        )
        with self.knowledge.database.write() as connection:
            before = read_runs(connection, knowledge_base.id, 1)
            row = asdict(made) | {"outcomes": [asdict(each) for each in judged]}
            connection.execute(insert(quality_runs).values(row))
            if before and has_moved(before[0], made):
                self._tell(connection, knowledge_base, before[0], made)
        return made

    def _judge(self, user: User, question: Question, receipt: Receipt, names: Mapping[str, frozenset[str]]) -> Judged:
        sources = receipt.sources if question.words else ()
        return judge(
            question, receipt, names, [self.knowledge.passage(user, source.passage_id).text for source in sources]
        )

    def _tell(
        self, connection: Connection, knowledge_base: KnowledgeBase, before: QualityRun, made: QualityRun
    ) -> None:
        of_it = documents.c.knowledge_base_id == knowledge_base.id
        between = {
            what: connection.execute(
                select(func.count()).where(of_it, since > before.snapshot, since <= made.snapshot)
            ).scalar_one()
            for what, since in (("came", documents.c.valid_from), ("went", documents.c.valid_to))
        }
        facts = {"name": knowledge_base.name, "sentence": moved(before, made, between)}
        self.governance.requests.tell(connection, knowledge_base.owner, "quality", knowledge_base.id, facts)

    def _changed(self, connection: Connection) -> tuple[User, KnowledgeBase] | None:
        """Give a knowledge base whose last run is of another state than now, with its owner, who may read it."""
        with_set = knowledge_bases.c.id.in_(select(set_questions.c.knowledge_base_id).distinct())
        answering = knowledge_bases.c.state != ApprovalState.WITHDRAWN.value
        for row in connection.execute(select(knowledge_bases).where(with_set, answering)).all():
            knowledge_base = knowledge_base_in(row)
            made = read_runs(connection, knowledge_base.id, 1)
            if not made or (now := self._state(knowledge_base)) == self._tried.get(knowledge_base.id):
                continue
            if _State(made[0].snapshot, made[0].model, made[0].splitting) != now:
                try:
                    return self.people.user(knowledge_base.owner), knowledge_base
                except NotFound:
                    continue  # Who left is told nothing, and asks nothing.
        return None

    def _state(self, knowledge_base: KnowledgeBase) -> _State:
        embedder = self.knowledge.publishing.embedder
        model = BY_WORDS if embedder.missing else embedder.name
        return _State(knowledge_base.snapshot.number, model, knowledge_base.splitting.value)

    def _calibration(self, connection: Connection, knowledge_base_id: str) -> Calibration | None:
        made = read_runs(connection, knowledge_base_id, 1)
        asked = name_of_set(attached_questions(connection, knowledge_base_id))
        if not made or made[0].figures.asked != asked:
            return None
        # What evidence had no say in teaches nothing about evidence.
        judged = [each for each in read_judged(connection, knowledge_base_id) if _was_decided_by_evidence(each)]
        return calibrate(
            [each.evidence for each in judged if each.is_answerable],
            [each.evidence for each in judged if not each.is_answerable],
        )

    def _set_threshold(self, connection: Connection, knowledge_base_id: str, threshold: float | None) -> None:
        this = knowledge_bases.c.id == knowledge_base_id
        connection.execute(update(knowledge_bases).where(this).values(threshold=threshold))

    def _audit(self, connection: Connection, user: User, action: str, object: str, facts: Mapping[str, Any]) -> None:
        self.governance.ledger.record_audit(user, action, object, facts, connection=connection)


def _was_decided_by_evidence(judged: Judged) -> bool:
    by_words = abs(judged.threshold - THRESHOLD_BY_WORDS) < 1e-6
    return not by_words and judged.answered is (judged.evidence >= judged.threshold)


def _present(connection: Connection, knowledge_base_id: str) -> list[Document]:
    this = (documents.c.knowledge_base_id == knowledge_base_id) & documents.c.valid_to.is_(None)
    return [document_in(row) for row in connection.execute(select(documents).where(this))]
