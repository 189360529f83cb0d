"""How well a knowledge base answers its question set: what came of each question, the figures, and their sentence."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import fmean

from services.answers.answer import Strength
from services.knowledge.question_set import Question


class Miss(StrEnum):
    """In what way a question was not answered as its set expects."""

    NOT_FOUND = "not found"
    NOT_ANSWERED = "not answered"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Judged:
    """One question as it was asked: whether what its set expects came, and what came.

    `rank` is the place, from 1, of the first source from an expected document (or, where no document is expected, with
    the expected words in it), None where none came. `on_page` and `has_words` are None where nothing of the kind is
    expected. `came` are the first sources as (document id, page); `unknown` names expected documents that are not
    there.
    """

    question: str
    is_answerable: bool
    expected: str
    rank: int | None
    on_page: bool | None
    has_words: bool | None
    ndcg: float
    recall: float
    answered: bool
    strength: str
    evidence: float
    threshold: float
    came: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    receipt_id: str

    @property
    def miss(self) -> Miss | None:
        """Say what went wrong; None where nothing did."""
        if not self.is_answerable:
            return Miss.ANSWERED if self.answered else None
        if self.rank is None:
            return Miss.NOT_FOUND
        return None if self.answered else Miss.NOT_ANSWERED


@dataclass(frozen=True)
class Figures:
    """What a run of a question set gave; `asked` names the set, so that only runs of the same one are compared.

    `found` of `answerable` questions found a right document, `on_page` of `paged` on its page, `with_words` of
    `worded` with the expected words, `answered` of `answerable` were answered at all; `refused` of `refusable` were
    refused. `ndcg`, `recall` and `mrr` are means over the answerable ones that name a document or words, 0 to 1.
    """

    asked: str
    questions: int
    answerable: int
    found: int
    answered: int
    paged: int
    on_page: int
    worded: int
    with_words: int
    refusable: int
    refused: int
    well_supported: int
    ndcg: float
    recall: float
    mrr: float


@dataclass(frozen=True)
class QualityRun:
    """One run of a question set, of the knowledge base as it was: snapshot, model for meaning, splitting.

    `person` set it off, "" where the change of something did.
    """

    id: str
    knowledge_base_id: str
    at: datetime
    person: str
    snapshot: int
    model: str
    splitting: str
    figures: Figures


def figures_of(questions: Sequence[Question], judged: Sequence[Judged]) -> Figures:
    """Count what came of a question set."""
    own = [each for each in judged if each.is_answerable]
    other = [each for each in judged if not each.is_answerable]
    return Figures(
        asked=name_of_set(questions),
        questions=len(judged),
        answerable=len(own),
        found=sum(each.rank is not None for each in own),
        answered=sum(each.answered for each in own),
        paged=sum(each.on_page is not None for each in own),
        on_page=sum(each.on_page is True for each in own),
        worded=sum(each.has_words is not None for each in own),
        with_words=sum(each.has_words is True for each in own),
        refusable=len(other),
        refused=sum(not each.answered for each in other),
        well_supported=sum(each.strength == Strength.WELL_SUPPORTED for each in own),
        ndcg=_mean([each.ndcg for each in own]),
        recall=_mean([each.recall for each in own]),
        mrr=_mean([1 / each.rank if each.rank else 0.0 for each in own]),
    )


def name_of_set(questions: Sequence[Question]) -> str:
    """Give a name that two sets share only if they ask and expect the same."""
    asked = [[each.text, [[place.document, place.page] for place in each.places], each.words] for each in questions]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def expected(question: Question) -> str:
    """Say in words what a question's set expects."""
    if not question.is_answerable:
        return "Not in these documents"
    said = [f"{each.document}, page {each.page}" if each.page else each.document for each in question.places]
    return "; ".join([*said, *([f"“{question.words}”"] if question.words else [])])


def ndcg(wanted: Sequence[frozenset[str]], came: Sequence[str]) -> float:
    """Give nDCG of the documents `came`, best first, each counted once; `wanted` are those of equal gain, by their ids.

    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques (TOIS 20, 2002).
    """
    every = frozenset().union(*wanted)
    ranked = list(dict.fromkeys(came))
    gained = sum(1 / math.log2(place + 1) for place, each in enumerate(ranked, start=1) if each in every)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(wanted), max(1, len(ranked))) + 1))
    return min(1.0, gained / ideal) if wanted else 0.0


def sentences(run: QualityRun, before: QualityRun | None) -> tuple[str, ...]:
    """Say what a run gave, and what the run before of the same set gave: "Finds the right document for 46 of 50 …"."""
    now = run.figures
    then = before.figures if before is not None and before.figures.asked == now.asked else None
    told = []
    if now.answerable:
        last = f" (last time {then.found})" if then else ""
        told.append(f"Finds the right document for {now.found} of {now.answerable} questions{last}.")
    if now.refusable:
        last = f" (last time {then.refused})" if then else ""
        told.append(f"Refuses {now.refused} of {now.refusable} that must be refused{last}.")
    return tuple(told)


NOISE = 1
"""So many questions may go either way without anything to tell: two sources that are nearly as good change places."""


def has_moved(before: QualityRun, run: QualityRun) -> bool:
    """Say whether the same set gave something else than before, by more than `NOISE`."""
    then, now = before.figures, run.figures
    return then.asked == now.asked and max(abs(now.found - then.found), abs(now.refused - then.refused)) > NOISE


def moved(before: QualityRun, run: QualityRun, documents: Mapping[str, int]) -> str:
    """Say what moved and what may have moved it; `documents` counts those that "came" and "went" in between."""
    then, now = before.figures, run.figures
    parts = []
    if now.found != then.found:
        parts.append(f"finds the right document for {now.found} of {now.answerable} questions, was {then.found}")
    if now.refused != then.refused:
        parts.append(f"refuses {now.refused} of {now.refusable} that must be refused, was {then.refused}")
    if not parts:
        parts.append(f"finds the right document for {now.found} of {now.answerable} questions, as before")
    since = [
        f"{number} {'document' if number == 1 else 'documents'} {what}" for what, number in documents.items() if number
    ]
    since += ["the splitting changed"] if before.splitting != run.splitting else []
    since += ["the model that compares meaning changed"] if before.model != run.model else []
    why = f": since version {before.snapshot}, {' and '.join(since)}" if since else ""
    return f"It now {' and '.join(parts)}{why}."


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0
