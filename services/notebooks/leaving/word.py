"""A notebook as a Word document: answers with numbered sources, tables as tables, charts as their figures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from services.notebooks.copied import heading_of_sources, mark_of
from services.notebooks.leaving.blocks import Block, Shape, blocks_of
from services.notebooks.leaving.plain_words import Run, runs_of
from services.notebooks.leaving.recorded import (
    SHOWN_COLUMNS,
    SHOWN_ROWS,
    Recorded,
    Step,
    headed,
    left_out,
    sentences_of,
    sources_of,
)
from services.notebooks.markup import writable
from services.notebooks.output import Gives
from services.notebooks.tabular.table import ColumnKind, Table

_NO_XML = re.compile("[\ufffe\uffff]")
LONGEST_PROPERTY = 255
_STYLES = {Shape.ITEM: "List Bullet", Shape.NUMBERED: "List Number", Shape.QUOTE: "Quote"}


def to_word(recorded: Recorded) -> bytes:
    """Write a notebook as .docx."""
    from docx import Document

    document: Any = Document()
    about = document.core_properties
    about.title = _fit(recorded.notebook.title)[:LONGEST_PROPERTY]
    about.author, about.last_modified_by = "Accelerate", "Accelerate"
    about.comments = " ".join(recorded.marks)[:LONGEST_PROPERTY]
    about.created = about.modified = recorded.at.astimezone(UTC).replace(tzinfo=None)
    page = _Page(document)
    page.document.add_heading(_fit(recorded.notebook.title), level=0)
    page.paragraph(recorded.heading)
    for each in recorded.marks:
        page.paragraph(each, bold=True)
    for step in recorded.steps:
        page.step(step)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class _Page:
    """A Word document as it is being written."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def paragraph(self, text: str, style: str | None = None, *, bold: bool = False, italic: bool = False) -> None:
        self.runs([Run(text, bold, italic)], style)

    def runs(self, runs: Iterable[Run], style: str | None = None) -> None:
        _write(self.document.add_paragraph(style=style), runs)

    def step(self, step: Step) -> None:
        if step.output is not None and step.output.gives is Gives.TEXT:
            self._late(step)
            for block in blocks_of(step.output.markdown):
                self._block(block)
            self._remarks(step)
            return
        self.document.add_heading(_fit(step.question if step.asked is not None else step.cell.name), level=1)
        self.runs(runs_of(step.sentence))
        self._late(step)
        if step.output is None:
            self.paragraph(step.fault, italic=True)
        elif step.asked is not None:
            self._answer(step)
        elif step.table is not None:
            if step.figure is not None:
                self.paragraph(step.figure.finding, "Caption")
            self._table(step.table)
        self._remarks(step)

    def _remarks(self, step: Step) -> None:
        for each in step.remarks:
            self.paragraph(each, italic=True)

    def _late(self, step: Step) -> None:
        if step.out_of_date:
            self.paragraph(step.out_of_date, italic=True)

    def _answer(self, step: Step) -> None:
        assert step.asked is not None  # noqa: S101  (asked for by those who looked)
        answer = step.asked.answer
        self.paragraph(step.verdict, bold=True)
        for each in sentences_of(answer):
            numbers = "".join(f"[{number}]" for number in each.numbers)
            self.runs(
                [Run(f"{each.text} {numbers}".strip()), Run(f" {each.remark}" if each.remark else "", italic=True)]
            )
        for sentence in answer.missing:
            self.paragraph(sentence, italic=True)
        if answer.citations:
            self.document.add_heading(heading_of_sources(answer), level=2)
        for source in sources_of(answer):
            self.runs([Run(f"[{source.number}] {source.words} "), Run(source.place, italic=True)])
        self.paragraph(f"{'; '.join(step.settings)}.", italic=True)
        self.paragraph(mark_of(answer), bold=True)

    def _table(self, table: Table) -> None:
        columns = table.columns[:SHOWN_COLUMNS]
        rows = [[Run(cell)] for row in table.rows(SHOWN_ROWS) for cell in row[:SHOWN_COLUMNS]]
        width = len(columns)
        head = [[Run(headed(each))] for each in columns]
        numbers = [each.kind is ColumnKind.NUMBER for each in columns]
        self._grid(head, [rows[at : at + width] for at in range(0, len(rows), width or 1)], numbers)
        if left_out(table):
            self.paragraph(left_out(table), italic=True)

    def _grid(
        self, head: Sequence[Iterable[Run]], rows: Sequence[Sequence[Iterable[Run]]], numbers: Sequence[bool] = ()
    ) -> None:
        """Write a table; its head is repeated on each page, numbers stand at the right."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement

        if not head:
            return
        grid = self.document.add_table(rows=1 + len(rows), cols=len(head), style="Table Grid")
        for line, (written, cells) in enumerate(zip(grid.rows, [head, *rows], strict=True)):
            for place, (cell, runs) in enumerate(zip(written.cells, cells, strict=False)):
                paragraph = cell.paragraphs[0]
                _write(paragraph, [Run(each.text, each.bold or line == 0, each.italic, each.code) for each in runs])
                if line and place < len(numbers) and numbers[place]:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        properties: Any = grid.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
        self.document.add_paragraph()

    def _block(self, block: Block) -> None:
        if block.shape is Shape.HEADING:
            self.document.add_heading(level=min(block.level, 4))
            _write(self.document.paragraphs[-1], runs_of(block.text))
        elif block.shape is Shape.CODE:
            self.runs([Run(block.text, code=True)])
        elif block.shape is Shape.TABLE:
            head, *rows = block.rows
            self._grid([runs_of(each) for each in head], [[runs_of(each) for each in row] for row in rows])
        else:
            self.runs(runs_of(block.text), _STYLES.get(block.shape))


def _write(paragraph: Any, runs: Iterable[Run]) -> None:
    for each in runs:
        if not each.text:
            continue
        run = paragraph.add_run(_fit(each.text))
        run.bold, run.italic = each.bold or None, each.italic or None
        if each.code:
            run.font.name = "Consolas"


def _fit(text: str) -> str:
    """Take out what XML can't hold."""
    return _NO_XML.sub("", writable(text))
