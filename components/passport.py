"""The passport of a knowledge base: what it says, the form that changes it, and the steps of its life."""

from __future__ import annotations

from datetime import date

import streamlit as st
from markupsafe import Markup

from components.address import KNOWLEDGE, KNOWLEDGE_BASE
from components.app import boundary, current_user, done, services
from components.text import ago, counted, dated, day, one_line, plain
from services.errors import Conflict
from services.governance.life_cycle import ApprovalState, Classification
from services.knowledge.knowledge_base import Audience, KnowledgeBase
from services.knowledge.passport_entries import LONGEST_NAME, LONGEST_PURPOSE, PassportEntries, entries_of
from services.people.user import Role, User

_COLOUR = {
    ApprovalState.APPROVED: "good",
    ApprovalState.REVIEW_DUE: "partly",
    ApprovalState.WITHDRAWN: "bad",
}
_ROLES = {Role.CITIZEN: "Members", Role.STEWARD: "Stewards", Role.CDO: "The CDO's office"}


def state_badge(knowledge_base: KnowledgeBase) -> Markup:
    """Give the state as a word with a colour; a person's own file says what it is."""
    if knowledge_base.is_own_file:
        return Markup('<span class="badge">Private, not approved</span>')
    return Markup('<span class="badge {}">{}</span>').format(
        _COLOUR.get(knowledge_base.state, ""), _state(knowledge_base)
    )


def _state(knowledge_base: KnowledgeBase) -> str:
    if knowledge_base.state is ApprovalState.APPROVED and knowledge_base.approved_until:
        return f"Approved until {dated(knowledge_base.approved_until)}"
    if knowledge_base.review_due_since:
        return f"Review due since {dated(knowledge_base.review_due_since)}"
    return knowledge_base.state.value


def passport(user: User, knowledge_base: KnowledgeBase) -> None:
    """Show what the knowledge base is for, who answers for it, and until when."""
    people = services().people
    changed = services().knowledge.last_changed(user, knowledge_base.id)
    rows = [
        ("State", state_badge(knowledge_base)),
        ("Owner", people.name_of(knowledge_base.owner)),
        ("Steward", people.name_of(knowledge_base.steward) if knowledge_base.steward else ""),
        ("How widely it may be known", knowledge_base.classification.value),
        ("Who may read it", audience_in_words(knowledge_base)),
        ("Documents last changed", ago(changed) if changed else ""),
        ("Quality", services().answers.quality.last(user, knowledge_base.id)),
        ("Review by", dated(knowledge_base.review_by) if knowledge_base.review_by else ""),
        ("Gone on", day(knowledge_base.expires_at) if knowledge_base.expires_at else ""),
        ("Where it comes from", knowledge_base.source),
        ("Licence", knowledge_base.licence),
    ]
    lines = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows if row[1])
    st.html(Markup('<dl class="passport">{}</dl>').format(lines))


def audience_in_words(knowledge_base: KnowledgeBase) -> str:
    """Say who may read it: "Claims and Data Office, stewards only"."""
    if knowledge_base.is_own_file:
        return "Only you"
    lines = lines_of_business()
    named = [lines.get(each, each) for each in knowledge_base.audience.lines]
    roles = [_ROLES[each].lower() for each in knowledge_base.audience.roles]
    who = " and ".join(named) if named else "Everybody who is signed in"
    return f"{who}, only {' and '.join(roles)}" if roles else who


def lines_of_business() -> dict[str, str]:
    """Give the names of the lines of business, by id."""
    return {each.line.id: each.line.name for each in services().people.personas()}


@st.dialog("Make a knowledge base", width="medium")
def make() -> None:
    """Ask for a name and a purpose, and under Options for the rest; then go to its page."""
    with boundary():
        user = current_user()
        st.text("It begins as a draft that answers only for you. Add documents, then submit it for approval.")
        entries = _form("make", PassportEntries("", ""), "Make it")
        if entries is not None:
            made = services().knowledge.approval.create(user, entries)
            st.switch_page(KNOWLEDGE_BASE, query_params={"id": made.id, "tab": "Documents"})


def life(user: User, knowledge_base: KnowledgeBase) -> None:
    """Offer what those who answer for it can do with it: submit, change, withdraw."""
    if knowledge_base.is_own_file or user.id not in (knowledge_base.owner, knowledge_base.steward):
        if user.role is Role.CDO and not knowledge_base.is_own_file and knowledge_base.state in _OPEN:
            _more(user, knowledge_base)
        return
    waiting = services().knowledge.approval.waiting(user, knowledge_base.id)
    if waiting is not None:
        st.text(f"A review waits since {day(waiting.at)}. Somebody else has to decide it.")
    elif knowledge_base.state is not ApprovalState.APPROVED and st.button(
        "Submit for approval", type="primary", key="passport.submit"
    ):
        submit(knowledge_base)
    _more(user, knowledge_base)


_OPEN = (ApprovalState.APPROVED, ApprovalState.REVIEW_DUE)


