"""Citations: each quote gets its number, and each sentence the numbers of the quotes it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.answers.answer import Citation, Claim, quoted
from services.answers.extract import Quote


@dataclass(frozen=True)
class Cited:
    """Sentences and what they are quoted from, both in reading order."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


def cite(quotes: Sequence[Quote], names: Mapping[str, str]) -> Cited:
    """Make one sentence of each quote, word for word. `names` holds the knowledge bases' names by id."""
    numbered = _numbered(quotes)
    return Cited(
        claims=tuple(_claim(quote, numbered) for quote in quotes),
        citations=tuple(citation_of(number, quote, names) for quote, number in numbered.items()),
    )


def _numbered(quotes: Sequence[Quote]) -> dict[Quote, int]:
    """Number quotes from 1 in the order in which they are read; the head of a table comes before its first row."""
    numbers: dict[Quote, int] = {}
    for quote in quotes:
        for each in _parts(quote):
            numbers.setdefault(each, len(numbers) + 1)
    return numbers


def _parts(quote: Quote) -> Iterator[Quote]:
    if quote.head is not None:
        yield quote.head
    yield quote


def _claim(quote: Quote, numbered: Mapping[Quote, int]) -> Claim:
    parts = tuple(_parts(quote))
    return Claim(quoted([each.text for each in parts]), tuple(numbered[each] for each in parts))


def citation_of(number: int, quote: Quote, names: Mapping[str, str]) -> Citation:
    """Give the place of a quote under its number; `names` holds the knowledge bases' names by id."""
    passage = quote.found.passage
    return Citation(
        number=number,
        knowledge_base_id=passage.knowledge_base_id,
        knowledge_base_name=names.get(passage.knowledge_base_id, ""),
        document_id=passage.document_id,
        document_title=passage.document_title,
        document_digest=passage.document_digest,
        passage_id=passage.id,
        page=passage.page,
        start=quote.start,
        end=quote.end,
        quote=quote.text,
        heading=passage.heading,
        place=passage.place,
    )
