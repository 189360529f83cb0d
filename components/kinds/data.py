"""A table: where it is from, its first rows, and the steps that are done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from components.app import boundary, services, show_fault
from components.kinds.screen import WIDE, Here, Screen, pick_cell, text_of
from components.text import counted, one_line
from services.errors import AppError
from services.notebooks.kinds.data import file_of, shipped_of, source_of, steps_of
from services.notebooks.output import Gives
from services.notebooks.references import named
from services.notebooks.tabular.filters import TESTS
from services.notebooks.tabular.formula import FORMULAS
from services.notebooks.tabular.limits import MOST_BYTES
from services.notebooks.tabular.measures import How
from services.notebooks.tabular.steps import step_of
from services.notebooks.tabular.suggestions import are_amounts
from services.notebooks.tabular.table import Column, ColumnKind, Table, written
from services.notebooks.tabular.table_files import as_csv, as_xlsx

UPLOAD, SHIPPED, CELL = "A file of mine", "A table that ships", "Another step"
ROWS_SHOWN = 200
MOST_PLACES = 4
"""Decimals that a grid shows; the files have all of them."""
DAYS = "D MMMM YYYY"
"""How a grid writes days: 1 December 2026."""
ROW_HEIGHT = 35
"""Pixels of a row of Streamlit's grid, and of its head."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _form(here: Here) -> dict[str, object]:
    form = here.cell.form
    now = SHIPPED if shipped_of(form) else CELL if source_of(form) else UPLOAD
    choices = [UPLOAD, SHIPPED, CELL]
    chosen = st.segmented_control(
        "Where the table is from", choices, default=now, required=True, key=f"playground.from.{here.cell.id}"
    )
    nothing: dict[str, object] = {"file": None, "shipped": None, "source": None}
    if chosen == SHIPPED:
        return nothing | {"shipped": _shipped(here)}
    if chosen == CELL:
        return nothing | {"source": pick_cell(here, "source", "Which step", _givers(here))}
    return nothing | {"file": _uploaded(here)}


def _shipped(here: Here) -> str | None:
    names = services().notebooks.running.shipped_tables(here.user)
    now = shipped_of(here.cell.form)
    return st.selectbox(
        "Which table",
        names,
        names.index(now) if now in names else 0,
        key=f"playground.shipped.{here.cell.id}",
        format_func=lambda each: one_line(each.replace("-", " ").capitalize()),
    )


def _givers(here: Here) -> Mapping[str, str]:
    """Give the cells that give a table or a file, by name."""
    outputs = {each.name: here.view.output_or_none(each) for each in here.notebook.cells if each.id != here.cell.id}
    return {
        name: name
        for name, output in outputs.items()
        if output is not None and (output.gives is Gives.TABLE or isinstance(output.content, tuple))
    }


def _uploaded(here: Here) -> object:
    if (held := file_of(here.cell.form)) is not None:
        st.html(Markup('<p class="soft small-print">Now: {}</p>').format(held[0]))
    brought = st.file_uploader(
        "CSV, XLSX or Parquet",
        type=["csv", "tsv", "txt", "xlsx", "xlsm", "parquet"],
        key=f"playground.file.{here.cell.id}",
        max_upload_size=MOST_BYTES // 1024**2,
    )
    # The uploader tells a screen reader alone why it does not take a file.
    st.caption(f"At most {MOST_BYTES // 1024**2} MB; a larger file is not taken.")
    if brought is None:
        return here.cell.form.get("file")
    return {"name": brought.name, "digest": services().notebooks.running.keep_file(here.user, brought.getvalue())}


def _options(here: Here) -> dict[str, object]:
    sheet = st.text_input(
        "Sheet of a workbook (its first where empty)",
        text_of(here.cell.form, "sheet"),
        key=f"playground.sheet.{here.cell.id}",
    )
    return {"sheet": sheet}


def _show(here: Here) -> None:
    st.html(Markup('<h2 class="small-heading">{}</h2>').format(here.cell.name))
    table = None
    with boundary():
        found = here.view.output(here.cell).content
        if isinstance(found, Table):
            table = found
            _rows(here, table)
    if here.may_change:
        _steps(here, table)


