"""What the receipt of an answer carries: the sources with their ranks, the rule that let it pass, the places quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.answers.answer import Answer, Citation, Claim, to_json
from services.answers.gate import threshold
from services.knowledge.finding import Findings
from services.knowledge.used import source_used
from services.ledger.receipt import Outcome, Receipt
from services.prompts.template import PromptTemplate

EXTRACTIVE = "extractive"
"""Stands where a receipt names its model: the answer was quoted, no model wrote it."""


def filled(blank: Receipt, template: PromptTemplate, findings: Findings, answer: Answer) -> Receipt:
    """Fill in the receipt of an admitted run with what was found and answered."""
    snapshots = {each.knowledge_base_id: each.number for each in findings.snapshots}
    found = findings.found[: template.parameters["sources"]]
    return replace(
        blank,
        outcome=Outcome.ANSWERED if answer.claims or answer.approved else Outcome.NOT_FOUND,
        inputs=blank.inputs | _approved(answer),
        answer=to_json(answer),
        quotes=answer.quotes,
        template=template.name,
        template_version=template.version,
        model=EXTRACTIVE,
        parameters={
            **template.parameters,
            **({"style": template.style} if template.style else {}),
            "strength": answer.strength.value,
            "evidence": f"{findings.evidence:.6f}",
            "threshold": f"{threshold(findings):.6f}",
        },
        snapshots=snapshots,
        sources=tuple(source_used(each, snapshots) for each in found),
        claims=tuple(_placed(claim, answer.citations) for claim in answer.claims),
    )


def _approved(answer: Answer) -> dict[str, object]:
    """Name the approved answer that was shown first, and where its quote stands, without its words."""
    if answer.approved is None:
        return {}
    place = next(each for each in answer.citations if each.number == answer.approved.number)
    where = {"passage": place.passage_id, "page": place.page, "start": place.start, "end": place.end}
    return {"approved_answer": {"id": answer.approved.id, "quote": answer.approved.number, **where}}


def _placed(claim: Claim, citations: Sequence[Citation]) -> dict[str, object]:
    """Say where a sentence is quoted from without its words; `quotes` counts from 1, as on the screen."""
    cited = [each for each in citations if each.number in claim.citations]
    places = [{"passage": each.passage_id, "page": each.page, "start": each.start, "end": each.end} for each in cited]
    return {"quotes": list(claim.citations), "places": places}
