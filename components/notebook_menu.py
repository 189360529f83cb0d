"""What can be done with a whole notebook: rename, versions, sharing, copying, deleting."""

from __future__ import annotations

from functools import partial

import streamlit as st
from markupsafe import Markup

from components.address import PLAYGROUND, move
from components.app import boundary, done, services
from components.models import at_most
from components.runs import run
from components.state import Undo, tab
from components.text import counted, one_line, plain, shortened, when
from services.notebooks.graph import by_name, run_order, sources_of
from services.notebooks.kinds import KINDS
from services.notebooks.notebook import Notebook
from services.notebooks.references import named
from services.notebooks.versions import Version
from services.people.user import User

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JUPYTER = "application/x-ipynb+json"

RUN, DOWNLOAD, ORDER, RENAME, VERSIONS, BIN, SHARE, COPY, DELETE = (
    "Run all",
    "Download",
    "Show the run order",
    "Rename",
    "Versions",
    "Deleted steps",
    "Share",
    "Make a copy",
    "Delete",
)


def menu(user: User, notebook: Notebook) -> None:
    """Show the ⋯ menu of a notebook, and what was chosen from it."""
    choices = (RUN, DOWNLOAD, ORDER, RENAME, VERSIONS, BIN, SHARE, COPY, DELETE)
    chosen = st.menu_button("More", choices, key="icon-more", type="tertiary", icon=":material/more_horiz:")
    if chosen == RUN:
        _run_all(user, notebook)
    elif chosen == DOWNLOAD:
        _download(user, notebook)
    elif chosen == ORDER:
        _order(notebook)
    elif chosen == RENAME:
        _rename(user, notebook)
    elif chosen == VERSIONS:
        _versions(user, notebook)
    elif chosen == BIN:
        _bin(user, notebook)
    elif chosen == SHARE:
        _share(user, notebook)
    elif chosen == COPY:
        copy(user, notebook)
    elif chosen == DELETE:
        _delete(user, notebook)


def copy(user: User, notebook: Notebook) -> None:
    """Copy a notebook into one of the person's own, and go there."""
    made = services().notebooks.sharing.fork(user, notebook.id)
    st.switch_page(PLAYGROUND, query_params={"notebook": made.id})


def _run_all(user: User, notebook: Notebook) -> None:
    """Run everything; where that costs something, only after somebody has seen how much."""
    view = services().notebooks.running.view(user, notebook)
    if price := view.at_most(notebook.cells):
        _ask_to_pay(user, notebook, at_most(price))
    else:
        run(user, notebook, everything=True)


@st.dialog("Run all steps?")
def _ask_to_pay(user: User, notebook: Notebook, price: str) -> None:
    with boundary():
        st.text(f"Models write some of the answers: {price} together.")
        if st.button("Run all", type="primary", key="playground.run_all"):
            run(user, notebook, everything=True)


