"""The address of what is on the screen, so that a link, a refresh and Back restore it."""

from __future__ import annotations

import streamlit as st

HOME = "pages/home/home.py"
PLAYGROUND = "pages/build/playground.py"
KNOWLEDGE = "pages/know/knowledge.py"
KNOWLEDGE_BASE = "pages/know/knowledge_base.py"
INBOX = "pages/home/inbox.py"
MODELS = "pages/oversee/models.py"
OVERVIEW = "pages/oversee/overview.py"


def at(name: str) -> str | None:
    """Give what the address says under `name`; None when it says nothing."""
    return st.query_params.get(name) or None


def keep(name: str) -> None:
    """Have the browser's address say what the page was asked for under `name`.

    A link from a page to itself hands its query to the page, but Streamlit 1.67 leaves it out of the address: a refresh
    or the next press would lose it.
    """
    if (value := at(name)) is not None:
        st.query_params[name] = value


def move(**parts: str | None) -> None:
    """Change parts of the address without leaving the page; None takes a part out."""
    for name, value in parts.items():
        if value is not None:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]
