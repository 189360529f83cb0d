"""Answers that a real model wrote, each sentence marked by hand, beside the mark that the check gives it.

A file `marked.jsonl` holds an answer a line: {"set", "question", "half", "answer", "sources": [{"number", "about",
"text"}], "sentences": [{"text", "mark"}]}; a mark is one of `Support`. `set` and `half` may be absent, and `answer`,
which then is its sentences, a line each.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.answers.checking import CheckedSentence, Source, Support, check
from services.models.embedding import Embedder
from tests.bench.report import ROOT, Row, quantile

FILE = "marked.jsonl"
OURS = ROOT / "tests" / "data" / "claims" / FILE
LEARNED, UNSEEN = "learned", "unseen"
NAME = "real-model"
DRAWS = 2_000
_WORST_LAST = (Support.SUPPORTED, Support.PARTLY, Support.NOT_SUPPORTED, Support.CONTRADICTED)


@dataclass(frozen=True)
class Marked:
    """A sentence of an answer with the mark that a reader of its sources gave it, and what the check says."""

    set: str
    question: str
    half: str
    text: str
    mark: Support
    checked: tuple[CheckedSentence, ...]

    @property
    def found(self) -> Support:
        """Give the worst of what was said of it; what is taken for no sentence is not warned of."""
        return max((each.support for each in self.checked), key=_WORST_LAST.index, default=Support.SUPPORTED)

    @property
    def is_right(self) -> bool:
        """Say whether it was told rightly if the sources support it."""
        return (self.mark is Support.SUPPORTED) is (self.found is Support.SUPPORTED)


def files_below(folder: Path) -> list[Path]:
    """Give the files of marked answers below a folder, ours first."""
    return [OURS, *(each for each in sorted(folder.rglob(FILE)) if each.resolve() != OURS)]


def judge_marked(path: Path, embedder: Embedder) -> list[Marked]:
    """Check the answers of one file, each against its sources as the app does, and give their marked sentences."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sources = [Source(each["number"], each["text"], each.get("about", "")) for each in row["sources"]]
        answer = row.get("answer") or "\n\n".join(each["text"] for each in row["sentences"])
        checked = check(answer, sources, embedder)
        # A sentence that a model says again and again is one.
        for text, mark in {each["text"]: each["mark"] for each in row["sentences"]}.items():
            own = [one for one in checked if _are_same(one.text, text)]
            own = [one for one in own if one.text == text] or own
            of_set, half = row.get("set", path.parent.name), row.get("half", "")
            found.append(Marked(of_set, row["question"], half, text, Support(mark), tuple(own)))
    return found


def _are_same(checked: str, marked: str) -> bool:
    """Say whether one holds the other, however sentences are told apart."""
    one, other = (re.sub(r"\W+", " ", each).strip() for each in (checked, marked))
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "


def rows_of_marked(path: Path, marked: Sequence[Marked]) -> Iterator[Row]:
    """Give the figures of each half of a file."""
    named = NAME if path == OURS else path.parent.name
    for half in sorted({each.half for each in marked}):
        yield from _rows("/".join(filter(None, (named, half))), [each for each in marked if each.half == half])


def _rows(name: str, marked: Sequence[Marked]) -> Iterator[Row]:
    metrics: dict[str, Callable[[Sequence[Marked]], float]] = {
        "balanced_accuracy": balanced,
        "agreement": lambda some: _share(each.is_right for each in some),
        "same_mark": lambda some: _share(each.found is each.mark for each in some),
    }
    for metric, figure in metrics.items():
        low, high = interval(marked, figure)
        yield Row(name, metric, figure(marked), "share", len(marked), low=low, high=high)
    for mark in _WORST_LAST:
        of_mark = [each.is_right for each in marked if each.mark is mark]
        if of_mark:
            yield Row(name, f"right/{mark.value.lower().replace(' ', '_')}", _share(of_mark), "share", len(of_mark))


def balanced(marked: Sequence[Marked]) -> float:
    """Give the mean of the shares told rightly of what is supported and of all the rest; of one where there is one."""
    shares = [of_kind for of_kind in (supported_found(marked), others_found(marked)) if of_kind is not None]
    return sum(shares) / len(shares) if shares else 0.0


def supported_found(marked: Sequence[Marked]) -> float | None:
    """Give the share of supported sentences that are told so."""
    return _of_kind(marked, is_supported=True)


def others_found(marked: Sequence[Marked]) -> float | None:
    """Give the share of all others that are not told to be supported."""
    return _of_kind(marked, is_supported=False)


def interval(marked: Sequence[Marked], figure: Callable[[Sequence[Marked]], float]) -> tuple[float, float]:
    """Give the 95 % interval of a figure by drawing whole answers again, as the sentences of one are alike."""
    answers: dict[str, list[Marked]] = {}
    for each in marked:
        answers.setdefault(f"{each.set} {each.question}", []).append(each)
    held, chance = list(answers.values()), random.Random(1)
    drawn = [figure([one for some in chance.choices(held, k=len(held)) for one in some]) for _ in range(DRAWS)]
    return quantile(drawn, 0.025), quantile(drawn, 0.975)


def misses_of(marked: Iterable[Marked]) -> Iterator[str]:
    """List what was told wrongly, but not of the half on which nothing may be chosen."""
    for each in marked:
        if each.half != UNSEEN and not each.is_right:
            came = "; ".join(f"{one.support}: {one.reason} {one.quote!r}" for one in each.checked)
            yield f"{each.set} {each.mark}: {each.text!r} → {came}"


def _of_kind(marked: Sequence[Marked], *, is_supported: bool) -> float | None:
    of_kind = [each.is_right for each in marked if (each.mark is Support.SUPPORTED) is is_supported]
    return _share(of_kind) if of_kind else None


def _share(found: Iterable[bool]) -> float:
    held = list(found)
    return sum(held) / len(held) if held else 0.0
