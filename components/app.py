"""What every screen needs: the services, who is here, one boundary for errors, and the word after a write."""

from __future__ import annotations

import gc
import importlib
import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from components.state import keep_notice, take_notice
from components.text import plain
from services.bootstrap import Services, build
from services.errors import AppError, NotAllowed
from services.people.user import User
from services.settings import read_settings

# Imported in the background, behind the first page.
HEAVY = ("dbos", "onnxruntime", "plotly.graph_objects", "tokenizers")

_log = logging.getLogger("accelerate")
_building = threading.Lock()


@st.cache_resource(show_spinner=False)
def services() -> Services:
    """Give the rooms of the app, built once. Raises AppError where a setting or the data folder is wrong."""
    with _building:
        return build(read_settings())


def person_here() -> User | None:
    """Tell who is signed in in this tab, or None. The one place where a screen reads the sign-in.

    `st.user["signed_in"]` is the signed cookie that the door passed on; whatever else it holds is nobody.
    """
    return services().people.read(st.user.get("signed_in"))


def current_user() -> User:
    """Give who is signed in; raises NotAllowed where nobody is, which the gate has ruled out for pages."""
    user = person_here()
    if user is None:
        raise NotAllowed("You are signed out.", "Sign in and try again.")
    return user


def done(sentence: str) -> NoReturn:
    """After a write: run the page again and say `sentence` there (a toast before a rerun is never seen)."""
    keep_notice(sentence)
    st.rerun()


def show_notice() -> None:
    """Show what `done` said before this rerun."""
    if sentence := take_notice():
        st.toast(sentence)


@contextmanager
def boundary() -> Iterator[None]:
    """Show an error inside it as `show_fault` does, and let what stands after it go on.

    The front door wraps every page in it. Fragments and dialogs run later, outside it, and open their own.
    """
    try:
        yield
    except Exception as error:
        show_fault(error)


def show_fault(error: Exception) -> bool:
    """Show an AppError as its own sentence and hint, anything else as a reference to the log; True: it was shown."""
    if isinstance(error, AppError):
        st.error(plain(error.message))
        if error.hint:
            st.write(plain(error.hint))
        return True
    reference = secrets.token_hex(4)
    _log.error("reference %s", reference, exc_info=error)
    st.error(f"Something went wrong here. It is in the log under reference {reference}.")
    st.write("Try again. If it happens once more, give the reference to whoever runs Accelerate.")
    return True


def warm_up() -> None:
    """Import the heavy modules in the background, then take them too out of every later collection."""

    def load() -> None:
        for name in HEAVY:
            importlib.import_module(name)
        freeze()

    threading.Thread(target=load, name="warm-up", daemon=True).start()


def freeze() -> None:
    """Keep what is loaded for good out of the garbage collector, which else walks it again and again."""
    gc.collect()
    gc.freeze()
