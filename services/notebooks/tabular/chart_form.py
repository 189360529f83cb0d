"""What a chart is asked for: its type, what stands along it, what is measured, and by what it is split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.errors import BadInput
from services.notebooks.tabular.columns import names_of
from services.notebooks.tabular.measures import WORDS, How, fits, name_of
from services.notebooks.tabular.table import Column, ColumnKind


class ChartType(StrEnum):
    """How a chart is drawn."""

    BAR = "bar"
    LINE = "line"
    AREA = "area"
    SCATTER = "scatter"
    HISTOGRAM = "histogram"


ADDING = frozenset({How.SUM, How.COUNT})
"""What may be added up over the parts of a whole."""


@dataclass(frozen=True)
class ChartForm:
    """A chart as it is asked for.

    `dimension` is the column along it; `measure` the one that is measured `how`, "" where rows are counted; `split` the
    one whose cells become series, "" where there is one. A scatter has a number in both and draws each row; a
    histogram has a number along it and counts rows.
    """

    type: ChartType
    dimension: str
    measure: str = ""
    how: How = How.COUNT
    split: str = ""

    @property
    def form(self) -> dict[str, object]:
        """The chart as JSON; `chart_of` gives it back."""
        return {
            "type": self.type.value,
            "dimension": self.dimension,
            "measure": self.measure,
            "how": self.how.value,
            "split": self.split,
        }

    @property
    def sentence(self) -> str:
        """What it draws, in words that are no markup."""
        if self.type is ChartType.HISTOGRAM:
            return f"Histogram of “{self.dimension}”"
        split = f", split by “{self.split}”" if self.split else ""
        if self.type is ChartType.SCATTER:
            return f"Scatter of “{self.measure}” against “{self.dimension}”{split}"
        # A column that is called "sum of Open" says it already.
        said = self.measure if self.measure.startswith(f"{WORDS[self.how]} ") else name_of(self.how, self.measure)
        return f"{self.type.value.capitalize()} of {said} by “{self.dimension}”{split}"

    def check(self, columns: Sequence[Column]) -> None:
        """Raise BadInput where a table with these columns can't be drawn so; its hint says what to choose."""
        along = _column(self.dimension, columns, "along the chart")
        split = _column(self.split, columns, "to split it by") if self.split else None
        if split is not None and split.name == along.name:
            raise BadInput("A chart can't be split by what stands along it.", "Choose another column to split it by.")
        if self.type is ChartType.HISTOGRAM:
            if split is not None:
                raise BadInput("A histogram has one series.", "Split nothing, or draw bars.")
            _number(along, columns)
        elif self.type is ChartType.SCATTER:
            measure = _column(self.measure, columns, "up the chart")
            _number(along, columns)
            _number(measure, columns)
            if measure.name == along.name:
                raise BadInput("A scatter needs two different columns.", "Choose another column for one of them.")
        else:
            self._check_measure(columns)
            if self.type is ChartType.AREA and split is not None and self.how not in ADDING:
                raise BadInput(
                    f"An area adds its series up, and a {self.how} can't be added.", "Choose a sum, or draw lines."
                )

    def _check_measure(self, columns: Sequence[Column]) -> None:
        if not self.measure and self.how is How.COUNT:
            return
        measure = _column(self.measure, columns, "to measure")
        if not fits(self.how, measure) or (measure.kind is ColumnKind.DATE and self.how in (How.MIN, How.MAX)):
            raise BadInput(
                f"The {self.how} of “{measure.name}” can't be drawn: it holds no numbers.",
                f"Count it, or choose {names_of(_numbers(columns))}." if _numbers(columns) else "Count it.",
            )


def chart_of(form: object) -> ChartForm:
    """Give a chart from JSON. Raises BadInput where it is none, as in a file that somebody edited."""
    if not isinstance(form, Mapping):
        raise BadInput("That is no chart.", "Choose what to draw.")
    try:
        return ChartForm(
            ChartType(form["type"]),
            str(form["dimension"]),
            str(form.get("measure") or ""),
            How(form.get("how") or How.COUNT),
            str(form.get("split") or ""),
        )
    except (KeyError, ValueError) as error:
        raise BadInput("The chart is not complete.", "Choose its type, and what stands along it.") from error


def _column(name: str, columns: Sequence[Column], place: str) -> Column:
    column = next((each for each in columns if each.name == name), None)
    if column is None:
        what = f"“{name}”, which is chosen {place}, is not a column" if name else f"No column is chosen {place}"
        raise BadInput(f"{what}.", f"Choose {names_of(columns)}.")
    return column


def _number(column: Column, columns: Sequence[Column]) -> None:
    if column.kind is not ColumnKind.NUMBER:
        numbers = _numbers(columns)
        raise BadInput(
            f"“{column.name}” holds no numbers.",
            f"Choose {names_of(numbers)}." if numbers else "Draw bars: they count rows.",
        )


def _numbers(columns: Sequence[Column]) -> list[Column]:
    return [each for each in columns if each.kind is ColumnKind.NUMBER]