@st.dialog("Download this notebook")
def _download(user: User, notebook: Notebook) -> None:
    with boundary():
        st.text("Each carries the sources and how it was made, without what you may no longer read.")
        leaving = services().notebooks.leaving
        for label, ending, media, make in (
            ("Word, to send on", "docx", WORD, leaving.word),
            ("One page for a browser", "html", "text/html", leaving.html),
            ("Jupyter notebook: runs anywhere, and can be brought back here", "ipynb", JUPYTER, leaving.ipynb),
            ("Markdown", "md", "text/markdown", leaving.markdown),
        ):
            st.download_button(
                label,
                partial(make, user, notebook.id),
                f"{notebook.title}.{ending}",
                media,
                key=f"playground.download.{ending}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


@st.dialog("What is made from what", width="large")
def _order(notebook: Notebook) -> None:
    with boundary():
        named = by_name(notebook.cells)
        ordered = run_order(notebook.cells)
        number = {each.id: place for place, each in enumerate(ordered, start=1)}
        # Names of steps are others' words: only letters, digits and spaces of them go into the drawing's own language.
        boxes = [f'  {number[each.id]}["{number[each.id]} {_in_a_drawing(each.name)}"]' for each in ordered]
        arrows = [f"  {number[one.id]} --> {number[each.id]}" for each in ordered for one in sources_of(each, named)]
        if arrows:
            st.mermaid_chart(
                "\n".join(["flowchart LR", *boxes, *arrows]), alt="The steps with arrows to those made from them"
            )
        else:
            st.text("No step refers to another one: each runs by itself, from the top of the page to its end.")
        for each in ordered:
            after = ", ".join(one.name for one in sources_of(each, named))
            st.text(f"{number[each.id]}. {each.name}" + (f", made from {after}" if after else ""))


def _in_a_drawing(name: str) -> str:
    return "".join(each for each in name if each.isalnum() or each == " ")


@st.dialog("Rename this notebook")
def _rename(user: User, notebook: Notebook) -> None:
    with boundary(), st.form("playground.rename", border=False):
        wanted = st.text_input("Title", notebook.title, max_chars=120, key="playground.title")
        if st.form_submit_button("Save", type="primary"):
            services().notebooks.rename(user, notebook.id, wanted, notebook.revision)
            done("Renamed.")


@st.dialog("Versions of this notebook")
def _versions(user: User, notebook: Notebook) -> None:
    with boundary():
        st.text("Everything is saved as you type. A version is a state that you can come back to.")
        with st.form("playground.version", border=False, clear_on_submit=True):
            name = st.text_input("Name", key="playground.version.name", placeholder="For the board")
            if st.form_submit_button("Keep this version", type="primary"):
                services().notebooks.versions.keep(user, notebook.id, name)
        kept = services().notebooks.versions.list(user, notebook.id)
        if not kept:
            st.text("No version is kept yet.")
        for each in kept:
            _version(user, notebook, each)


def _version(user: User, notebook: Notebook, version: Version) -> None:
    different = services().notebooks.versions.differences(user, notebook.id, version.id)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(
            Markup('<b>{}</b> <span class="soft small">{} · {}</span>').format(
                version.name, counted(version.steps, "step"), when(version.at)
            )
        )
        if different and st.button("Bring back", key=f"playground.bring.{version.id}", icon=":material/history:"):
            services().notebooks.versions.restore(user, notebook.id, version.id)
            done(f"“{version.name}” is back. What was there before is a version of its own.")
    words = " ".join(different[:5]) if different else "As it is now."
    more = f" And {counted(len(different) - 5, 'more change')}." if len(different) > 5 else ""
    st.html(Markup('<p class="soft small-print">{}{}</p>').format(words, more))


@st.dialog("Deleted steps")
def _bin(user: User, notebook: Notebook) -> None:
    with boundary():
        cells = services().notebooks.cells
        deleted = cells.deleted(user, notebook.id)
        st.text("Each comes back to where it was, with what it gave." if deleted else "No step was deleted.")
        names = {each.id: each.name for each in services().knowledge.knowledge_bases(user)}
        for each in deleted:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                sentence = shortened(named(KINDS[each.kind].sentence(each.form, names)), 140)
                st.markdown(f"**{plain(each.name)}** {sentence}")
                if st.button("Put back", key=f"playground.back.{each.id}", icon=":material/undo:"):
                    cells.restore(user, notebook.id, each.id)
                    tab().undo = None
                    move(cell=each.id, source=None)
                    done("It is back.")


@st.dialog("Share this notebook")
def _share(user: User, notebook: Notebook) -> None:
    with boundary():
        sharing = services().notebooks.sharing
        st.text("Others read it by its address, and see of its sources what they may read themselves.")
        readers = sharing.readers(user, notebook.id)
        shared = {each.id for each in readers}
        others = {each.id: each.name for each in sharing.possible_readers(user) if each.id not in shared}
        with st.form("playground.share", border=False):
            reader = st.selectbox(
                "Who may read it",
                list(others),
                None,
                key="playground.reader",
                format_func=lambda each: one_line(others[each]),
                placeholder="A person or a line of business",
            )
            if st.form_submit_button("Share", type="primary") and reader:
                sharing.share(user, notebook.id, reader)
                st.rerun(scope="fragment")
        if not readers:
            st.text("Nobody but you reads it so far.")
        for each in readers:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.text(each.name)
                if st.button("Take back", key=f"playground.take.{each.id}", icon=":material/close:"):
                    sharing.take_back(user, notebook.id, each.id)
                    st.rerun(scope="fragment")


@st.dialog("Delete this notebook?")
def _delete(user: User, notebook: Notebook) -> None:
    with boundary():
        st.text(f"“{notebook.title}” goes to the bin. You can restore it from there.")
        if st.button("Delete notebook", type="primary", key="playground.delete"):
            services().notebooks.delete(user, notebook.id)
            tab().undo = Undo(
                f"“{notebook.title}” is in the bin.", partial(services().notebooks.restore, user, notebook.id)
            )
            move(notebook=None, cell=None, source=None)
            st.rerun()
