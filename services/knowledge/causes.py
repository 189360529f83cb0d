"""Why a search did not find what somebody expected: one cause, one sentence, one thing to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.knowledge.document import Document, Unread
from services.knowledge.finding import Found
from services.knowledge.setting import AS_ASK, Setting


class Cause(StrEnum):
    """What stood between a question and what was expected, in the order in which it is looked for."""

    NO_ACCESS = "no access"
    WITHDRAWN = "withdrawn"
    NOTHING_ASKED = "nothing asked"
    NO_DOCUMENTS = "no documents"
    ERASED = "erased"
    SUPERSEDED = "superseded"
    DELETED = "deleted"
    CAME_LATER = "came later"
    WAITING = "waiting"
    STOPPED = "stopped"
    REFUSED = "refused"
    READ_IN_PART = "read in part"
    NOT_WRITTEN = "not written"
    FILTERED = "filtered"
    FOUND = "found"
    NOT_ENOUGH = "not enough"
    SPLIT = "split"
    MISREAD = "misread"
    OTHERWISE_WRITTEN = "otherwise written"
    OTHER_WORDS = "other words"
    WITHOUT_MEANING = "without meaning"
    TOO_FAR_DOWN = "too far down"


class Remedy(StrEnum):
    """The one thing that helps; the screen has a button for each."""

    ASK_FOR_ACCESS = "ask for access"
    SEE_DOCUMENTS = "see documents"
    OPEN_DOCUMENT = "open document"
    TRY_AGAIN = "try again"
    GO_ON = "go on"
    SEARCH_VERSION = "search version"
    REMOVE_FILTERS = "remove filters"
    ADD_WORDS = "add words"
    ASK_OTHERWISE = "ask otherwise"
    ASK_OWNER = "ask owner"


@dataclass(frozen=True)
class Walk:
    """What somebody asked, and what they expected to find: a sentence, a document, or the sentence in the document.

    `where` names knowledge bases (empty: everything they may read). A version and filters of `setting` count only where
    it names one. `versions` has those that an answer was given from, by knowledge base: where `where` is empty, nothing
    else is looked at.
    """

    question: str
    sentence: str = ""
    document_id: str | None = None
    where: tuple[str, ...] = ()
    setting: Setting = AS_ASK
    versions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Spot:
    """Where the expected words stand: characters `start` to `end` of a page of a document."""

    document: Document
    page: int
    start: int
    end: int


@dataclass(frozen=True)
class Why:
    """One answer of the walker. `sentence` says what and why, `remedy` what helps.

    `spot` is where it stands, `standing` how its best source ranks, `version` the one to search (None: the present),
    `term` and `also` are what a glossary would take for the same. `searched` counts the sources that were looked at.
    """

    cause: Cause
    sentence: str
    remedy: Remedy
    knowledge_base_id: str = ""
    document: Document | None = None
    spot: Spot | None = None
    standing: Found | None = None
    version: int | None = None
    term: str = ""
    also: str = ""
    searched: int = 0
    missing: tuple[str, ...] = field(default=())


def named(document: Document) -> str:
    """Give the title of a document in quotation marks."""
    return f"“{document.title or document.name}”"


def at(spot: Spot) -> str:
    """Say where words stand: "on page 3 of “Leave”"; without the page where there is one alone."""
    return f"on page {spot.page} of {named(spot.document)}" if spot.document.pages > 1 else f"in {named(spot.document)}"


def pages_of(unread: tuple[Unread, ...]) -> str:
    """Name the pages that were not read: "page 3", "pages 3, 4 and 7", "pages 3, 4, 7 and 12 others"."""
    numbers = [f"{each.page:,}" for each in unread]
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    if len(numbers) > 5:
        return f"pages {', '.join(numbers[:4])} and {len(numbers) - 4:,} others"
    return f"pages {', '.join(numbers[:-1])} and {numbers[-1]}"
