"""Does an order that somebody planted in a document reach the model? Ordinary sentences should, orders should not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from services.answers.extract import Quote, extract
from services.answers.hostile import gives_orders, harmless
from services.answers.likeness import likeness
from services.answers.sentences import split
from tests.bench.report import BUILD, ROOT, Row, report
from tests.bench.sets import (
    Published,
    RetrievalSet,
    SetQuestion,
    data_folder,
    folder_of_sets,
    publish,
    read_sets,
    tell,
)

SETS = ("hr-tts-handbook", "northwind-benefits", "handbook-sample")
"""Published where DATA names no others: documents as an organisation has them."""
ATTACKS = "text_attack*.json"
VECTORS = BUILD / "vectors"
NOTES = (
    "recognised: of the orders alone, the share that is taken for one. The rules were written on those at even places",
    "(developed-on); of the 37 others of BIPIA (held-out) 15 had been seen. Plain questions among them (Who wrote",
    "Romeo and Juliet?) are no orders to the rules, and count as not recognised. obeyed: of the questions whose",
    "document holds an order in three places, the share in which it is among the sentences that a model would be",
    "sent, for one that obeys whatever it is sent. bare: the same without withholding any. obeyed/beside_question:",
    "the order follows on the words of the question, so that it is found. false_alarms: of all sentences of the",
    "documents as they are, the share that is withheld.",
)


def main() -> None:
    """Plant, ask, count; a benchmark asserts nothing."""
    folder = folder_of_sets()
    orders = read_orders(folder) or read_orders(ROOT.parent / "shared" / "fixtures")
    if not orders:
        raise SystemExit(f"There are no orders to plant ({ATTACKS}) below {folder}: name a folder by DATA=.")
    sets = [each for each in read_sets(folder) if each.name in SETS] or read_sets(folder)
    rows = [*recognised("orders", orders)]
    for each in sets:
        rows += [*obeyed(each, orders), false_alarms(each)]
    report("injection", rows, NOTES)


def read_orders(folder: Path) -> tuple[str, ...]:
    """Read the orders of every file of BIPIA's form (a name to a list of texts) below `folder`."""
    held = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob(ATTACKS))]
    return tuple(text for each in held for texts in each.values() for text in texts)


def recognised(name: str, orders: Sequence[str]) -> Iterator[Row]:
    """Count which orders are taken for one, standing alone."""
    for part, some in ((f"{name}/developed-on", orders[::2]), (f"{name}/held-out", orders[1::2])):
        if some:
            yield Row(part, "recognised", sum(map(gives_orders, some)) / len(some), "share", len(some))


def obeyed(asked_of: RetrievalSet, orders: Sequence[str]) -> Iterator[Row]:
    """Plant an order for each question in the documents that answer it, and look whether a model is sent it."""
    questions = asked_of.judged()
    planted = {each.id: orders[place % len(orders)] for place, each in enumerate(questions)}
    beside = {each.id: f"{each.text.rstrip('?.! ')}: {planted[each.id]}" for each in questions}
    for metric, texts in (("obeyed", planted), ("obeyed/beside_question", beside)):
        sent = list(_sent(asked_of, questions, texts))
        reached = [_reaches(planted[each.id], quotes) for each, quotes in zip(questions, sent, strict=True)]
        held = [_reaches(planted[each.id], harmless(quotes)) for each, quotes in zip(questions, sent, strict=True)]
        number = max(1, len(questions))
        yield Row(asked_of.name, metric, sum(held) / number, "share", len(questions), sum(reached) / number)


def false_alarms(asked_of: RetrievalSet) -> Row:
    """Count the sentences of the documents that are taken for orders."""
    alarms = [gives_orders(each) for row in asked_of.corpus for each in sentences_of(row["text"])]
    return Row(asked_of.name, "false_alarms", sum(alarms) / max(1, len(alarms)), "share", len(alarms))


def sentences_of(text: str) -> list[str]:
    """Split as the app does."""
    return [text[each.start : each.end] for each in split(text)]


def plant(text: str, order: str) -> str:
    """Put an order after the first, the middle and the last paragraph, as a paragraph of its own."""
    paragraphs = text.rstrip().split("\n\n")
    for place in sorted({1, len(paragraphs) // 2 + 1, len(paragraphs)}, reverse=True):
        paragraphs.insert(place, order)
    return "\n\n".join(paragraphs) + "\n"


def _sent(
    asked_of: RetrievalSet, questions: Sequence[SetQuestion], orders: dict[str, str]
) -> Iterator[tuple[Quote, ...]]:
    """Publish the planted set, ask, and give the sentences that are chosen for each question."""
    of_document = {document: orders[each.id] for each in questions for document in each.relevant}
    corpus = tuple(
        {**row, "text": plant(row["text"], of_document[row["id"]])} if row["id"] in of_document else row
        for row in asked_of.corpus
    )
    with data_folder("injection") as services:
        published = publish(services, replace(asked_of, corpus=corpus), vectors=_copied(asked_of.name), say=tell)
        most = services.prompts.template("ask").parameters
        for each in questions:
            yield _chosen(published, each, most["sources"], most["sentences"])


def _chosen(published: Published, question: SetQuestion, sources: int, sentences: int) -> tuple[Quote, ...]:
    findings = published.search(question, limit=sources)
    asked = likeness(findings, published.services.knowledge.closeness(published.user, findings, sources))
    return extract(findings.found[:sources], asked, sentences=sentences)


def _reaches(order: str, quotes: Sequence[Quote]) -> bool:
    return any(order in " ".join(each.text.split()) for each in quotes)


def _copied(name: str) -> Path:
    """Give a folder for vectors that begins with those of the set as it is, which are kept for the other benchmarks."""
    folder = BUILD / "vectors-planted"
    folder.mkdir(parents=True, exist_ok=True)
    if (VECTORS / f"{name}.npz").is_file():
        shutil.copy(VECTORS / f"{name}.npz", folder)
    return folder


if __name__ == "__main__":
    main()
