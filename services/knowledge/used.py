"""The sources of a search as a receipt names them: where each stands, and its place in each leg."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from services.knowledge.finding import Found, Leg
from services.ledger.receipt import SourceUsed


def source_used(found: Found, snapshots: Mapping[str, int]) -> SourceUsed:
    """Give what a receipt keeps of a passage that was found; `snapshots` has the numbers that were searched."""
    passage = found.passage
    legs = {"words": found.words, "meaning": found.meaning, "fused": found.fused, "reordered": found.reordered}
    return SourceUsed(
        knowledge_base_id=passage.knowledge_base_id,
        snapshot=snapshots[passage.knowledge_base_id],
        document_id=passage.document_id,
        document_digest=passage.document_digest,
        passage_id=passage.id,
        page=passage.page,
        digest=hashlib.sha256(passage.text.encode()).hexdigest(),
        rank=found.rank,
        ranks={name: leg.rank if leg else None for name, leg in legs.items()},
        scores={name: _score(leg) for name, leg in legs.items()},
    )


def _score(leg: Leg | None) -> str | None:
    return f"{leg.score:.6f}" if leg else None
