"""Models as people meet them: their passports, what an answer costs, and what may be spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import streamlit as st
from markupsafe import Markup

from components.app import boundary, done, services
from components.model_file import file_of
from components.text import counted, dated, one_line
from services.errors import BadInput
from services.governance.budget import Budget
from services.governance.life_cycle import ApprovalState
from services.ledger.receipt import Money
from services.models.model import Endpoint, Model
from services.models.models import MOST_TOKENS_IN, FirstWords
from services.people.user import Role, User
from services.store.moment import utc_now

CENT = Decimal("0.01")
_COLOURS = {ApprovalState.APPROVED: "good", ApprovalState.REVIEW_DUE: "partly", ApprovalState.WITHDRAWN: "bad"}
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
CURRENCIES = ("USD", "EUR", "GBP")
APPROVED_FOR = timedelta(days=180)


def price_of(model: Model) -> str:
    """Say what an answer costs at most: "costs nothing", "at most about $0.03"."""
    if model.price.is_free:
        return "costs nothing"
    return f"{at_most([model.price.of(MOST_TOKENS_IN, model.most_tokens)])} an answer"


def at_most(amounts: Sequence[Money]) -> str:
    """Say what something costs at most, in each currency: "costs nothing", "at most $0.03 and €0.02"."""
    return " and ".join(map(money, amounts)).replace("about", "at most", 1) if amounts else "costs nothing"


def money(amount: Money) -> str:
    """Say an amount as people do: "about $0.03", "less than $0.01"."""
    sign = _SIGNS.get(amount.currency, f"{amount.currency} ")
    if 0 < amount.amount < CENT:
        return f"less than {sign}0.01"
    return f"about {sign}{amount.amount.quantize(CENT):,}"


def passports(user: User) -> None:
    """Show each model with its state, and what those who answer for it can do."""
    waited = services().models.first_words(user)
    for each in services().models.all(user):
        with st.container(border=True, key=f"card-model-{each.id}"):
            _passport(each, waited.get(each.id))
            if each.endpoint is Endpoint.LOCAL:
                file_of(user, each)
            if user.id in (each.owner, each.steward) or user.role is Role.CDO:
                _acts(user, each)


def _passport(model: Model, waited: FirstWords | None) -> None:
    name_of = services().people.name_of
    until = f" until {dated(model.approved_until)}" if model.is_approved and model.approved_until else ""
    is_told = model.endpoint is Endpoint.LOCAL or services().models.is_within_reach(model.id)
    reach = "" if is_told else " This app was not told how to reach it."
    facts = {
        "Runs at": model.place + ("; what is sent leaves the company" if model.leaves else ""),
        "May see": f"nothing above {model.highest.value}",
        "Costs": price_of(model),
        "First words": _how_soon(waited),
        "Answered for by": f"{name_of(model.owner)} and {name_of(model.steward)}",
        "Evidence": model.evidence,
    }
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in facts.items())
    st.html(
        Markup(
            '<h2 class="card-title">{}</h2><p class="facts"><span class="badge {}">{}{}</span></p>'
            '<p class="sentence">{}{}</p><dl class="passport">{}</dl>'
        ).format(model.name, _COLOURS.get(model.state, ""), model.state.value, until, model.purpose, reach, rows)
    )


def _how_soon(waited: FirstWords | None) -> str:
    if waited is None:
        return "not measured: it gave no answer in the last 30 days"
    seconds = f"{waited.milliseconds / 1000:.1f}" if waited.milliseconds >= 100 else f"{waited.milliseconds / 1000:.2f}"
    return f"after {seconds} s, the median of {counted(waited.answers, 'answer')} in the last 30 days"


def _acts(user: User, model: Model) -> None:
    if model.is_built_in:
        return
    if model.state is not ApprovalState.WITHDRAWN:
        if st.button("Withdraw", key=f"models.withdraw.{model.id}", icon=":material/block:"):
            _withdraw(user, model)
    elif user.id in (model.owner, model.steward) and st.button(
        "Ask for approval", key=f"models.submit.{model.id}", icon=":material/send:"
    ):
        _submit(user, model)


@st.dialog("Withdraw this model?")
def _withdraw(user: User, model: Model) -> None:
    with boundary(), st.form(f"models.withdraw.form.{model.id}", border=False):
        st.text(f"From the next click on nobody can have an answer written by {model.name}. Answers stay.")
        reason = st.text_input("Why", key=f"models.why.{model.id}")
        if st.form_submit_button("Withdraw", type="primary"):
            services().models.withdraw(user, model.id, reason)
            done(f"{model.name} is withdrawn.")


@st.dialog("Ask for approval")
def _submit(user: User, model: Model) -> None:
    with boundary(), st.form(f"models.submit.form.{model.id}", border=False):
        st.text("Somebody else decides: its steward or the CDO's office.")
        reason = st.text_input("Why it may be used", key=f"models.reason.{model.id}")
        last = utc_now().date() + APPROVED_FOR
        until = st.date_input("Until", last, min_value="today", key=f"models.until.{model.id}")
        if st.form_submit_button("Send", type="primary") and isinstance(until, date):
            services().models.submit(user, model.id, reason, until)
            done("Sent. The answer comes to your Inbox.")


def budgets(user: User) -> None:
    """Show what may be spent; the CDO sets it."""
    st.html('<h2 class="small-heading">What may be spent</h2>')
    if user.role is not Role.CDO:
        left = services().governance.budgets.left(user, user.line.id)
        month, still = _said(left.budget.per_month), _left(left.this_month)
        st.text(f"{user.line.name} may spend {month} a month; {still} of it is left.")
        return
    held = {each.line: each for each in services().governance.budgets.all(user)}
    lines = {each.line.id: each.line.name for each in services().people.personas()}
    rows = Markup("").join(_row(user, name, held.get(line), line) for line, name in lines.items())
    st.html(
        Markup(
            '<div class="wide" tabindex="0"><table><thead><tr><th scope="col">Line of business</th>'
            '<th scope="col">A month</th><th scope="col">Left</th><th scope="col">A person and day</th></tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(rows)
    )
    with st.form("models.budget", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        line = st.selectbox("Line", list(lines), key="models.line", format_func=lambda each: one_line(lines[each]))
        month = st.text_input("A month", key="models.month", placeholder="50")
        day = st.text_input("A person and day", key="models.day", placeholder="2")
        currency = st.selectbox("In", CURRENCIES, key="models.currency")
        if st.form_submit_button("Set budget", type="primary"):
            services().governance.budgets.set(user, line, _amount(month, currency), _amount(day, currency))
            done(f"The budget of {lines[line]} is set.")


def _row(user: User, name: str, budget: Budget | None, line: str) -> Markup:
    left = services().governance.budgets.left(user, line) if budget else None
    cells = (
        name,
        _said(budget.per_month if budget else None),
        _left(left.this_month if left else None),
        _said(budget.per_person_day if budget else None),
    )
    return Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(each) for each in cells))


def _said(amount: Money | None) -> str:
    return "nothing" if amount is None else f"{_SIGNS.get(amount.currency, amount.currency)}{amount.amount:,}"


def _left(amount: Money | None) -> str:
    return "nothing" if amount is None else money(amount)


def _amount(typed: str, currency: str) -> Money | None:
    if not typed.strip():
        return None
    try:
        return Money(Decimal(typed.replace(",", "").strip()), currency)
    except ArithmeticError:
        raise BadInput(f"“{typed}” is no amount.", "Type digits, such as 50 or 0.5.") from None
