"""An answer: sentences with the sources that say so, or the honest statement that nothing was found."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from components.source import source
from components.text import counted, plain, when
from services.answers.answer import Answer, Strength
from services.answers.answers import Asked
from services.people.user import User

_COLOUR = {
    Strength.WELL_SUPPORTED: "good",
    Strength.PARTLY_SUPPORTED: "partly",
    Strength.NOT_IN_THESE_DOCUMENTS: "",
}


def answer(user: User, asked: Asked, cell_id: str) -> None:
    """Show what was found, each sentence with its sources under it."""
    found = asked.answer
    _verdict(asked)
    for sentence in found.missing:
        st.warning(plain(sentence), icon=":material/info:")
    if found.strength is Strength.NOT_IN_THESE_DOCUMENTS:
        _not_found(user, found)
    shown: set[int] = set()
    for claim in found.claims:
        if claim.text:
            st.html(Markup('<p class="sentence">{}</p>').format(claim.text))
        for citation in found.citations:
            if citation.number in claim.citations and citation.number not in shown:
                shown.add(citation.number)
                source(user, asked.receipt.id, cell_id, citation)
    for citation in found.citations:
        if citation.number not in shown:
            source(user, asked.receipt.id, cell_id, citation)


def _verdict(asked: Asked) -> None:
    found = asked.answer
    facts = Markup('<span class="badge {}">{}</span>').format(_COLOUR[found.strength], found.strength.value)
    if found.claims:
        facts += Markup(" <span>Quoted word for word from {}</span>").format(counted(len(found.citations), "source"))
    st.html(Markup('<div class="facts">{} <span>· {}</span></div>').format(facts, when(asked.receipt.at)))


def _not_found(user: User, found: Answer) -> None:
    looked = counted(found.passages_searched, "source")
    st.html(Markup('<p class="sentence">None of the {} I looked through answers this.</p>').format(looked))
    if asking := _whom_to_ask(user, found):
        st.html(Markup('<p class="sentence">Who to ask: {}.</p>').format(asking))
    if found.citations:
        st.html('<p class="soft">The nearest sources, which do not answer it:</p>')


def _whom_to_ask(user: User, found: Answer) -> str:
    """Say who owns what was searched: "Ben for Employee handbook and Northwind benefits; Cleo for Reports"."""
    owned: dict[str, list[str]] = {}
    for name, owner in found.owners:
        if owner != user.name:
            owned.setdefault(owner, []).append(name)
    return "; ".join(f"{owner} for {' and '.join(names)}" for owner, names in owned.items())
