"""The passport of a shipped knowledge base: the file that says what it is for, who owns it and who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.content.toml_file import TomlFile
from services.errors import Misconfigured
from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.knowledge_base import Audience, KnowledgeBase, Snapshot
from services.knowledge.reading.media import ACCEPTED, BY_SUFFIX
from services.store.moment import Clock, utc_now

PURPOSE_LENGTH = 120
TITLE_LENGTH = 120
EXAMPLE_QUESTIONS = 6

REQUIRED = frozenset(
    {
        "id",
        "name",
        "owner",
        "steward",
        "purpose",
        "classification",
        "audience",
        "state",
        "approved_until",
        "review_by",
        "source",
        "licence",
        "questions",
    }
)


@dataclass(frozen=True)
class Passport:
    """A shipped knowledge base as its folder describes it: its first state and its documents, first to be read first.

    `knowledge_base.snapshot` is number 0: nothing of it has been read yet. `titles` holds the title of a document by
    its file name, where the passport gives one; elsewhere the document's own first heading is its title.
    """

    folder: Path
    knowledge_base: KnowledgeBase
    documents: tuple[Path, ...]
    titles: dict[str, str]


def read_passports(folder: Path, now: Clock = utc_now) -> tuple[Passport, ...]:
    """Read every knowledge base in `folder`, by name of its own folder. Raises what `read_passport` raises."""
    return tuple(read_passport(entry, now) for entry in sorted(folder.iterdir()) if entry.is_dir())


def read_passport(folder: Path, now: Clock = utc_now) -> Passport:
    """Read `folder`: passport.toml, LICENSE, and what lies in documents/.

    Raises Misconfigured with a sentence that names the file, the key and the rule it breaks.
    """
    entries = TomlFile.read(folder / "passport.toml", REQUIRED | {"documents", "titles"})
    if entries.text("id") != folder.name:
        raise entries.fault("id", f"must be the name of its folder, {folder.name}")
    if not (folder / "LICENSE").is_file():
        raise Misconfigured(f"{folder.name}/LICENSE is missing.", "Put the licence of the documents beside them.")
    knowledge_base = KnowledgeBase(
        id=folder.name,
        name=entries.text("name", longest=60),
        purpose=entries.text("purpose", longest=PURPOSE_LENGTH),
        owner=entries.text("owner"),
        steward=entries.text("steward"),
        classification=entries.choice("classification", Classification),
        audience=Audience(entries.texts("audience")),
        state=_state(entries),
        approved_until=entries.day("approved_until"),
        review_by=entries.day("review_by"),
        source=entries.text("source"),
        licence=entries.text("licence"),
        questions=entries.texts("questions", fewest=EXAMPLE_QUESTIONS),
        snapshot=Snapshot(folder.name, 0),
        created_at=now(),
        shipped=True,
    )
    documents = _documents(folder, entries)
    return Passport(folder, knowledge_base, documents, _titles(entries, documents))


def _state(entries: TomlFile) -> ApprovalState:
    """Give the state that was decided; that a review is due follows from `approved_until` and is never written."""
    state = entries.choice("state", ApprovalState)
    if state is ApprovalState.REVIEW_DUE:
        raise entries.fault("state", "must be Approved: that its review is due follows from `approved_until`")
    return state


def _documents(folder: Path, entries: TomlFile) -> tuple[Path, ...]:
    """Give the files of documents/: those that the passport lists in its order, then the others by name."""
    present = {path.name: path for path in sorted((folder / "documents").glob("*"))}
    if not present:
        raise Misconfigured(f"{folder.name}/documents holds no document.", "Add a document, or remove the folder.")
    for path in present.values():
        if path.suffix.lower() not in BY_SUFFIX:
            raise Misconfigured(
                f"{folder.name}/documents/{path.name} is not a file that can be read.",
                ACCEPTED,
            )
    first = entries.texts("documents") if entries.has("documents") else ()
    for name in first:
        if name not in present:
            raise entries.fault("documents", f"names {name}, which is not in documents/")
    return tuple(present[name] for name in (*first, *(name for name in present if name not in first)))


def _titles(entries: TomlFile, documents: tuple[Path, ...]) -> dict[str, str]:
    if not entries.has("titles"):
        return {}
    titles = entries.inner("titles", frozenset(path.name for path in documents))
    return {name: titles.text(name, longest=TITLE_LENGTH) for name in titles.entries}
