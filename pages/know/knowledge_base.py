"""One knowledge base."""

from __future__ import annotations

import streamlit as st

st.title("Knowledge base")
