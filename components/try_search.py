"""Try search: what a question finds in one knowledge base, and how two ways of searching differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import streamlit as st
from markupsafe import Markup

from components.address import KNOWLEDGE_BASE, at, move
from components.app import services
from components.question import WHO_READS
from components.recent import recently
from components.text import counted, dated, marked, plain, shortened
from components.walker import walk
from services.knowledge.document import Document
from services.knowledge.finding import Findings, Found
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.setting import By, Filters, Setting, kind_of
from services.knowledge.words import terms_asked
from services.people.user import User

NAMES = {By.BOTH: "Words and meaning", By.WORDS: "Words only", By.MEANING: "Meaning only"}
NOTHING, WITHOUT_FILTERS = "Nothing", "Without the filters"
_LEGS = ("words", "meaning", "fused", "reordered")


def try_search(user: User, knowledge_base: KnowledgeBase) -> None:
    """Let somebody search as Ask does, see every source it would read, and compare two ways of searching."""
    with st.container(key="narrow-search"):
        question = st.text_input(
            "Search as Ask does",
            key="question",
            bind="query-params",
            placeholder=f"A question or a few words about {plain(knowledge_base.name)}",
        )
        st.caption(WHO_READS)
        setting, other = _options(user, knowledge_base)
    if not question.strip():
        st.text("You see the sources in the order in which Ask reads them. Type a question and press Enter.")
        return
    found = _tried(user, knowledge_base, question, setting)
    if other is None:
        _results(knowledge_base, question, found)
    else:
        name, against = other
        second = _tried(user, knowledge_base, question, against)
        _side_by_side(knowledge_base, question, (_name(setting), found), (name, second))
    walk(user, question, (knowledge_base.id,), setting)


def _tried(user: User, knowledge_base: KnowledgeBase, question: str, setting: Setting) -> Findings:
    """Search once for each question and setting, not at every rerun: each search leaves a receipt."""
    key = ("tried", user.id, knowledge_base.id, knowledge_base.snapshot.number, question, setting)
    return recently(key, lambda: services().knowledge.trials.search(user, knowledge_base.id, question, setting))


def _options(user: User, knowledge_base: KnowledgeBase) -> tuple[Setting, tuple[str, Setting] | None]:
    """Give how to search, and what to compare it with, by name."""
    there = services().knowledge.trials.documents(user, knowledge_base.id)
    versions = {each.number: each.at for each in services().knowledge.versions.list(user, knowledge_base.id)}
    with st.expander("Options", type="compact"):
        by = st.segmented_control(
            "Search by", list(By), default=By.BOTH, required=True, key="by", format_func=NAMES.__getitem__
        )
        version = _version(knowledge_base, versions)
        filters = _filters([each for each in there if _held(each, version or knowledge_base.snapshot.number)])
        setting = Setting(by or By.BOTH, version, filters)
        choices = _others(knowledge_base, setting, versions)
        against = st.selectbox("Compare with", [NOTHING, *choices], key="against", bind="query-params")
    return setting, (against, choices[against]) if against in choices else None


def _version(knowledge_base: KnowledgeBase, versions: Mapping[int, datetime]) -> int | None:
    """Let somebody choose a version; the address keeps its number. None stands for the present one."""
    older = [each for each in versions if each != knowledge_base.snapshot.number]
    given = at("version") or ""
    now = int(given) if given.isdecimal() and len(given) < 10 and int(given) in older else None
    options: list[int | None] = [None, *older]
    chosen = st.selectbox(
        "Version",
        options,
        options.index(now),
        format_func=lambda each: "The present one" if each is None else _named_version(each, versions),
        key=f"search.version.{now}",
    )
    if chosen != now:
        move(version=None if chosen is None else str(chosen))
        st.rerun()
    return chosen


def _filters(there: Sequence[Document]) -> Filters:
    """Let somebody narrow by document, type and day; the address keeps what was chosen."""
    titles = _titles(there)
    with st.container(horizontal=True):
        chosen = st.multiselect("Only in these documents", list(titles.values()), key="among", bind="query-params")
        kinds = st.multiselect(
            "Only these types", sorted({kind_of(each) for each in there}), key="types", bind="query-params"
        )
    with st.container(horizontal=True):
        began = st.date_input("Added from", None, key="from", bind="query-params")
        ended = st.date_input("Added until", None, key="until", bind="query-params")
    named = {title: name for name, title in titles.items()}
    return Filters(
        tuple(named[each] for each in chosen if each in named),
        tuple(kinds),
        began if isinstance(began, date) else None,
        ended if isinstance(ended, date) else None,
    )


def _titles(there: Sequence[Document]) -> dict[str, str]:
    """Give each document, by id, a name that no other has."""
    taken: dict[str, str] = {}
    for each in there:
        names = (each.title, f"{each.title} ({each.name})", f"{each.title} ({each.name}, {len(taken) + 1})")
        taken[each.id] = next(name for name in names if name not in taken.values())
    return taken


def _others(knowledge_base: KnowledgeBase, setting: Setting, versions: Mapping[int, datetime]) -> dict[str, Setting]:
    """Give by name every other way to search that differs from `setting` in one thing."""
    others = {NAMES[by]: Setting(by, setting.version, setting.filters) for by in By if by is not setting.by}
    if not setting.filters.is_empty:
        others[WITHOUT_FILTERS] = Setting(setting.by, setting.version)
    present = knowledge_base.snapshot.number
    for number in versions:
        if number != (setting.version or present):
            others[_named_version(number, versions)] = Setting(setting.by, number, setting.filters)
    return others


def _named_version(number: int, versions: Mapping[int, datetime]) -> str:
    return f"Version {number} of {dated(versions[number].date())}"


def _held(document: Document, number: int) -> bool:
    began = document.valid_from is not None and document.valid_from <= number
    return began and (document.valid_to is None or number < document.valid_to)


def _name(setting: Setting) -> str:
    parts = [NAMES[setting.by]]
    parts += [] if setting.version is None else [f"version {setting.version}"]
    parts += [] if setting.filters.is_empty else ["filtered"]
    return ", ".join(parts)


def _missing(findings: Findings) -> Markup:
    return Markup("").join(Markup('<p class="missing">{}</p>').format(each) for each in findings.missing)


def _results(knowledge_base: KnowledgeBase, question: str, findings: Findings) -> None:
    if not findings.found:
        st.html(_missing(findings))
        st.text(f"None of the {counted(findings.passages_searched, 'source')} I looked through has to do with this.")
        return
    looked = counted(findings.passages_searched, "source")
    added = findings.expanded.also if findings.expanded else ()
    also = (
        Markup('<p class="soft">Looked for {}, as the documents call it.</p>').format(" and ".join(added))
        if added
        else Markup("")
    )
    came = Markup('<p class="facts">{} of {}, the nearest first</p>').format(len(findings.found), looked)
    st.html(_missing(findings) + came + also)
    terms = frozenset(terms_asked(findings.searched))
    with st.container(key="narrow-found", gap="small"):
        for each in findings.found:
            _source(knowledge_base, each, terms)
    _details([("", findings)])


def _source(knowledge_base: KnowledgeBase, found: Found, terms: Collection[str]) -> None:
    passage = found.passage
    with st.container(key=f"found-{passage.id.replace(':', '-')}", gap="xsmall"):
        st.html(
            Markup('<p><b>{}. {}</b> <span class="soft">{}</span></p><div class="surroundings">{}</div>').format(
                found.rank, passage.document_title, place_of(found), marked(passage.text, terms)
            )
        )
        st.page_link(
            KNOWLEDGE_BASE,
            label=f"Open {plain(shortened(passage.document_title, 60))}",
            icon=":material/arrow_forward:",
            query_params={
                "id": knowledge_base.id,
                "tab": "Documents",
                "document": passage.document_id,
                "leaf": str(passage.page),
            },
        )


def place_of(found: Found) -> str:
    """Say where in its document a source stands: "Slide 3 · Costs", "page 4"; "" where there is nothing to say."""
    passage = found.passage
    where = passage.place or (f"page {passage.page}" if passage.page > 1 else "")
    heading = passage.heading if passage.heading != passage.document_title else ""
    return " · ".join(each for each in (where, heading) if each)


def _side_by_side(
    knowledge_base: KnowledgeBase, question: str, first: tuple[str, Findings], second: tuple[str, Findings]
) -> None:
    """Show two searches next to each other, and which sources the second gains and loses."""
    here = {each.passage.id for each in first[1].found}
    there = {each.passage.id for each in second[1].found}
    gained, lost = len(there - here), len(here - there)
    said = "Both find the same sources."
    if gained or lost:
        said = f"{second[0]} gains {counted(gained, 'source')} and loses {counted(lost, 'source')}."
    st.html(Markup('<p class="sentence">{}</p>').format(said))
    columns = st.columns(2)
    for column, (name, findings), other, badge in zip(
        columns, (first, second), (there, here), (("bad", "Lost"), ("good", "Gained")), strict=True
    ):
        with column:
            st.html(Markup('<h2 class="small-heading">{}</h2>').format(name) + _missing(findings))
            _column(question, findings, other, badge)
    _details([first, second])


def _column(question: str, findings: Findings, other: Collection[str], badge: tuple[str, str]) -> None:
    if not findings.found:
        st.text("Nothing was found this way.")
        return
    terms = frozenset(terms_asked(findings.searched))
    rows = Markup("").join(
        Markup(
            '<div class="compared"><p><b>{}. {}</b> <span class="soft">{}</span> {}</p>'
            '<p class="small-print">{}</p></div>'
        ).format(
            each.rank,
            each.passage.document_title,
            place_of(each),
            "" if each.passage.id in other else Markup('<span class="badge {}">{}</span>').format(*badge),
            marked(shortened(each.passage.text, 240), terms),
        )
        for each in findings.found
    )
    st.html(rows)


def _details(searches: Sequence[tuple[str, Findings]]) -> None:
    """Show, closed, the rank and the score of each source in each leg."""
    inner = st.expander("Details for specialists", type="compact", key="search.details", on_change="rerun")
    if not inner.open:
        return
    with inner:
        for name, findings in searches:
            _ranks(name, findings)


def _ranks(name: str, findings: Findings) -> None:
    head = Markup("").join(Markup("<th>{}</th>").format(leg) for leg in _LEGS)
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td>{}</td>{}</tr>").format(
            each.rank, each.passage.id, Markup("").join(_leg(each, leg) for leg in _LEGS)
        )
        for each in findings.found
    )
    caption = f"{name + ': ' if name else ''}rank and score in each leg; evidence {findings.evidence:.3f}"
    st.html(
        Markup(
            '<div class="wide" tabindex="0"><table><caption>{}</caption>'
            "<thead><tr><th>#</th><th>Passage</th>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format(caption, head, rows)
    )


def _leg(found: Found, name: str) -> Markup:
    leg = getattr(found, name)
    return Markup("<td>{}</td>").format(f"{leg.rank} · {leg.score:.6f}" if leg else "–")
