"""Judges an answer by what its question set expects: which documents came, at which place, with which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.answers.measured import Judged, expected, ndcg
from services.knowledge.document import Document
from services.knowledge.question_set import Question
from services.knowledge.question_sheet import folded, names_of
from services.ledger.receipt import Outcome, Receipt

CAME = 3
"""Of so many sources it is kept what came where the right one did not."""


def judge(question: Question, receipt: Receipt, names: Mapping[str, frozenset[str]], texts: Sequence[str]) -> Judged:
    """Judge the answer on a receipt; `names` gives document ids by folded name, `texts` those of its sources.

    The texts are needed only where words are expected; these count whatever their case and spacing.
    """
    wanted = [(names.get(folded(place.document), frozenset()), place.page) for place in question.places]
    known = [ids for ids, _ in wanted if ids]
    every = frozenset[str]().union(*known)
    came = [(source.document_id, source.page) for source in receipt.sources]
    right = [place for place, (document, _) in enumerate(came, start=1) if document in every]
    told = [place for place, text in enumerate(texts, start=1) if folded(question.words) in folded(text)]
    if not question.places:
        right = told
    pages = {(document, page) for ids, page in wanted if page for document in ids}
    documents_there = {document for document, _ in came}
    return Judged(
        question=question.text,
        is_answerable=question.is_answerable,
        expected=expected(question),
        rank=right[0] if right else None,
        on_page=bool(pages & set(came)) if any(page for _, page in wanted) else None,
        has_words=bool(told) if question.words else None,
        ndcg=ndcg(known, [document for document, _ in came]) if question.places else float(bool(right)),
        recall=_share(bool(ids & documents_there) for ids, _ in wanted) if wanted else float(bool(right)),
        answered=receipt.outcome is Outcome.ANSWERED,
        strength=str(receipt.parameters["strength"]),
        evidence=float(str(receipt.parameters["evidence"])),
        threshold=float(str(receipt.parameters["threshold"])),
        came=tuple(dict.fromkeys(came))[:CAME],
        unknown=tuple(each.document for each in question.places if folded(each.document) not in names),
        receipt_id=receipt.id,
    )


def ids_by_name(present: Sequence[Document]) -> dict[str, frozenset[str]]:
    """Give the ids of documents by each name that a question set may call them."""
    by_name: dict[str, frozenset[str]] = {}
    for each in present:
        for name in names_of(each):
            by_name[name] = by_name.get(name, frozenset()) | {each.id}
    return by_name


def _share(found: Iterable[bool]) -> float:
    counted = list(found)
    return sum(counted) / len(counted)
