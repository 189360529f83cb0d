"""How good is an answer? Against gold answers and gold documents, by who makes it, and what is added before a model."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.answers.answer import Answer, Citation, Strength
from services.answers.answers import Asked
from services.answers.written import Writing
from services.bootstrap import Services
from services.ledger.receipt import Cause
from services.models.chat import ChatModel
from tests.bench.report import Row, quantile, report
from tests.bench.sets import (
    Published,
    RetrievalSet,
    SetQuestion,
    data_folder,
    folder_of_sets,
    publish,
    read_sets,
    some,
    tell,
)
from tests.scripted_chat import ScriptedChat

MOST, MOST_WRITTEN = 100, 20
"""Questions a set and way of answering, and where a model writes, which takes its time."""
QUOTED = "quoted"
OVERHEAD, OVERHEAD_QUESTIONS = "overhead", 60
NOTES = (
    "contains_gold: a gold answer stands in the answer, word for word after lower case, without articles and signs.",
    "f1: of the words of the answer and the nearest gold answer (SQuAD, Rajpurkar 2016); a whole sentence around a",
    "short gold answer has a low one. citation_precision: the share of an answer's citations that are of a",
    "document that answers the question; citation_recall: the share of answered questions with at least one such.",
    "answered/answerable and refused/unanswerable: of the set's own questions, and of those marked as unanswerable.",
    "overhead: from the question to the moment a model that answers at once is asked, beside the search alone.",
)
_SIGNS = re.compile(r"[^\w\s]")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True)
class Scored:
    """What one answer was worth: shares of 0 to 1, None where the question has no gold for it."""

    answered: bool
    contains_gold: float | None
    f1: float | None
    precision: float | None
    recall: float | None
    seconds: float


def main() -> None:
    """Ask every set in every way; a benchmark asserts nothing."""
    rows: list[Row] = []
    with data_folder("answers") as services:
        ways = list(ways_of(services))
        for number, each in enumerate(read_sets(folder_of_sets())):
            published = publish(services, each)
            for way in ways:
                tell(f"{each.name}: {way.name} …")
                rows += of_way(each, published, way)
            if number == 0:
                rows += overhead(each, published)
    report("answers", rows, NOTES)


@dataclass(frozen=True)
class Way:
    """A way of answering: by whom ("" quotes without a model), in which style, with how many questions at most."""

    model_id: str
    style: str
    name: str
    most: int


def ways_of(services: Services) -> Iterator[Way]:
    """Give quoting and each model that the settings of this run reach at no cost, each in every style."""
    user = services.people.user("ana")
    styles = [each.name for each in services.answers.styles(user)]
    for style in styles:
        yield Way("", style, f"{QUOTED}, {style}", MOST)
    for model in services.models.choices(user):
        for style in styles if not model.is_built_in else styles[:1]:  # what quotes does not read how it should write
            yield Way(model.id, style, f"{model.name}, {style}", MOST if model.is_built_in else MOST_WRITTEN)


def of_way(asked_of: RetrievalSet, published: Published, way: Way) -> Iterator[Row]:
    """Give the rows of one set, answered in one way."""
    name = f"{asked_of.name}/{way.name}"
    judged = some(asked_of.judged(), way.most)
    scored = [score(each, *ask(published, each, way.model_id, way.style), published.names) for each in judged]
    answered = [each for each in scored if each.answered]
    yield Row(name, "answered/answerable", share([each.answered for each in scored]), "share", len(scored))
    for metric in ("contains_gold", "f1", "precision", "recall"):
        values = [value for each in answered if (value := getattr(each, metric)) is not None]
        if values:
            called = metric if metric in ("contains_gold", "f1") else f"citation_{metric}"
            yield Row(name, called, sum(values) / len(values), "share", len(values))
    absent = some(asked_of.unanswerable(), way.most)
    refused = [ask(published, each, way.model_id, way.style)[0] for each in absent]
    if refused:
        not_there = [each.answer.strength is Strength.NOT_IN_THESE_DOCUMENTS for each in refused]
        yield Row(name, "refused/unanswerable", share(not_there), "share", len(refused))
    yield Row(name, "p50_s", quantile([each.seconds for each in scored], 0.5), "s", len(scored))


def ask(published: Published, question: SetQuestion, model_id: str, style: str = "") -> tuple[Asked, float]:
    """Ask as the app does, and give what was answered and in how many seconds."""
    answers, began = published.services.answers, time.perf_counter()
    where = (published.knowledge_base_id,)
    writing = Writing(model_id) if model_id else None
    receipt = answers.ask(published.user, question.text, where, cause=Cause.TEST, writing=writing, style=style)
    seconds = time.perf_counter() - began
    return answers.asked(published.user, receipt.id), seconds


def score(question: SetQuestion, asked: Asked, seconds: float, names: Mapping[str, str]) -> Scored:
    """Compare an answer with the gold of its question."""
    answer = asked.answer
    if not answer.claims:
        return Scored(False, None, None, None, None, seconds)
    text = said(answer)
    golds = question.answers
    cited = [names.get(each.document_id, "") in question.relevant for each in cited_in(answer)]
    return Scored(
        answered=True,
        contains_gold=float(any(contains(text, each) for each in golds)) if golds else None,
        f1=max(f1(text, each) for each in golds) if golds else None,
        precision=share(cited) if cited else None,
        recall=float(any(cited)),
        seconds=seconds,
    )


def overhead(asked_of: RetrievalSet, published: Published) -> Iterator[Row]:
    """Measure how long it takes until a model is asked that answers at once."""
    asked_at: list[float] = []

    def answer(_request: object) -> str:
        asked_at.append(time.perf_counter())
        return "Not in these documents"

    chat: ChatModel = ScriptedChat()
    assert isinstance(chat, ScriptedChat)
    models = published.services.models
    reached = dict(models.chats) | {"own-endpoint": chat}
    object.__setattr__(models, "chats", reached)
    milliseconds, bare = [], []
    for question in some(asked_of.judged(), OVERHEAD_QUESTIONS):
        chat.says(answer)
        began = time.perf_counter()
        published.search(question, limit=8)
        bare.append((time.perf_counter() - began) * 1000)
        before, began = len(asked_at), time.perf_counter()
        ask(published, question, "own-endpoint")
        if len(asked_at) > before:
            milliseconds.append((asked_at[-1] - began) * 1000)
        else:
            chat.script.clear()
    yield Row(
        asked_of.name,
        f"p50_ms/{OVERHEAD}",
        quantile(milliseconds, 0.5),
        "ms",
        len(milliseconds),
        quantile(bare, 0.5),
        aim="<= 60",
    )


def said(answer: Answer) -> str:
    """Give the text of an answer."""
    return " ".join(claim.text for claim in answer.claims)


def cited_in(answer: Answer) -> list[Citation]:
    """Give the citations that a sentence of the answer stands on."""
    used = {number for claim in answer.claims for number in claim.citations}
    return [each for each in answer.citations if each.number in used]


def plain(text: str) -> list[str]:
    """Give the words that are compared: lower case, without articles and signs."""
    return _ARTICLES.sub(" ", _SIGNS.sub(" ", text.lower())).split()


def contains(text: str, gold: str) -> bool:
    """Say whether a gold answer stands in a text, word after word."""
    words, wanted = plain(text), plain(gold)
    return bool(wanted) and any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


def f1(text: str, gold: str) -> float:
    """Give the F1 of the words of both."""
    words, wanted = Counter(plain(text)), Counter(plain(gold))
    same = (words & wanted).total()
    if not same:
        return 0.0
    precision, recall = same / words.total(), same / wanted.total()
    return 2 * precision * recall / (precision + recall)


def share(values: Sequence[bool]) -> float:
    """Give the share that is true."""
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
