"""Is a sentence that the sources support told from one that they do not? Marked examples made from every set.

Beside these stand answers of a real model, marked by hand: see `hand_marked`.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from services.answers.checking import CheckedSentence, Source, Support, check
from services.answers.sentences import Shape, shown, split
from services.backends.embedded.embedder import MiniLMEmbedder
from services.knowledge.splitting import split_page
from services.knowledge.words import terms_of
from services.models.embedding import Embedder
from tests.bench.altered import Kind, changed, names_in, reworded
from tests.bench.hand_marked import (
    OURS,
    UNSEEN,
    Marked,
    files_below,
    judge_marked,
    misses_of,
    others_found,
    rows_of_marked,
    supported_found,
)
from tests.bench.report import ROOT, Row, milliseconds, quantile, report
from tests.bench.sets import SEED, RetrievalSet, folder_of_sets, read_set, read_sets, tell

SENTENCES = 60
"""Examples of each kind and set, as far as there are so many among the first `MOST_TRIED` sentences."""
MOST_TRIED = 3_000
SOURCES = 8
TIMED_SENTENCES = 5
TIMED = 12
DEVELOPED_ON = ("northwind-benefits", "tatqa-dev", "xquad-en")
OTHER_HALF = ("hr-tts-handbook", "hotpotqa-100", "aws-docs-qa")
KEPT = ROOT / "services" / "content" / "measured" / "claims.json"
CHANGED = (Kind.NUMBERS, Kind.NEGATION, Kind.ENTITY, Kind.SCOPE, Kind.UNRELATED)
NOTES = (
    "Every sentence is checked against eight sources: the one it is from, and those of its set with most of its words.",
    "true: sentences of the sources in other words (a clause left out or moved, synonyms, numbers spelled otherwise).",
    "changed_KIND: the same after one change; the share that was not found supported. unrelated: a sentence of another",
    "document. balanced_accuracy: the mean of the share of true ones found supported and of all others not found so.",
    "contradicted: of the changed numbers, names, scope and negation those told as contradicted. The examples are made",
    "by rules, so they are simpler than what a model writes: written (see tests/data/claims) is nearer to that.",
    "Both halves of written have been looked at. One change in scope or with “not” may still be true.",
    f"Rules were chosen on {', '.join(DEVELOPED_ON)} (developed on); the other half: {', '.join(OTHER_HALF)}.",
    "real-model: sentences that a model wrote about questions, each marked by somebody who read its sources.",
    "agreement: the share told rightly whether the sources support it; same_mark: given the very mark of four. No rule",
    "was chosen on the half “unseen”. A file marked.jsonl below DATA= is measured in the same way.",
)


@dataclass(frozen=True)
class Example:
    """A sentence, what was done to it, and the sources that it is checked against."""

    kind: Kind
    text: str
    original: str
    sources: tuple[Source, ...]

    @property
    def is_true(self) -> bool:
        return self.kind is Kind.TRUE


@dataclass(frozen=True)
class Judged:
    """An example and what came of it; a text that was taken for several sentences counts as its worst one."""

    example: Example
    checked: tuple[CheckedSentence, ...]

    @property
    def is_supported(self) -> bool:
        return bool(self.checked) and all(each.support is Support.SUPPORTED for each in self.checked)

    @property
    def is_contradicted(self) -> bool:
        return any(each.support is Support.CONTRADICTED for each in self.checked)


@dataclass(frozen=True)
class _Piece:
    document: str
    source: Source
    terms: frozenset[str]


def main() -> None:
    """Make the examples, check them, report; with KEEP=1 keep the figures that the screen states.

    SETS="name name" measures some sets alone, MISSES=1 lists what was judged wrongly. A benchmark asserts nothing.
    """
    embedder = MiniLMEmbedder()
    only = os.environ.get("SETS", "").split()
    judged: dict[str, list[Judged]] = {}
    rows: list[Row] = []
    files = files_below(folder_of_sets())
    for each in _sets(folder_of_sets(), files):
        if only and each.name not in only:
            continue
        tell(f"{each.name} …")
        judged[each.name] = judge(examples(each), embedder)
        rows += rows_of(each.name, judged[each.name], aims=True)
        rows.append(timed(each.name, judged[each.name], embedder))
    for name, members in (("developed on", DEVELOPED_ON), ("other half", OTHER_HALF)):
        if set(members) <= judged.keys():
            rows += rows_of(name, [one for member in members for one in judged[member]], aims=True)
    written = judge_written(embedder)
    first, second = written[: len(written) // 2], written[len(written) // 2 :]
    rows += [*rows_of("written/developed-on", first), *rows_of("written", second)]
    by_hand = {path: judge_marked(path, embedder) for path in files}
    rows += [row for path, marked in by_hand.items() for row in rows_of_marked(path, marked)]
    lines = list(misses({**judged, "written/developed-on": first})) if os.environ.get("MISSES") else []
    lines += [line for marked in by_hand.values() for line in misses_of(marked) if os.environ.get("MISSES")]
    report("claims", rows, [*NOTES, *lines])
    if os.environ.get("KEEP") == "1" and set(OTHER_HALF) <= judged.keys():
        unseen = [each for each in by_hand[OURS] if each.half == UNSEEN]
        keep([one for member in OTHER_HALF for one in judged[member]], second, unseen, KEPT)


def _sets(folder: Path, files: Sequence[Path]) -> list[RetrievalSet]:
    """Read the sets of a folder, which may hold marked answers alone."""
    return [] if len(files) > 1 and not any(folder.rglob("corpus.jsonl")) else read_sets(folder)


def examples(of_set: RetrievalSet) -> list[Example]:
    """Make the examples of one set, the same at every run."""
    chance = random.Random(SEED)
    pieces = [_Piece(row["id"], source, terms) for row in of_set.corpus for source, terms in _pieces(row)]
    rarity = _rarity(pieces)
    candidates = [(piece, sentence) for piece in pieces for sentence in _sentences(piece.source.text)]
    chance.shuffle(candidates)
    names: dict[str, list[str]] = defaultdict(list)
    for piece, sentence in candidates:
        names[piece.document] += names_in(sentence)
    everywhere = sorted({name for held in names.values() for name in held})
    made: list[Example] = []
    number: Counter[Kind] = Counter()
    for piece, sentence in candidates[:MOST_TRIED]:
        text = reworded(sentence, chance)
        wanted = [kind for kind in (Kind.TRUE, *CHANGED) if number[kind] < SENTENCES]
        if not text or not wanted:
            continue
        here = sorted(set(names[piece.document]))
        # A name of the same document where it has several: the mistake that is made most easily.
        put_in = here if len(here) > 3 else everywhere
        others = {kind: _other(kind, text, piece, candidates, put_in, chance) for kind in wanted}
        others = {kind: other for kind, other in others.items() if other}
        if not others:
            continue
        sources = _sources(piece, sentence, pieces, rarity)
        for kind, other in others.items():
            # What another source says as it is now would be true.
            if kind is Kind.TRUE or not _stands_in(other, sources):
                made.append(Example(kind, other, sentence, sources))
                number[kind] += 1
    return made


def _other(
    kind: Kind,
    text: str,
    piece: _Piece,
    candidates: Sequence[tuple[_Piece, str]],
    names: Sequence[str],
    chance: random.Random,
) -> str:
    if kind is Kind.TRUE:
        return text
    if kind is Kind.UNRELATED:
        elsewhere, unrelated = chance.choice(candidates)
        return unrelated if elsewhere.document != piece.document else ""
    other = changed(kind, text, names, chance)
    return other if other != text else ""


def judge_written(embedder: Embedder) -> list[Judged]:
    """Check the sentences that were written freely, each against its page's best source and those of other pages."""
    folder = ROOT / "tests" / "data"
    pieces = [
        _Piece(row["id"], source, terms)
        for row in read_set(folder / "handbook-sample").corpus
        for source, terms in _pieces(row)
    ]
    rarity = _rarity(pieces)
    made = []
    for line in (folder / "claims" / "written.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        own = max(
            (piece for piece in pieces if piece.document == row["document"]),
            key=lambda piece: _shared_rarity(row["text"], piece, rarity),
        )
        kind = Kind.TRUE if row["supported"] else Kind.WRITTEN
        made.append(Example(kind, row["text"], "", _sources(own, row["text"], pieces, rarity)))
    return judge(made, embedder)


