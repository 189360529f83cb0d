"""A notebook as it is at the moment it leaves: what each step says and gives, how it was made, and from what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.answers.answer import Answer
from services.answers.answers import Asked
from services.answers.record import EXTRACTIVE
from services.errors import AppError
from services.ledger.receipt import Kind
from services.notebooks.copied import mark_of, place_of, remark_of, said, words_of
from services.notebooks.kinds import kind_named
from services.notebooks.notebook import Cell, Notebook
from services.notebooks.output import Output
from services.notebooks.references import named
from services.notebooks.tabular.figures import Figure
from services.notebooks.tabular.table import Column, Table
from services.notebooks.view import View

SHOWN_ROWS = 200
SHOWN_COLUMNS = 20
"""So much of a table stands on a page that is read; all of it can be had from the step itself, as CSV or XLSX."""

COLOURS = ("#4f7fe8", "#c07020", "#2b9469", "#9a6bd3", "#7d8694")
"""For the series of a chart in order, each at least 3:1 against a white and against a dark page."""

Began = Callable[[Mapping[str, int]], Mapping[str, datetime]]
"""Tells when versions (number by knowledge base) began, of those that may be read."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of an answer with the numbers of its sources; `remark` says what to know about it, "" for nothing."""

    text: str
    numbers: tuple[int, ...]
    remark: str = ""


@dataclass(frozen=True)
class SourceLine:
    """A source: its number, its quote in quotation marks, or why it is not shown, and where it stands."""

    number: int
    words: str
    place: str


@dataclass(frozen=True)
class Step:
    """One cell: its sentence in Markdown, what it gives or else why it gives nothing, and what is to be known of that.

    `settings` say how an answer was made; `because` why it is out of date, as what follows "out of date, because";
    `written` which of its words a model wrote.
    """

    cell: Cell
    sentence: str
    output: Output | None
    fault: str = ""
    asked: Asked | None = None
    settings: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def table(self) -> Table | None:
        """The table that it gives, also the figures of a chart."""
        content = None if self.output is None else self.output.content
        return content.table if isinstance(content, Figure) else content if isinstance(content, Table) else None

    @property
    def figure(self) -> Figure | None:
        """The chart that it gives."""
        content = None if self.output is None else self.output.content
        return content if isinstance(content, Figure) else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was found and done as its table or chart was made, and what a model wrote of it, in sentences."""
        made = self.figure or self.table
        return (*(() if made is None else made.remarks), *self.written)

    @property
    def question(self) -> str:
        """What was asked; what is typed there now where that was erased or never was."""
        asked = "" if self.asked is None else self.asked.question
        return asked or kind_named(self.cell.kind).text(self.cell.form)

    @property
    def verdict(self) -> str:
        """Say how well the documents support what was answered; of a search, how many sources it found."""
        if self.asked is None:
            return ""
        answer = self.asked.answer
        if self.asked.receipt.kind is not Kind.SEARCH:
            return answer.strength.value
        found = len(answer.citations)
        return f"{found} source{'' if found == 1 else 's'} found" if found else "No source found"

    @property
    def out_of_date(self) -> str:
        """Say that it is out of date and why, "" where it is not."""
        return f"Out of date, because {' and '.join(self.because)}." if self.because else ""


@dataclass(frozen=True)
class Recorded:
    """A notebook with its steps as they were at a moment."""

    notebook: Notebook
    steps: tuple[Step, ...]
    at: datetime

    @property
    def marks(self) -> tuple[str, ...]:
        """Say what in it was made by an AI and how; none where no answer is in it."""
        return tuple(dict.fromkeys(mark_of(each.asked.answer) for each in self.steps if each.asked is not None))

    @property
    def heading(self) -> str:
        """Say where it is from, and of when."""
        return f"A notebook from Accelerate, as it was on {day(self.at)}."


@dataclass(frozen=True)
class Words:
    """What stands in a file for what is kept by its id: knowledge bases that may be read, versions, styles."""

    names: Mapping[str, str]
    began: Began
    styles: Mapping[str, str]


def record(notebook: Notebook, view: View, words: Words, at: datetime) -> Recorded:
    """Take down what every step gives now."""
    filled = [each for each in notebook.cells if not kind_named(each.kind).is_blank(each.form)]
    return Recorded(notebook, tuple(_step(each, view, words) for each in filled), at)


def sentences_of(answer: Answer) -> tuple[Sentence, ...]:
    """Give the sentences of an answer, the approved one first."""
    first = answer.approved
    approved = (
        ()
        if first is None
        else (Sentence(first.sentence, (first.number,), f"Answered by {first.by}, approved until {day(first.until)}."),)
    )
    return approved + tuple(Sentence(said(each), each.citations, remark_of(each)) for each in answer.claims)


def sources_of(answer: Answer) -> tuple[SourceLine, ...]:
    """Give the sources of an answer in the order of their numbers."""
    return tuple(SourceLine(each.number, words_of(each), place_of(each)) for each in answer.citations)


def left_out(table: Table) -> str:
    """Say how much of a table does not stand on a page, "" where all of it does."""
    more = ((len(table) - SHOWN_ROWS, "row"), (len(table.columns) - SHOWN_COLUMNS, "column"))
    said_ = [f"{number:,} more {noun}{'' if number == 1 else 's'}" for number, noun in more if number > 0]
    return f"…and {' and '.join(said_)}." if said_ else ""


def headed(column: Column) -> str:
    """Give what stands above a column."""
    return f"{column.name} ({column.unit})" if column.unit else column.name


def day(at: date) -> str:
    """Write a day: "3 May 2026"."""
    return f"{at.day} {at:%B %Y}"


def _step(cell: Cell, view: View, words: Words) -> Step:
    kind = kind_named(cell.kind)
    sentence = named(kind.sentence(cell.form, words.names))
    try:
        asked = view.asked(cell) if kind.asks is not None else None
        output = view.output(cell)
    except AppError as error:
        return Step(cell, sentence, None, f"{error.message} {error.hint}".strip())
    settings = () if asked is None else tuple(_settings(cell, asked, words))
    written = view.written_in(cell) if asked is None else ()
    return Step(cell, sentence, output, "", asked, settings, view.because(cell), written)


def _settings(cell: Cell, asked: Asked, words: Words) -> Iterator[str]:
    receipt, asks = asked.receipt, kind_named(cell.kind).asks
    yield f"{'Searched' if receipt.kind is Kind.SEARCH else 'Asked'} on {day(receipt.at)}"
    writer = asked.answer.written_by or "a model"
    yield "quoted word for word, by no model" if receipt.model == EXTRACTIVE else f"written by {writer}"
    if style := str(receipt.parameters.get("style") or ""):
        yield f"style of the answer: {words.styles.get(style, style)}"
    if asks is not None and asks.remembers(cell.form):
        yield "remembers the questions above"
    yield f"instruction “{receipt.template}”, version {receipt.template_version}"
    days = words.began(receipt.snapshots)
    for each, number in receipt.snapshots.items():
        name = words.names.get(each, "a place that is not yours to read")
        yield f"{name}, version {number}" + (f" of {day(days[each])}" if each in days else "")
    yield f"receipt {receipt.id}"
