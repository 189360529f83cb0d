"""What somebody says of a knowledge base as they make it or change its passport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.errors import BadInput
from services.governance.life_cycle import Classification
from services.knowledge.knowledge_base import Audience, KnowledgeBase
from services.people.user import Role

LONGEST_NAME = 60
LONGEST_PURPOSE = 120
LONGEST_TEXT = 500


@dataclass(frozen=True)
class PassportEntries:
    """The part of a passport that people write. A name and a purpose are enough for a draft."""

    name: str
    purpose: str
    steward: str = ""
    classification: Classification = Classification.INTERNAL
    audience: Audience = field(default_factory=Audience)
    review_by: date | None = None
    source: str = ""
    licence: str = ""
    questions: tuple[str, ...] = ()

    def checked(self) -> PassportEntries:
        """Give them without white space around; BadInput with one sentence where one is missing or too long."""
        tidy = replace(
            self,
            name=" ".join(self.name.split()),
            purpose=" ".join(self.purpose.split()),
            source=self.source.strip(),
            licence=self.licence.strip(),
            questions=tuple(filter(None, (" ".join(each.split()) for each in self.questions))),
        )
        for label, text, longest in (("name", tidy.name, LONGEST_NAME), ("purpose", tidy.purpose, LONGEST_PURPOSE)):
            if not text:
                raise BadInput(f"The {label} is missing.", f"Give it a {label} of at most {longest} characters.")
            if len(text) > longest:
                raise BadInput(f"The {label} has {len(text)} characters; at most {longest} fit.", "Say it shorter.")
        if max(map(len, (tidy.source, tidy.licence, *tidy.questions))) > LONGEST_TEXT:
            raise BadInput(f"A field has more than {LONGEST_TEXT} characters.", "Say it shorter.")
        return tidy

    def on(self, knowledge_base: KnowledgeBase) -> KnowledgeBase:
        """Give the knowledge base with these entries on its passport."""
        return replace(
            knowledge_base,
            name=self.name,
            purpose=self.purpose,
            steward=self.steward,
            classification=self.classification,
            audience=self.audience,
            review_by=self.review_by,
            source=self.source,
            licence=self.licence,
            questions=self.questions,
        )


def entries_of(knowledge_base: KnowledgeBase) -> PassportEntries:
    """Give what the passport says now."""
    return PassportEntries(
        name=knowledge_base.name,
        purpose=knowledge_base.purpose,
        steward=knowledge_base.steward,
        classification=knowledge_base.classification,
        audience=knowledge_base.audience,
        review_by=knowledge_base.review_by,
        source=knowledge_base.source,
        licence=knowledge_base.licence,
        questions=knowledge_base.questions,
    )


def missing_for_approval(knowledge_base: KnowledgeBase) -> tuple[str, ...]:
    """Name what a passport lacks before somebody else can judge it."""
    wanted = {
        "a steward": knowledge_base.steward,
        "where it comes from": knowledge_base.source,
        "the licence": knowledge_base.licence,
        "the day of its next review": knowledge_base.review_by,
    }
    return tuple(name for name, there in wanted.items() if not there)


def reach_of(entries: PassportEntries) -> dict[str, Any]:
    """Give what decides who may read it, as facts of a request: a change of it takes a second person."""
    return {
        "lines": list(entries.audience.lines),
        "roles": [each.value for each in entries.audience.roles],
        "classification": entries.classification.value,
    }


def with_reach(knowledge_base: KnowledgeBase, facts: Mapping[str, Any]) -> KnowledgeBase:
    """Give the knowledge base with the audience and classification that a request asked for, where it asked for any."""
    if "classification" not in facts:
        return knowledge_base
    audience = Audience(tuple(facts["lines"]), tuple(Role(each) for each in facts["roles"]))
    return replace(knowledge_base, audience=audience, classification=Classification(facts["classification"]))
