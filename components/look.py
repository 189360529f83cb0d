"""The look that the theme can't express, and what only the browser can do: both are our own files, never content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st


def look() -> None:
    """Put the style sheet and the script into the page; called once by the front door."""
    st.html(_style_and_script(), unsafe_allow_javascript=True)


@cache
def _style_and_script() -> str:
    style = Path(__file__).with_name("look.css").read_text(encoding="utf-8")
    return f'<style>{style}</style><script src="/look/browser.js"></script>'
