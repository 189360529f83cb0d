"""The Input cell: a value that somebody sets, and that other cells refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from services.errors import BadInput
from services.notebooks.kinds.kind import Form, Kind, Making, check_fields
from services.notebooks.markup import in_markdown, writable
from services.notebooks.output import Gives, Output, words

TYPES = MappingProxyType(
    {
        "text": "Text",
        "number": "Number",
        "choice": "One of a list",
        "date": "Day",
        "yes/no": "Yes or no",
        "file": "File",
    }
)
WORDS = MappingProxyType(
    {
        "label": "what is asked for",
        "type": "the type of the value",
        "value": "the value",
        "default": "the default",
        "help": "the explanation",
        "required": "whether a value is needed",
        "choices": "the list to choose from",
    }
)
LONGEST_LABEL, LONGEST_TEXT, MOST_CHOICES = 120, 4_000, 200


def value_of(form: Form) -> object:
    """Give the value that is set, else the default; None where there is neither."""
    return next((form[name] for name in ("value", "default") if form.get(name) not in (None, "")), None)


def label_of(form: Form) -> str:
    """Give what is asked for."""
    return str(form.get("label", ""))


def type_of(form: Form) -> str:
    """Give the type of the value, one of `TYPES`."""
    return str(form.get("type", "text"))


def choices_of(form: Form) -> tuple[str, ...]:
    """Give the list that a choice is made from."""
    listed = form.get("choices", ())
    return tuple(str(each) for each in listed) if isinstance(listed, list | tuple) else ()


def file_of(form: Form) -> tuple[str, str] | None:
    """Give name and digest of a file that was set, None where there is none."""
    value = value_of(form)
    if type_of(form) != "file" or not isinstance(value, Mapping):
        return None
    return str(value.get("name", "")), str(value.get("digest", ""))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadInput("That is no text.", "Type the words.")
    text = writable(value).strip()
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"A text has at most {LONGEST_TEXT:,} characters here.", "Drop a longer one as a file.")
    return text


def _number(value: object) -> str:
    try:
        number = Decimal(str(value).replace(",", "").replace(" ", "").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(value, bool):
        raise BadInput(f"“{value}” is no number.", "Type digits, such as 1200 or 0.5.")
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _date(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadInput("That is no day.", "Choose a day from the calendar.") from None


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadInput("That is neither yes nor no.", "Choose one of the two.")
    return value


def _file(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != {"name", "digest"}:
        raise BadInput("That is no file.", "Choose a file from your computer.")
    return {name: str(each) for name, each in value.items()}


_CHECKS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {"text": _text, "number": _number, "choice": _text, "date": _date, "yes/no": _yes_or_no, "file": _file}
)


def _check(form: Form) -> dict[str, object]:
    check_fields(form, frozenset(WORDS))
    label = " ".join(writable(label_of(form)).split())
    if not label:
        raise BadInput("It is not said what to type here.", "Type what is asked for, such as “Region”.")
    if len(label) > LONGEST_LABEL:
        raise BadInput(f"What is asked for has at most {LONGEST_LABEL} characters.", "Put the rest into the help.")
    kind = type_of(form)
    if kind not in TYPES:
        raise BadInput(f"There is no type “{kind}”.", f"There are: {', '.join(TYPES)}.")
    tidy: dict[str, object] = {"label": label, "type": kind}
    if help_ := writable(str(form.get("help", ""))).strip()[:LONGEST_TEXT]:
        tidy["help"] = help_
    if form.get("required"):
        tidy["required"] = True
    if kind == "choice":
        tidy["choices"] = _choices(form)
    for name in ("value", "default"):
        if form.get(name) not in (None, ""):
            tidy[name] = _CHECKS[kind](form[name])
            if kind == "choice" and tidy[name] not in choices_of(tidy):
                raise BadInput(f"“{tidy[name]}” is not in the list.", f"Choose one of: {', '.join(choices_of(tidy))}.")
    return tidy


def _choices(form: Form) -> list[str]:
    listed = [" ".join(writable(each).split()) for each in choices_of(form)]
    listed = list(dict.fromkeys(each for each in listed if each))
    if len(listed) < 2:
        raise BadInput("A list needs two things to choose from.", "Type one on each line.")
    if len(listed) > MOST_CHOICES:
        raise BadInput(f"A list has at most {MOST_CHOICES} things to choose from.", "Ask for a text instead.")
    return listed


def said(form: Form) -> str:
    """Say the value as a person would: "Yes", "12 November 2026", "sales.csv"."""
    value = value_of(form)
    if (file := file_of(form)) is not None:
        return file[0]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if type_of(form) == "date":
        day = date.fromisoformat(str(value))
        return f"{day.day} {day:%B %Y}"
    return str(value)


def _sentence(form: Form, _names: Mapping[str, str]) -> str:
    value = said(form)
    set_to = f"**{in_markdown(value)}**" if value else "not set yet"
    return f"{in_markdown(label_of(form)) or 'Input'}: {set_to}"


def _make(making: Making) -> Output:
    text = said(making.form)
    if not text and making.form.get("required"):
        raise BadInput(f"“{label_of(making.form)}” is not set yet.", "Set it; what is made from it waits.")
    return words(Gives.VALUE, text, file_of(making.form))


KIND = Kind(
    name="input",
    noun="Input",
    adds="Ask for an input",
    place=40,
    gives=Gives.VALUE,
    words=WORDS,
    check=_check,
    text=said,
    sentence=_sentence,
    make=_make,
    blank=MappingProxyType({"label": "", "type": "text"}),
    called=label_of,
)
