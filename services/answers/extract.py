"""The extractive answer: the sentences that say most about the question, word for word, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.answers.likeness import Likeness
from services.answers.sentences import LONGEST, Sentence, Shape, split
from services.knowledge.finding import Found
from services.knowledge.words import terms_of

# A sentence that scores less than this share of the best one says little: two good sentences beat five.
FAR_BEHIND = 0.85
# Two sentences that share so much of their words say the same.
ALIKE = 0.8
# A question in a document ("What happens next?") repeats the asker's words without answering: the last to be quoted.
ASKS_ITSELF = 2.0
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

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The characters of the passage's text that it takes, with the head of its table."""
        begins = self.found.passage.start
        parts = (self,) if self.head is None else (self.head, self)
        return tuple((part.start - begins, part.end - begins) for part in parts)


def extract(found: Sequence[Found], asked: Likeness, *, sentences: int) -> tuple[Quote, ...]:
    """Give at most `sentences` quotes from the passages found, in reading order.

    Passages of one document follow each other as they stand in it, the document with the best sentence first.
    """
    candidates = sorted(_candidates(found, asked), key=lambda each: -each.quote.score)
    kept: list[_Candidate] = []
    for candidate in candidates:
        if len(kept) == sentences or candidate.quote.score < FAR_BEHIND * candidates[0].quote.score:
            break
        if not any(candidate.repeats(other) or candidate.is_beside(other) for other in kept):
            kept.append(candidate)
    return _in_reading_order([each.quote for each in kept])


def nearest(found: Sequence[Found], asked: Likeness, *, passages: int) -> tuple[Quote, ...]:
    """Give from each of the best `passages` the sentence nearest to the question, and none that repeats another."""
    best: list[_Candidate] = []
    for each in found:
        beginning = _Candidate(_beginning(each), 0.0)
        candidate = max(_candidates([each], asked), key=lambda one: one.quote.score, default=beginning)
        if not any(candidate.repeats(other) for other in best):
            best.append(candidate)
    return tuple(each.quote for each in best[:passages])


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
    above = _rows_above(sentences, place) if sentence.shape is Shape.ROW else ()
    ranges = [(each.start, each.end) for each in (sentence, *above[:HEAD_ROWS])]
    own = asked.of(passage, ranges[0])
    score = (asked.of(passage, *ranges) if above else own) + near
    if passage.text[sentence.end - 1] == "?":
        score -= ASKS_ITSELF
    head = None
    if above and _is_head(found, sentences, place - len(above)):
        head = Quote(found, passage.start + above[0].start, passage.start + above[0].end, 0.0)
    start, end = _start(passage.text, sentences, place), _end(passage.text, sentences, place)
    return _Candidate(Quote(found, passage.start + start, passage.start + end, score, head), own)


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


def _end(text: str, sentences: Sequence[Sentence], place: int) -> int:
    """Take in the list that this sentence announces ("It covers the following:"), as far as it may be quoted."""
    sentence = sentences[place]
    end = sentence.end
    if text[end - 1] == ":":
        for item in sentences[place + 1 :]:
            if item.shape is not Shape.ITEM or item.end - sentence.start > LONGEST:
                break
            end = item.end
    return end


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
