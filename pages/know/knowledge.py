"""Knowledge: what may be asked."""

from __future__ import annotations

import streamlit as st

st.title("Knowledge")
