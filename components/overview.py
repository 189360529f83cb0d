"""The overview: sentences, two charts, a table whose figures open their receipts, and what is due for review."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from components.address import KNOWLEDGE_BASE, OVERVIEW, at
from components.app import boundary, current_user, services
from components.charts import MOST_SERIES, Series, lines, table
from components.recent import recently
from components.text import counted, day, exact, plain
from services.insight.insight import WEEKS, Due, Opened, Overview
from services.ledger.counting import FEWER_THAN_FIVE, TOGETHER, Count, start_of
from services.ledger.listing import LISTED, Listed
from services.ledger.receipt import Outcome
from services.people.user import Role, User

HOME_WEEKS = 4
ROWS_A_PAGE = 25
RECEIPTS_A_PAGE = 10
RULE = (
    "Figures are of whole weeks and of groups of at least five people. What fewer than five people asked, or met, "
    "is not shown (–), nor counted anywhere else."
)
_MEASURES = {
    "questions": "Questions",
    "answered": "Answered",
    "not_found": "Not in these documents",
    "wrong": "Reported wrong",
}
_DRAWN = (
    ("questions", "questions", "questions"),
    ("not in these documents", "not_found", "not found"),
    ("reported wrong", "wrong", "wrong"),
)
_ENDED = {Outcome.ANSWERED: "Answered", Outcome.NOT_FOUND: "Not in these documents"}


def figures(overview: Overview) -> None:
    """Say what was asked in sentences, and draw it by week and by line of business."""
    st.html(Markup("").join(Markup('<p class="sentence">{}</p>').format(each) for each in _sentences(overview)))
    st.caption(RULE)
    weeks = sorted({each.week for each in overview.told})
    places = [_week(each) for each in weeks]
    most = max(_of_week(overview.told, week, "questions") or 0 for week in weeks)
    drawn = [
        Series(name, tuple(_of_week(overview.told, week, measure) for week in weeks), thing)
        for name, measure, thing in _DRAWN
    ]
    lines(
        "overview.weeks",
        _finding(overview),
        places,
        [each for each in drawn if each.thing == "questions" or any(each.values)],
        "questions a week",
        most,
    )
    _by_line(overview, weeks, places)


def _finding(overview: Overview) -> str:
    known = overview.answered + overview.not_found
    if not known:
        return f"{counted(overview.people, 'person', 'people')} asked {counted(overview.questions, 'question')}"
    return f"{overview.not_found / known:.0%} of {counted(known, 'question')} were not in these documents"


def _by_line(overview: Overview, weeks: Sequence[str], places: Sequence[str]) -> None:
    asked: dict[str, int] = {}
    for each in overview.told:
        if each.questions is not None:
            asked[each.line] = asked.get(each.line, 0) + each.questions
    largest = sorted(asked, key=lambda line: -asked[line])[:MOST_SERIES]
    by_place = {(each.line, each.week): each.questions for each in overview.told if each.questions is not None}
    lines(
        "overview.lines",
        f"{_line(largest[0])} asked most: {asked[largest[0]]:,} of {counted(overview.questions, 'question')}",
        places,
        [Series(_line(line), tuple(by_place.get((line, week)) for week in weeks)) for line in largest],
        "questions a week",
        max(each.questions or 0 for each in overview.told),
    )


def groups(overview: Overview) -> None:
    """Show every group that is told, the newest first; each figure opens the receipts that it counts."""
    told = sorted(overview.told, key=lambda each: (TOGETHER in each.line, each.line))
    told.sort(key=lambda each: each.week, reverse=True)
    pages = -(-len(told) // ROWS_A_PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    table(
        "overview.table",
        "By week and line of business. Each figure opens the receipts it counts.",
        ("Week of", "Line of business", "People", *_MEASURES.values()),
        [
            (_week(each.week), _line(each.line), each.people, *(_figure(each, name) for name in _MEASURES))
            for each in told
        ],
        "overview.csv",
        [
            (_week(each.week), _line(each.line), each.people, *(_link(each, name) for name in _MEASURES))
            for each in told[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
        ],
    )


def without_figures(overview: Overview) -> None:
    """Say why there is nothing to count yet."""
    if overview.hidden:
        st.text(
            "In no whole week have five people asked something. With fewer than five, figures would tell of persons."
        )
    else:
        st.text("Nobody has asked anything in the last weeks. Figures begin with the first whole week.")
    st.caption(RULE)


def due(overview: Overview) -> None:
    """List the knowledge bases whose review is due within a month, or was."""
    st.html(Markup('<h2 class="small-heading">Review due</h2>'))
    if not overview.due:
        st.text("No knowledge base is due for review within the next 30 days.")
    for each in overview.due:
        with st.container(horizontal=True, vertical_alignment="center", key=f"overview-due-{each.id}"):
            st.text(_due(each), width="stretch")
            if each.readable:
                st.page_link(
                    KNOWLEDGE_BASE,
                    label=f"Open {plain(each.name)}",
                    icon=":material/arrow_forward:",
                    query_params={"id": each.id},
                )


def receipts_behind(user: User, week: str, line: str, measure: str, weeks: int = WEEKS) -> None:
    """List the receipts that one figure counts, a total where no `week` is given; opening one asks for a reason."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="crumbs"):
        st.page_link(OVERVIEW, label="Overview", icon=":material/arrow_back:")
        st.html(Markup('<span class="soft small">/ Receipts</span>'), width="content")
    if week:
        listed = services().insight.receipts(user, week, line, measure)
        title = f"{plain(_line(line))}, week of {_week(week)}"
    else:
        listed = services().insight.all_receipts(user, measure, weeks)
        title = f"the last {weeks} whole weeks"
    names = services().insight.names(user)
    st.title(f"{_MEASURES[measure]}: {title}", anchor=False)
    st.text("The receipts that this figure counts. A day or a place that fewer than five people share is left out.")
    if len(listed) >= LISTED:
        st.text(f"Of a week and line of business, the newest {LISTED} are listed.")
    pages = -(-len(listed) // RECEIPTS_A_PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    for each in listed[(number - 1) * RECEIPTS_A_PAGE : number * RECEIPTS_A_PAGE]:
        if st.button(
            plain(_listed(each, names)),
            key=f"row-receipt-{each.id}",
            type="tertiary",
            icon=":material/chevron_right:",
            icon_position="right",
            width="stretch",
        ):
            _open(each.id)


def weeks_at() -> int:
    """Read from the address over how many weeks a total is."""
    given = at("weeks") or ""
    return int(given) if given in {str(number) for number in range(1, WEEKS)} else WEEKS


@st.dialog("Open this receipt?")
def _open(receipt_id: str) -> None:
    """Ask for the reason, then show what was asked and answered; its asker is told."""
    with boundary():
        user = current_user()
        st.text("You will see who asked, and the question. They will be told that you opened it, and why.")
        reason = st.text_area("Your reason", max_chars=500, key="overview.reason")
        if st.button("Open it", type="primary", key="overview.open"):
            _opened(services().insight.open_receipt(user, receipt_id, reason))


def _opened(opened: Opened) -> None:
    facts = (
        f"{services().people.name_of(opened.person)} · {_line(opened.line)} · {exact(opened.at)} · {opened.strength}"
    )
    quotes = Markup("").join(
        Markup('<p class="sentence">{} <span class="soft">({})</span></p>').format(*each) for each in opened.quotes
    )
    st.html(
        Markup('<p class="facts">{}</p><p class="question">{}</p>{}').format(
            facts, opened.question or "The question was erased.", quotes
        )
    )
    if opened.withheld:
        st.text(f"{counted(opened.withheld, 'quote')} from what is not yours to read, or was erased, left out.")


def figures_first(user: User) -> None:
    """Show the CDO's office the four figures of the last weeks, above everything else on Home."""
    if user.role is not Role.CDO:
        return
    overview = recently(("overview", user.id), lambda: services().insight.overview(user, HOME_WEEKS))
    if not overview.told:
        st.caption("Nothing to count yet.")  # A newcomer reads sixty words; Overview says why.
        return
    shown = (
        ("people asked", overview.people, "questions"),
        ("questions", overview.questions, "questions"),
        ("answered", overview.answered, "answered"),
        ("not in these documents", overview.not_found, "not_found"),
    )
    parts = Markup("").join(
        Markup("<li><b>{}</b> {}</li>").format(_total(f"{number:,}", number, measure, HOME_WEEKS), what)
        for what, number, measure in shown
    )
    st.html(Markup('<ul class="figures">{}</ul>').format(parts))
    st.caption(f"In {HOME_WEEKS} whole weeks, up to {day(overview.until)}; groups of at least five people.")
    st.page_link(OVERVIEW, label="Overview", icon=":material/arrow_forward:")


def _sentences(overview: Overview) -> list[Markup]:
    """Say the totals; each opens the receipts that it counts."""
    people, questions = counted(overview.people, "person", "people"), counted(overview.questions, "question")
    said = [
        Markup("Up to {}, {} asked {}.").format(
            day(overview.until), people, _total(questions, overview.questions, "questions")
        ),
        Markup("{} were answered, {} were not in these documents.").format(
            _total(f"{overview.answered:,}", overview.answered, "answered"),
            _total(f"{overview.not_found:,}", overview.not_found, "not_found"),
        ),
    ]
    if overview.not_told_apart:
        said.append(
            Markup("Of {:,} it is not shown how they ended: too few people met the one or the other.").format(
                overview.not_told_apart
            )
        )
    if overview.wrong:
        wrong = _total(counted(overview.wrong, "answer"), overview.wrong, "wrong")
        said.append(Markup("{} were reported wrong.").format(wrong))
    return said


def _total(shown: str, number: int, measure: str, weeks: int = WEEKS) -> str | Markup:
    """Give a total as a link to the receipts that it counts."""
    if not number:
        return shown
    where = urlencode({"figure": measure, "weeks": weeks})
    return Markup('<a href="/overview?{}" target="_self">{}</a>').format(where, shown)


def _of_week(told: Sequence[Count], week: str, measure: str) -> int | None:
    """Add up a figure over the groups of a week; None where none of them may tell it."""
    found = [getattr(each, measure) for each in told if each.week == week]
    known = [each for each in found if each is not None]
    return sum(known) if known else None


def _line(line: str) -> str:
    if line == FEWER_THAN_FIVE:
        return "Small groups together"
    names = {each.line.id: each.line.name for each in services().people.personas()}
    known = [names.get(each, each) for each in line.split(TOGETHER)]
    return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} and {known[-1]} together"


def _week(week: str) -> str:
    return day(start_of(week))


def _figure(count: Count, measure: str) -> str:
    number = getattr(count, measure)
    return "–" if number is None else f"{number:,}"


def _link(count: Count, measure: str) -> str | Markup:
    shown = _figure(count, measure)
    if not getattr(count, measure):
        return shown
    where = urlencode({"week": count.week, "line": count.line, "figure": measure})
    return Markup('<a href="/overview?{}" target="_self">{}</a>').format(where, shown)


def _due(each: Due) -> str:
    owner, when = services().people.name_of(each.owner), f"{each.day.day} {each.day:%B %Y}"
    return f"{each.name}: {'was due' if each.is_over else 'due'} on {when}, owner {owner}"


def _listed(each: Listed, names: dict[str, str]) -> str:
    when = f"{each.day:%A} {each.day.day} {each.day:%B}" if each.day else "Some day of the week"
    where = ", ".join(names[name] for name in each.where) if each.where else "Somewhere"
    return f"{when} · {where} · {_ENDED[each.outcome] if each.outcome else 'Asked'}"
