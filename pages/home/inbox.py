"""Inbox: what waits for you, what you asked for, and what happened to it."""

import streamlit as st

from components.app import current_user
from components.inbox import TABS

user = current_user()

st.title("Inbox", anchor=False)
st.text("What others ask of you, what you asked of others, and what became of it.")

for name, tab in zip(TABS, st.tabs(list(TABS), key="tab", on_change="rerun", bind="query-params"), strict=True):
    if tab.open:
        with tab, st.container(key="narrow-inbox"):
            TABS[name](user)
