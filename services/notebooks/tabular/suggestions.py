"""Charts that a table offers itself for, best first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from services.notebooks.tabular.chart_form import ChartForm, ChartType
from services.notebooks.tabular.figures import MOST_BARS, MOST_SERIES
from services.notebooks.tabular.measures import WORDS, How
from services.notebooks.tabular.table import Column, ColumnKind, Table

MOST_SUGGESTED = 4

_YEAR = re.compile(r"\b(?:year|years)\b", re.IGNORECASE)
_CODE = re.compile(r"\b(?:id|ids|code|number|no|nr|key|zip|phone|latitude|longitude|lat|lon|lng)\b", re.IGNORECASE)
_NOT_ADDED = re.compile(
    r"\b(?:price|rate|ratio|score|temp|temperature|average|avg|mean|median|share|percent|percentage|margin|discount"
    r"|age|speed|pressure|humidity|index)\b",
    re.IGNORECASE,
)
"""What a sum over rows means nothing of: its mean is drawn."""


@dataclass(frozen=True)
class _Roles:
    """What the columns of a table are good for, in their order."""

    days: tuple[Column, ...]
    categories: tuple[Column, ...]
    years: tuple[Column, ...]
    measures: tuple[Column, ...]


def suggest(table: Table) -> tuple[ChartForm, ...]:
    """Give up to four charts that can be drawn of a table, best first; none of an empty one."""
    if not len(table):
        return ()
    roles = _roles(table)
    found = [*_over_time(table, roles), *_by_category(roles), *_of_numbers(table, roles), *_counts(table, roles)]
    different = dict.fromkeys(found)
    return tuple(different)[:MOST_SUGGESTED]


def are_amounts(column: Column) -> bool:
    """Say whether a column's numbers tell how much or how many; years and codes do not, and have no marks in them."""
    if column.kind is not ColumnKind.NUMBER:
        return False
    named = _words(column.name)
    # What a measure counts is called "number of …", and is no number that stands for something.
    return named.startswith(f"{WORDS[How.COUNT]} ") or not (_YEAR.search(named) or _CODE.search(named))


def _over_time(table: Table, roles: _Roles) -> list[ChartForm]:
    found = []
    for time in (*roles.days, *roles.years)[:1]:
        for measure in [each for each in roles.measures if _meet(table, time, each)][:1]:
            how = _how(measure)
            split = next((each for each in roles.categories if _splits(table, time, each)), None)
            if split is not None:
                found.append(ChartForm(ChartType.LINE, time.name, measure.name, how, split.name))
            if split is None or not _one_row_each(table, time, split):
                found.insert(0, ChartForm(ChartType.LINE, time.name, measure.name, how))
    return found


def _by_category(roles: _Roles) -> list[ChartForm]:
    return [
        ChartForm(ChartType.BAR, category.name, measure.name, _how(measure))
        for measure in roles.measures[:1]
        for category in roles.categories[:2]
    ]


def _of_numbers(table: Table, roles: _Roles) -> list[ChartForm]:
    pairs = (pair for pair in combinations(roles.measures, 2) if _meet(table, *pair))
    found = [ChartForm(ChartType.SCATTER, one.name, other.name) for one, other in islice(pairs, 1)]
    found += [ChartForm(ChartType.HISTOGRAM, each.name) for each in roles.measures[:1]]
    return found


def _counts(table: Table, roles: _Roles) -> list[ChartForm]:
    bars = [ChartForm(ChartType.BAR, each.name) for each in roles.categories[:2]]
    repeated = [each for each in roles.days[:1] if table.frame[each.name].duplicated().any()]
    return bars + [ChartForm(ChartType.LINE, each.name) for each in repeated]


def _roles(table: Table) -> _Roles:
    different = {each.name: int(table.frame[each.name].nunique()) for each in table.columns}
    by_kind = {kind: [each for each in table.columns if each.kind is kind] for kind in ColumnKind}
    named = [*by_kind[ColumnKind.TEXT], *by_kind[ColumnKind.YES_NO]]
    # Few of them are seen at a glance, and each stands for several rows.
    few = [each for each in named if 1 < different[each.name] <= MOST_BARS]
    repeated = [each for each in few if different[each.name] < len(table)]
    numbers = by_kind[ColumnKind.NUMBER]
    years = [each for each in numbers if _YEAR.search(_words(each.name)) and different[each.name] > 1]
    left = [each for each in numbers if each not in years and not _CODE.search(_words(each.name))]
    return _Roles(
        days=_varied(by_kind[ColumnKind.DATE], different),
        categories=tuple(repeated or few),
        years=tuple(years),
        measures=_varied(left, different),
    )


def _varied(columns: Sequence[Column], different: dict[str, int]) -> tuple[Column, ...]:
    return tuple(each for each in columns if different[each.name] > 1)


def _words(name: str) -> str:
    """Give a name with its words apart: "postal_code", "postalCode" are "postal code"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[_\W]+", " ", name))


def _how(measure: Column) -> How:
    return How.MEAN if measure.unit == "%" or _NOT_ADDED.search(_words(measure.name)) else How.SUM


def _meet(table: Table, one: Column, other: Column) -> bool:
    """Say whether there are rows, and not one alone, in which both columns hold something."""
    return len(table.frame[[one.name, other.name]].dropna()) > 1


def _splits(table: Table, time: Column, category: Column) -> bool:
    """Say whether lines by a category can be told apart, and most of its series go on over time."""
    cells = table.frame[[time.name, category.name]].dropna().drop_duplicates()
    sizes = cells.groupby(category.name, observed=True).size()
    return 1 < len(sizes) <= MOST_SERIES and int(sizes.min()) > 1


def _one_row_each(table: Table, time: Column, category: Column) -> bool:
    """Say whether a moment has several rows only because there is one for each category."""
    return not table.frame.duplicated([time.name, category.name]).any() and bool(
        table.frame.duplicated([time.name]).any()
    )
