"""The run of a notebook: what is out of date and the button that runs it, and how far a run has come."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from markupsafe import Markup

from components.app import boundary, current_user, done, services
from components.kinds.screen import Here
from components.models import at_most
from components.question import working
from components.state import tab
from components.text import counted, plain
from services.notebooks.kinds import KINDS
from services.notebooks.notebook import Cell, Notebook, State
from services.notebooks.view import View, models_of
from services.people.user import User

EVERY_SECONDS = 0.4
OVER = "The run is over."


def run_bar(user: User, notebook: Notebook, view: View, *, least: int) -> None:
    """Show the run that goes on, or offer to run what is out of date where that is at least `least` steps.

    A step alone says so itself where it is in sight. What runs alone is shown where it stands (`runs_alone`).
    """
    if services().notebooks.runs.progress(user, notebook.id) is not None:
        if runs_alone(user, notebook) is None:
            under_way(notebook)
        return
    stale = [each for each in notebook.cells if KINDS[each.kind].asks is not None and view.because(each)]
    new = [
        each
        for each in notebook.cells
        if KINDS[each.kind].asks is not None and each.receipt_id is None and KINDS[each.kind].text(each.form)
    ]
    if len(stale) + len(new) < least:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="narrow-run"):
        said = [f"{counted(len(stale), 'step')} out of date"] if stale else []
        said += [f"{counted(len(new), 'step')} not run yet"] if new else []
        st.text(f"{' and '.join(said)}: {at_most(view.at_most([*stale, *new]))}.".capitalize())
        label = "Run them" if len(stale) + len(new) > 1 else "Run it"
        if st.button(label, key="playground.run_stale", type="primary", icon=":material/play_arrow:"):
            run(user, notebook, everything=False)


def run(user: User, notebook: Notebook, *, everything: bool) -> None:
    """Start a run and show how far it comes; one that ends at once is not shown at all."""
    runs = services().notebooks.runs
    keep_answers(notebook.cells)
    with boundary():
        start = runs.start_all if everything else runs.start_out_of_date
        if start(user, notebook.id).finished.wait(EVERY_SECONDS):
            done(OVER)
        st.rerun()


def keep_answers(cells: Iterable[Cell]) -> None:
    """Keep which answers stand there before a run, so that each can say afterwards whether it changed, and why."""
    tab().ran_again |= {each.id: each.receipt_id for each in cells if each.receipt_id and each.state is State.NONE}


def price(here: Here) -> str:
    """Say before a run what it costs at most."""
    return plain(at_most(here.view.at_most([here.cell])).capitalize())


def run_cell(here: Here) -> None:
    """Run one step, and draw the page again."""
    notebooks = services().notebooks
    keep_answers([here.cell])
    if models_of(here.cell):
        # A model takes its time: it writes at the server, and the page shows what has come so far.
        notebooks.runs.start(here.user, here.notebook.id, [here.cell.id])
    else:
        with working():
            notebooks.running.run(here.user, here.notebook.id, here.cell.id)
    st.rerun()


def runs_alone(user: User, notebook: Notebook) -> str | None:
    """Give the id of the only cell that runs, None where none or several do."""
    job = services().notebooks.runs.progress(user, notebook.id)
    return job.cell_ids[0] if job is not None and len(job.cell_ids) == 1 else None


@st.fragment(run_every=EVERY_SECONDS)
def under_way(notebook: Notebook) -> None:
    """Show how far the run of a notebook has come, what is being written, and the way to stop it."""
    with boundary():
        user = current_user()
        job = services().notebooks.runs.progress(user, notebook.id)
        if job is None:
            done(OVER)
        names = {each.id: each.name for each in notebook.cells}
        current = names.get(job.current or "", "the next step")
        with st.container(key="narrow-under-way", gap="xsmall"):
            of = len(job.cell_ids)
            st.progress(job.done / of, text=f"Running “{current}”" + (f", {job.done + 1} of {of}" if of > 1 else ""))
            if job.text:
                st.html(Markup('<p class="sentence">{}</p>').format(job.text))
            if job.stopped.is_set():
                st.text("It stops.")
            elif st.button("Stop", key="playground.stop", icon=":material/stop:"):
                services().notebooks.runs.stop(user, notebook.id)
                st.rerun(scope="fragment")


ENDED = {
    State.STOPPED: "This was stopped before it ran.",
    State.INTERRUPTED: "The app ended while this ran. It was not sent again.",
    State.FAILED: "This gave no answer.",
    State.RUNNING: "Runs, or waits for its turn.",
}
"""What a cell says whose last run did not end as it should."""
