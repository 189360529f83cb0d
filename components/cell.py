"""One step of a notebook: what it gives, its form while it is changed, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from components.address import at, move
from components.app import boundary, current_user, done, services
from components.cell_form import edit, undo_of
from components.cell_history import history
from components.kinds import SCREENS
from components.kinds.screen import Here
from components.models import at_most
from components.recent import recently
from components.runs import ENDED, price, run_cell
from components.state import Editing, tab
from components.text import shortened
from components.walker import WHY, why_not
from services.notebooks.kinds import KINDS
from services.notebooks.kinds.kind import Kind
from services.notebooks.notebook import Cell, Notebook, State
from services.notebooks.references import named
from services.notebooks.view import View

EDIT, AGAIN, HISTORY, WATCH, UNWATCH, UP, DOWN, COPY, FOLD, DELETE = (
    "Edit",
    "Run again",
    "History",
    "Tell me when this changes",
    "Don't tell me any more",
    "Move up",
    "Move down",
    "Duplicate",
    "Keep closed",
    "Delete",
)
MOST_CHIPS = 3


def closed(cell: Cell, names: Mapping[str, str], view: View) -> None:
    """Show a cell as the sentence it reads as; pressing it opens it."""
    price = view.at_most([cell])
    facts = [*([at_most(price)] if price else []), *(["out of date"] if view.because(cell) else [])]
    st.button(
        " · ".join([shortened(named(KINDS[cell.kind].sentence(cell.form, names)), 140), *facts]),
        key=f"row-open-{cell.id}",
        type="tertiary",
        icon=":material/chevron_right:",
        width="stretch",
        on_click=_unfold,
        args=(cell.id,),
    )


class Handed:
    """A view that the page has just read, handed to one cell: a run of that cell alone, later, has to read its own."""

    def __init__(self, view: View) -> None:
        self._view: View | None = view

    def take(self) -> View | None:
        """Give it once."""
        view, self._view = self._view, None
        return view


@st.fragment
def unfolded(notebook: Notebook, cell: Cell, names: Mapping[str, str], handed: Handed) -> None:
    """Show a cell with everything it holds. It runs by itself, so that the rest of the notebook stays where it is."""
    with boundary(), st.container(key=f"cell-{cell.id}", gap="small"):
        user = current_user()  # a fragment runs without the gate: the visit may have ended meanwhile
        here = Here(user, notebook, cell, handed.take() or services().notebooks.running.view(user, notebook), names)
        if KINDS[cell.kind].is_blank(cell.form):  # what nobody has filled in yet stands there as its form
            tab().editing.setdefault(cell.id, Editing(cell.revision, cell.form, is_new=True))
        if (editing := tab().editing.get(cell.id)) is not None:
            edit(here, editing)
        else:
            _shown(here)


@st.fragment
def read_only(notebook: Notebook, cell: Cell, names: Mapping[str, str], handed: Handed) -> None:
    """Show a cell of another's notebook: what it gives, and nothing that would change or run it."""
    with boundary(), st.container(key=f"cell-{cell.id}", gap="small"):
        user = current_user()
        if (view := handed.take()) is None:
            # What is shared may have been taken back since the page was drawn.
            notebook = services().notebooks.sharing.open(user, notebook.id)
            view = services().notebooks.running.view(user, notebook)
        here = Here(user, notebook, cell, view, names, may_change=False)
        if KINDS[cell.kind].asks is not None and cell.receipt_id is None:
            st.html(Markup('<p class="soft">{}: not run yet.</p>').format(named(KINDS[cell.kind].text(cell.form))))
        else:
            _how_it_ended(here)
            if because := here.view.because(cell):
                _say_why(because)
            SCREENS[cell.kind].show(here)


def _shown(here: Here) -> None:
    """Show what a cell gives, or why it gives nothing; the ⋯ menu stands in any case."""
    kind, cell = KINDS[here.cell.kind], here.cell
    if kind.asks is not None and cell.receipt_id is None:
        _not_run(here)
        _menu(here, (EDIT, UP, DOWN, COPY, DELETE))
        return
    _how_it_ended(here)
    _out_of_date(here)
    _changed(here)
    with boundary():
        SCREENS[cell.kind].show(here)
        _chips(here)
    again = _of_asked(cell) if kind.asks is not None else ()
    _menu(here, (EDIT, *again, UP, DOWN, COPY, FOLD, DELETE))


def _of_asked(cell: Cell) -> tuple[str, ...]:
    return (AGAIN, *([WHY] if cell.kind == "ask" else []), HISTORY, UNWATCH if cell.watched else WATCH)


def _not_run(here: Here) -> None:
    st.html(
        Markup('<div class="arrived"><p class="soft small">{}</p><h2 class="question">{}</h2></div>').format(
            here.cell.name, named(KINDS[here.cell.kind].text(here.cell.form))
        )
    )
    _how_it_ended(here)
    if here.cell.state is State.RUNNING:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.button("Run", key=f"playground-run-{here.cell.id}", type="primary")
        st.caption(price(here))
    if wanted:
        run_cell(here)


