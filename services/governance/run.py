"""A run that wants to start: what, by whom it was set off, over what, and for how much at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.ledger.receipt import Cause, Environment, Kind, Money, Outcome, Receipt

NOTHING = Money(Decimal(0), "USD")


@dataclass(frozen=True)
class Run:
    """What is about to run. `where` names knowledge bases; empty means everything the person may read.

    `readable` is what the room that owns them found: the person may read all that `where` names, or, where it is
    empty, something at all. `names_something` is what the room that searches found: a word of the question says what
    to look for. `classification` is the highest of what is searched, "" where that is not known; what the policy is
    strictest with then holds. `at_most` is the most it can cost; so much is reserved.
    """

    kind: Kind
    question: str = ""
    where: tuple[str, ...] = ()
    readable: bool = True
    names_something: bool = True
    classification: str = ""
    cause: Cause = Cause.PERSON
    environment: Environment = Environment.DRAFT
    purpose: str = ""
    notebook_id: str | None = None
    notebook_revision: int | None = None
    cell_id: str | None = None
    built_on: tuple[str, ...] = ()
    at_most: Money = NOTHING


def blank_receipt(person: str, line: str, run: Run, receipt_id: str, at: datetime) -> Receipt:
    """The receipt of a run that has used and given nothing yet; the room that runs it fills in the rest."""
    return Receipt(
        id=receipt_id,
        kind=run.kind,
        cause=run.cause,
        at=at,
        person=person,
        line=line,
        purpose=run.purpose,
        environment=run.environment,
        outcome=Outcome.DONE,
        question=run.question,
        answer="",
        inputs={"where": list(run.where)},
        template="",
        template_version=0,
        model="",
        parameters={},
        snapshots={},
        sources=(),
        claims=(),
        verdicts=(),
        tokens_in=0,
        tokens_out=0,
        reserved=run.at_most,
        spent=Money(Decimal(0), run.at_most.currency),
        milliseconds=0,
        notebook_id=run.notebook_id,
        notebook_revision=run.notebook_revision,
        cell_id=run.cell_id,
        built_on=run.built_on,
    )
