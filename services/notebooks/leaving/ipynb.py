"""A notebook as .ipynb (nbformat 4.5): what was recorded, in cells that run anywhere, and its own form to come back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.errors import BadInput
from services.notebooks.copied import mark_of
from services.notebooks.leaving.answer_text import answer_in_text
from services.notebooks.leaving.code import code_of_figure, code_of_table, code_of_text
from services.notebooks.leaving.own_form import MEMBER, MOST_BYTES, seen
from services.notebooks.leaving.recorded import COLOURS, Recorded, Step
from services.notebooks.markup import in_markdown
from services.notebooks.output import Gives

MOST_IN_CELL = 1_000_000
MOST_IN_CELLS = 20_000_000
"""Characters of tables in one cell, and in all cells together."""

_TAG = re.compile(r"(?<!\\)<(?=[A-Za-z/!?])")


def to_ipynb(recorded: Recorded, own: Mapping[str, Any]) -> bytes:
    """Write a notebook. `own` is its own form (own_form.py), which lies in the metadata and is what comes back.

    Running it asks nothing again. BadInput where it would be too long to come back.
    """
    v4, writes = _written_by()
    room, cells = MOST_IN_CELLS, [v4.new_markdown_cell(_front(recorded, own), id="front")]
    for number, step in enumerate(recorded.steps, start=1):
        about = {"metadata": {MEMBER: {"step": step.cell.name}}}
        cells.append(v4.new_markdown_cell(_words(step), id=f"step-{number}", **about))
        if code := _code(step, min(room, MOST_IN_CELL)):
            room -= min(room, len(code)) if step.table is not None else 0
            cells.append(v4.new_code_cell(code, id=f"step-{number}-given", outputs=list(_outputs(step)), **about))
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "title": recorded.notebook.title,
        MEMBER: {**own, "seen": seen(cells)},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    data = str(writes(notebook, version=4)).encode()
    if len(data) > MOST_BYTES:
        raise BadInput(
            f"This notebook is too long for an .ipynb: it would have {len(data) / 1024**2:,.0f} MB, "
            f"and {MOST_BYTES // 1024**2} MB can come back.",
            "Take out tables or charts that nobody needs, or take it along as a web page.",
        )
    return data


def _front(recorded: Recorded, own: Mapping[str, Any]) -> str:
    parts = [f"# {in_markdown(recorded.notebook.title)}", in_markdown(recorded.heading)]
    parts += [f"**{in_markdown(each)}**" for each in recorded.marks]
    parts.append("Its cells show what was recorded. Running them asks nothing again.")
    for name in own["left_out"]:
        parts.append(f"The file “{in_markdown(name)}” is not in here: bring it again where this notebook comes back.")
    return "\n\n".join(parts)


def _words(step: Step) -> str:
    """Give what a step says above what it gives; a note says all of it."""
    late = [f"*{in_markdown(step.out_of_date)}*"] if step.out_of_date else []
    if step.output is not None and step.output.gives is Gives.TEXT:
        # A note is its owner's Markdown; HTML in it was none on the screen either.
        return "\n\n".join([*late, _TAG.sub(r"\\<", step.output.markdown.strip()), *map(in_markdown, step.remarks)])
    parts = [f"## {in_markdown(step.cell.name)}", step.sentence, *late]
    if step.output is None:
        parts.append(f"*{in_markdown(step.fault)}*")
    parts += [in_markdown(each) for each in step.remarks]
    if step.asked is not None:
        parts.append(f"*{in_markdown(mark_of(step.asked.answer))}*")
    return "\n\n".join(parts)


def _code(step: Step, room: int) -> str:
    if step.asked is not None:
        return code_of_text(answer_in_text(step))
    if step.figure is not None:
        return code_of_figure(step.figure, step.figure.plotly(COLOURS), room)
    return f"{code_of_table(step.table, room)}\ntable" if step.table is not None else ""


def _outputs(step: Step) -> Iterator[Any]:
    """Give what the cell shows before anybody runs it."""
    v4, _ = _written_by()
    if step.asked is not None:
        yield v4.new_output("stream", name="stdout", text=f"{answer_in_text(step)}\n")
    elif step.figure is not None:
        yield v4.new_output("stream", name="stdout", text=f"{step.figure.finding}\n")
        spec = step.figure.plotly(COLOURS)
        plain = {"text/plain": step.figure.finding, "application/vnd.plotly.v1+json": spec}
        yield v4.new_output("display_data", data=plain)
    elif step.table is not None:
        yield v4.new_output("display_data", data={"text/plain": step.table.text(), "text/markdown": step.table.text()})


def _written_by() -> tuple[Any, Any]:
    """Give what makes cells and what writes them; the library has no types for them."""
    import nbformat

    return nbformat.v4, nbformat.writes
