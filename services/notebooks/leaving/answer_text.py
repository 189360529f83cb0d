"""An answer as plain text, as a recorded step prints it."""

from __future__ import annotations

from collections.abc import Iterator

from services.notebooks.copied import heading_of_sources, mark_of
from services.notebooks.leaving.recorded import Step, sentences_of, sources_of
from services.notebooks.markup import writable


def answer_in_text(step: Step) -> str:
    """Write an answer with its sources and its settings; nothing in it moves a cursor or turns the direction."""
    return "\n".join(writable(line) for line in _lines(step))


def _lines(step: Step) -> Iterator[str]:
    assert step.asked is not None  # noqa: S101  (asked for by those who looked)
    answer = step.asked.answer
    yield from (step.question, step.verdict, "")
    for each in sentences_of(answer):
        numbers = "".join(f"[{number}]" for number in each.numbers)
        yield " ".join(part for part in (each.text, numbers, f"({each.remark})" if each.remark else "") if part)
    yield from answer.missing
    if answer.citations:
        yield from ("", heading_of_sources(answer))
    for source in sources_of(answer):
        yield f"[{source.number}] {source.words}" + (f" ({source.place})" if source.place else "")
    yield from ("", f"{'; '.join(step.settings)}.", mark_of(answer))
