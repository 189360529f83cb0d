"""Audit: who did what to what, and why."""

import streamlit as st

from components.app import current_user, services
from components.audit import MOST, entries, exports, filters

user = current_user()

st.title("Audit", anchor=False)
st.text("Every act of weight, who did it and why. Nothing here can be changed or taken out.")

found = services().ledger.audit(user, filters(user), limit=MOST)
entries(user, found)
exports(found)
