"""One knowledge base: what it is for, a box to ask it alone, and its documents."""

import streamlit as st

from components.access import access
from components.address import at
from components.app import current_user, services
from components.changes import changes
from components.documents import documents, reading
from components.knowledge_bases import about, ask, crumbs
from components.quality import quality
from components.recent import progress_of
from components.try_search import try_search

TABS = {
    "About": about,
    "Ask": ask,
    "Documents": documents,
    "Try search": try_search,
    "Quality": quality,
    "Changes": changes,
    "Access": access,
}

user = current_user()

knowledge_base = services().knowledge.knowledge_base(user, at("id") or "")
crumbs(knowledge_base.name)
st.title(knowledge_base.name, anchor=False)
st.text(knowledge_base.purpose)
if not progress_of(user, knowledge_base).ready:
    reading(knowledge_base.id)

for name, tab in zip(TABS, st.tabs(list(TABS), key="tab", on_change="rerun", bind="query-params"), strict=True):
    if tab.open:
        with tab:
            TABS[name](user, knowledge_base)
