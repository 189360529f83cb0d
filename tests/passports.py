"""Passports for tests and benchmarks: approved, for everybody, owned by Ben, with Sam as steward."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.knowledge_base import Audience, KnowledgeBase, Snapshot


def passport(knowledge_base_id: str, name: str = "", **other: Any) -> KnowledgeBase:
    """Make the passport of a knowledge base without documents; `other` says what of it is different."""
    plain = KnowledgeBase(
        id=knowledge_base_id,
        name=name or knowledge_base_id,
        purpose="For tests.",
        owner="ben",
        steward="sam",
        classification=Classification.INTERNAL,
        audience=Audience(),
        state=ApprovalState.APPROVED,
        approved_until=None,
        review_by=None,
        source="tests",
        licence="tests",
        questions=(),
        snapshot=Snapshot(knowledge_base_id, 0),
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return replace(plain, **other)
