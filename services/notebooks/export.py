"""A notebook as one Markdown file; whatever was quoted or asked is escaped and stays data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.answers.answers import Asked
from services.notebooks.copied import GENERATED, heading_of_sources, place_of, said, words_of
from services.notebooks.kinds import KINDS
from services.notebooks.markup import in_markdown
from services.notebooks.notebook import Cell, Notebook


def to_markdown(notebook: Notebook, answers: Mapping[str, Asked], names: Mapping[str, str]) -> str:
    """Write a notebook. `answers` holds what was answered by cell id, `names` the knowledge bases' by id.

    A note is its owner's own Markdown and is written as it was typed.
    """
    parts = [f"# {in_markdown(notebook.title)}"]
    for cell in notebook.cells:
        parts.extend(_note(cell) if KINDS[cell.kind].asks is None else _asked(cell, answers.get(cell.id), names))
    if answers:
        parts.append(f"*{in_markdown(GENERATED)}*")
    return "\n\n".join(parts) + "\n"


def _note(cell: Cell) -> Iterable[str]:
    yield KINDS[cell.kind].text(cell.form)


def _asked(cell: Cell, asked: Asked | None, names: Mapping[str, str]) -> Iterable[str]:
    yield f"## {in_markdown(KINDS[cell.kind].text(cell.form))}"
    yield KINDS[cell.kind].sentence(cell.form, names)
    if asked is None:
        yield "Not asked yet."
        return
    answer = asked.answer
    yield f"**{in_markdown(answer.strength.value)}** · {asked.receipt.at:%d %B %Y}"
    for claim in answer.claims:
        numbers = "".join(f"\\[{number}\\]" for number in claim.citations)
        yield f"{in_markdown(said(claim))} {numbers}"
    for sentence in answer.missing:
        yield in_markdown(sentence)
    if answer.citations:
        yield f"{heading_of_sources(answer)}:"
    for citation in answer.citations:
        yield f"> \\[{citation.number}\\] {in_markdown(words_of(citation))}  \n> {in_markdown(place_of(citation))}"
    yield f"Receipt `{asked.receipt.id}`"
