"""The Inbox: what waits for this person, what they asked for, and what happened to it; each item ends in one button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

import streamlit as st
from markupsafe import Markup

from components.address import INBOX, KNOWLEDGE, KNOWLEDGE_BASE, MODELS, PLAYGROUND
from components.app import boundary, current_user, done, services
from components.open_questions import proposed_answer
from components.text import counted, dated, day, plain, shortened, when
from services.errors import AppError
from services.governance.request import Request, RequestState
from services.governance.requests import News
from services.people.user import Role, User
from services.store.moment import utc_now

FIRST = 3
"""How many requests Home shows a steward before the Inbox has the rest."""

WAITING, MINE, NEWS = "Waiting for me", "My requests", "News"
DEFAULT_DAYS = {"approval": 365, "access": 30, "answer": 180, "model approval": 180}
"""The kinds whose approval ends on a day, and which day is offered where nobody asked for one."""

ASKS = {
    "approval": "{person} asks you to approve {name}",
    "access": "{person} asks to read {name}",
    "erasing": "{person} asks you to erase {name} for good",
    "glossary": "{person} proposes for the glossary: {name}",
    "answer": "{person} asks you to approve an answer to {name}",
    "model approval": "{person} asks you to approve the model {name}",
}
ASKED = {
    "approval": "Approve {name}",
    "access": "Let me read {name}",
    "erasing": "Erase {name} for good",
    "glossary": "Add to the glossary: {name}",
    "answer": "Approve my answer to {name}",
    "model approval": "Approve the model {name}",
}
_STATES = {
    RequestState.WAITING: ("", "Waiting"),
    RequestState.APPROVED: ("good", "Approved"),
    RequestState.DECLINED: ("bad", "Declined"),
    RequestState.TAKEN_BACK: ("", "Taken back"),
}


def _by(news: News) -> str:
    return services().people.name_of(str(news.facts.get("by", "")))


def _until(news: News) -> str:
    until = news.facts.get("until")
    return f" until {dated(date.fromisoformat(str(until)))}" if until else ""


def _decided(news: News) -> str:
    said = f": “{news.facts['decision']}”" if news.facts.get("decision") else "."
    verb = "approved" if news.kind.endswith("approved") else "declined"
    asked = ASKED.get(str(news.facts.get("kind")), "{name}").format(name=f"“{news.facts.get('name')}”")
    return f"{_by(news)} {verb}{_until(news)}: {asked}{said}"


def _withdrawn(news: News) -> str:
    hit = counted(int(news.facts["notebooks"]), "notebook")
    return f"{_by(news)} withdrew “{news.facts['name']}”: “{news.facts['reason']}” {hit} of yours quote it."


def _ended(news: News) -> str:
    return f"{_by(news)} ended your access to “{news.facts['name']}”."


def _measured(news: News) -> str:
    return f"“{news.facts['name']}” was asked its questions again. {news.facts['sentence']}"


def _receipt_opened(news: News) -> str:
    asked = day(datetime.fromisoformat(news.facts["asked_at"]))
    return f"{_by(news)}, as Oversight, opened the receipt of a question you asked on {asked}: “{news.facts['reason']}”"


def _question_sent(news: News) -> str:
    return f"{_by(news)} asks you, for {news.facts['knowledge_base']}: “{news.facts['name']}”"


def _question_answered(news: News) -> str:
    return f"{_by(news)} answered your question, approved{_until(news)}: “{news.facts['name']}”"


def _question_closed(news: News) -> str:
    return f"{_by(news)} closed your question “{news.facts['name']}”: “{news.facts['decision']}”"


def _answer_withdrawn(news: News) -> str:
    return f"{_by(news)} withdrew the answer to your question “{news.facts['name']}”: “{news.facts['decision']}”"


def _answer_due(news: News) -> str:
    return (
        f"The answer to “{news.facts['name']}” in {news.facts['knowledge_base']} is due for review and not shown: "
        "its page changed, or its last day is over."
    )


def _documents_changed(news: News) -> str:
    name = f"“{news.facts['name']}”, which is approved"
    if news.facts.get("deleted"):
        return f"{_by(news)} deleted “{news.facts['document']}” from {name}."
    more = int(news.facts["added"]) - 1
    others = f" and {counted(more, 'other document')}" if more else ""
    return f"{_by(news)} added “{news.facts['document']}”{others} to {name}."


def _answer_changed(news: News) -> str:
    """Say what became of an answer by its receipts: what was erased or is no longer theirs to read is not said."""
    try:
        compared = services().notebooks.history.compare(current_user(), news.facts["before"], news.facts["after"])
    except AppError:
        return f"The answer to “{news.facts['name']}” has changed."
    said = f"“{news.facts['name']}”: {compared.sentence}"
    was = f" It said “{shortened(compared.lost[0], 160)}”." if compared.lost else ""
    now = f" Now it says “{shortened(compared.gained[0], 160)}”." if compared.gained else ""
    return said + was + now


SENTENCES: Mapping[str, Callable[[News], str]] = {
    "answer changed": _answer_changed,
    "documents changed": _documents_changed,
    "withdrawn": _withdrawn,
    "access ended": _ended,
    "quality": _measured,
    "receipt opened": _receipt_opened,
    "question sent": _question_sent,
    "question answered": _question_answered,
    "question closed": _question_closed,
    "answer withdrawn": _answer_withdrawn,
    "answer due": _answer_due,
}
"""How each kind of news reads; what is not here is a decision on a request."""


def waiting_first(user: User) -> None:
    """Show a steward what waits to be decided, on Home, above everything else; nothing where nothing waits."""
    waiting = services().governance.requests.waiting_for(user) if user.role is Role.STEWARD else ()
    if not waiting:
        return
    st.html(Markup('<h2 class="small-heading">{}</h2>').format(f"{counted(len(waiting), 'request')} to decide"))
    for each in waiting[:FIRST]:
        if _item(each.id, _asks(each), "", when(each.at), "Decide"):
            decide(each)
    if len(waiting) > FIRST:
        st.page_link(INBOX, label=f"All {len(waiting)} in the Inbox", icon=":material/arrow_forward:")


def _asks(request: Request) -> str:
    person = services().people.name_of(request.person)
    return ASKS.get(request.kind, "{person} asks: {name}").format(person=person, name=f"“{request.name}”")


def waiting_for_me(user: User) -> None:
    """Show what this person has to decide, the oldest first."""
    waiting = services().governance.requests.waiting_for(user)
    if not waiting:
        st.text("Nothing waits for you. What others ask of you appears here.")
    for each in waiting:
        if _item(each.id, _asks(each), f"“{each.reason}”", when(each.at), "Decide"):
            decide(each)


def my_requests(user: User) -> None:
    """Show what this person asked for, the newest first."""
    mine = services().governance.requests.mine(user)
    if not mine:
        st.text("You have asked for nothing yet. Ask for access to a knowledge base on the Knowledge page.")
    for each in mine:
        colour, word = _STATES[each.state]
        facts = Markup('<span class="badge {}">{}</span> {}').format(colour, word, when(each.decided_at or each.at))
        sentence = ASKED.get(each.kind, "{name}").format(name=f"“{each.name}”")
        said = f"{services().people.name_of(each.decided_by)}: “{each.decision}”" if each.decision else each.reason
        waits = each.state is RequestState.WAITING
        if _item(each.id, sentence, said, facts, "Take back" if waits else "Look at it"):
            if waits:
                services().governance.requests.take_back(user, each.id)
                done("Taken back.")
            if each.kind == "model approval":
                st.switch_page(MODELS)
            st.switch_page(KNOWLEDGE_BASE, query_params={"id": each.object.partition(":")[0]})


def news(user: User) -> None:
    """Show what happened, the newest first; what was not seen yet is bold."""
    happened = services().governance.requests.news(user)
    if not happened:
        st.text("No news. Decisions on what you asked for appear here.")
    for each in happened:
        sentence = SENTENCES.get(each.kind, _decided)(each)
        if _item(each.id, sentence, "", when(each.at), "Look at it" if each.seen_at else "Read"):
            services().governance.requests.seen(user, each.id)
            open_news(each)


def open_news(item: News) -> None:
    """Go where the news is about."""
    if item.facts.get("kind") == "model approval":
        st.switch_page(MODELS)
    if item.kind == "answer changed":
        st.switch_page(PLAYGROUND, query_params={"notebook": item.object, "cell": str(item.facts["cell"])})
    if item.kind in ("withdrawn", "access ended"):
        st.switch_page(KNOWLEDGE)
    if item.kind == "receipt opened":
        notebook = item.facts.get("notebook")
        st.switch_page(PLAYGROUND, query_params={"notebook": notebook} if notebook else None)
    if item.kind == "question answered" and not item.seen_at:
        asked = services().notebooks.running.start(current_user(), str(item.facts["name"]), (item.object,))
        st.switch_page(PLAYGROUND, query_params={"notebook": asked.id})
    if item.kind in ("question answered", "question closed", "answer withdrawn"):
        st.switch_page(PLAYGROUND)
    if item.kind == "documents changed":
        st.switch_page(KNOWLEDGE_BASE, query_params={"id": item.object, "tab": "Changes"})
    where = {"tab": "Quality"} if item.kind in ("quality", "question sent", "answer due") else {}
    st.switch_page(KNOWLEDGE_BASE, query_params={"id": item.object.partition(":")[0]} | where)


TABS = {WAITING: waiting_for_me, MINE: my_requests, NEWS: news}


def _item(key: str, sentence: str, said: str, facts: Markup, action: str) -> bool:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"item-{key}"
    ):
        st.html(
            Markup('<p class="sentence">{}</p><p class="soft">{}</p><p class="facts">{}</p>').format(
                sentence, said, facts
            ),
            width="stretch",
        )
        return st.button(action, key=f"inbox.{action}.{key}")


@st.dialog("Decide")
def decide(request: Request) -> None:
    """Show who asks for what and why, and take the decision."""
    with boundary():
        user = current_user()
        st.html(Markup('<p class="sentence">{}</p><p class="soft">“{}”</p>').format(_asks(request), request.reason))
        look_at(request)
        if request.kind == "answer":
            proposed_answer(user, request)
        with st.form(f"inbox.decide.{request.id}", border=False):
            until = _last_day(request)
            decision = st.text_input("Say why, if you decline it", key=f"inbox.why.{request.id}")
            with st.container(horizontal=True):
                yes = st.form_submit_button("Approve", type="primary")
                no = st.form_submit_button("Decline")
        if yes or no:
            services().governance.requests.decide(user, request.id, yes, decision, until if yes else None)
            done("Approved." if yes else "Declined.")


def look_at(request: Request) -> None:
    """Show the way to what the request is about."""
    if request.kind == "model approval":
        st.page_link(MODELS, label=f"Look at {plain(request.name)}", icon=":material/arrow_forward:")
        return
    st.page_link(
        KNOWLEDGE_BASE,
        label=f"Look at {plain(request.name)}",
        icon=":material/arrow_forward:",
        query_params={"id": request.object.partition(":")[0]},
    )


def _last_day(request: Request) -> date | None:
    if request.kind not in DEFAULT_DAYS:
        return None
    today = utc_now().date()
    asked = request.until or today + timedelta(days=DEFAULT_DAYS[request.kind])
    chosen = st.date_input("Until", max(asked, today), min_value=today, key=f"inbox.until.{request.id}")
    return chosen if isinstance(chosen, date) else None
