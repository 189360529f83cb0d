# NOTE (not to be committed): at 23:04 the front door overwrote an earlier, uncommitted version of this file by
# mistake, and it could not be recovered. Please put your functions back beside keep_notice/take_notice, which
# components/app.py needs, and delete this note. OVERWRITTEN
"""What one tab remembers between two reruns; the only place with `st.session_state`."""

from __future__ import annotations

import streamlit as st

_NOTICE = "app.notice"


def keep_notice(sentence: str) -> None:
    """Keep a sentence to be shown once, after the next rerun."""
    st.session_state[_NOTICE] = sentence


def take_notice() -> str | None:
    """Give the kept sentence and forget it."""
    notice = st.session_state.pop(_NOTICE, None)
    return notice if isinstance(notice, str) else None


def keep_notice(sentence: str) -> None:
    """Keep what is to be said after the next rerun."""
    tab().notice = sentence


def take_notice() -> str | None:
    """Give what was kept, once."""
    sentence, tab().notice = tab().notice, None
    return sentence
