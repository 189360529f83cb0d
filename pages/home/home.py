"""Home: ask your organisation's documents, or go on where you left off."""

import streamlit as st

from components.app import current_user, services
from components.home import continue_where_you_left, examples, getting_started
from components.inbox import waiting_first
from components.overview import figures_first
from components.question import begin, question_box

user = current_user()

with st.container(key="centred"):
    figures_first(user)
    waiting_first(user)
    st.title("Ask your organisation's documents", anchor=False)
    st.text("Every answer shows where it says so.")

    asking = question_box("home.question", "Ask, or drop a file here")
    if asking is not None:
        begin(user, asking)
    examples(user)

    continue_where_you_left(services().notebooks.mine(user))
    getting_started(user)
