"""The answers room: ask the documents, and read again what was answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from services.answers.answer import Answer, Strength, from_json, to_json, withhold, without_words
from services.answers.cite import cite
from services.answers.extract import extract, nearest
from services.answers.gate import is_enough
from services.answers.hostile import harmless
from services.answers.how_found import how_found, nothing_found
from services.answers.likeness import Likeness, likeness
from services.answers.quality import Quality
from services.answers.question import clean, names_something
from services.answers.questions import Questions
from services.answers.record import EXTRACTIVE, filled
from services.answers.strength import strength
from services.answers.written import Writing, checked, how_it_ended, is_refusal, material, request_of, write
from services.errors import BadInput, NotFound
from services.governance.governance import Admission, Governance
from services.governance.life_cycle import Classification
from services.governance.run import NOTHING, Run
from services.knowledge.causes import Walk, Why
from services.knowledge.finding import Findings
from services.knowledge.knowledge import Knowledge
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.words import terms_of
from services.ledger.ledger import Ledger
from services.ledger.receipt import Cause, Kind, Outcome, Receipt
from services.models.models import Models
from services.models.reply import Ending
from services.people.people import People
from services.people.user import User
from services.prompts.prompts import Prompts
from services.prompts.template import PromptTemplate, Style

NEAREST = 3
FOLLOW_UPS = 3
Beside = Callable[[Connection, Receipt], None]
"""Writes what belongs to a receipt in the transaction that writes the receipt."""


@dataclass(frozen=True)
class Asked:
    """A question and what was answered, as its asker may read it today.

    `receipt` is the receipt with the answer and the quotes that may be shown; `question` is "" where it was erased.
    """

    receipt: Receipt
    question: str
    answer: Answer


@dataclass(frozen=True)
class Again:
    """A question that was asked once more of the same versions.

    `is_same`: the same sources came in the same order. `was_set_otherwise`: how answers are made has changed since.
    """

    receipt: Receipt
    is_same: bool
    was_set_otherwise: bool


@dataclass(frozen=True)
class Answers:
    """Answers questions from the documents that the asker may read, word for word."""

    knowledge: Knowledge
    governance: Governance
    ledger: Ledger
    people: People
    prompts: Prompts
    models: Models
    quality: Quality = field(init=False, repr=False)
    questions: Questions = field(init=False, repr=False)

    def __post_init__(self) -> None:
        quality = Quality(
            self.knowledge,
            self.governance,
            self.people,
            lambda user, question, where, cause: self.ask(user, question, where, cause=cause),
        )
        object.__setattr__(self, "quality", quality)
        questions = Questions(self.knowledge, self.governance, self.ledger, self.people)
        object.__setattr__(self, "questions", questions)

    def styles(self, user: User) -> tuple[Style, ...]:
        """Give the forms that an answer may have, the one that it has by itself first."""
        return self.prompts.template("ask").styles

    def made_by(self, model_ids: Sequence[str] = ()) -> Mapping[str, object]:
        """Say what makes an answer besides question and documents: an answer made by another one may differ.

        `model_ids` are the models that write it, none where it is quoted.
        """
        template = self.prompts.template("ask")
        states = [[each, self.models.state(each).value] for each in model_ids]
        return {
            "model": (states[0] if len(states) == 1 else states) or EXTRACTIVE,
            "template": [template.name, template.version],
            "parameters": template.parameters,
            "embedder": self.knowledge.passage_search.embedder.name,
            "policy": self.governance.policy_version,
        }

    def ask(
        self,
        user: User,
        question: str,
        where: Sequence[str] = (),
        *,
        cause: Cause = Cause.PERSON,
        notebook_id: str | None = None,
        notebook_revision: int | None = None,
        cell_id: str | None = None,
        built_on: Sequence[str] = (),
        beside: Beside | None = None,
        as_of: date | None = None,
        snapshots: Mapping[str, int] | None = None,
        writing: Writing | None = None,
        style: str = "",
    ) -> Receipt:
        """Answer `question` from the knowledge bases `where` (empty: all that `user` may read); gives the receipt.

        `as_of` answers from what they held at the end of that day, `snapshots` from these versions of them.
        `writing` has it written by a model instead of quoted, where there is evidence enough; `style` is one of the
        template's. `beside` is called in the transaction that writes it. Raises BadInput, NotFound, NotAllowed or
        TooMany where the question can't be asked, and Unavailable where the receipt can't be written.
        """
        readable = {each.id: each for each in self.knowledge.knowledge_bases(user)}
        run = replace(
            _run_of(Kind.ASK, question, where, readable),
            cause=cause,
            notebook_id=notebook_id,
            notebook_revision=notebook_revision,
            cell_id=cell_id,
            built_on=tuple(built_on),
            at_most=self.models.at_most(user, writing.model_id) if writing else NOTHING,
        )
        question = run.question
        template = self.prompts.template("ask").in_style(style)
        with self.governance.admit(user, run) as admission:
            started = time.perf_counter()
            sources = template.parameters["sources"]
            if as_of is not None:
                snapshots = self.knowledge.versions.as_of(user, run.where or tuple(readable), as_of)
            findings = self.knowledge.search(user, question, run.where, snapshots=snapshots, limit=sources)
            asked = likeness(findings, self.knowledge.closeness(user, findings, sources))
            answer = self._answer(findings, asked, template, readable)
            if cause is Cause.PERSON and snapshots is None:
                answer = self._with_approved(user, findings, answer)
            receipt = filled(admission.blank, template, findings, answer)
            if writing is not None and answer.claims:
                receipt = self._written(user, admission, receipt, template, findings, asked, answer, writing)
            if as_of is not None:
                receipt = replace(receipt, inputs=receipt.inputs | {"as_of": as_of.isoformat()})
            receipt = replace(receipt, milliseconds=round((time.perf_counter() - started) * 1000))
            return self._settle(admission, receipt, beside)

    def search(
        self,
        user: User,
        question: str,
        where: Sequence[str] = (),
        *,
        cause: Cause = Cause.PERSON,
        notebook_id: str | None = None,
        notebook_revision: int | None = None,
        cell_id: str | None = None,
        beside: Beside | None = None,
        as_of: date | None = None,
    ) -> Receipt:
        """Find the sources that `ask` would read, best first, each by the words of it that are nearest to `question`.

        Gives the receipt, of kind `search`; the arguments and errors are those of `ask`.
        """
        readable = {each.id: each for each in self.knowledge.knowledge_bases(user)}
        run = replace(
            _run_of(Kind.SEARCH, question, where, readable),
            cause=cause,
            notebook_id=notebook_id,
            notebook_revision=notebook_revision,
            cell_id=cell_id,
        )
        with self.governance.admit(user, run) as admission:
            started = time.perf_counter()
            template = self.prompts.template("ask")
            most = template.parameters["sources"]
            snapshots = None if as_of is None else self.knowledge.versions.as_of(user, run.where or (*readable,), as_of)
            findings = self.knowledge.search(user, run.question, run.where, snapshots=snapshots, limit=most)
            asked = likeness(findings, self.knowledge.closeness(user, findings, most))
            found = nearest(findings.found[:most], asked, passages=most)
            cited = cite(found, {each.id: each.name for each in readable.values()})
            used = tuple({each.found.passage.id: each.found for each in found}.values())
            answer = Answer(
                strength=Strength.PARTLY_SUPPORTED if found else Strength.NOT_IN_THESE_DOCUMENTS,
                claims=(),
                citations=cited.citations,
                how_found=how_found(findings, used) if used else nothing_found(findings),
                passages_searched=findings.passages_searched,
                owners=(),
                missing=findings.missing,
            )
            receipt = replace(filled(admission.blank, template, findings, answer), outcome=Outcome.DONE)
            receipt = replace(receipt, milliseconds=round((time.perf_counter() - started) * 1000))
            return self._settle(admission, receipt, beside)

    def again(self, user: User, receipt_id: str) -> Again:
        """Ask the question of one of `user`'s own receipts once more, of the same versions; gives the new receipt.

        NotFound where there is no such answer of theirs, or what it looked in is gone or no longer theirs to read;
        BadInput where its question was erased.
        """
        before = self.asked(user, receipt_id).receipt
        if not before.question or not before.snapshots:
            raise BadInput("This can't be run again: its question was erased.", "Ask it anew.")
        where = tuple(before.snapshots)
        style = str(before.parameters.get("style", ""))
        receipt = self.ask(user, before.question, where, snapshots=before.snapshots, built_on=(before.id,), style=style)
        return Again(receipt, _sources(receipt) == _sources(before), receipt.parameters != before.parameters)

    def why(self, user: User, walk: Walk) -> Why:
        """Say why an answer to `walk` does not hold what was expected (see `Walker.why`), by the gate of answers."""
        return self.knowledge.walker.why(user, walk, is_enough)

    def asked(self, user: User, receipt_id: str) -> Asked:
        """Read one of `user`'s own answers again, without what they may no longer read or what was erased.

        Raises NotFound where there is no such answer of theirs.
        """
        return self.as_readable(user, self.ledger.receipt(user, receipt_id))

    def as_readable(self, user: User, receipt: Receipt) -> Asked:
        """Give the answer on a receipt without what `user` may not read; NotFound where there is none on it."""
        if receipt.kind is not Kind.ASK and not (receipt.kind is Kind.SEARCH and receipt.answer):
            raise NotFound("There is no answer on this receipt.", "Open the question that it belongs to.")
        if not receipt.answer:
            # Without the answer nobody knows any more which knowledge base a quote is from.
            receipt = replace(receipt, quotes=("",) * len(receipt.quotes))
            return Asked(receipt, receipt.question, _without_text(receipt))
        named = self.knowledge.named(user, [each.passage_id for each in receipt.sources])
        answer = from_json(receipt.answer, receipt.quotes, named)
        readable = {each.id for each in self.knowledge.knowledge_bases(user)}
        for name, numbers in _unreadable(answer, readable).items():
            answer = withhold(answer, numbers, f"This is quoted from {name}, which is gone or no longer yours to read.")
        sent = {each.knowledge_base_id for each in receipt.sources}
        if answer.written_by and (not sent <= readable or not all(answer.quotes)):
            answer = without_words(answer)
        if not receipt.question:
            # The sentence repeats words of the question, which was erased.
            answer = replace(answer, how_found="The question was erased, and with it how this was found.")
        return Asked(replace(receipt, answer=to_json(answer), quotes=answer.quotes), receipt.question, answer)

    def document(self, user: User, receipt_id: str) -> str:
        """Give the receipt of one of `user`'s own answers as JSON that can be checked (see `Ledger.document`).

        What they may no longer read is left out and named. Raises NotFound where there is no such answer of theirs.
        """
        asked = self.asked(user, receipt_id)
        quotes = {f"quote {number}" for number, text in enumerate(asked.receipt.quotes, start=1) if not text}
        # The answer names the documents that it quotes, and words of the question.
        without = quotes | {"answer"} if quotes or not asked.question else quotes
        return self.ledger.document(user, receipt_id, without=without)

    def follow_ups(self, user: User, receipt_id: str) -> tuple[str, ...]:
        """Give up to three further questions from the passports of what was searched, the nearest to it first."""
        receipt = self.ledger.receipt(user, receipt_id)
        cited = {source.knowledge_base_id for source in receipt.sources}
        searched = [each for each in self.knowledge.knowledge_bases(user) if each.id in receipt.snapshots]
        asked = set(terms_of(receipt.question))

        def nearness(each: tuple[KnowledgeBase, str]) -> tuple[bool, int]:
            return each[0].id in cited, len(asked & set(terms_of(each[1])))

        offered = [(base, question) for base in searched for question in base.questions]
        offered = [each for each in offered if each[1].casefold() not in receipt.question.casefold()]
        return tuple(question for _, question in sorted(offered, key=nearness, reverse=True)[:FOLLOW_UPS])

    def _with_approved(self, user: User, findings: Findings, answer: Answer) -> Answer:
        searched = [each.knowledge_base_id for each in findings.snapshots]
        approved = self.questions.approved(user, findings.question, searched)
        return approved.shown_first(answer) if approved is not None else answer

    def _answer(
        self, findings: Findings, asked: Likeness, template: PromptTemplate, readable: Mapping[str, KnowledgeBase]
    ) -> Answer:
        found = findings.found[: template.parameters["sources"]]
        enough = is_enough(findings)
        quotes = extract(found, asked, sentences=template.parameters["sentences"]) if enough else ()
        names = {each.id: each.name for each in readable.values()}
        cited = cite(quotes or nearest(found, asked, passages=NEAREST), names)
        used = tuple({quote.found.passage.id: quote.found for quote in quotes}.values())
        quoted = dict.fromkeys(citation.knowledge_base_id for citation in cited.citations)
        searched = [
            readable[each.knowledge_base_id] for each in findings.snapshots if each.knowledge_base_id in readable
        ]
        return Answer(
            strength=strength(findings.question, quotes, asked),
            claims=cited.claims if quotes else (),
            citations=cited.citations,
            how_found=how_found(findings, used) if used else nothing_found(findings),
            passages_searched=findings.passages_searched,
            owners=tuple((each.name, self.people.name_of(each.owner)) for each in searched),
            missing=(*findings.missing, *_reviews_due(readable[each] for each in quoted if each in readable)),
        )

    def _written(
        self,
        user: User,
        admission: Admission,
        receipt: Receipt,
        template: PromptTemplate,
        findings: Findings,
        asked: Likeness,
        answer: Answer,
        writing: Writing,
    ) -> Receipt:
        """Have the answer, for which there is evidence enough, written by a model, and fill in what that came to."""
        found = findings.found[: template.parameters["sources"]]
        readable = {each.id: each for each in self.knowledge.knowledge_bases(user)}
        searched = [readable[each] for each in {one.passage.knowledge_base_id for one in found}]
        chosen = self.models.choose(user, writing.model_id, {each.name: each.classification for each in searched})
        quotes = harmless(material(found, asked, sentences=template.parameters["sentences"]))
        if not quotes:
            raise BadInput(
                "What was found speaks to a machine instead of a reader, so it was not sent to one.",
                "Have the answer quoted, and tell the owner of the document.",
            )
        request = request_of(template, findings.question, quotes, chosen, receipt.id, user.line.id)
        admission.spent = admission.reserved  # what a call that breaks is charged: nobody knows how far it came
        reply = write(chosen, request, writing)
        names = {each.id: each.name for each in readable.values()}
        if is_refusal(reply.text):
            nearest_ones = cite(nearest(found, asked, passages=NEAREST), names)
            answer = replace(
                answer, strength=Strength.NOT_IN_THESE_DOCUMENTS, claims=(), citations=nearest_ones.citations
            )
        else:
            taken = checked(reply.text, found, names, self.knowledge.passage_search.embedder)
            answer = replace(answer, strength=taken.strength, claims=taken.claims, citations=taken.citations)
        ended = how_it_ended(reply)
        answer = replace(
            answer,
            written_by=chosen.model.name,
            approved=None,
            missing=(*answer.missing, ended) if ended else answer.missing,
        )
        usage = reply.usage
        return replace(
            filled(admission.blank, template, findings, answer),
            model=chosen.model.id,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            # How much of what broke off was written nobody knows: what was held for it counts as spent.
            spent=admission.reserved
            if reply.ending is Ending.BROKEN
            else chosen.model.price.of(usage.tokens_in, usage.tokens_out),
            parameters=receipt.parameters
            | {
                "strength": answer.strength.value,
                "ending": reply.ending.value if reply.ending else "",
                "first_piece_ms": reply.first_piece_ms,
                "estimated": usage.estimated,
                "policy": self.governance.policy_version,
            },
        )

    def _settle(self, admission: Admission, receipt: Receipt, beside: Beside | None) -> Receipt:
        with self.ledger.database.write() as connection:
            recorded = admission.settle(receipt, connection=connection)
            first = recorded.parameters.get("first_piece_ms", recorded.milliseconds)
            if recorded.kind is Kind.ASK and recorded.outcome is Outcome.ANSWERED and isinstance(first, int):
                self.models.waited(connection, recorded, first)
            if beside is not None:
                beside(connection, recorded)
        return recorded


def _run_of(kind: Kind, question: str, where: Sequence[str], readable: Mapping[str, KnowledgeBase]) -> Run:
    question = clean(question)
    searched = [each for each in readable.values() if each.id in where or not where]
    return Run(
        kind=kind,
        question=question,
        where=tuple(dict.fromkeys(where)),
        readable=bool(readable) and readable.keys() >= set(where),
        names_something=names_something(question),
        classification=max((each.classification for each in searched), key=list(Classification).index, default=""),
    )


def _unreadable(answer: Answer, readable: set[str]) -> dict[str, frozenset[int]]:
    """Group the numbers of citations that may not be read any more by the name of their knowledge base."""
    grouped: dict[str, frozenset[int]] = {}
    for each in answer.citations:
        if each.knowledge_base_id not in readable:
            name = each.knowledge_base_name
            grouped[name] = grouped.get(name, frozenset()) | {each.number}
    return grouped


def _sources(receipt: Receipt) -> list[tuple[str, str]]:
    return [(each.passage_id, each.digest) for each in receipt.sources]


def _reviews_due(quoted: Iterable[KnowledgeBase]) -> list[str]:
    """Say of each knowledge base that is quoted past its last approved day since when its review is due."""
    due = ((each.name, each.review_due_since) for each in quoted)
    return [
        f"{name} has been due for review since {day.day} {day:%B %Y}: it may be out of date."
        for name, day in due
        if day
    ]


def _without_text(receipt: Receipt) -> Answer:
    """Say of an answer whose text was erased, or of a run that gave none, what is still known."""
    held = str(receipt.parameters.get("strength", Strength.NOT_IN_THESE_DOCUMENTS))
    sentence = _why_no_text(receipt)
    return Answer(Strength(held), (), (), sentence, 0, (), (sentence,))


def _why_no_text(receipt: Receipt) -> str:
    if "answer" in receipt.erased:
        return "The text of this answer was erased."
    refused = (verdict.sentence for verdict in receipt.verdicts if not verdict.allowed)
    return next(refused, "This question was not answered: the run failed.")
