"""Questions without answer: what people sent to the knowledge bases that this person answers for."""

import streamlit as st

from components.app import current_user
from components.open_questions import all_questions

user = current_user()

st.title("Questions without answer", anchor=False)
st.text(
    "What people asked, the documents did not say, and those who asked sent on. Answer each with a quote, or close it."
)
all_questions(user)
