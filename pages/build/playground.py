"""Playground: the open notebook."""

from __future__ import annotations

import streamlit as st

st.title("Playground")
