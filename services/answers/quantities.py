"""The numbers of a text as they are compared: in words or digits, with scale, currency, percent, times and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

MONTH = "month of the year"


@dataclass(frozen=True)
class Quantity:
    """Characters `start` to `end` of a text say `number` (with its scale) of `unit`, each of so `many` smallest ones.

    So two weeks are 2 of "second", each of 604,800, and as much as 14 days. `unit` is "" where the text names none that
    is known. The sign is not kept: "(5)" and "fell by 5" say the same.
    """

    start: int
    end: int
    number: Decimal
    unit: str
    many: int = 1

    @property
    def is_year(self) -> bool:
        """Say whether it reads as a year."""
        return not self.unit and self.end - self.start == 4 and 1_900 <= self.number <= 2_100

    def is_same(self, other: Quantity) -> bool:
        """Say whether both say the same amount; one without a unit may be of any but a month's name."""
        if self.unit == other.unit:
            return self.number * self.many == other.number * other.many
        return self.number == other.number and "" in (self.unit, other.unit) and MONTH not in (self.unit, other.unit)


_UNDER_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: value for value, word in enumerate(_UNDER_TWENTY.split())}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
_WORDS |= {"dozen": 12, "half": 0}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "mn": 1_000_000,
    "m": 1_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
    "b": 1_000_000_000,
    "trillion": 1_000_000_000_000,
    "tn": 1_000_000_000_000,
}
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "usd": "dollar", "eur": "euro", "gbp": "pound"}
_UNITS: dict[str, tuple[str, int]] = {
    "%": ("percent", 1),
    "percent": ("percent", 1),
    "per cent": ("percent", 1),
    "second": ("second", 1),
    "minute": ("second", 60),
    "hour": ("second", 3_600),
    "day": ("second", 86_400),
    "week": ("second", 604_800),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("month", 12),
    "dollar": ("dollar", 1),
    "euro": ("euro", 1),
    "pound": ("pound", 1),
    "yen": ("yen", 1),
    "usd": ("dollar", 1),
    "eur": ("euro", 1),
    "gbp": ("pound", 1),
    "byte": ("byte", 1),
    "kb": ("byte", 10**3),
    "mb": ("byte", 10**6),
    "gb": ("byte", 10**9),
    "tb": ("byte", 10**12),
    "millimeter": ("millimetre", 1),
    "cm": ("millimetre", 10),
    "meter": ("millimetre", 10**3),
    "metre": ("millimetre", 10**3),
    "km": ("millimetre", 10**6),
    "kilometer": ("millimetre", 10**6),
    "kilometre": ("millimetre", 10**6),
    "mile": ("mile", 1),
    "foot": ("foot", 1),
    "feet": ("foot", 1),
    "gram": ("gram", 1),
    "kg": ("gram", 10**3),
    "kilogram": ("gram", 10**3),
    "ton": ("ton", 1),
    "tonne": ("tonne", 1),
}
_MONTHS = {
    name: value
    for value, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_DATE = re.compile(r"(?<![\w.\-/])(\d{4})-(\d{2})-(\d{2})(?![\w\-])")
_CLOCK = re.compile(
    r"(?<![\w:.])(\d{1,2})(?::(\d{2}))?\s?([ap])\.?m\b\.?|(?<![\w:.])(\d{1,2}):(\d{2})(?![\d:])", re.IGNORECASE
)
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w])")
_MONTH = re.compile(
    r"(?<!\w)(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|(?<=\d )May|(?<=in )May|(?<=of )May|(?<=by )May|(?<=since )May"
    r"|May(?= \d))(?!\w)"
)
_SCALE = r"(?:\s?(?P<{0}>hundred|thousand|million|billion|trillion)\b|(?P<{0}_short>k|mn|bn|tn|[mMbBK])\b)"
_DIGITS = re.compile(
    r"(?<![\w.])(?:(?P<sign>[$€£¥])\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    + r"(?:"
    + _SCALE.format("scale")
    + r")?(?:st|nd|rd|th)?(?![^\W_])"
)
_NUMBER_WORD = "|".join(
    sorted([*_WORDS, "hundred", "thousand", "million", "billion", "trillion"], key=len, reverse=True)
)
_SPELLED = re.compile(
    rf"(?<![\w\-])(?:{_NUMBER_WORD})(?:(?:[\s\-]+|\s+and\s+)(?:{_NUMBER_WORD}))*(?!\w)", re.IGNORECASE
)
_UNIT = re.compile(
    r"[\s\-]{0,2}(?:(?:business|working|calendar|consecutive|full|US|U\.S\.)\s)?(%|per ?cent\b|[A-Za-z]+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:-|–|—|to|and|or)\s*", re.IGNORECASE)


_ONE_AND_NEXT = re.compile(
    r"one\s+\w+\s+(?:to|after|by|at)\s+(?:the\s+(?:next|other)|another|a\s+time)\b", re.IGNORECASE
)


def quantities(text: str) -> tuple[Quantity, ...]:
    """Give the quantities of `text` in order; none overlaps another. Digits inside a name ("EC2") are none."""
    taken: list[Quantity] = []
    for found in (*_dates(text), *_clocks(text), *_versions(text), *_months(text), *_in_digits(text), *_in_words(text)):
        if not any(found.start < other.end and other.start < found.end for other in taken if other.end > other.start):
            taken.append(found)
    ordered = sorted(taken, key=lambda each: (each.start, each.end))
    return tuple(_with_unit_of_next(text, ordered))


def _dates(text: str) -> Iterator[Quantity]:
    for found in _DATE.finditer(text):
        for part, unit in ((1, ""), (2, MONTH), (3, "")):
            yield Quantity(found.start(part), found.end(part), Decimal(found.group(part)), unit)


def _clocks(text: str) -> Iterator[Quantity]:
    for found in _CLOCK.finditer(text):
        hours, minutes = int(found.group(1) or found.group(4)), int(found.group(2) or found.group(5) or 0)
        if found.group(3):
            hours = hours % 12 + (12 if found.group(3).lower() == "p" else 0)
        yield Quantity(found.start(), found.end(), Decimal(60 * hours + minutes), "time of day")


def _versions(text: str) -> Iterator[Quantity]:
    for found in _VERSION.finditer(text):
        value = Decimal(0)
        for part in found.group().split("."):
            value = value * 100_000 + int(part)
        yield Quantity(found.start(), found.end(), value, "version")


def _months(text: str) -> Iterator[Quantity]:
    for found in _MONTH.finditer(text):
        yield Quantity(found.start(), found.end(), Decimal(_MONTHS[found.group().lower()]), MONTH)


def _in_digits(text: str) -> Iterator[Quantity]:
    for found in _DIGITS.finditer(text):
        number = found.group("number")
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number):
            number = number.replace(",", "")
        scale = (found.group("scale") or found.group("scale_short") or "").lower()
        value = Decimal(number.replace(",", ".")) * _SCALES.get(scale, 1)
        yield _with_unit(text, found.start(), found.end(), value, _CURRENCIES.get(found.group("sign") or "", ""))


def _in_words(text: str) -> Iterator[Quantity]:
    for found in _SPELLED.finditer(text):
        words = re.findall(r"[a-z]+", found.group().lower())
        words = [word for word in words if word != "and"]
        if words == ["half"] or words[0] in _SCALES:
            continue
        quantity = _with_unit(text, found.start(), found.end(), _spelled(words), "")
        # "One of them", "this one" and "from one year to the next" count nothing.
        if words == ["one"] and (not quantity.unit or _ONE_AND_NEXT.match(text, found.start())):
            continue
        yield quantity


def _spelled(words: list[str]) -> Decimal:
    total = part = 0
    for word in words:
        if word == "dozen":
            part = (part or 1) * 12
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total, part = total + (part or 1) * _SCALES[word], 0
        else:
            part += _WORDS[word]
    return Decimal(total + part)


def _with_unit(text: str, start: int, end: int, value: Decimal, unit: str) -> Quantity:
    if unit:
        return Quantity(start, end, value, unit)
    found = _UNIT.match(text, end)
    if found is None:
        return Quantity(start, end, value, "")
    word = re.sub(r"\s", " ", found.group(1).lower())
    word = "percent" if word.replace(" ", "") == "percent" else word
    for form in (word, word.removesuffix("s")):
        if form in _UNITS:
            unit, many = _UNITS[form]
            is_sign = unit in ("percent", *_CURRENCIES.values())
            return Quantity(start, found.end() if is_sign else end, value, unit, many)
    return Quantity(start, end, value, "")


def _with_unit_of_next(text: str, ordered: list[Quantity]) -> Iterator[Quantity]:
    """Give the first of "5 to 7 days" and "5–7 %" the unit that its second names."""
    for place, each in enumerate(ordered):
        follows = ordered[place + 1] if place + 1 < len(ordered) else None
        if not each.unit and follows is not None and follows.unit not in ("", MONTH, "version"):
            between = _BETWEEN.fullmatch(text, each.end, follows.start)
            named = _UNIT.match(text, follows.end)
            word = named.group(1).lower().removesuffix("s") if named else ""
            if between and word in _UNITS and follows.unit == _UNITS[word][0]:
                yield replace(each, unit=follows.unit, many=_UNITS[word][1])
                continue
            if between and follows.unit == "percent":
                yield replace(each, unit="percent")
                continue
        yield each
