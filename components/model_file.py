"""The file of a model that runs on the computer that runs the app: how it stands, and how it comes there."""

from __future__ import annotations

import streamlit as st

from components.app import boundary, current_user, done, services
from components.text import plain
from services.models.model import Model
from services.models.model_files import ModelFile
from services.models.weights import Standing
from services.people.user import User

MEGABYTE = 1_000_000
EVERY_SECONDS = 1


def file_of(user: User, model: Model) -> None:
    """Show how the file of a model stands; while it is being fetched it runs by itself, every second."""
    file = services().models.model_files.about(user, model.id)
    is_under_way = file.fetched.standing is Standing.FETCHING
    st.fragment(_shown, run_every=EVERY_SECONDS if is_under_way else None)(model, is_under_way)


def _shown(model: Model, was_under_way: bool) -> None:
    with boundary():
        user = current_user()
        file = services().models.model_files.about(user, model.id)
        is_under_way = file.fetched.standing is Standing.FETCHING
        if is_under_way != was_under_way:
            st.rerun()
        st.text(f"{_stands(file)} Its licence: {file.licence}.")
        if file.trouble:
            st.error(plain(file.trouble))
            st.write(plain(file.hint))
        if is_under_way:
            _under_way(user, model, file)
        elif file.fetched.standing is not Standing.PRESENT:
            _ways(user, model, file)


def _stands(file: ModelFile) -> str:
    size = _megabytes(file.fetched.total)
    match file.fetched.standing:
        case Standing.PRESENT:
            return f"Its file ({size} MB) is on that computer: it can be asked without a network."
        case Standing.FETCHING:
            return f"Its file ({size} MB) is on its way. It goes on when you leave this page."
        case Standing.DAMAGED:
            return f"Its file ({size} MB) is damaged, so that it can't be asked. Fetched again, it can."
    kept = f" {_megabytes(file.fetched.done)} MB of it came before and are kept." if file.fetched.done else ""
    return f"Its file ({size} MB) is not on that computer yet, so that it can't be asked.{kept}"


def _under_way(user: User, model: Model, file: ModelFile) -> None:
    done_so_far, total = file.fetched.done, file.fetched.total
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, done_so_far / total), f"{_megabytes(done_so_far)} of {_megabytes(total)} MB")
        if file.stopping:
            st.text("It stops in a moment.")
        elif file.may_fetch and st.button("Stop", key=f"models.stop.{model.id}", icon=":material/stop:"):
            services().models.model_files.stop(user, model.id)
            st.rerun(scope="fragment")


def _ways(user: User, model: Model, file: ModelFile) -> None:
    if not file.may_fetch:
        st.text("Those who answer for it can have it fetched.")
        return
    if st.button("Fetch it", key=f"models.fetch.{model.id}", icon=":material/download:"):
        services().models.model_files.fetch(user, model.id)
        done(f"The file of {model.name} is being fetched.")
    with (
        st.expander("Use a file on the server", type="compact", key=f"models.file.{model.id}"),
        st.form(f"models.file.form.{model.id}", border=False),
    ):
        path = st.text_input("Where it lies", key=f"models.path.{model.id}", placeholder="/folder/name of the file")
        if st.form_submit_button("Use it"):
            services().models.model_files.fetch_from(user, model.id, path)
            done(f"The file of {model.name} is being copied.")


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE:,}"
