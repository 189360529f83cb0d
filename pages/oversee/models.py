"""Models: which may write answers, where each runs, what it costs and may see, and what may be spent."""

import streamlit as st

from components.app import current_user
from components.models import budgets, passports

user = current_user()

st.title("Models", anchor=False)
st.text("Which models may write answers, where they run, what they may see and cost, and what may be spent on them.")
passports(user)
budgets(user)
