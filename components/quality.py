"""Quality of a knowledge base: its questions, what their last run gave, what was missed, and how sure it must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from components.address import KNOWLEDGE_BASE
from components.app import boundary, current_user, done, services
from components.charts import Series, lines, table
from components.open_questions import questions_of
from components.text import counted, day, exact, when
from services.answers.calibration import FEWEST_QUESTIONS, Calibration, Share
from services.answers.gate import THRESHOLD
from services.answers.measured import Judged, Miss, QualityRun, expected, name_of_set, sentences
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.question_set import Question
from services.knowledge.question_sheet import EXAMPLE, Sheet
from services.people.user import User

MISSES_A_PAGE = 10
FAULTS_SHOWN = 20
_UNKNOWN = " How often it answers wrongly is not known: no question of the set must be refused."
_MISSED = {
    Miss.NOT_FOUND: "The right document was not found",
    Miss.NOT_ANSWERED: "The right document was found, and yet it said “Not in these documents”",
    Miss.ANSWERED: "It answered what it must refuse",
}


def quality(user: User, knowledge_base: KnowledgeBase) -> None:
    """Show what the last run of its questions gave, and to who answers for it the questions and the runs."""
    questions_of(user, knowledge_base)
    questions = services().answers.quality.questions(user, knowledge_base.id)
    if not questions:
        _without_questions(user, knowledge_base)
        return
    runs = services().answers.quality.runs(user, knowledge_base.id)
    may_change = knowledge_base.is_changed_by(user)
    _headline(runs, questions)
    if may_change:
        _run(user, knowledge_base.id, len(questions))
    if runs:
        _misses(user, knowledge_base)
        _over_versions(knowledge_base, runs)
    _limit(user, knowledge_base, questions, may_change)
    if runs:
        _details(runs[-1], knowledge_base)
    _questions(user, knowledge_base, questions, may_change)


def _without_questions(user: User, knowledge_base: KnowledgeBase) -> None:
    st.text(
        "No questions are attached yet. A question set lists questions with the document that answers each, "
        "and some that must be refused; running it says how well this knowledge base answers."
    )
    if knowledge_base.is_changed_by(user):
        _attach(user, knowledge_base, "")
    else:
        owner = services().people.name_of(knowledge_base.owner)
        st.text(f"Its owner, {owner}, can attach one.")


def _headline(runs: Sequence[QualityRun], questions: Sequence[Question]) -> None:
    if not runs:
        st.text(f"{counted(len(questions), 'question')} are attached and have not been run yet.")
        return
    last, before = runs[-1], runs[-2] if len(runs) > 1 else None
    told = Markup("").join(Markup('<p class="question">{}</p>').format(each) for each in sentences(last, before))
    by = f"by {services().people.name_of(last.person)}" if last.person else "by itself, because something had changed"
    facts = Markup('<p class="facts">Run {} {}, on version {}.</p>').format(when(last.at), by, last.snapshot)
    st.html(told + facts)
    if last.figures.asked != name_of_set(questions):
        st.text("The questions were changed since; run them to see what they give.")


def _run(user: User, knowledge_base_id: str, number: int) -> None:
    """Let the questions be run; while they are, show how far that has come."""
    running = services().answers.quality.running(user, knowledge_base_id)
    if running is not None and not running.failed:
        _under_way(knowledge_base_id)
        return
    if running is not None:
        st.text(running.failed)
    if st.button(f"Run the {counted(number, 'question')}", type="primary", key="quality.run"):
        services().answers.quality.start(user, knowledge_base_id)
        st.rerun()


@st.fragment(run_every=1)
def _under_way(knowledge_base_id: str) -> None:
    """Show how far the run has come, with a way to stop it, and let the page go on once it has ended."""
    with boundary():
        user = current_user()  # a fragment runs without the gate: the visit may have ended meanwhile
        running = services().answers.quality.running(user, knowledge_base_id)
        if running is None or running.failed:
            st.rerun()
        st.progress(running.done / running.total, f"Asked {running.done} of {counted(running.total, 'question')}")
        if st.button("Stop", key="quality.stop", icon=":material/stop:"):
            services().answers.quality.stop(user, knowledge_base_id)


def _misses(user: User, knowledge_base: KnowledgeBase) -> None:
    """List what was not answered as expected, ten at a time, with what came and the way to find out why."""
    missed = [each for each in services().answers.quality.judged(user, knowledge_base.id) if each.miss]
    if not missed:
        st.text("Every question was answered as its set expects.")
        return
    missed.sort(key=lambda each: list(_MISSED).index(each.miss) if each.miss else 0)
    titles = services().answers.quality.titles(user, knowledge_base.id)
    st.html(Markup('<h2 class="small-heading">{}</h2>').format(f"What was missed: {counted(len(missed), 'question')}"))
    pages = -(-len(missed) // MISSES_A_PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    for place, each in enumerate(missed[(number - 1) * MISSES_A_PAGE : number * MISSES_A_PAGE]):
        with st.container(key=f"narrow-miss-{place}", gap="xsmall"):
            _miss(knowledge_base, each, titles)


def _miss(knowledge_base: KnowledgeBase, missed: Judged, titles: Mapping[str, str]) -> None:
    came = [f"{titles.get(document, 'a document that was erased')}, page {page}" for document, page in missed.came]
    rows = [(_MISSED[missed.miss] if missed.miss else "", ""), ("Expected: ", missed.expected)]
    if missed.miss is not Miss.NOT_ANSWERED:
        rows.append(("Came: ", "; ".join(came) or "nothing"))
    rows += [("Not among its documents now: ", "; ".join(missed.unknown))] if missed.unknown else []
    told = Markup("").join(Markup('<p class="small"><span class="soft">{}</span>{}</p>').format(*row) for row in rows)
    st.html(Markup('<p class="sentence"><b>{}</b></p><div>{}</div>').format(missed.question, told))
    if missed.is_answerable:
        st.page_link(
            KNOWLEDGE_BASE,
            label="Why didn't it find it?",
            icon=":material/arrow_forward:",
            query_params={"id": knowledge_base.id, "tab": "Try search", "question": missed.question},
        )


def _over_versions(knowledge_base: KnowledgeBase, runs: Sequence[QualityRun]) -> None:
    """Draw the last run of each version, once there are two versions; below it stand all runs of these questions."""
    same = [each for each in runs if each.figures.asked == runs[-1].figures.asked]
    versions = list({each.snapshot: each for each in same}.values())
    if len(versions) > 1:
        first, last = versions[0].figures, versions[-1].figures
        before = "as in" if first.found == last.found else f"it was {first.found} in"
        finding = (
            f"It finds the right document for {last.found} of {last.answerable} questions; "
            f"{before} version {versions[0].snapshot}"
        )
        series = [Series("found", tuple(each.figures.found for each in versions), "found")]
        if last.refusable:
            series.append(Series("refused", tuple(each.figures.refused for each in versions), "refused"))
        places = [f"Version {each.snapshot}, {day(each.at)}" for each in versions]
        lines("quality.chart", finding, places, series, "questions", max(last.answerable, last.refusable))
    if len(same) > 1:
        table(
            "quality.table",
            "Runs of these questions, the newest first",
            ("Version", "Run", "Right document found", "Refused as it must"),
            [
                (
                    each.snapshot,
                    exact(each.at),
                    f"{each.figures.found} of {each.figures.answerable}",
                    f"{each.figures.refused} of {each.figures.refusable}",
                )
                for each in reversed(same)
            ],
            f"quality-of-{knowledge_base.id}.csv",
        )


def _limit(user: User, knowledge_base: KnowledgeBase, questions: Sequence[Question], may_change: bool) -> None:
    """Say how sure it must be before it answers, measured or as shipped, and let that be changed."""
    found = services().answers.quality.calibration(user, knowledge_base.id)
    st.html(Markup('<h2 class="small-heading">How sure it must be before it answers</h2>'))
    is_own = knowledge_base.threshold is not None
    st.text(_limit_in_words(is_own, found, len(questions)))
    if not may_change:
        return
    with st.container(horizontal=True):
        is_new = found is not None and found.threshold != knowledge_base.threshold
        if is_new and st.button("Use the measured limit", key="quality.calibrate"):
            services().answers.quality.calibrate(user, knowledge_base.id)
            done("The measured limit holds from the next question on.")
        if is_own and st.button("Go back to the limit that ships", key="quality.shipped"):
            services().answers.quality.use_shipped(user, knowledge_base.id)
            done("The limit that ships holds from the next question on.")


def _limit_in_words(is_own: bool, found: Calibration | None, number: int) -> str:
    holds = "Its own limit holds." if is_own else "The limit that ships with Accelerate holds."
    if found is None and number < FEWEST_QUESTIONS:
        return f"{holds} With {FEWEST_QUESTIONS} questions or more it can be measured on them; there are {number}."
    if found is None:
        return f"{holds} It can be measured once the questions have been run."
    shipped = [_wrongly("refuses", found.shipped_refused_wrongly), _wrongly("answers", found.shipped_answered_wrongly)]
    measured = [
        f"{_wrongly('refuses', found.refused_wrongly)} {_likely(found.refused_wrongly)}",
        f"{_wrongly('answers', found.answered_wrongly)} {_likely(found.answered_wrongly)}",
    ]
    if not found.answered_wrongly.number:
        shipped, measured = shipped[:1], measured[:1]
    asked = found.refused_wrongly.number + found.answered_wrongly.number
    return (
        f"{holds} Measured on {asked} questions, a limit of its own {'; '.join(measured)}. "
        f"The limit that ships {' and '.join(shipped)}."
        f"{_UNKNOWN if not found.answered_wrongly.number else ''}"
    )


def _wrongly(what: str, share: Share) -> str:
    return f"{what} wrongly {share.wrong} of {share.number}"


def _likely(share: Share) -> str:
    return f"(of other questions likely {share.low:.0%} to {share.high:.0%})"


def _details(run: QualityRun, knowledge_base: KnowledgeBase) -> None:
    """Show, closed, the figures that specialists compare."""
    inner = st.expander("Details for specialists", type="compact", key="quality.details", on_change="rerun")
    if not inner.open:
        return
    figures = run.figures
    limit = THRESHOLD if knowledge_base.threshold is None else knowledge_base.threshold
    rows = [
        ("nDCG over the sources that Ask uses", f"{figures.ndcg:.3f}"),
        ("Recall over the sources that Ask uses", f"{figures.recall:.3f}"),
        ("MRR", f"{figures.mrr:.3f}"),
        ("Answered of answerable", f"{figures.answered} of {figures.answerable}"),
        ("Refused of unanswerable", f"{figures.refused} of {figures.refusable}"),
        ("Expected page among the sources", f"{figures.on_page} of {figures.paged}"),
        ("Expected words in a source", f"{figures.with_words} of {figures.worded}"),
        ("Well supported", f"{figures.well_supported} of {figures.answerable}"),
        ("Threshold in force", f"{limit:.4f}"),
        ("Model", run.model),
        ("Splitting", run.splitting),
    ]
    with inner:
        lines_ = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows)
        st.html(Markup('<dl class="passport">{}</dl>').format(lines_))
        st.caption(
            "Each question is asked as a person asks it and leaves a receipt. A document counts once, at its best "
            "source. The threshold's errors are those of leaving one question out; the ranges are Wilson's, 95 %."
        )


def _questions(user: User, knowledge_base: KnowledgeBase, questions: Sequence[Question], may_change: bool) -> None:
    """Show, closed, the question set, with a way to download it and to put another in its place."""
    inner = st.expander(f"The {counted(len(questions), 'question')}", key="quality.questions", on_change="rerun")
    if not inner.open:
        return
    with inner:
        rows = Markup("").join(
            Markup("<tr><td>{}</td><td>{}</td></tr>").format(each.text, expected(each)) for each in questions
        )
        st.html(
            Markup(
                '<div class="wide" tabindex="0"><table><thead><tr><th scope="col">Question</th>'
                '<th scope="col">Expected</th></tr></thead><tbody>{}</tbody></table></div>'
            ).format(rows)
        )
        _download("Download the questions", services().answers.quality.sheet(user, knowledge_base.id), "questions.csv")
        if may_change:
            _attach(user, knowledge_base, name_of_set(questions))


def _attach(user: User, knowledge_base: KnowledgeBase, present: str) -> None:
    """Let a question set be attached: what can't be used is told line by line before anything is kept."""
    # A key of the present set: once another is attached, the box is empty again.
    given = st.file_uploader(
        "Attach questions (CSV)", type=["csv", "tsv", "txt"], key=f"quality.file.{present}", max_upload_size=1
    )
    _download("Download an example", EXAMPLE, "example-questions.csv")
    if given is None:
        return
    with boundary():
        data = given.getvalue()
        sheet = services().answers.quality.check(user, knowledge_base.id, data)
        usable = counted(len(sheet.questions), "question")
        if sheet.faults:
            faults = [*sheet.faults[:FAULTS_SHOWN]]
            faults += [f"And {len(sheet.faults) - FAULTS_SHOWN} more."] if len(sheet.faults) > FAULTS_SHOWN else []
            told = Markup("").join(Markup("<li>{}</li>").format(each) for each in faults)
            st.html(Markup('<p class="missing">{}</p><ul class="small">{}</ul>').format(_unusable(sheet), told))
        if not sheet.questions:
            return
        label = f"Leave those out and use the {usable}" if sheet.faults else f"Use the {usable}"
        if st.button(label, key="quality.attach"):
            number = services().answers.quality.attach(user, knowledge_base.id, data, without_faults=bool(sheet.faults))
            done(f"{counted(number, 'question')} attached.")


def _unusable(sheet: Sheet) -> str:
    number = len(sheet.faults)
    return (
        f"{counted(number, 'row')} can't be used. Correct {'it' if number == 1 else 'them'} and choose the file again."
    )


def _download(label: str, text: str, name: str) -> None:
    st.download_button(
        label,
        text,
        name,
        "text/csv",
        key=f"quality.download.{name}",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )
