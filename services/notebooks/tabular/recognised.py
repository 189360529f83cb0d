"""What a column of written cells holds: numbers, days, yes or no where the whole column agrees, text where it does not.

Cells stand in a pyarrow array of strings; whatever is asked of each is asked once of each different one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notebooks.tabular.table import Column, ColumnKind

YES_NO: Mapping[str, bool] = {"yes": True, "no": False, "true": True, "false": False, "y": True, "n": False}
NOTHING = frozenset({"n/a", "na", "#n/a", "nan", "null", "none", "nil", "-", "–", "—", "--", "...", "…", "?"})
"""What people write where there is nothing; an empty cell, but only in a column that agrees on all else."""

MOST_DIGITS = 15
"""A double keeps that many; a number with more is a code, and stays text."""

MOSTLY = 0.5
"""From this share on, what did not become numbers or days is worth a word."""

A_LOOK = 1_000
"""So many different cells show what a column is not."""

LONGEST_SHOWN = 30

_CURRENCIES = r"[$€£¥₹]|USD|EUR|GBP|CHF|JPY"
_SIGN = r"[+\-−]?"
_BLANK = "'’ \u00a0\u2009\u202f"
_PLAIN = rf"^{_SIGN}(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_NUMBER = (
    rf"^(?P<open>\()?(?P<sign>{_SIGN}) ?(?P<before>{_CURRENCIES})?[ \u00a0]?(?P<sign2>{_SIGN})"
    rf"(?P<body>\d[\d.,{_BLANK}]*\d|\d|\.\d+)(?P<power>[eE][+-]?\d+)?[ \u00a0\u202f]?(?P<after>%|{_CURRENCIES})?"
    r"(?P<close>\))?$"
)
_NUMBER_FOUND = re.compile(_NUMBER)
_POINT = re.compile(rf"\d{{1,3}}(?:,\d{{2,3}})*,\d{{3}}(?:\.\d+)?|\d{{1,3}}(?:[{_BLANK}]\d{{3}})+(?:\.\d+)?|\d*\.?\d+")
_COMMA = re.compile(rf"\d{{1,3}}(?:[.{_BLANK}]\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?")
_THOUSANDS = r"^[+\-−]?[1-9]\d{0,2}([.,]\d{3})+$"
_CODE = re.compile(r"0\d+")

_TIME = (
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,6})\d*)?)?"
    r" ?(?P<half>[AaPp][Mm])?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(?P<day>\d{{1,2}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_TIME}")
_MONTH_FIRST = re.compile(rf"(?P<month>\d{{1,2}})(?P<mark>[-/])(?P<day>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_TIME}")
_CERTAIN = (
    _YEAR_FIRST,
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})"),
    re.compile(rf"(?P<word>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"(?P<day>\d{{1,2}})\.?[ -](?P<word>[A-Za-z]{{3,9}})\.?[ -](?P<year>\d{{4}}){_TIME}"),
    re.compile(r"(?P<word>[A-Za-z]{3,9})\.?[ -](?P<year>\d{4})"),
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


@dataclass(frozen=True)
class Recognised:
    """A column as it was understood: its cells by kind, and what there is to say of it."""

    column: Column
    cells: Any
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Understood:
    """What the different cells of a column mean, by how they are written; `why_not` says what keeps it text."""

    kind: ColumnKind = ColumnKind.TEXT
    meaning: Mapping[str, object] | None = None
    unit: str = ""
    said: str = ""
    why_not: str = ""


def recognised(name: str, cells: Any, *, decimal_comma: bool = False) -> Recognised:
    """Say what a column holds and give its cells as that.

    `decimal_comma` settles what "1,234" and "1.234" are where nothing else in the column does.
    """
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    trimmed = pc.utf8_trim_whitespace(cells)
    trimmed = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    different = [str(each) for each in pc.unique(trimmed).drop_null().to_pylist()]
    if not different:
        return Recognised(Column(name, ColumnKind.TEXT), trimmed)
    if _are_plain(trimmed, decimal_comma):
        values = pc.cast(pc.replace_substring_regex(trimmed, "^\\+", ""), "float64")
        return Recognised(Column(name, ColumnKind.NUMBER), values)
    something = [each for each in different if each.casefold() not in NOTHING]
    understood = _understood(something, decimal_comma) if something else _Understood()
    remarks = [f"Column “{name}” {each}" for each in (understood.why_not, understood.said) if each]
    if understood.meaning is None:
        return Recognised(Column(name, ColumnKind.TEXT), trimmed, tuple(remarks))
    nothing = [each for each in different if each.casefold() in NOTHING]
    if nothing:
        words = ", ".join(f"“{each}”" for each in sorted(nothing))
        remarks.append(f"Column “{name}” says {words} where it holds nothing: those cells are empty.")
    column = Column(name, understood.kind, understood.unit)
    return Recognised(column, _replaced(trimmed, understood.meaning), tuple(remarks))


def number_in(text: str) -> float | None:
    """Give the number that somebody typed ("1,250.5", "€ 12", "12 %"), None where it is none."""
    found = _numbers([text.strip()], decimal_comma=False).meaning
    value = next(iter(found.values())) if found else None
    return value if isinstance(value, float) else None


def day_in(text: str) -> datetime | None:
    """Give the day or the moment that somebody typed so that it can mean one only, None where it can't."""
    found = _days([text.strip()]).meaning
    value = next(iter(found.values())) if found else None
    return value if isinstance(value, datetime) else None


def _are_plain(cells: Any, decimal_comma: bool) -> bool:
    """Say whether all cells are numbers as a computer writes them; a quick look for what most columns are."""
    import pyarrow.compute as pc

    def every(pattern: str) -> bool:
        return bool(pc.all(pc.match_substring_regex(cells, pattern)).as_py())

    def any_(pattern: str) -> bool:
        return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())

    if not every(_PLAIN) or any_("−") or any_(r"^[+-]?0\d") or any_(rf"^[+-]?\d{{{MOST_DIGITS + 1},}}"):
        return False
    return not (decimal_comma and any_(r"\.") and every(rf"{_THOUSANDS}|^[+-]?\d+$"))


def _replaced(cells: Any, meaning: Mapping[str, object]) -> Any:
    """Give the meaning of each cell; None where it has none."""
    coded = (
        cells.combine_chunks().dictionary_encode() if hasattr(cells, "combine_chunks") else cells.dictionary_encode()
    )
    meanings = [meaning.get(each) for each in coded.dictionary.to_pylist()]
    return [None if place is None else meanings[place] for place in coded.indices.to_pylist()]


def _understood(different: Sequence[str], decimal_comma: bool) -> _Understood:
    lower = {each.casefold() for each in different}
    if lower <= YES_NO.keys() and (lower & {"yes", "no", "true", "false"} or lower == {"y", "n"}):
        return _Understood(ColumnKind.YES_NO, {each: YES_NO[each.casefold()] for each in different})
    numbers = _numbers(different, decimal_comma)
    if numbers.meaning is not None:
        return numbers
    days = _days(different)
    return days if days.meaning is not None or days.why_not else numbers


def _numbers(different: Sequence[str], decimal_comma: bool) -> _Understood:
    if not any(_NUMBER_FOUND.match(each) for each in different[:A_LOOK]):
        return _Understood()
    found = {each: match for each in different if (match := _NUMBER_FOUND.match(each)) and _is_whole(match)}
    if len(found) < len(different):
        return _mostly("numbers", found, different)
    bodies = [match["body"] for match in found.values()]
    if any(_CODE.fullmatch(each) for each in bodies):
        return _Understood(why_not="has numbers that begin with 0, as codes do, so it stays text.")
    if any(each.isdigit() and len(each) > MOST_DIGITS for each in bodies):
        return _Understood(why_not=f"has numbers of more than {MOST_DIGITS} digits, so it stays text.")
    units = {match["before"] or match["after"] or "" for match in found.values()}
    if len(units) > 1:
        shown = ", ".join(f"“{each}”" if each else "none" for each in sorted(units))
        return _Understood(why_not=f"has numbers in different units ({shown}), so it stays text.")
    point = all(_POINT.fullmatch(each) for each in bodies)
    comma = all(_COMMA.fullmatch(each) for each in bodies)
    if not point and not comma:
        return _Understood(why_not="" if _days(different).meaning else _mixed_marks(bodies))
    either = point and comma and any("," in each or "." in each for each in bodies)
    as_comma = comma and (not point or decimal_comma)
    sign = "comma" if any("," in each for each in bodies) else "point"
    said = ""
    if either and (as_comma or sign == "comma"):
        meant = "a decimal sign" if as_comma == (sign == "comma") else "a mark of thousands"
        said = f"could be read in two ways; its {sign} was taken for {meant}."
    meaning = {each: _value(match, as_comma) for each, match in found.items()}
    return _Understood(ColumnKind.NUMBER, meaning, units.pop(), said=said)


