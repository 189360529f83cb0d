"""What a chart shows, said in a sentence that can be its title."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from services.notebooks.tabular.measures import ROWS, WORDS, How
from services.notebooks.tabular.table import Column

LONGEST_SAID = 60
CLEAR, SOME = 0.7, 0.3
"""From which correlation on two columns go together, and from which on they tend to."""

_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_BEFORE = frozenset("$€£¥₹")
_TINY = 1e-4
"""Below it a number has more zeros than anybody counts."""


def amount(value: float, unit: str = "", beside: Sequence[float] = ()) -> str:
    """Say a number: "412,300", "1.2 million", "39.5", "€2,500", "12.5%".

    It has as many decimals as it needs, and not fewer than those that it stands `beside` in one sentence.
    """
    sign, size = ("−" if value < 0 else ""), abs(float(value))
    places = max(map(_decimals, (value, *beside)))
    large = next(((size / step, f" {word}") for step, word in _LARGE if size >= step), None)
    if large is not None and large[0] < 1e6:
        text = f"{large[0]:,.3g}{large[1]}" if large[0] < 1000 else f"{large[0]:,.0f}{large[1]}"
    elif large is not None or 0 < size < _TINY:
        text = f"{size:.3g}"
    else:
        text = f"{_rounded(size, places):,f}"
    if unit in _BEFORE and unit:
        return f"{sign}{unit}{text}"
    return f"{sign}{text}{unit}" if unit == "%" else f"{sign}{text} {unit}".rstrip()


def _amounts(values: Sequence[float], unit: str) -> list[str]:
    """Say the numbers of one sentence, all of them equally exactly."""
    return [amount(each, unit, values) for each in values]


def _decimals(value: float) -> int:
    """Give the decimals that a number is said with: three digits in all, and one where it is below 1,000."""
    size = abs(float(value))
    if not _TINY <= size < 1000:
        return 0
    exponent = _rounded(size, max(1, 2 - math.floor(math.log10(size)))).as_tuple().exponent
    return max(0, -int(exponent))


def _rounded(size: float, places: int) -> Decimal:
    """Round half up by the digits that are shown, as people do, with no 0 at the end of the decimals."""
    rounded = Decimal(repr(size)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def of_categories(
    names: Sequence[str], values: Sequence[float], how: How, measure: str, dimension: str, unit: str = ""
) -> str:
    """Say which category has the most. `names` and `values` are all of them, in any order."""
    if len(names) == 1:
        return (
            f"{_start(_what(how, measure))} is {amount(values[0], unit)} for {_short(names[0])}, the only {dimension}"
        )
    if min(values) == max(values):
        return f"{_start(_what(how, measure))} is {amount(values[0], unit)} for each {dimension}"
    if how is How.MIN:
        return f"{_who(names, values, min(values))} the lowest {measure} of all: {amount(min(values), unit)}"
    if how is How.MAX:
        return f"{_who(names, values, max(values))} the highest {measure} of all: {amount(max(values), unit)}"
    top, low = _who(names, values, max(values)), _who(names, values, min(values))
    highest, lowest = _amounts((max(values), min(values)), unit)
    if how in (How.MEAN, How.MEDIAN):
        by = "On average" if how is How.MEAN else "By the median"
        return f"{by}, {top} the highest {measure}: {highest}; {low} the lowest: {lowest}"
    most = f"{top} the most {_counted(how, measure)}"
    if min(values) < 0:
        return f"{most}: {highest}; {low} the least: {lowest}"
    if how is How.COUNT_DIFFERENT:
        return f"{most}: {highest}"
    part, total = _amounts((max(values), math.fsum(values)), unit)
    each = " each," if list(values).count(max(values)) > 1 else ""
    return f"{most}: {part}{each} of {total}"


def of_places(labels: Sequence[str], values: Sequence[float], how: How, measure: str, unit: str = "") -> str:
    """Say how something went along places that have an order; each label says where, such as "in Mar 2026"."""
    what = _start(_what(how, measure))
    first, last = values[0], values[-1]
    if len(values) == 1:
        return f"{what} is {amount(first, unit)} {labels[0]}"
    superlative, far = "", last
    if max(values) > max(first, last):
        superlative, far = "highest", max(values)
    elif min(values) < min(first, last):
        superlative, far = "lowest", min(values)
    began, ended, farthest = _amounts((first, last, far), unit)
    if began == ended:
        went = f"{what} is {began} {labels[0]} and {labels[-1]}"
    else:
        went = f"{what} {'rose' if last > first else 'fell'} from {began} {labels[0]} to {ended} {labels[-1]}"
    # What can't be told from the ends in so many digits is not said to be farther.
    if not superlative or farthest in (began, ended):
        return went
    return f"{went}, {superlative} {labels[values.index(far)]}: {farthest}"


def of_series(where: str, names: Sequence[str], values: Sequence[float], how: How, measure: str, unit: str = "") -> str:
    """Say which series is ahead at the last place."""
    most = "most" if how in (How.SUM, How.COUNT, How.COUNT_DIFFERENT) else "highest"
    counted = _counted(how, measure) if most == "most" else _what(how, measure).removeprefix("the ")
    highest, lowest = _amounts((max(values), min(values)), unit)
    ahead = f"{_start(where)}, {_who(names, values, max(values))} the {most} {counted}: {highest}"
    if min(values) == max(values):
        return ahead
    least = "least" if most == "most" else "lowest"
    return f"{ahead}; {_who(names, values, min(values))} the {least}: {lowest}"


def of_pairs(dimension: str, measure: str, xs: Sequence[float], ys: Sequence[float]) -> str:
    """Say whether two columns go together, with their correlation (Pearson) and the number of rows."""
    rows = f"{len(xs):,} row{'' if len(xs) == 1 else 's'}"
    together = correlation(xs, ys)
    if together is None:
        return f"{_start(measure)} against {dimension}, {rows}"
    said = f"(correlation {together:.2f}, {rows})".replace("-", "−")
    if abs(together) < SOME:
        return f"{_start(measure)} shows no clear link with {dimension} {said}"
    verb = "rise" if together > 0 else "fall"
    goes = f"{verb}s" if abs(together) >= CLEAR else f"tends to {verb}"
    return f"{_start(measure)} {goes} as {dimension} rises {said}"


def of_values(column: Column, values: Sequence[float]) -> str:
    """Say where the middle half of the values lies."""
    ordered = sorted(values)
    low, high = _quantile(ordered, 0.25), _quantile(ordered, 0.75)
    if ordered[0] == ordered[-1]:
        return f"All {len(values):,} values of {column.name} are {amount(low, column.unit)}"
    if low == high:
        return f"At least half of the {len(values):,} values of {column.name} are {amount(low, column.unit)}"
    between = " and ".join(_amounts((low, high), column.unit))
    return f"Half of the {len(values):,} values of {column.name} lie between {between}"


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Give Pearson's correlation, None where there are too few rows or one column never changes."""
    if len(xs) < 3:
        return None
    high = [max(map(abs, each)) or 1.0 for each in (xs, ys)]
    a, b = ([value / most for value in each] for each, most in zip((xs, ys), high, strict=True))
    mean_a, mean_b = math.fsum(a) / len(a), math.fsum(b) / len(b)
    across = math.fsum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(math.fsum((x - mean_a) ** 2 for x in a)) * math.sqrt(math.fsum((y - mean_b) ** 2 for y in b))
    return max(-1.0, min(1.0, across / spread)) if spread > 1e-12 else None


