"""The Data cell: a table from a file, from those that ship or from another cell, worked on step by step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

from services.errors import BadInput
from services.notebooks.kinds.kind import Form, Kind, Making, check_fields
from services.notebooks.markup import in_markdown, writable
from services.notebooks.output import Gives, Output
from services.notebooks.references import REFERENCE, filled, key_of, with_texts
from services.notebooks.tabular.read_table import read_table
from services.notebooks.tabular.steps import MOST_STEPS, Step, apply, step_of
from services.notebooks.tabular.table import Table

WORDS = MappingProxyType(
    {
        "file": "the file",
        "shipped": "the table that ships",
        "source": "where the table is from",
        "sheet": "the sheet",
        "steps": "what is done with the table",
    }
)
ROWS_IN_WORDS, LONGEST_NAME = 8, 200


def file_of(form: Form) -> tuple[str, str] | None:
    """Give name and digest of the file that was brought, None where there is none."""
    file = form.get("file")
    return (str(file.get("name", "")), str(file.get("digest", ""))) if isinstance(file, Mapping) else None


def shipped_of(form: Form) -> str:
    """Give the name of the shipped table, "" where it is none of those."""
    return str(form.get("shipped") or "")


def source_of(form: Form) -> str:
    """Give the name of the cell that the table is from, "" where it is from none."""
    found = REFERENCE.search(str(form.get("source") or ""))
    return found[1] if found else ""


def steps_of(form: Form) -> tuple[Step, ...]:
    """Give the steps. Raises BadInput for one that is none, as in a file that somebody edited."""
    listed = form.get("steps", ())
    return tuple(step_of(each) for each in listed) if isinstance(listed, list | tuple) else ()


def _check(form: Form) -> dict[str, object]:
    check_fields(form, frozenset(WORDS))
    tidy: dict[str, object] = {}
    if (file := file_of(form)) is not None:
        tidy["file"] = {"name": writable(file[0])[:LONGEST_NAME], "digest": file[1]}
    elif shipped := shipped_of(form):
        tidy["shipped"] = shipped
    elif form.get("source"):
        if not source_of(form):
            raise BadInput("It is not said which step the table is from.", "Choose a step that gives a table or file.")
        tidy["source"] = str(form["source"])
    else:
        raise BadInput("There is no table yet.", "Bring a file, or choose one of the tables that ship.")
    if sheet := " ".join(writable(str(form.get("sheet") or "")).split()):
        tidy["sheet"] = sheet[:LONGEST_NAME]
    steps = steps_of(form)
    if len(steps) > MOST_STEPS:
        raise BadInput(f"A table takes at most {MOST_STEPS} steps.", "Go on with its result in another step.")
    if steps:
        tidy["steps"] = [each.form for each in steps]
    return tidy


def _text(form: Form) -> str:
    if (file := file_of(form)) is not None:
        return file[0]
    return shipped_of(form) or source_of(form)


def _sentence(form: Form, _names: Mapping[str, str]) -> str:
    named = f"Table **{in_markdown(_text(form))}**" if _text(form) else "Table, not chosen yet"
    try:
        said = [in_markdown(each.sentence[:1].lower() + each.sentence[1:]) for each in steps_of(form)]
    except BadInput:
        said = []
    return f"{named}: {', then '.join(said)}" if said else named


def _make(making: Making) -> Output:
    table = _table(making)
    values = {key_of(name): output.text for name, output in making.inputs.items()}
    steps = with_texts({"steps": making.form.get("steps", [])}, lambda text: filled(text, values))
    worked = apply(table, steps_of(steps))
    return Output(Gives.TABLE, in_words(worked), worked.digest, worked, f"\n\n{worked.text()}\n\n")


def _table(making: Making) -> Table:
    form, sheet = making.form, str(making.form.get("sheet") or "")
    if (file := file_of(form)) is not None:
        return read_table(file[0], making.files.read(file[1]), sheet)
    if shipped := shipped_of(form):
        return read_table(f"{shipped}.csv", making.files.read_shipped(shipped))
    source = source_of(form)
    given = next((output for name, output in making.inputs.items() if key_of(name) == key_of(source)), None)
    if given is not None and isinstance(given.content, Table):
        return given.content
    if given is not None and isinstance(given.content, tuple):
        name, digest = given.content
        return read_table(name, making.files.read(digest), sheet)
    raise BadInput(
        f"“{source}” gives no table." if source else "There is no table yet.",
        "Choose a step that gives a table or a file, or bring a file.",
    )


def in_words(table: Table) -> str:
    """Say a table in the middle of a sentence: its columns and its first rows."""
    rows = [", ".join(row) for row in table.rows(ROWS_IN_WORDS)]
    more = f"; and {len(table) - ROWS_IN_WORDS:,} more rows" if len(table) > ROWS_IN_WORDS else ""
    return f"{table.name} ({', '.join(each.name for each in table.columns)}): {'; '.join(rows)}{more}"


def _called(form: Form) -> str:
    file = file_of(form)
    return PurePath(file[0]).stem if file is not None else shipped_of(form)


KIND = Kind(
    name="data",
    noun="Table",
    adds="Bring a table",
    place=20,
    gives=Gives.TABLE,
    words=WORDS,
    check=_check,
    text=_text,
    sentence=_sentence,
    make=_make,
    refers=frozenset({"source", "steps"}),
    called=_called,
)
