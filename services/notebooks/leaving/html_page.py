"""A notebook as one HTML file that needs nothing else: every text escaped, no script but our own and plotly's."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from services.notebooks.copied import heading_of_sources, mark_of
from services.notebooks.leaving.blocks import Block, Shape, blocks_of
from services.notebooks.leaving.plain_words import Run, runs_of
from services.notebooks.leaving.recorded import (
    COLOURS,
    SHOWN_COLUMNS,
    SHOWN_ROWS,
    Recorded,
    Step,
    headed,
    left_out,
    sentences_of,
    sources_of,
)
from services.notebooks.output import Gives
from services.notebooks.tabular.table import ColumnKind, Table

_LOOK = Markup("""
:root { color-scheme: light dark; --ink: #1d2430; --soft: #59616e; --page: #ffffff; --line: #d5dae1; --part: #f3f5f8;
  --doubt: #8a4b08; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --soft: #a4acb8; --page: #14181f; --line: #3a424e; --part: #1d232c; --doubt: #f0b070; }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 48rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin: 0 0 .4rem; } h3 { font-size: 1.05rem; }
section { border-top: 1px solid var(--line); padding: 1.2rem 0; }
a { color: inherit; } .soft, .settings, cite { color: var(--soft); font-size: .9rem; font-style: normal; }
.mark { background: var(--part); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .7rem;
  font-size: .9rem; }
.doubt { color: var(--doubt); } blockquote { margin: .6rem 0; padding-left: .8rem; border-left: 3px solid var(--line); }
pre { background: var(--part); padding: .7rem; white-space: pre-wrap; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: break-word; }
th { background: var(--part); } td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 0; } figcaption { font-weight: 600; } .chart { min-height: 320px; }
""")

_DRAW = """
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const draw = () => {
    const ink = getComputedStyle(document.body).color;
    const line = getComputedStyle(document.body).getPropertyValue("--line").trim();
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
    for (const place of document.querySelectorAll("[data-chart]")) {
      const { data, layout } = charts[Number(place.dataset.chart)];
      const look = { font: { color: ink }, paper_bgcolor: "transparent", plot_bgcolor: "transparent" };
      const axes = { xaxis: { ...layout.xaxis, ...axis }, yaxis: { ...layout.yaxis, ...axis } };
      Plotly.react(place, data, { ...layout, ...look, ...axes }, { displayModeBar: false, responsive: true });
    }
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
""".strip()

_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Accelerate">
<title>{title}</title>
<style>
{look}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{parts}
</main>
{scripts}</body>
</html>
""")

_NOTHING = Markup("")
_CELL, _NUMBER = Markup("<td>{}</td>"), Markup('<td class="number">{}</td>')
_BULLETS, _NUMBERED = Markup("<ul>\n{}\n</ul>"), Markup("<ol>\n{}\n</ol>")
_HEADINGS = ("h3", "h4", "h5")


def to_html(recorded: Recorded) -> str:
    """Write a notebook as a page; plotly is in it once, and only where there is a chart."""
    charts = [each.figure.plotly(COLOURS) for each in recorded.steps if each.figure is not None]
    scripts, policy = _scripts(charts) if charts else (_NOTHING, _policy(()))
    parts = [Markup('<p class="soft">{}</p>').format(recorded.heading)]
    parts += [Markup('<p class="mark">{}</p>').format(each) for each in recorded.marks]
    drawn = 0
    for number, step in enumerate(recorded.steps, start=1):
        parts.append(
            Markup('<section id="step-{}">\n{}\n</section>').format(number, _lines(_step(step, number, drawn)))
        )
        drawn += step.figure is not None
    page = _PAGE.format(policy=policy, title=recorded.notebook.title, look=_LOOK, parts=_lines(parts), scripts=scripts)
    return str(page)


