"""A receipt as the members of its link, and back. The digests of its texts stand where the texts would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.ledger.chain import HEADER
from services.ledger.receipt import Cause, Environment, Kind, Money, Outcome, Receipt, SourceUsed, Verdict


@dataclass(frozen=True)
class TextDigests:
    """The digests of a receipt's texts, "" where there was no text."""

    question: str
    answer: str
    quotes: tuple[str, ...]

    def named(self) -> dict[str, str]:
        """Each digest under the name that a person knows its text by ("quote 2")."""
        named = {"question": self.question, "answer": self.answer}
        named |= {f"quote {number}": digest for number, digest in enumerate(self.quotes, start=1)}
        return {name: digest for name, digest in named.items() if digest}


_SET_BY_LEDGER = ("number", "digest", "erased", "erased_at")
# The members of a receipt that are neither in the header of every entry nor texts.
_DETAILS = tuple(
    name
    for name in Receipt.__dataclass_fields__
    if name not in (*HEADER, "question", "answer", "quotes", *_SET_BY_LEDGER)
)


def details_of(receipt: Receipt, digests: TextDigests) -> dict[str, object]:
    """The members that only a receipt has."""
    return {name: getattr(receipt, name) for name in _DETAILS} | {"texts": digests}


def digests_in(body: Mapping[str, Any]) -> TextDigests:
    """The digests of the texts of the receipt that `body` holds."""
    held = body["texts"]
    return TextDigests(held["question"], held["answer"], tuple(held["quotes"]))


def receipt_in(body: Mapping[str, Any], digest: str, kept: Mapping[str, str]) -> Receipt:
    """Read a receipt back; a text that is not in `kept` (digest → text) reads as "" and is named in `erased`."""
    digests = digests_in(body)
    return Receipt(
        id=body["id"],
        kind=Kind(body["kind"]),
        cause=Cause(body["cause"]),
        at=datetime.fromisoformat(body["at"]),
        person=body["person"],
        line=body["line"],
        purpose=body["purpose"],
        environment=Environment(body["environment"]),
        outcome=Outcome(body["outcome"]),
        question=kept.get(digests.question, ""),
        answer=kept.get(digests.answer, ""),
        quotes=tuple(kept.get(quote, "") for quote in digests.quotes),
        inputs=body["inputs"],
        template=body["template"],
        template_version=body["template_version"],
        model=body["model"],
        parameters=body["parameters"],
        snapshots=body["snapshots"],
        sources=tuple(SourceUsed(**source) for source in body["sources"]),
        claims=tuple(body["claims"]),
        verdicts=tuple(Verdict(**verdict) for verdict in body["verdicts"]),
        tokens_in=body["tokens_in"],
        tokens_out=body["tokens_out"],
        reserved=_money(body["reserved"]),
        spent=_money(body["spent"]),
        milliseconds=body["milliseconds"],
        notebook_id=body["notebook_id"],
        notebook_revision=body["notebook_revision"],
        cell_id=body["cell_id"],
        built_on=tuple(body["built_on"]),
        schema=body["schema"],
        number=body["number"],
        digest=digest,
        erased=tuple(name for name, held in digests.named().items() if held not in kept),
    )


def _money(held: Mapping[str, str]) -> Money:
    return Money(Decimal(held["amount"]), held["currency"])
