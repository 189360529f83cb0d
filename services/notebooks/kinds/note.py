"""The Note cell: what somebody wants to keep, in Markdown, with what other cells gave in its midst."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from services.errors import BadInput
from services.notebooks.kinds.kind import Form, Kind, Making, check_fields
from services.notebooks.markup import in_markdown, writable
from services.notebooks.output import Gives, Output, words
from services.notebooks.references import filled, key_of, reference_to

LONGEST = 50_000
_PICTURE = re.compile(r"!\[")
CLOSED = 90


def text_of(form: Form) -> str:
    """Give the note as it was typed."""
    return str(form.get("text", ""))


def _check(form: Form) -> dict[str, object]:
    check_fields(form, frozenset({"text"}))
    text = writable(text_of(form)).strip()
    if not text:
        raise BadInput("The note is empty.", "Write something to keep.")
    if len(text) > LONGEST:
        raise BadInput(
            f"The note has {len(text):,} characters; at most {LONGEST:,} can be kept.", "Spread it over several notes."
        )
    return {"text": text}


def _sentence(form: Form, _names: Mapping[str, str]) -> str:
    first = " ".join(text_of(form).split())
    return f"Note: {in_markdown(first if len(first) <= CLOSED else first[: CLOSED - 1].rstrip() + '…')}"


def _make(making: Making) -> Output:
    typed, inputs = text_of(making.form), making.inputs.items()
    text = filled(typed, {key_of(name): output.text for name, output in inputs})
    own = _PICTURE.sub(r"!\\[", typed)  # a picture would be fetched from wherever its address points
    markdown = filled(own, {key_of(name): output.markdown for name, output in inputs})
    return replace(words(Gives.TEXT, text), markdown=markdown)


def _follows(name: str, gives: Gives) -> Form | None:
    if gives in (Gives.TEXT, Gives.ANSWER):
        return None
    return {"text": reference_to(name)}


KIND = Kind(
    name="note",
    noun="Note",
    adds="Note",
    place=50,
    gives=Gives.TEXT,
    words=MappingProxyType({"text": "the note"}),
    check=_check,
    text=text_of,
    sentence=_sentence,
    make=_make,
    refers=frozenset({"text"}),
    blank=MappingProxyType({"text": ""}),
    chip="Write a note",
    chip_place=3,
    follows=_follows,
)
