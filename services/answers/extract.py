"""The extractive answer: the sentences that say most about the question, word for word, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.answers.sentences import LONGEST, Sentence, Shape, split
from services.knowledge.finding import Findings, Found
from services.knowledge.words import terms_asked, terms_of

# A sentence that scores less than this share of the best one says little: two good sentences beat five.
FAR_BEHIND = 0.75
# Two sentences that share so much of their words say the same.
ALIKE = 0.8
# A question in a document ("What happens next?") repeats the asker's words without answering.
ASKS_ITSELF = 0.3
# Rows at the head of a table give its other rows their meaning.
HEAD_ROWS = 3

_RULE_BELOW = re.compile(r"[ \t|]*\n[ \t]*\|?[ \t]*:?-+")
_POINTS_BACK = re.compile(
    r"(?:this|that|these|those|it|its|they|their|he|his|she|her|such|however|therefore|additionally|furthermore|also)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quote:
    """Characters `start` to `end` of the page of a found passage, and how much they say about the question.

    `head` is the header row of the table that a row stands in: it is cited together with it.
    """

    found: Found
    start: int
    end: int
    score: float
    head: Quote | None = None

    @property
    def text(self) -> str:
        """The words, exactly as they stand on the page."""
        passage = self.found.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


@dataclass(frozen=True)
class Likeness:
    """Tells how much of a question a text holds: the share of its words, each as telling as it is rare."""

    weights: Mapping[str, float]

    def of(self, terms: frozenset[str]) -> float:
        """Give 0 (none of the question's words) to 1 (all of them)."""
        total = sum(self.weights.values())
        return sum(weight for term, weight in self.weights.items() if term in terms) / total if total else 0.0


def likeness(findings: Findings) -> Likeness:
    """Weigh the words of the question; one that stands in no passage weighs as much as the rarest that does."""
    rarest = max(findings.idf.values(), default=1.0)
    return Likeness({term: findings.idf.get(term, rarest) for term in terms_asked(findings.question)})


def extract(findings: Findings, *, sentences: int, sources: int) -> tuple[Quote, ...]:
    """Give at most `sentences` quotes from the first `sources` passages, in reading order.

    Passages of one document follow each other as they stand in it, the document with the best sentence first.
    """
    asked = likeness(findings)
    candidates = sorted(_candidates(findings.found[:sources], asked), key=lambda each: -each.quote.score)
    kept: list[_Candidate] = []
    for candidate in candidates:
        if len(kept) == sentences or candidate.quote.score < FAR_BEHIND * candidates[0].quote.score:
            break
        if not any(candidate.repeats(other) or candidate.is_beside(other) for other in kept):
            kept.append(candidate)
    return _in_reading_order([each.quote for each in kept])


def nearest(findings: Findings, count: int) -> tuple[Quote, ...]:
    """Give the sentence nearest to the question from each of the first `count` passages, best passage first."""
    asked = likeness(findings)
    best: list[Quote] = []
    for found in findings.found[:count]:
        quotes = [candidate.quote for candidate in _candidates([found], asked)]
        best.append(max(quotes, key=lambda quote: quote.score, default=_beginning(found)))
    return tuple(best)


@dataclass(frozen=True)
class _Candidate:
    """A quote with what tells it from others; `own` is its likeness without the head of its table."""

    quote: Quote
    own: float

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms_of(self.quote.text))

    def repeats(self, other: _Candidate) -> bool:
        """Say whether it stands on the same characters as `other`, or says nearly the same."""
        mine, theirs = self.quote, other.quote
        if _page(mine) == _page(theirs) and mine.start < theirs.end and theirs.start < mine.end:
            return True
        either = self.terms | other.terms
        return bool(either) and len(self.terms & other.terms) >= ALIKE * len(either)

    def is_beside(self, other: _Candidate) -> bool:
        """Say whether it is another row of the same table that matches by the table's head alone."""
        same_table = self.quote.head is not None and self.quote.head == other.quote.head
        return same_table and self.own < FAR_BEHIND * other.own


def _page(quote: Quote) -> tuple[str, int]:
    return quote.found.passage.document_id, quote.found.passage.page


def _candidates(found: Sequence[Found], asked: Likeness) -> Iterator[_Candidate]:
    for each in found:
        # A passage that is near as a whole makes each of its sentences likelier.
        near = each.fused.score if each.fused else 0.0
        sentences = split(each.passage.text)
        for place, sentence in enumerate(sentences):
            if sentence.shape is not Shape.HEADING and not _is_head(each, sentences, place):
                yield _candidate(each, sentences, place, near, asked)


def _candidate(found: Found, sentences: Sequence[Sentence], place: int, near: float, asked: Likeness) -> _Candidate:
    passage, sentence = found.passage, sentences[place]
    text = passage.text[sentence.start : sentence.end]
    terms = frozenset(terms_of(text))
    own = asked.of(terms)
    above = _rows_above(sentences, place) if sentence.shape is Shape.ROW else ()
    for row in above[:HEAD_ROWS]:
        terms |= {*terms_of(passage.text[row.start : row.end])}
    head = None
    if above and _is_head(found, sentences, place - len(above)):
        head = Quote(found, passage.start + above[0].start, passage.start + above[0].end, 0.0)
    score = asked.of(terms) + near - (ASKS_ITSELF if text.endswith("?") else 0.0)
    start = _start(passage.text, sentences, place)
    return _Candidate(Quote(found, passage.start + start, passage.start + sentence.end, score, head), own)


def _rows_above(sentences: Sequence[Sentence], place: int) -> Sequence[Sentence]:
    first = place
    while first > 0 and sentences[first - 1].shape is Shape.ROW:
        first -= 1
    return sentences[first:place]


def _is_head(found: Found, sentences: Sequence[Sentence], place: int) -> bool:
    """Say whether a row is the head of a Markdown table: the one above the rule."""
    if sentences[place].shape is not Shape.ROW or place + 1 == len(sentences):
        return False
    return _RULE_BELOW.match(found.passage.text, sentences[place].end) is not None


def _start(text: str, sentences: Sequence[Sentence], place: int) -> int:
    """Take in the sentence before where this one points back to it ("This must be done by …")."""
    sentence = sentences[place]
    if place == 0 or not _POINTS_BACK.match(text, sentence.start):
        return sentence.start
    before = sentences[place - 1]
    belongs = before.shape is sentence.shape is Shape.PROSE and "\n\n" not in text[before.end : sentence.start]
    return before.start if belongs and sentence.end - before.start <= LONGEST else sentence.start


def _beginning(found: Found) -> Quote:
    # A passage of headings alone: its first words say what it is about.
    passage = found.passage
    return Quote(found, passage.start, min(passage.end, passage.start + LONGEST), 0.0)


def _in_reading_order(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    best: dict[str, int] = {}
    for place, quote in enumerate(quotes):
        best.setdefault(quote.found.passage.document_id, place)
    return tuple(
        sorted(
            quotes,
            key=lambda quote: (best[quote.found.passage.document_id], quote.found.passage.page, quote.start),
        )
    )
