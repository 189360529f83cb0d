"""A typical receipt of an Ask with ten sources, for the tests and the benchmark of the ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from services.ledger.receipt import (
    Cause,
    Environment,
    Kind,
    Money,
    Outcome,
    Receipt,
    SourceUsed,
    Verdict,
    new_receipt_id,
)

QUOTES = (
    "Employees are entitled to twelve weeks of parental leave.",
    "Leave may be taken in one block or in two.",
    "Tell your manager at least two months before the leave begins.",
)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def source(rank: int) -> SourceUsed:
    return SourceUsed(
        knowledge_base_id="employee-handbook",
        snapshot=12,
        document_id=sha(f"document {rank}")[:16],
        document_digest=sha(f"document {rank}"),
        passage_id=f"{sha(f'document {rank}')[:16]}:{rank}",
        page=rank,
        digest=sha(f"passage {rank}"),
        rank=rank,
        ranks={"words": rank + 1, "meaning": None, "fused": rank, "default": rank},
        scores={"words": "12.345678", "meaning": None, "fused": "0.812345", "default": "0.612345"},
    )


def ask_receipt(
    *,
    person: str = "ana",
    line: str = "claims",
    at: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    question: str = "How many weeks of parental leave are there?",
) -> Receipt:
    return Receipt(
        id=new_receipt_id(),
        kind=Kind.ASK,
        cause=Cause.PERSON,
        at=at,
        person=person,
        line=line,
        purpose="",
        environment=Environment.DRAFT,
        outcome=Outcome.ANSWERED,
        question=question,
        answer=json.dumps({"strength": "Well supported", "sentences": list(QUOTES)}),
        inputs={"where": ["employee-handbook"]},
        template="ask",
        template_version=1,
        model="extractive",
        parameters={"sentences": 3, "threshold": 0.61},
        snapshots={"employee-handbook": 12},
        sources=tuple(source(rank) for rank in range(1, 11)),
        claims=tuple({"sentence": number, "quotes": [number], "support": "supported"} for number in (1, 2, 3)),
        verdicts=(Verdict("access", True, ""),),
        tokens_in=0,
        tokens_out=0,
        reserved=Money(Decimal("0.0500"), "USD"),
        spent=Money(Decimal("0.0312"), "USD"),
        milliseconds=84,
        notebook_id="notebook-1",
        notebook_revision=3,
        cell_id="cell-1",
        built_on=("receipt-0",),
        quotes=QUOTES,
    )


def open_receipt(*, person: str, line: str, at: datetime) -> Receipt:
    asked = ask_receipt(person=person, line=line, at=at, question="")
    return replace(asked, kind=Kind.OPEN, outcome=Outcome.DONE, answer="", quotes=())