def _more(user: User, knowledge_base: KnowledgeBase) -> None:
    choices = [] if knowledge_base.shipped or user.role is Role.CDO else ["Change the passport"]
    if knowledge_base.state is ApprovalState.APPROVED and choices:
        choices.append("Ask for a longer approval")
    chosen = st.menu_button(
        "More", [*choices, "Withdraw"], key="icon-more-passport", type="tertiary", icon=":material/more_horiz:"
    )
    if chosen == "Change the passport":
        change(knowledge_base)
    elif chosen == "Ask for a longer approval":
        submit(knowledge_base)
    elif chosen == "Withdraw":
        withdraw(knowledge_base)


@st.dialog("Submit for approval")
def submit(knowledge_base: KnowledgeBase) -> None:
    """Ask for the reason and the last day, then hand it to whoever decides."""
    with boundary(), st.form("passport.submit.form", border=False):
        user = current_user()
        reason = st.text_input("Why should it be approved?", key="passport.reason")
        until = st.date_input("Approved until", value=None, min_value="today", key="passport.until")
        if st.form_submit_button("Submit", type="primary"):
            services().knowledge.approval.submit(user, knowledge_base.id, reason, _day(until))
            done("Submitted. You find it in your Inbox, under My requests.")


@st.dialog("Change the passport", width="medium")
def change(knowledge_base: KnowledgeBase) -> None:
    """Change what the passport says; who may read what is approved waits for another approval."""
    with boundary():
        user = current_user()
        entries = _form("change", entries_of(knowledge_base), "Save")
        if entries is None:
            return
        try:
            services().knowledge.approval.change(user, knowledge_base.id, entries, knowledge_base.revision)
        except Conflict as met:
            st.warning(plain(f"{met.message} {met.hint}"))
            st.html(Markup('<p class="soft small">What is saved now</p><p class="note">{}</p>').format(met.theirs))
            return
        done("Saved.")


@st.dialog("Withdraw it?")
def withdraw(knowledge_base: KnowledgeBase) -> None:
    """Say what it hits, ask for the reason, then close it to everybody."""
    with boundary(), st.form("passport.withdraw.form", border=False):
        user = current_user()
        st.text(f"“{knowledge_base.name}” stops answering at once, for everybody.")
        hit = services().notebooks.hit_by(user, knowledge_base.id)
        if hit.notebooks:
            st.text(f"{counted(hit.notebooks, 'notebook')} of {counted(hit.people or 0, 'person', 'people')} quote it.")
        else:
            st.text("Notebooks of fewer than five people quote it; each of them is told.")
        if hit.mine:
            st.text(f"Of yours: {', '.join(hit.mine)}.")
        reason = st.text_input("Why? Whoever used it will read this.", key="passport.why")
        if st.form_submit_button("Withdraw", type="primary"):
            services().knowledge.approval.withdraw(user, knowledge_base.id, reason)
            st.switch_page(KNOWLEDGE)


def _form(key: str, now: PassportEntries, label: str) -> PassportEntries | None:
    people = {each.id: each.name for each in services().people.personas() if each.role is not Role.CITIZEN}
    lines = lines_of_business()
    with st.form(f"passport.{key}", border=False):
        name = st.text_input("Name", now.name, max_chars=LONGEST_NAME, key=f"passport.{key}.name")
        purpose = st.text_input("What it is for", now.purpose, max_chars=LONGEST_PURPOSE, key=f"passport.{key}.purpose")
        with st.expander("Options", type="compact"):
            steward = st.selectbox(
                "Steward, who reviews it",
                list(people),
                index=list(people).index(now.steward) if now.steward in people else None,
                format_func=lambda each: one_line(people[each]),
                key=f"passport.{key}.steward",
            )
            classification = st.selectbox(
                "How widely it may be known",
                list(Classification),
                index=list(Classification).index(now.classification),
                format_func=lambda each: each.value,
                key=f"passport.{key}.classification",
            )
            chosen = st.multiselect(
                "Lines of business that may read it",
                list(lines),
                default=[each for each in now.audience.lines if each in lines],
                format_func=lambda each: one_line(lines[each]),
                placeholder="Everybody who is signed in",
                key=f"passport.{key}.lines",
            )
            roles = st.multiselect(
                "Only these of them",
                list(_ROLES),
                default=list(now.audience.roles),
                format_func=_ROLES.__getitem__,
                placeholder="All of them",
                key=f"passport.{key}.roles",
            )
            review_by = st.date_input("Review it by", value=now.review_by, key=f"passport.{key}.review")
            source = st.text_input("Where it comes from", now.source, key=f"passport.{key}.source")
            licence = st.text_input("Licence", now.licence, key=f"passport.{key}.licence")
            questions = st.text_area(
                "Questions to begin with, one a line", "\n".join(now.questions), key=f"passport.{key}.questions"
            )
        if not st.form_submit_button(label, type="primary"):
            return None
    return PassportEntries(
        name=name,
        purpose=purpose,
        steward=steward or "",
        classification=classification or now.classification,
        audience=Audience(tuple(chosen), tuple(roles)),
        review_by=_day(review_by),
        source=source,
        licence=licence,
        questions=tuple(questions.splitlines()),
    )


def _day(chosen: object) -> date | None:
    return chosen if isinstance(chosen, date) else None
