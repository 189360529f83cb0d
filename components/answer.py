"""An answer: sentences with the sources that say so, or the honest statement that nothing was found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import streamlit as st
from markupsafe import Markup

from components.models import money
from components.open_questions import approved_heading, ask_owner
from components.source import source
from components.text import counted, dated, when
from components.walker import WHY, why_not
from services.answers.answer import Answer, Claim, Strength
from services.answers.answers import Asked
from services.answers.checked_error import measured_error
from services.answers.checking import Support
from services.people.user import User

_COLOUR = {
    Strength.WELL_SUPPORTED: "good",
    Strength.PARTLY_SUPPORTED: "partly",
    Strength.NOT_SUPPORTED: "bad",
    Strength.NOT_IN_THESE_DOCUMENTS: "",
}


def answer(user: User, asked: Asked, cell_id: str, heading: Markup, *, may_go_on: bool = True) -> None:
    """Show what was found under `heading`, each sentence with its sources right after it.

    `may_go_on` offers its asker what can be done where nothing was found.
    """
    # Words go out in as few pieces as there are buttons between them: every piece costs time at every rerun.
    found = asked.answer
    words = heading + approved_heading(found)
    shown: set[int] = set()
    if found.approved is not None:
        words = _flush(words)
        shown.add(found.approved.number)
        _sources(user, asked, cell_id, shown)
    is_refused = found.strength is Strength.NOT_IN_THESE_DOCUMENTS
    if is_refused and found.approved is not None:
        return
    words += _verdict(asked)
    for claim in found.claims:
        if claim.text:
            words += _sentence(claim, [each for each in claim.citations if each in shown])
        for citation in found.citations:
            if citation.number in claim.citations and citation.number not in shown:
                shown.add(citation.number)
                words = _flush(words)
                source(user, asked.receipt.id, cell_id, citation)
    if is_refused:
        words += _not_found(user, asked)
    words = _flush(words)
    for citation in found.citations:
        if citation.number not in shown:
            source(user, asked.receipt.id, cell_id, citation)
    if not may_go_on:
        return
    if is_refused:
        ask_owner(user, asked)
    may_look = is_refused and bool(asked.question)
    if may_look and st.button(WHY, key=f"playground-why-{cell_id}", type="tertiary", icon=":material/help:"):
        why_not(asked)


_MARKS = {
    Support.PARTLY.value: ("partly", "Partly supported"),
    Support.NOT_SUPPORTED.value: ("bad", "Not in the sources"),
    Support.CONTRADICTED.value: ("bad", "The sources say otherwise"),
}


def _sentence(claim: Claim, above: Collection[int]) -> Markup:
    """Show a sentence with the numbers of its sources that stand `above` already.

    Of one that a model wrote it is said, visibly, whether the sources say so.
    """
    number = Markup(' <span class="number" title="Source {0}">{0}</span>')
    words = Markup("{}{}").format(claim.text, Markup("").join(map(number.format, above)))
    if claim.support not in _MARKS:
        return Markup('<p class="sentence">{}</p>').format(words)
    colour, said = _MARKS[claim.support]
    return Markup('<p class="sentence {}">{} <span class="badge {}">{}</span></p>{}').format(
        "doubtful" if colour == "bad" else "",
        words,
        colour,
        said,
        Markup('<p class="soft small-print">{}</p>').format(claim.reason) if claim.reason else "",
    )


def _sources(user: User, asked: Asked, cell_id: str, numbers: Collection[int]) -> None:
    for citation in asked.answer.citations:
        if citation.number in numbers:
            source(user, asked.receipt.id, cell_id, citation)


def _flush(words: Markup) -> Markup:
    if words:
        st.html(words)
    return Markup("")


def _verdict(asked: Asked) -> Markup:
    found = asked.answer
    facts = Markup('<span class="badge {}">{}</span>').format(_COLOUR[found.strength], found.strength.value)
    if found.claims:
        sources = len(found.citations) - (found.approved is not None)
        quoted = f"Written by {found.written_by}, checked against" if found.written_by else "Quoted word for word from"
        facts += Markup(" <span>{} {}</span>").format(quoted, counted(sources, "source"))
    remarks = [each.sentence for each in asked.receipt.verdicts if each.allowed and each.sentence]
    said = (*found.missing, *remarks)
    missing = Markup("").join(Markup('<p class="missing">{}</p>').format(sentence) for sentence in said)
    error = measured_error() if found.written_by else None
    checked = Markup('<p class="soft small-print">AI-generated. {}</p>').format(error.sentence) if error else Markup("")
    when_ = when(asked.receipt.at)
    spent = f" · {money(asked.receipt.spent)}" if asked.receipt.spent.amount else ""
    return Markup('<div class="facts">{} <span>· {}{}</span></div>{}{}').format(facts, when_, spent, checked, missing)


def _not_found(user: User, asked: Asked) -> Markup:
    found = asked.answer
    if not found.passages_searched:
        day = asked.receipt.inputs.get("as_of")
        when_there = f"On {dated(date.fromisoformat(str(day)))} there was nothing" if day else "There is nothing yet"
        return Markup('<p class="sentence">{} here to look through.</p>').format(when_there)
    looked = counted(found.passages_searched, "source")
    words = Markup('<p class="sentence">None of the {} I looked through answers this.</p>').format(looked)
    if asking := _whom_to_ask(user, found):
        words += Markup('<p class="sentence">Who to ask: {}.</p>').format(asking)
    if found.citations:
        words += Markup('<p class="soft">The nearest sources, which do not answer it:</p>')
    return words


def _whom_to_ask(user: User, found: Answer) -> str:
    """Say who owns what was searched: "Ben for Employee handbook and Northwind benefits; Cleo for Reports"."""
    owned: dict[str, list[str]] = {}
    for name, owner in found.owners:
        if owner != user.name:
            owned.setdefault(owner, []).append(name)
    return "; ".join(f"{owner} for {' and '.join(names)}" for owner, names in owned.items())