def _scripts(charts: list[dict[str, object]]) -> tuple[Markup, str]:
    """Give plotly, the charts as data that no browser takes for a script, and what draws them; and their policy."""
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]

    plotly = str(get_plotlyjs())
    data = json.dumps(charts, allow_nan=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    scripts = Markup('<script>{}</script>\n<script type="application/json" id="charts">{}</script>\n')
    # All three were written by us, or have no sign left that could end a script.
    both = scripts.format(Markup(plotly), Markup(data)) + Markup("<script>{}</script>\n").format(Markup(_DRAW))  # noqa: S704
    return both, _policy((plotly, _DRAW))


def _policy(scripts: Iterable[str]) -> str:
    """Allow these very scripts and nothing else: nothing is fetched, sent or framed."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts]
    allowed = " ".join(hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _step(step: Step, number: int, drawn: int) -> Iterator[Markup]:
    late = [Markup('<p class="doubt">{}</p>').format(step.out_of_date)] if step.out_of_date else []
    if step.output is not None and step.output.gives is Gives.TEXT:
        yield from late
        yield from _note(blocks_of(step.output.markdown))
        yield from _remarks(step)
        return
    if step.asked is not None:
        yield Markup("<h2>{}</h2>").format(step.question)
    else:
        yield Markup("<h2>{}</h2>").format(step.cell.name)
    yield Markup('<p class="soft">{}</p>').format(_words(step.sentence))
    yield from late
    if step.output is None:
        yield Markup("<p><em>{}</em></p>").format(step.fault)
    elif step.asked is not None:
        yield from _answer(step, number)
    elif step.figure is not None:
        finding = step.figure.finding
        yield Markup(
            '<figure><figcaption>{}</figcaption><div class="chart" data-chart="{}" role="img" aria-label="{}"></div>'
            "</figure>"
        ).format(finding, drawn, finding)
        yield Markup("<details><summary>The figures</summary>{}</details>").format(_table(step.figure.table))
    elif step.table is not None:
        yield _table(step.table)
    yield from _remarks(step)


def _remarks(step: Step) -> Iterator[Markup]:
    for each in step.remarks:
        yield Markup('<p class="soft">{}</p>').format(each)


def _answer(step: Step, number: int) -> Iterator[Markup]:
    assert step.asked is not None  # noqa: S101  (asked for by those who looked)
    answer = step.asked.answer
    yield Markup("<p><strong>{}</strong></p>").format(step.verdict)
    for each in sentences_of(answer):
        marks = [Markup('<a href="#source-{}-{}">[{}]</a>').format(number, one, one) for one in each.numbers]
        remark = Markup(' <em class="doubt">{}</em>').format(each.remark) if each.remark else _NOTHING
        yield Markup("<p>{} {}{}</p>").format(each.text, _NOTHING.join(marks), remark)
    for sentence in answer.missing:
        yield Markup("<p><em>{}</em></p>").format(sentence)
    if answer.citations:
        yield Markup("<h3>{}</h3>").format(heading_of_sources(answer))
    items = [
        Markup('<li id="source-{}-{}" value="{}">{}<br><cite>{}</cite></li>').format(
            number, each.number, each.number, each.words, each.place
        )
        for each in sources_of(answer)
    ]
    if items:
        yield _NUMBERED.format(_lines(items))
    yield Markup('<p class="settings">{}.</p>').format("; ".join(step.settings))
    yield Markup('<p class="mark">{}</p>').format(mark_of(answer))


def _table(table: Table) -> Markup:
    columns = table.columns[:SHOWN_COLUMNS]
    head = _NOTHING.join(Markup('<th scope="col">{}</th>').format(headed(each)) for each in columns)
    rows = []
    for row in table.rows(SHOWN_ROWS):
        cells = [
            (_NUMBER if each.kind is ColumnKind.NUMBER else _CELL).format(cell)
            for cell, each in zip(row, columns, strict=False)
        ]
        rows.append(Markup("<tr>{}</tr>").format(_NOTHING.join(cells)))
    more = Markup('<p class="soft">{}</p>').format(left_out(table)) if left_out(table) else _NOTHING
    return Markup(
        '<div class="wide"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>{}'
    ).format(head, _lines(rows), more)


def _note(blocks: Iterable[Block]) -> Iterator[Markup]:
    """Give a note's blocks; items that follow each other are one list."""
    items, kind = list[Markup](), ""
    for block in blocks:
        wanted = {Shape.ITEM: "ul", Shape.NUMBERED: "ol"}.get(block.shape, "")
        if items and wanted != kind:
            yield _list(kind, items)
            items = []
        kind = wanted
        if wanted:
            items.append(Markup("<li>{}</li>").format(_words(block.text)))
        else:
            yield _block(block)
    if items:
        yield _list(kind, items)


def _list(kind: str, items: Iterable[Markup]) -> Markup:
    return (_BULLETS if kind == "ul" else _NUMBERED).format(_lines(items))


def _block(block: Block) -> Markup:
    if block.shape is Shape.HEADING:
        tag = Markup(("h2", *_HEADINGS)[min(block.level, len(_HEADINGS) + 1) - 1])  # noqa: S704  (one of four)
        return Markup("<{}>{}</{}>").format(tag, _words(block.text), tag)
    if block.shape is Shape.CODE:
        return Markup("<pre>{}</pre>").format(block.text)
    if block.shape is Shape.QUOTE:
        return Markup("<blockquote>{}</blockquote>").format(_words(block.text))
    if block.shape is Shape.TABLE:
        head, *rows = block.rows
        row = Markup("<tr>{}</tr>")
        return Markup('<div class="wide"><table>\n<thead>{}</thead>\n<tbody>\n{}\n</tbody></table></div>').format(
            row.format(_NOTHING.join(Markup('<th scope="col">{}</th>').format(_words(each)) for each in head)),
            _lines(
                row.format(_NOTHING.join(Markup("<td>{}</td>").format(_words(one)) for one in each)) for each in rows
            ),
        )
    return Markup("<p>{}</p>").format(_words(block.text))


def _words(line: str) -> Markup:
    return _NOTHING.join(_run(run) for run in runs_of(line))


def _run(run: Run) -> Markup:
    text = Markup("<br>").join(escape(part) for part in run.text.split("\n"))
    if run.code:
        text = Markup("<code>{}</code>").format(text)
    if run.italic:
        text = Markup("<em>{}</em>").format(text)
    return Markup("<strong>{}</strong>").format(text) if run.bold else text


def _lines(parts: Iterable[Markup]) -> Markup:
    return Markup("\n").join(parts)