def judge(made: Sequence[Example], embedder: Embedder) -> list[Judged]:
    """Check every example as the app does."""
    return [Judged(each, check(each.text, each.sources, embedder)) for each in made]


def rows_of(name: str, judged: Sequence[Judged], *, aims: bool = False) -> Iterator[Row]:
    """Give the figures of CONVENTIONS for some judged examples."""
    true = [each.is_supported for each in judged if each.example.is_true]
    others = [not each.is_supported for each in judged if not each.example.is_true]
    balanced = (_share(true) + _share(others)) / 2
    yield Row(name, "balanced_accuracy", balanced, "share", len(judged), aim=">= .80" if aims else "")
    yield Row(name, "true_supported", _share(true), "share", len(true))
    for kind in (*CHANGED, Kind.WRITTEN):
        found = [not each.is_supported for each in judged if each.example.kind is kind]
        if found:
            aim = ">= .95" if aims and kind is Kind.NUMBERS else ""
            yield Row(name, kind.value, _share(found), "share", len(found), aim=aim)
    contradicted = [each.is_contradicted for each in judged if each.example.kind in CHANGED[:-1]]
    if contradicted:
        yield Row(name, "contradicted", _share(contradicted), "share", len(contradicted))


def timed(name: str, judged: Sequence[Judged], embedder: Embedder) -> Row:
    """Time the check of answers of five sentences against eight sources, beside encoding the sentences alone."""
    true = [each.example for each in judged if each.example.is_true]
    answers = [true[first : first + TIMED_SENTENCES] for first in range(0, len(true), TIMED_SENTENCES)][:TIMED]
    times = []
    bare = []
    for answer in answers:
        text = " ".join(each.text for each in answer)
        # Each brings its own source and some of its neighbours, eight in all.
        sources = [source for turn in range(SOURCES) for each in answer for source in each.sources[turn : turn + 1]]
        asked = sources[:SOURCES]
        times.append(milliseconds(lambda text=text, asked=asked: check(text, asked, embedder)))  # type: ignore[misc]
        bare.append(milliseconds(lambda answer=answer: embedder.encode_passages([each.text for each in answer])))  # type: ignore[misc]
    return Row(name, "p50_ms/answer", quantile(times, 0.5), "ms", len(times), baseline=quantile(bare, 0.5))


