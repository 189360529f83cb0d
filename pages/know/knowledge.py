"""Knowledge: what your organisation's answers come from."""

import streamlit as st

from components.app import current_user, services
from components.knowledge_bases import cards

user = current_user()

st.title("Knowledge", anchor=False)
st.text("What answers come from: each knowledge base, who owns it, and how far it has been read.")

readable = services().knowledge.knowledge_bases(user)
if readable:
    cards(user, readable)
else:
    st.text("There is no knowledge base that you may read. Ask a data steward for access, or ask a file of your own.")
    st.page_link("pages/home/home.py", label="Ask a file of your own")
