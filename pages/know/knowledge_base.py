"""One knowledge base: what it is for, a box to ask it alone, and its documents."""

import streamlit as st

from components.address import at
from components.app import current_user, services
from components.knowledge_bases import crumbs, delete_own, documents, passport, reading
from components.question import begin, question_box
from components.recent import progress_of

user = current_user()
knowledge = services().knowledge

knowledge_base = knowledge.knowledge_base(user, at("id") or "")
crumbs(knowledge_base.name)
st.title(knowledge_base.name, anchor=False)
st.text(knowledge_base.purpose)
if not progress_of(user, knowledge_base).ready:
    reading(knowledge_base.id)

about, ask, held = st.tabs(["About", "Ask", "Documents"], key="tab", on_change="rerun", bind="query-params")
if about.open:
    with about:
        passport(knowledge_base)
        if knowledge_base.expires_at is not None and st.button("Delete this file", icon=":material/delete:"):
            delete_own(user, knowledge_base)
if ask.open:
    with ask:
        asking = question_box("knowledge.question", f"Ask {knowledge_base.name}", (knowledge_base.id,))
        if asking is not None:
            begin(user, asking)
if held.open:
    with held:
        documents(knowledge.documents(user, knowledge_base.id))
