"""A notebook as one Markdown file; whatever was quoted or asked is escaped and stays data."""

from __future__ import annotations

from collections.abc import Iterator

from services.notebooks.copied import heading_of_sources, mark_of
from services.notebooks.leaving.recorded import SHOWN_ROWS, Recorded, Step, sentences_of, sources_of
from services.notebooks.markup import in_markdown
from services.notebooks.output import Gives


def to_markdown(recorded: Recorded) -> str:
    """Write a notebook. A note is its owner's own Markdown, with what other steps gave in its midst, escaped."""
    parts = [f"# {in_markdown(recorded.notebook.title)}"]
    for step in recorded.steps:
        parts.extend(in_parts(step))
    parts.append(f"*{in_markdown(recorded.heading)}*")
    return "\n\n".join(parts) + "\n"


def in_parts(step: Step) -> Iterator[str]:
    """Give the paragraphs of one step."""
    if step.asked is not None:
        yield f"## {in_markdown(step.question)}"
        yield step.sentence
        yield from _late(step)
        yield from answer_in_parts(step)
    elif step.output is None:
        yield step.sentence
        yield f"*{in_markdown(step.fault)}*"
    elif step.output.gives is Gives.TEXT:
        yield from _late(step)
        yield step.output.markdown.strip()
        yield from _remarks(step)
    else:
        yield from _made(step)


def answer_in_parts(step: Step) -> Iterator[str]:
    """Give an answer with its sources, its settings and what to know about it."""
    assert step.asked is not None  # noqa: S101  (asked for by those who looked)
    answer = step.asked.answer
    yield f"**{in_markdown(step.verdict)}** · {step.asked.receipt.at:%d %B %Y}"
    for each in sentences_of(answer):
        numbers = "".join(f"\\[{number}\\]" for number in each.numbers)
        remark = f" *{in_markdown(each.remark)}*" if each.remark else ""
        yield f"{in_markdown(each.text)} {numbers}{remark}".rstrip()
    for sentence in answer.missing:
        yield in_markdown(sentence)
    if answer.citations:
        yield f"{heading_of_sources(answer)}:"
    for source in sources_of(answer):
        yield f"> \\[{source.number}\\] {in_markdown(source.words)}  \n> {in_markdown(source.place)}"
    yield in_markdown(f"{'; '.join(step.settings)}.")
    yield f"*{in_markdown(mark_of(answer))}*"


def _late(step: Step) -> Iterator[str]:
    if step.out_of_date:
        yield f"*{in_markdown(step.out_of_date)}*"


def _made(step: Step) -> Iterator[str]:
    assert step.output is not None  # noqa: S101  (asked for by those who looked)
    if step.figure is not None:
        yield f"**{in_markdown(step.figure.finding)}**"
    yield step.sentence
    yield from _late(step)
    if step.table is not None:
        yield step.table.text(SHOWN_ROWS)
    yield from _remarks(step)


def _remarks(step: Step) -> Iterator[str]:
    for each in step.remarks:
        yield in_markdown(each)