def misses(judged: dict[str, list[Judged]]) -> Iterator[str]:
    """List what was judged wrongly."""
    for name, of_set in judged.items():
        for each in of_set:
            if each.is_supported is not each.example.is_true:
                came = "; ".join(f"{one.support}: {one.reason} {one.quote!r}" for one in each.checked)
                yield f"{name} {each.example.kind}: {each.example.text!r} ({each.example.original!r}) → {came}"


def keep(judged: Sequence[Judged], written: Sequence[Judged], by_hand: Sequence[Marked], path: Path) -> None:
    """Write the figures that the screen states: those of examples on which no rule was chosen."""
    figures = {row.metric: row for row in rows_of("", judged)}
    others = [not each.is_supported for each in judged if not each.example.is_true]
    body = {
        "balanced_accuracy": round(figures["balanced_accuracy"].value, 3),
        "supported": round(figures["true_supported"].value, 3),
        "found": round(_share(others), 3),
        "examples": len(judged),
        "written_right": sum(each.is_supported is each.example.is_true for each in written),
        "written": len(written),
        "by_hand": len(by_hand),
        "by_hand_supported": round(supported_found(by_hand) or 0.0, 3),
        "by_hand_found": round(others_found(by_hand) or 0.0, 3),
        "by_kind": {
            kind.value: [round(figures[kind.value].value, 3), figures[kind.value].n]
            for kind in CHANGED
            if kind.value in figures
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    tell(f"Kept in {path.name}.")


_PLAIN = re.compile(r"[A-Z][^|\[\]{}<>`*#=_\n]+[a-z0-9)%]\.")
_HOLDS_A_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|may|must|will|should|do|does|did|\w+ed|\w+es|provides?|includes?)\b"
)


def _sentences(text: str) -> Iterator[str]:
    """Give the plain sentences of a source that a model might take over."""
    for each in split(text):
        sentence = shown(text[each.start : each.end]).replace("\\", "")
        if (
            each.shape in (Shape.PROSE, Shape.ITEM)
            and 8 <= len(sentence.split()) <= 40
            and _PLAIN.fullmatch(sentence)
            and _HOLDS_A_VERB.search(sentence)
        ):
            yield sentence


def _pieces(row: dict[str, str]) -> Iterator[tuple[Source, frozenset[str]]]:
    title = row.get("title") or ""
    for span in split_page(row["text"]):
        text = row["text"][span.start : span.end]
        yield Source(0, text, " ".join(filter(None, (title, span.heading)))), frozenset(terms_of(text))


def _rarity(pieces: Sequence[_Piece]) -> dict[str, float]:
    held = Counter(term for piece in pieces for term in piece.terms)
    return {term: log(len(pieces) / number) for term, number in held.items()}


def _sources(own: _Piece, sentence: str, pieces: Iterable[_Piece], rarity: dict[str, float]) -> tuple[Source, ...]:
    """Give the sentence's own source and those that share its rarest words, in an order that does not tell."""
    others = sorted(
        (piece for piece in pieces if piece is not own),
        key=lambda piece: -_shared_rarity(sentence, piece, rarity),
    )[: SOURCES - 1]
    ordered = sorted([own, *others], key=lambda piece: piece.source.text)
    return tuple(Source(number, piece.source.text, piece.source.about) for number, piece in enumerate(ordered, 1))


def _shared_rarity(sentence: str, piece: _Piece, rarity: dict[str, float]) -> float:
    return sum(rarity[term] for term in {*terms_of(sentence)} & piece.terms)


def _stands_in(text: str, sources: Iterable[Source]) -> bool:
    words = terms_of(text)
    return any(_holds(terms_of(each.text), words) for each in sources)


def _holds(text: Sequence[str], words: Sequence[str]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(text)} "


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


if __name__ == "__main__":
    main()