def _how_it_ended(here: Here) -> None:
    """Say of a run that did not end as it should how it did."""
    cell = here.cell
    if cell.state is not State.NONE:
        look = "facts" if cell.state is State.RUNNING else "missing"
        st.html(Markup('<p class="{}">{} {}</p>').format(look, ENDED[cell.state], cell.fault))


def _out_of_date(here: Here) -> None:
    because = here.view.because(here.cell)
    if not because:
        return
    if KINDS[here.cell.kind].asks is None:
        _say_why(because)
        return
    with st.container(key=f"stale-{here.cell.id}", gap="xsmall"):
        _say_why(because)
        with st.container(horizontal=True, vertical_alignment="center"):
            wanted = st.button(AGAIN, key=f"playground-stale-{here.cell.id}", icon=":material/refresh:")
            st.caption(price(here))
        if wanted:
            run_cell(here)


def _say_why(because: Sequence[str]) -> None:
    st.html(Markup('<p class="missing">Out of date, because {}.</p>').format(" and ".join(because)))


def _changed(here: Here) -> None:
    """Say of an answer that was run again in this visit whether it is the same, or what changed it."""
    user, cell, before = here.user, here.cell, tab().ran_again.get(here.cell.id)
    if before is None or cell.receipt_id in (None, before) or cell.state is not State.NONE:
        return
    now = str(cell.receipt_id)
    compared = recently(
        ("compared", user.id, before, now, frozenset(here.names)),
        lambda: services().notebooks.history.compare(user, before, now),
    )
    st.html(Markup('<p class="facts" role="status">{}</p>').format(compared.sentence))


def _chips(here: Here) -> None:
    """Offer the next cells, already wired to this one."""
    gives = here.view.gives(here.cell)
    if gives is None:
        return
    by_place = sorted(KINDS.values(), key=lambda each: each.chip_place)
    offered = [(each, form) for each in by_place if (form := each.follows(here.cell.name, gives))]
    if not offered:
        return
    with st.container(horizontal=True, gap="xsmall", key=f"chips-{here.cell.id}"):
        for kind, form in offered[:MOST_CHIPS]:
            if st.button(kind.chip, key=f"playground-chip-{kind.name}-{here.cell.id}", icon=SCREENS[kind.name].icon):
                _make_next(here, kind, form)


def _make_next(here: Here, kind: Kind, form: Mapping[str, object]) -> None:
    added = services().notebooks.cells.add(here.user, here.notebook.id, kind.name, form, after=here.cell.id)
    show_new(added)


def show_new(added: Cell) -> None:
    """Bring a new cell into view: its form, or what it already gives."""
    if not (SCREENS[added.kind].opens_filled and added.form):
        tab().editing[added.id] = Editing(added.revision, added.form, is_new=True)
    tab().undo = None
    move(cell=added.id, source=None)
    st.rerun()


def _menu(here: Here, choices: Sequence[str]) -> None:
    """Show the ⋯ menu; the style sheet puts it into the cell's upper right corner."""
    chosen = st.menu_button(
        "More",
        choices,
        key=f"icon-more-{here.cell.id}",
        type="tertiary",
        icon=":material/more_horiz:",
        format_func=lambda each: f"{each} · {price(here)}" if each == AGAIN else each,
    )
    if chosen is not None:
        _do(here, chosen)


def _do(here: Here, chosen: str) -> None:
    user, notebook, cell = here.user, here.notebook, here.cell
    cells = services().notebooks.cells
    if chosen == WHY and cell.receipt_id is not None:
        why_not(services().answers.asked(user, cell.receipt_id))
        return
    if chosen == HISTORY:
        history(user, notebook, cell)
        return
    if chosen in (WATCH, UNWATCH):
        services().notebooks.watching.watch(user, notebook.id, cell.id, chosen == WATCH)
        done("Your Inbox tells you when it changes." if chosen == WATCH else "You are not told any more.")
    if chosen == EDIT:
        tab().editing[cell.id] = Editing(cell.revision, cell.form)
        st.rerun()
    elif chosen == AGAIN:
        run_cell(here)
    elif chosen in (UP, DOWN):
        cells.move(user, notebook.id, cell.id, -1 if chosen == UP else 1)
    elif chosen == COPY:
        move(cell=cells.duplicate(user, notebook.id, cell.id).id, source=None)
    elif chosen == FOLD:
        cells.fold(user, notebook.id, cell.id, True)
        tab().unfolded.discard(cell.id)
        if at("cell") == cell.id:
            move(cell=None, source=None)
    else:
        cells.delete(user, notebook.id, cell.id)
        tab().undo = undo_of(here)
        if at("cell") == cell.id:
            move(cell=None, source=None)
    st.rerun()


def _unfold(cell_id: str) -> None:
    tab().unfolded.add(cell_id)
