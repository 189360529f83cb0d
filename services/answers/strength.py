"""How well an answer is supported, by one stated rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.answers.answer import Strength
from services.answers.extract import Quote
from services.answers.likeness import Likeness

COVERED = 0.6
NEAR = 0.75

RULE = (
    "Well supported: one quoted sentence, with its title and heading, holds 60 % of what the question's words weigh, "
    "means nearly the same, and has a number in it where the question asks for one. Partly supported: anything else "
    "that was found. Measured on the shipped knowledge bases: of the questions that their documents answer, 60 of 165 "
    "were called well supported; of those that they nearly answer, 5 of 38."
)
"""What the screen says of the three words. A search by words alone supports partly at best: whether a sentence means
the same is not known then."""

_ASKS_A_NUMBER = re.compile(r"\bhow (?:many|much|long|often)\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|once|twice|daily|weekly|monthly|yearly)\b",
    re.IGNORECASE,
)


def strength(question: str, quotes: Sequence[Quote], asked: Likeness) -> Strength:
    """Say how well `quotes` support an answer to `question`; see `RULE`."""
    if not quotes:
        return Strength.NOT_IN_THESE_DOCUMENTS
    wants_number = _ASKS_A_NUMBER.search(question) is not None
    well = any(_says_it(quote, asked) for quote in quotes if not wants_number or _NUMBER.search(quote.text))
    return Strength.WELL_SUPPORTED if well else Strength.PARTLY_SUPPORTED


def _says_it(quote: Quote, asked: Likeness) -> bool:
    passage = quote.found.passage
    parts = (quote.head.text if quote.head else "", quote.text)
    covered = asked.shared(passage.document_title, passage.heading, *parts)
    return covered >= COVERED and asked.nearness(passage, *quote.ranges) >= NEAR
