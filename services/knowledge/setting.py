"""How somebody tries a search: by which legs, in which version, and among which documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.knowledge.document import Document
from services.knowledge.reading.media import BY_MEDIA


class By(StrEnum):
    """Which legs of the search are used; Ask uses both."""

    BOTH = "both"
    WORDS = "words"
    MEANING = "meaning"


def kind_of(document: Document) -> str:
    """Say what kind of file a document is, as people name it: "PDF", "Word"; "Other" where there is no such name."""
    kind = BY_MEDIA.get(document.media)
    return kind.name if kind is not None else "Other"


@dataclass(frozen=True)
class Filters:
    """Which documents are searched: these ids, of these kinds, added within these days; what is empty narrows nothing.

    Both days belong to the range.
    """

    documents: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    added_from: date | None = None
    added_until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is narrowed."""
        return self == Filters()

    def lets(self, document: Document) -> bool:
        """Say whether `document` is among those that are searched."""
        day = document.created_at.date()
        return (
            (not self.documents or document.id in self.documents)
            and (not self.kinds or kind_of(document) in self.kinds)
            and (self.added_from is None or self.added_from <= day)
            and (self.added_until is None or day <= self.added_until)
        )


@dataclass(frozen=True)
class Setting:
    """One way to search; as it stands here, it is the one that Ask uses. `version` is a number, None: the present."""

    by: By = By.BOTH
    version: int | None = None
    filters: Filters = field(default_factory=Filters)


AS_ASK = Setting()
