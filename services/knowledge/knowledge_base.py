"""A named, owned collection of documents, and the passport that says what it is for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.people.user import User


class Classification(StrEnum):
    """How widely the content may be known, lowest first."""

    PUBLIC = "Public"
    INTERNAL = "Internal"
    CONFIDENTIAL = "Confidential"


class ApprovalState(StrEnum):
    """The one life cycle of everything approvable (DESIGN §2)."""

    DRAFT = "Draft"
    IN_REVIEW = "In review"
    APPROVED = "Approved"
    REVIEW_DUE = "Review due"
    WITHDRAWN = "Withdrawn"


@dataclass(frozen=True)
class Audience:
    """Who may read it: ids of lines of business; empty means everybody who is signed in."""

    lines: tuple[str, ...] = ()

    def includes(self, user: User) -> bool:
        """Say whether `user` belongs to this audience."""
        return not self.lines or user.line.id in self.lines


@dataclass(frozen=True)
class Snapshot:
    """The state of a knowledge base at a moment: change number `number`, counted from 1; 0 is empty."""

    knowledge_base_id: str
    number: int


@dataclass(frozen=True)
class KnowledgeBase:
    """The passport and the present snapshot. `expires_at` is set for a person's own file only.

    `state` is as it was decided; `as_on` gives it as it stands on a day.
    """

    id: str
    name: str
    purpose: str
    owner: str
    steward: str
    classification: Classification
    audience: Audience
    state: ApprovalState
    approved_until: date | None
    review_by: date | None
    source: str
    licence: str
    questions: tuple[str, ...]
    snapshot: Snapshot
    created_at: datetime
    expires_at: datetime | None = None

    def as_on(self, day: date) -> KnowledgeBase:
        """Give it as it stands on `day`: what is approved is due for review once its last approved day is over."""
        is_over = self.approved_until is not None and self.approved_until < day
        if self.state is ApprovalState.APPROVED and is_over:
            return replace(self, state=ApprovalState.REVIEW_DUE)
        return self

    @property
    def review_due_since(self) -> date | None:
        """The first day after the approved ones, where the review is due."""
        if self.state is not ApprovalState.REVIEW_DUE or self.approved_until is None:
            return None
        return self.approved_until + timedelta(days=1)

    def is_readable_by(self, user: User) -> bool:
        """Say whether `user` may read its passages: the one rule every verb of every room applies.

        A draft answers only for its owner; anything else that is not withdrawn for its audience, and for the two
        who answer for it.
        """
        if self.state in (ApprovalState.DRAFT, ApprovalState.IN_REVIEW):
            return user.id == self.owner
        answers_for_it = user.id in (self.owner, self.steward)
        return self.state is not ApprovalState.WITHDRAWN and (answers_for_it or self.audience.includes(user))
