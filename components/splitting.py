"""How documents are divided into sources: seen side by side on one of them, then used for all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from components.app import done, services
from components.recent import forget_progress
from components.text import counted, one_line, shortened
from services.knowledge.document import Document, Passage, Stage
from services.knowledge.knowledge_base import KnowledgeBase, Splitting
from services.people.user import User

WAYS = {
    Splitting.HEADING: "By heading and paragraph",
    Splitting.SIZE: "By size",
    Splitting.PAGE: "By page",
}
SHOWN = 3


def dividing(user: User, knowledge_base: KnowledgeBase, found: Sequence[Document]) -> None:
    """Offer, closed, the ways to divide documents, with a preview on one of them."""
    read = {each.id: each.title for each in found if each.stage is Stage.PUBLISHED and each.erased_at is None}
    shown = st.expander("Options", type="compact", key="documents.options", on_change="rerun")
    if not shown.open or not read:
        return
    with shown:
        st.text(
            f"Documents are divided {WAYS[knowledge_base.splitting].lower()}. See another way on one of them first."
        )
        chosen = st.selectbox(
            "Document", list(read), format_func=lambda each: one_line(read[each]), key="documents.preview"
        )
        if chosen is None:
            return
        preview = services().knowledge.resplitting.preview(user, chosen)
        for column, (way, passages) in zip(st.columns(len(preview)), preview.items(), strict=True):
            with column:
                _way(user, knowledge_base, way, passages)
        st.caption("By page, a search by meaning reads only the beginning of a long page.")


def _way(user: User, knowledge_base: KnowledgeBase, way: Splitting, passages: Sequence[Passage]) -> None:
    first = Markup("").join(
        Markup('<p class="note small-print">{}</p>').format(shortened(each.text, 240)) for each in passages[:SHOWN]
    )
    st.html(
        Markup('<p><b>{}</b></p><p class="soft small-print">{}, the first of them:</p>{}').format(
            WAYS[way], counted(len(passages), "source"), first
        )
    )
    if way is not knowledge_base.splitting and st.button("Use it for all", key=f"documents.divide.{way}"):
        number = services().knowledge.resplitting.use(user, knowledge_base.id, way)
        forget_progress(user, knowledge_base.id)
        done(f"{counted(number, 'document')} will be read again; until then the older version answers.")
