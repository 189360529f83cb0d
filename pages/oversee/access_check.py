"""Access check: what somebody may read, and by which rule."""

import streamlit as st

from components.access_check import choice, readings
from components.app import current_user

user = current_user()

st.title("Access check", anchor=False)
st.text("Choose a person to see what they may read, and by which rule. Each check stands in the audit.")
choice(user)
readings()
