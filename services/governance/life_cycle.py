"""What everything approvable has in common: the states it goes through, and how widely a content may be known."""

from __future__ import annotations

from enum import StrEnum


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