def _rows(here: Here, table: Table) -> None:
    st.html(
        Markup('<p class="facts">{} · {}</p>{}').format(
            counted(len(table), "row"),
            counted(len(table.columns), "column"),
            Markup("").join(Markup('<p class="missing">{}</p>').format(each) for each in table.remarks),
        )
    )
    st.dataframe(
        table.frame.head(ROWS_SHOWN),
        hide_index=True,
        height=min(280, ROW_HEIGHT * (1 + min(len(table), ROWS_SHOWN)) + 2),
        column_config=columns_shown(table),
        placeholder="",
        key=f"playground-table-{here.cell.id}",
    )
    with st.container(horizontal=True, gap="xsmall"):
        if len(table) > ROWS_SHOWN:
            st.caption(f"The first {ROWS_SHOWN} rows.")
        for label, name, make, media in (
            ("CSV", "csv", as_csv, "text/csv"),
            ("Excel", "xlsx", as_xlsx, XLSX),
        ):
            st.download_button(
                label,
                _made(make, table),
                f"{here.cell.name}.{name}",
                media,
                key=f"playground-{name}-{here.cell.id}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


def columns_shown(table: Table) -> dict[str, Any]:
    """Say how the columns of a grid are written: days as everywhere else, amounts with marks of thousands."""
    found: dict[str, Any] = {}
    for each in table.columns:
        if _holds_days(table, each):
            found[each.name] = st.column_config.DateColumn(format=DAYS)
        elif are_amounts(each) and (places := _places(table, each)) is not None:
            found[each.name] = st.column_config.NumberColumn(format="localized", step=10**-places if places else 1)
    return found


def _places(table: Table, column: Column) -> int | None:
    """Give the decimals that all the numbers shown are written with; None where some would be seen as nothing."""
    cells = table.frame[column.name].head(ROWS_SHOWN).dropna()
    values = [each for each in cells.tolist() if each]
    texts = [written(each) for each in values]
    places = max((len(each.partition(".")[2]) for each in texts), default=0)
    if places <= MOST_PLACES and not any("e" in each for each in texts):
        return places
    return MOST_PLACES if min(map(abs, values)) >= 10 ** (1 - MOST_PLACES) and max(map(abs, values)) < 1e15 else None


def _holds_days(table: Table, column: Column) -> bool:
    """Say whether a column holds days without an hour, as far as it is shown."""
    if column.kind is not ColumnKind.DATE:
        return False
    cells = table.frame[column.name].head(ROWS_SHOWN).dropna()
    return bool((cells == cells.dt.normalize()).all())


def _made(make: Callable[[Table], bytes], table: Table) -> Callable[[], bytes]:
    return lambda: make(table)


def _steps(here: Here, table: Table | None) -> None:
    """List what is done with the table, each step with the way to take it out, and offer the next one."""
    steps = list(steps_of(here.cell.form))
    for number, each in enumerate(steps, start=1):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", wrap=False):
            st.html(Markup('<p class="small-print">{}. {}</p>').format(number, named(each.sentence)))
            if st.button(
                f"Take out step {number}",
                key=f"icon-step-{number}-{here.cell.id}",
                type="tertiary",
                icon=":material/close:",
            ):
                _save(here, [one.form for one in steps if one is not each])
    if table is None:
        return
    with st.expander("Add a step", type="compact", key=f"playground.add_step.{here.cell.id}"):
        chosen = st.segmented_control(
            "What to do with it",
            list(_FIELDS),
            default=next(iter(_FIELDS)),
            required=True,
            key=f"playground.step.{here.cell.id}",
        )
        step = _FIELDS[chosen or next(iter(_FIELDS))](table, f"playground.{here.cell.id}.{chosen}")
        if st.button("Add this step", key=f"playground-step-{here.cell.id}"):
            try:
                step_of(step).after(table.columns, len(steps) + 1)
            except AppError as error:
                show_fault(error)
            else:
                _save(here, [*(each.form for each in steps), step])


def _save(here: Here, steps: Sequence[Mapping[str, object]]) -> None:
    form = {**here.cell.form, "steps": list(steps)}
    services().notebooks.cells.edit(here.user, here.notebook.id, here.cell.id, form, here.cell.revision)
    st.rerun()


def _names(table: Table) -> list[str]:
    return [each.name for each in table.columns]


def _filter(table: Table, key: str) -> dict[str, object]:
    with st.container(horizontal=True):
        column = st.selectbox("Column", _names(table), key=f"{key}.column", format_func=one_line)
        kind = next(each.kind for each in table.columns if each.name == column)
        tests = [name for name, test in TESTS.items() if kind in test.kinds]
        test = st.selectbox("Keep rows where it", tests, key=f"{key}.test")
        takes = TESTS[test].takes
        value = st.text_input("Value", key=f"{key}.value") if takes else ""
        to = st.text_input("and", key=f"{key}.to") if takes > 1 else ""
    return {"step": "filter", "column": column, "test": test, "value": value, "to": to}


def _group(table: Table, key: str) -> dict[str, object]:
    with st.container(horizontal=True):
        by = st.multiselect("By", _names(table), key=f"{key}.by", format_func=one_line)
        how = st.selectbox("Measure", list(How), key=f"{key}.how", format_func=str)
        column = st.selectbox(
            "Of", ["", *_names(table)], key=f"{key}.column", format_func=lambda each: one_line(each) or "rows"
        )
    return {"step": "group", "by": by, "measures": [{"how": how, "column": column}]}


def _sort(table: Table, key: str) -> dict[str, object]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox("By", _names(table), key=f"{key}.column", format_func=one_line)
        descending = st.toggle("Highest first", key=f"{key}.descending")
    return {"step": "sort", "column": column, "descending": descending}


def _choose(table: Table, key: str) -> dict[str, object]:
    kept = st.multiselect("Keep these columns", _names(table), key=f"{key}.columns", format_func=one_line)
    return {"step": "choose", "columns": kept}


def _compute(table: Table, key: str) -> dict[str, object]:
    with st.container(horizontal=True):
        called = st.text_input("New column", key=f"{key}.called", width=WIDE)
        of = st.selectbox("From", _names(table), key=f"{key}.of", format_func=one_line, width=WIDE)
        kind = next(each.kind for each in table.columns if each.name == of)
        formulas = [name for name, each in FORMULAS.items() if each.of is kind]
        formula = st.selectbox("Computed as", formulas, key=f"{key}.formula", width=WIDE)
        step: dict[str, object] = {"step": "compute", "called": called, "formula": formula, "of": of}
        described = FORMULAS.get(formula or "")
        if described is not None and described.with_ is not None:
            others = [each.name for each in table.columns if each.kind is described.with_]
            step["with"] = st.selectbox("and", ["", *others], key=f"{key}.with", format_func=one_line, width=WIDE)
        if described is not None and described.number:
            number = st.number_input("or the number", value=None, key=f"{key}.number", width=WIDE)
            if number is not None:
                step |= {"with": "", "number": number}
    return step


_FIELDS: Mapping[str, Callable[[Table, str], dict[str, object]]] = {
    "Filter": _filter,
    "Group": _group,
    "Sort": _sort,
    "Columns": _choose,
    "Compute": _compute,
}

SCREEN = Screen(":material/table:", _form, _show, _options)
