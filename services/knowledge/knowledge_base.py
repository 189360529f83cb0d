"""A named, owned collection of documents, and the passport that says what it is for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.governance.life_cycle import ApprovalState, Classification
from services.people.user import Role, User


class Splitting(StrEnum):
    """How documents are cut into passages: within each page by heading and paragraph, by size, or page by page."""

    HEADING = "heading"
    SIZE = "size"
    PAGE = "page"


@dataclass(frozen=True)
class Audience:
    """Who may read it: ids of lines of business, and roles; each empty means everybody who is signed in."""

    lines: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()

    def includes(self, user: User) -> bool:
        """Say whether `user` belongs to this audience: to one of its lines and to one of its roles."""
        return (not self.lines or user.line.id in self.lines) and (not self.roles or user.role in self.roles)


class ReadingRule(StrEnum):
    """Why somebody may read a knowledge base."""

    OWNER = "owner"
    STEWARD = "steward"
    DECIDES = "decides"
    AUDIENCE = "audience"
    GRANT = "grant"


@dataclass(frozen=True)
class Snapshot:
    """The state of a knowledge base at a moment: change number `number`, counted from 1; 0 is empty."""

    knowledge_base_id: str
    number: int


@dataclass(frozen=True)
class KnowledgeBase:
    """The passport and the present snapshot. `expires_at` is set for a person's own file only.

    `state` is as it was decided; `as_on` gives it as it stands on a day. `shipped` ones are described by their files.
    `threshold` is the evidence that an answer takes where it was calibrated from own questions, None: the one of
    `answers/gate.py`. `revision` counts the changes of the passport.
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
    shipped: bool = False
    splitting: Splitting = Splitting.HEADING
    threshold: float | None = None
    revision: int = 1

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

    @property
    def is_own_file(self) -> bool:
        """Say whether it is a person's own file: private, and gone after thirty days."""
        return self.expires_at is not None

    def rule_for(self, user: User, granted: bool = False) -> ReadingRule | None:
        """Give the rule by which `user` may read its passages, None where none lets them: the one every room applies.

        A draft answers only for its owner, one in review also for those who may decide; what is withdrawn for nobody;
        anything else for the two who answer for it, for its audience, and for who was granted access.
        """
        if self.state is ApprovalState.WITHDRAWN:
            return None
        if user.id == self.owner:
            return ReadingRule.OWNER
        if self.state is ApprovalState.DRAFT:
            return None
        if user.id == self.steward:
            return ReadingRule.STEWARD
        if self.state is ApprovalState.IN_REVIEW:
            return ReadingRule.DECIDES if user.role is Role.CDO else None
        if self.audience.includes(user):
            return ReadingRule.AUDIENCE
        return ReadingRule.GRANT if granted else None

    def is_listed_for(self, user: User) -> bool:
        """Say whether somebody who may not read it may know that it is there, to ask for access.

        Name, purpose, owner and classification are told of what is approved and not confidential, and nothing else.
        """
        is_approved = self.state in (ApprovalState.APPROVED, ApprovalState.REVIEW_DUE)
        return is_approved and not self.is_own_file and self.classification is not Classification.CONFIDENTIAL

    def is_changed_by(self, user: User) -> bool:
        """Say whether `user` may change its documents and its passport: its owner, and its steward once submitted."""
        return user.id == self.owner or (user.id == self.steward and self.state is not ApprovalState.DRAFT)
