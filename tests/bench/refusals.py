"""Is what the documents answer answered, and what they do not answer refused, with the one threshold that ships?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.answers.gate import THRESHOLD, is_enough
from services.bootstrap import KNOWLEDGE_BASES, Services
from services.knowledge.finding import Findings
from services.knowledge.passport import Passport, read_passports
from services.knowledge.question_set import read_question_set
from services.people.user import User
from tests.bench.citations import wait_for
from tests.bench.report import Row, report
from tests.bench.sets import (
    Published,
    RetrievalSet,
    SetQuestion,
    data_folder,
    folder_of_sets,
    publish,
    read_sets,
    some,
)

OFF_TOPIC = 150
"""Questions of other sets that each set is asked, as many of each."""
TOGETHER = ("hr-tts-handbook", "northwind-benefits", "tatqa-dev", "xquad-en")
SHOWN = 10
NOTES = (
    "answered/answerable: the set's own questions. refused/unanswerable and auc: the rows marked as unanswerable, or",
    "where a set has none, questions of the other sets (off topic). NAME/off-topic: those always. NAME/gold-taken-out:",
    "its own questions with the documents that answer them taken out. NAME/near-misses: a shipped knowledge base's own",
    "question set, whose unanswerable questions sound as if its documents answered them. auc: the chance that an",
    "answerable question has more evidence than one that is not; .5 is guessing.",
    "What it means: a question about something else is refused. A question about the subject whose very answer is not",
    "there often finds a neighbouring page that says nearly the same, and is answered with quotes that do not answer",
    "it. So the quotes stand there to be read; the gate alone does not tell these apart.",
)


@dataclass(frozen=True)
class Asked:
    """What came of some questions: the evidence of each, and whether it was enough."""

    evidence: tuple[float, ...]
    passed: tuple[bool, ...]

    def __add__(self, other: Asked) -> Asked:
        return Asked(self.evidence + other.evidence, self.passed + other.passed)


NOTHING_ASKED = Asked((), ())


def main() -> None:
    """Ask every set in every way; a benchmark asserts nothing."""
    sets = read_sets(folder_of_sets())
    rows: list[Row] = []
    own: dict[str, Asked] = {}
    off: dict[str, Asked] = {}
    with data_folder("refusals") as services:
        for each in sets:
            published = publish(services, each)
            own[each.name] = ask(published, each.judged())
            off[each.name] = ask(published, off_topic(each, sets))
            rows += of_set(each, published, own[each.name], off[each.name])
        rows += list(near_misses(services))
    for name, members in (("together", TOGETHER), ("all together", tuple(own))):
        if set(members) <= own.keys():
            answered = sum((own[member] for member in members), NOTHING_ASKED)
            refused = sum((off[member] for member in members), NOTHING_ASKED)
            aims = (">= .92", ">= .97") if name == "together" else ("", "")
            rows += of_pair(name, answered, refused, aims=aims)
    threshold = f"The threshold is {THRESHOLD}. together: {', '.join(TOGETHER)}, off topic."
    report("refusals", rows, [*NOTES, threshold])


def of_set(asked_of: RetrievalSet, published: Published, own: Asked, off: Asked) -> Iterator[Row]:
    """Give the rows of one set."""
    marked = ask(published, asked_of.unanswerable())
    yield from of_pair(asked_of.name, own, marked if marked.passed else off)
    yield from of_pair(f"{asked_of.name}/off-topic", own, off, whole=False)
    gone = [ask_without(published, question) for question in asked_of.judged()]
    aim = ">= .94" if asked_of.name == "xquad-en" else ""
    yield from of_pair(
        f"{asked_of.name}/gold-taken-out", own, sum(gone, NOTHING_ASKED), whole=False, aims=("", "", aim)
    )


def of_pair(
    name: str, answerable: Asked, unanswerable: Asked, *, whole: bool = True, aims: Sequence[str] = ("", "")
) -> Iterator[Row]:
    """Give the three figures of CONVENTIONS; without `whole` not the first, which another row has."""
    if whole:
        share = float(np.mean(answerable.passed)) if answerable.passed else 0.0
        yield Row(name, "answered/answerable", share, "share", len(answerable.passed), aim=aims[0])
    if unanswerable.passed:
        refused, number = 1 - float(np.mean(unanswerable.passed)), len(unanswerable.passed)
        yield Row(name, "refused/unanswerable", refused, "share", number, aim=aims[1])
        yield Row(name, "auc", auc(answerable.evidence, unanswerable.evidence), "", number, aim="".join(aims[2:]))


def off_topic(asked_of: RetrievalSet, sets: Sequence[RetrievalSet]) -> tuple[SetQuestion, ...]:
    """Draw as many questions of every other set that shares nothing with this one, `OFF_TOPIC` in all."""
    others = [each for each in sets if not asked_of.shares_documents_with(each)]
    drawn = [some(each.judged(), -(-OFF_TOPIC // len(others))) for each in others]
    # What a question of another set demands of the documents can't be asked of these.
    return tuple(replace(question, filter={}) for questions in drawn for question in questions)


def ask(published: Published, questions: Sequence[SetQuestion]) -> Asked:
    """Ask the set some questions."""
    return _asked([published.search(question, limit=SHOWN) for question in questions])


def ask_without(published: Published, question: SetQuestion) -> Asked:
    """Ask one question with the documents that answer it taken out."""
    return _asked([published.search(question, without=tuple(question.relevant), limit=SHOWN)])


def near_misses(services: Services) -> Iterator[Row]:
    """Ask the shipped knowledge bases their own question sets."""
    services.start()
    user = services.people.user("ana")
    for passport in read_passports(KNOWLEDGE_BASES):
        wait_for(services, user, passport)
        yield from _shipped(services, user, passport)


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Give the chance that one of `higher` is above one of `lower`; equal ones count half (Mann-Whitney)."""
    if not higher or not lower:
        return 0.0
    difference = np.array(higher)[:, None] - np.array(lower)[None]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


def _shipped(services: Services, user: User, passport: Passport) -> Iterator[Row]:
    where = (passport.knowledge_base.id,)
    questions = read_question_set(passport.folder / "questions.jsonl")
    found = {
        answerable: _asked(
            [
                services.knowledge.search(user, each.text, where, limit=SHOWN)
                for each in questions
                if each.is_answerable is answerable
            ]
        )
        for answerable in (True, False)
    }
    yield from of_pair(f"{passport.knowledge_base.id}/near-misses", found[True], found[False])


def _asked(findings: Sequence[Findings]) -> Asked:
    return Asked(tuple(each.evidence for each in findings), tuple(is_enough(each) for each in findings))


if __name__ == "__main__":
    main()
