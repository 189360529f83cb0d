"""The computed columns that there are: each a name, what it takes and what it gives; nothing else can be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from services.notebooks.tabular.table import Column, ColumnKind

NUMBER, TEXT, DATE = ColumnKind.NUMBER, ColumnKind.TEXT, ColumnKind.DATE

MOST_PLACES = 10


@dataclass(frozen=True)
class Formula:
    """One way of computing a column.

    `of` is the kind of column that it begins with, `with_` that of a second one, None where there is none; where
    `number` is true a number may stand in the second's place. `gives` is the kind of the new one. `says` puts it in
    words with {of} and {with_}. `keeps_unit` is true where what comes out is in what went in. `work` gets the cells of
    the first, and of the second or the number.
    """

    of: ColumnKind
    gives: ColumnKind
    says: str
    work: Callable[[Any, Any], Any]
    with_: ColumnKind | None = None
    number: bool = False
    only_number: bool = False
    keeps_unit: bool = False


def _share(cells: Any, _: Any) -> Any:
    import math

    total = math.fsum(cells.dropna().tolist()) if len(cells) else 0.0
    return cells * 100 / total


def _quarter(days: Any, _: Any) -> list[str | None]:
    return [f"{year:.0f} Q{quarter:.0f}" if year == year else None for year, quarter in _parts(days, "year", "quarter")]


def _month(days: Any, _: Any) -> list[str | None]:
    return [f"{year:04.0f}-{month:02.0f}" if year == year else None for year, month in _parts(days, "year", "month")]


def _parts(days: Any, *parts: str) -> Any:
    return zip(*(getattr(days.dt, part).astype("float64").tolist() for part in parts), strict=True)


def _rounded(cells: Any, places: Any) -> list[float | None]:
    """Round half away from zero, as people do, by the digits that are shown."""
    unit = Decimal(1).scaleb(-int(places))
    return [float(_to(Decimal(repr(each)), unit)) if each == each else None for each in cells.tolist()]


def _to(value: Decimal, unit: Decimal) -> Decimal:
    # More digits than a decimal keeps are more than a double has.
    return value if value.adjusted() > 15 else value.quantize(unit, ROUND_HALF_UP)


def _days_between(later: Any, earlier: Any) -> Any:
    return (later.dt.normalize() - earlier.dt.normalize()).dt.days


FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "plus": Formula(NUMBER, NUMBER, "{of} plus {with_}", lambda a, b: a + b, NUMBER, True, keeps_unit=True),
        "minus": Formula(NUMBER, NUMBER, "{of} minus {with_}", lambda a, b: a - b, NUMBER, True, keeps_unit=True),
        "times": Formula(NUMBER, NUMBER, "{of} times {with_}", lambda a, b: a * b, NUMBER, True),
        "divided by": Formula(NUMBER, NUMBER, "{of} divided by {with_}", lambda a, b: a / b, NUMBER, True),
        "share of total": Formula(NUMBER, NUMBER, "{of} in percent of its total", _share),
        "round": Formula(
            *(NUMBER, NUMBER, "{of} rounded to {with_} decimals", _rounded),
            number=True,
            only_number=True,
            keeps_unit=True,
        ),
        "year": Formula(DATE, NUMBER, "the year of {of}", lambda days, _: days.dt.year),
        "quarter": Formula(DATE, TEXT, "the quarter of {of}", _quarter),
        "month": Formula(DATE, TEXT, "the month of {of}", _month),
        "days since": Formula(DATE, NUMBER, "the days of {of} since {with_}", _days_between, DATE),
        "length": Formula(TEXT, NUMBER, "the number of characters of {of}", lambda cells, _: cells.str.len()),
        "upper case": Formula(TEXT, TEXT, "{of} in upper case", lambda cells, _: cells.str.upper()),
        "lower case": Formula(TEXT, TEXT, "{of} in lower case", lambda cells, _: cells.str.lower()),
    }
)
"""Every computed column that there is, by its name in a form."""


def unit_of(name: str, of: Column, with_: Column | float | None) -> str:
    """Give the unit of a computed column: that of the first where it stays in it, else what can be said."""
    other = with_.unit if isinstance(with_, Column) else ""
    if name == "share of total":
        return "%"
    if FORMULAS[name].keeps_unit:
        return of.unit if not isinstance(with_, Column) or other == of.unit else ""
    if FORMULAS[name].gives is NUMBER and FORMULAS[name].of is NUMBER and not isinstance(with_, Column):
        return of.unit
    return ""
