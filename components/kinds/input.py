"""An input: its field stands on the page, and what is typed there is what other cells take in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st
from markupsafe import Markup

from components.app import services
from components.kinds.screen import Here, Screen, text_of
from components.text import one_line, plain
from services.notebooks.kinds.input import TYPES, choices_of, file_of, label_of, said, type_of, value_of

LARGEST_FILE = 50


def _form(here: Here) -> dict[str, object]:
    form = here.cell.form
    label = st.text_input(
        "What to ask for", label_of(form), key=f"playground.label.{here.cell.id}", placeholder="Region"
    )
    kinds = list(TYPES)
    kind = st.selectbox(
        "Type", kinds, kinds.index(type_of(form)), key=f"playground.type.{here.cell.id}", format_func=TYPES.__getitem__
    )
    filled: dict[str, object] = {"label": label, "type": kind}
    if kind == "choice":
        lines = st.text_area(
            "To choose from, one on each line", "\n".join(choices_of(form)), key=f"playground.choices.{here.cell.id}"
        )
        filled["choices"] = lines.splitlines()
    if kind == type_of(form):
        filled |= {name: form[name] for name in ("value", "default") if name in form}
    return filled


def _options(here: Here) -> dict[str, object]:
    form = here.cell.form
    help_ = st.text_input("Help", text_of(form, "help"), key=f"playground.help.{here.cell.id}")
    required = st.checkbox("A value is needed", bool(form.get("required")), key=f"playground.required.{here.cell.id}")
    return {"help": help_, "required": required}


def _show(here: Here) -> None:
    form = here.cell.form
    if not here.may_change:
        st.html(Markup('<p><span class="soft">{}</span> <b>{}</b></p>').format(label_of(form), said(form) or "not set"))
        return
    key = f"playground.value.{here.cell.id}.{here.cell.revision}"
    draw = _WIDGETS.get(type_of(form), _text)
    typed = draw(here, plain(label_of(form) or here.cell.name), key, text_of(form, "help") or None)
    if typed is not _SAME and typed != value_of(form):
        services().notebooks.cells.edit(
            here.user, here.notebook.id, here.cell.id, {**form, "value": typed}, here.cell.revision
        )
        st.rerun()
    here.view.output(here.cell)  # raises where a value is needed and not there


_SAME = object()


def _text(here: Here, label: str, key: str, help_: str | None) -> object:
    now = said(here.cell.form)
    typed = st.text_input(label, now, key=key, help=help_)
    return typed if typed != now else _SAME


def _number(here: Here, label: str, key: str, help_: str | None) -> object:
    # Typed as text, so that 1,200.50 keeps its digits; the service says what is no number.
    now = said(here.cell.form)
    typed = st.text_input(label, now, key=key, help=help_)
    return typed if typed.strip() != now else _SAME


def _choice(here: Here, label: str, key: str, help_: str | None) -> object:
    options, now = choices_of(here.cell.form), said(here.cell.form)
    place = options.index(now) if now in options else None
    return st.selectbox(label, options, place, key=key, help=help_, format_func=one_line, placeholder="Choose one")


def _date(here: Here, label: str, key: str, help_: str | None) -> object:
    value = value_of(here.cell.form)
    day = st.date_input(label, date.fromisoformat(str(value)) if value else None, key=key, help=help_)
    return day.isoformat() if isinstance(day, date) else None


def _yes_or_no(here: Here, label: str, key: str, help_: str | None) -> object:
    typed = st.toggle(label, bool(value_of(here.cell.form)), key=key, help=help_)
    return typed if typed or value_of(here.cell.form) is not None else _SAME


def _file(here: Here, label: str, key: str, help_: str | None) -> object:
    if (held := file_of(here.cell.form)) is not None:
        st.html(Markup('<p class="soft small-print">{}: {}</p>').format(label, held[0]))
    brought = st.file_uploader(label, key=key, help=help_, max_upload_size=LARGEST_FILE)
    if brought is None:
        return _SAME
    return {"name": brought.name, "digest": services().notebooks.running.keep_file(here.user, brought.getvalue())}


_WIDGETS: Mapping[str, Callable[[Here, str, str, str | None], object]] = {
    "text": _text,
    "number": _number,
    "choice": _choice,
    "date": _date,
    "yes/no": _yes_or_no,
    "file": _file,
}

SCREEN = Screen(":material/input:", _form, _show, _options)
