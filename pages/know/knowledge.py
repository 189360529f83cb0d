"""Knowledge: what your organisation's answers come from."""

import streamlit as st

from components.access import listed
from components.app import current_user, services
from components.knowledge_bases import cards
from components.passport import make

user = current_user()
knowledge = services().knowledge

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title("Knowledge", anchor=False, width="content")
    if st.button("Make a knowledge base", icon=":material/add:", key="knowledge.make"):
        make()
st.text("What answers come from: each knowledge base, who owns it, and how far it has been read.")

if readable := knowledge.knowledge_bases(user):
    cards(user, readable)
else:
    st.text("There is no knowledge base that you may read. Ask a data steward for access, or ask a file of your own.")
    st.page_link("pages/home/home.py", label="Ask a file of your own")
if more := knowledge.sharing.listed(user):
    listed(more)
