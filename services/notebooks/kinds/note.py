"""The Note cell: what somebody wants to keep, in Markdown; it does not run."""

from __future__ import annotations

from collections.abc import Mapping

from services.errors import BadInput
from services.notebooks.kinds.kind import Form, Kind, check_fields
from services.notebooks.markup import in_markdown, writable

LONGEST = 50_000
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


NOTE = Kind(check=_check, text=text_of, sentence=_sentence)