def day_label(day: datetime, grain: str) -> str:
    """Say a day: "2026", "Mar 2026", "1 Mar 2026", "1 Mar 2026 10:30"."""
    if grain == "year":
        return f"{day.year}"
    month = f"{_MONTHS[day.month - 1]} {day.year}"
    if grain == "month":
        return month
    return f"{day.day} {month}" if grain == "day" else f"{day.day} {month} {day:%H:%M}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _what(how: How, measure: str) -> str:
    if how is How.SUM:
        return measure
    return f"the {WORDS[how]} {measure}" if measure else f"the {ROWS}"


def _counted(how: How, measure: str) -> str:
    if how is How.COUNT:
        return f"rows with {measure}" if measure else "rows"
    return f"different {measure}" if how is How.COUNT_DIFFERENT else measure


def _who(names: Sequence[str], values: Sequence[float], value: float) -> str:
    """Name who has a value: "West has", "West and East have", "West, East and 3 others have"."""
    who = [_short(name) for name, each in zip(names, values, strict=True) if each == value]
    if len(who) == 1:
        return f"{who[0]} has"
    if len(who) == 2:
        return f"{who[0]} and {who[1]} have"
    others = len(who) - 2
    return f"{who[0]}, {who[1]} and {others} other{'' if others == 1 else 's'} have"


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] * (1 - (place - low)) + ordered[high] * (place - low)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_SAID else f"{name[: LONGEST_SAID - 1]}…"


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]