def _is_whole(match: re.Match[str]) -> bool:
    """Say whether a number's brackets close, and it has one sign and one unit at most."""
    signs = [match["sign"], match["sign2"], match["open"]]
    return (
        bool(match["open"]) == bool(match["close"])
        and sum(map(bool, signs)) <= 1
        and not (match["before"] and match["after"])
    )


def _value(match: re.Match[str], comma: bool) -> float:
    body = re.sub(f"[{_BLANK}]", "", match["body"])
    body = body.replace(".", "").replace(",", ".") if comma else body.replace(",", "")
    less = match["open"] or (match["sign"] or match["sign2"]) in ("-", "−")
    return float(f"{'-' if less else ''}{body}{match['power'] or ''}")


def _mixed_marks(bodies: Sequence[str]) -> str:
    odd = next((each for each in bodies if not _POINT.fullmatch(each)), bodies[0])
    return f"has numbers whose points and commas do not agree (“{_short(odd)}”), so it stays text."


def _days(different: Sequence[str]) -> _Understood:
    for pattern in _CERTAIN:
        if pattern.fullmatch(different[0]) and (read := _read_days(pattern, different)):
            return _Understood(ColumnKind.DATE, read)
    first, second = _read_days(_DAY_FIRST, different), _read_days(_MONTH_FIRST, different)
    if first and second and first != second:
        return _Understood(
            why_not=f"may say the day first or the month first (“{_short(different[0])}”), so it stays text: "
            "write days as 2026-03-31."
        )
    if read := first or second:
        return _Understood(ColumnKind.DATE, read)
    most = max((_matching(pattern, different[:A_LOOK]) for pattern in (*_CERTAIN, _DAY_FIRST, _MONTH_FIRST)), key=len)
    return _mostly("days", most, different[:A_LOOK])


def _matching(pattern: re.Pattern[str], different: Sequence[str]) -> dict[str, datetime]:
    found = {each: _day(match) for each in different if (match := pattern.fullmatch(each))}
    return {each: day for each, day in found.items() if day is not None}


def _read_days(pattern: re.Pattern[str], different: Sequence[str]) -> Mapping[str, object] | None:
    """Give what each text says as a day, None where one says none."""
    found: dict[str, object] = {}
    for each in different:
        match = pattern.fullmatch(each)
        day = _day(match) if match else None
        if day is None:
            return None
        found[each] = day
    return found


def _day(match: re.Match[str]) -> datetime | None:
    said = match.groupdict()
    month = _month(said["word"]) if said.get("word") else int(said["month"])
    hour = int(said.get("hour") or 0)
    if said.get("half"):
        hour = hour % 12 + (12 if said["half"].casefold() == "pm" else 0)
    try:
        day = datetime(  # noqa: DTZ001 - a cell has no time zone, or is brought to that of everybody below
            int(said["year"]),
            month,
            int(said.get("day") or 1),
            hour,
            int(said.get("minute") or 0),
            int(said.get("second") or 0),
            int((said.get("part") or "0").ljust(6, "0")),
        )
        return day - _offset(said.get("zone") or "Z")
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -ahead if zone[0] == "-" else ahead


def _month(word: str) -> int:
    """Give a month by its English name or its first three letters, 0 where it is none."""
    lower = "sep" if word.casefold() == "sept" else word.casefold()
    return next((number for number, each in enumerate(_MONTHS, start=1) if lower in (each, each[:3])), 0)


def _mostly(what: str, found: Mapping[str, object], different: Sequence[str]) -> _Understood:
    """Say of a column that is mostly numbers or days what keeps it from being so."""
    if len(found) < MOSTLY * len(different) or not found:
        return _Understood()
    others = [each for each in different if each not in found]
    also = f" and {len(others) - 1:,} more" if len(others) > 1 else ""
    return _Understood(why_not=f"holds {what} and also “{_short(others[0])}”{also}, so it stays text.")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
