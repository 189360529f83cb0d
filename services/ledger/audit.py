"""Audit entries: who did what to what, on the same chain as the receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class AuditEntry:
    """One act. `object` names what it was done to; `facts` hold ids, numbers and reasons, never what somebody asked."""

    id: str
    at: datetime
    person: str
    line: str
    action: str
    object: str
    facts: Mapping[str, Any]
    number: int
    digest: str


def audit_entry_in(body: Mapping[str, Any], digest: str) -> AuditEntry:
    """Read an audit entry back from its link."""
    return AuditEntry(
        id=body["id"],
        at=datetime.fromisoformat(body["at"]),
        person=body["person"],
        line=body["line"],
        action=body["kind"],
        object=body["object"],
        facts=body["facts"],
        number=body["number"],
        digest=digest,
    )


@dataclass(frozen=True)
class Erasure:
    """Texts that were erased: their digests, and the number of the audit entry that says why."""

    number: int
    at: datetime
    digests: tuple[str, ...]
