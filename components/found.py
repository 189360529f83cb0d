"""How an answer was found: one sentence, and for specialists the ranks, the scores and the receipt."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.app import services
from components.text import dated, with_bold
from services.answers.answers import Asked
from services.answers.strength import RULE
from services.ledger.receipt import Receipt
from services.people.user import User

_LEGS = ("words", "meaning", "fused", "reordered")


def how_found(user: User, asked: Asked, cell_id: str) -> None:
    """Show, closed, how it was found. What is inside is made only when somebody opens it."""
    outer = st.expander("How this was found", type="compact", key=f"playground.found.{cell_id}", on_change="rerun")
    if not outer.open:
        return
    with outer:
        st.html(Markup('<p class="sentence">{}</p>').format(with_bold(asked.answer.how_found)))
        _versions(user, asked.receipt, cell_id)
        inner = st.expander(
            "Details for specialists", type="compact", key=f"playground.details.{cell_id}", on_change="rerun"
        )
        if inner.open:
            with inner:
                st.caption(RULE)
                _ranks(asked.receipt)
                _receipt(asked.receipt.id, services().answers.document(user, asked.receipt.id), cell_id)


def _versions(user: User, receipt: Receipt, cell_id: str) -> None:
    """Name the versions that were looked in, and let the person ask exactly these once more."""
    began = services().knowledge.versions.named(user, receipt.snapshots)
    names = {each.id: each.name for each in services().knowledge.knowledge_bases(user)}
    told = [f"{names[each]}, version {receipt.snapshots[each]} of {dated(at.date())}" for each, at in began.items()]
    if not told:
        return
    st.html(Markup('<p class="soft small-print">Looked in {}.</p>').format("; ".join(told)))
    if st.button("Run it again on these versions", key=f"playground.again.{cell_id}"):
        again = services().answers.again(user, receipt.id)
        same = "The same sources, in the same order." if again.is_same else "Other sources than before."
        st.text(same + (" How answers are made has changed since." if again.was_set_otherwise else ""))


def _ranks(receipt: Receipt) -> None:
    head = Markup("").join(Markup("<th>{}</th>").format(leg) for leg in _LEGS)
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td>{}</td>{}</tr>").format(
            source.rank,
            source.passage_id,
            Markup("").join(
                Markup("<td>{} · {}</td>").format(source.ranks.get(leg) or "–", source.scores.get(leg) or "–")
                for leg in _LEGS
            ),
        )
        for source in receipt.sources
    )
    st.html(
        Markup(
            '<div class="wide" tabindex="0"><table><caption>Rank and score in each leg</caption>'
            "<thead><tr><th>#</th><th>Passage</th>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format(head, rows)
    )


def _receipt(receipt_id: str, text: str, cell_id: str) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        # Copying is the browser's own work (components/static/browser.js): the text stands below.
        st.button("Copy receipt", key=f"receipt-copy-{cell_id}", icon=":material/content_copy:")
        st.download_button(
            "Download receipt",
            text,
            f"receipt-{receipt_id}.json",
            "application/json",
            key=f"playground.receipt.{cell_id}",
            on_click="ignore",
            icon=":material/download:",
        )
    st.html(Markup('<p class="copied facts" role="status"></p><pre class="receipt" tabindex="0">{}</pre>').format(text))
