"""A notebook as a web page that needs nothing else, read by another reader."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from services.governance.life_cycle import ApprovalState
from services.notebooks.notebook import Notebook
from services.people.user import User
from tests.services.answers.library import Library


class Page(HTMLParser):
    """Collects the tags of a page with their attributes, and the text in each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.found[-1][0] if self.found else "", data))

    @property
    def text(self) -> str:
        return " ".join(" ".join(data for tag, data in self.texts if tag not in ("script", "style")).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for each, attributes in self.found if each == tag]


@pytest.fixture
def page(rooms: Library, ana: User, notebook: Notebook) -> Page:
    return Page(rooms.notebooks.leaving.html(ana, notebook.id))


def test_it_reads_as_the_notebook_does_with_its_sources_settings_and_mark(
    rooms: Library, ana: User, page: Page, notebook: Notebook
) -> None:
    assert notebook.title in page.text
    assert "16 weeks of paid parental leave. [1]" in page.text
    assert "Parental leave, Employee handbook" in page.text
    assert "instruction “ask”, version 2" in page.text
    assert f"receipt {notebook.cells[0].receipt_id}" in page.text
    assert "AI-generated: quoted word for word" in page.text
    finding = rooms.notebooks.running.view(ana, notebook).output(notebook.cells[4]).text
    assert " ".join(finding.split()) in page.text
    assert "The figures region sum of units" in page.text


def test_only_two_scripts_of_our_own_run_and_the_policy_names_them(page: Page) -> None:
    scripts = [data for tag, data in page.texts if tag == "script" and data.strip()]
    kinds = [each.get("type") for each in page.all("script")]
    assert kinds == [None, "application/json", None]
    plotly, data, draw = (scripts[0], scripts[1], scripts[-1])
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    allowed = re.search(r"script-src ([^;]*);", policy)
    assert allowed is not None
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in (plotly, draw)
    ]
    assert allowed[1].split() == hashes
    assert policy.startswith("default-src 'none'")
    assert [spec["data"][0]["type"] for spec in json.loads(data)] == ["bar"]


def test_no_text_becomes_markup(page: Page) -> None:
    tags = Counter(tag for tag, _ in page.found)
    assert tags["script"] == 3
    assert not tags.keys() & {"img", "iframe", "object", "form", "link", "base", "svg"}
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]
    links = [each["href"] or "" for each in page.all("a")]
    assert links
    assert all(re.fullmatch(r"#source-\d+-\d+", each) for each in links)
    assert "alert(1)" in page.text


def test_every_number_leads_to_its_source(page: Page) -> None:
    ids = {attributes["id"] for _, attributes in page.found if "id" in attributes}
    assert {(each["href"] or "").removeprefix("#") for each in page.all("a")} <= ids


def test_plotly_is_in_it_once_however_many_charts_there_are(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.notebooks.cells.add(ana, notebook.id, "chart", {"table": "{{sales}}"})
    page = Page(rooms.notebooks.leaving.html(ana, notebook.id))
    assert [each["data-chart"] for each in page.all("div") if "data-chart" in each] == ["0", "1"]
    assert len(page.all("script")) == 3


def test_a_notebook_without_a_chart_is_small_and_runs_no_script(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.running.start(ana, "Who keeps their health insurance?")
    written = rooms.notebooks.leaving.html(ana, notebook.id)
    assert len(written) < 20_000
    assert "<script" not in written
    assert "script-src &#39;none&#39;" in written


def test_what_may_no_longer_be_read_stands_nowhere_in_it(rooms: Library, ana: User, notebook: Notebook) -> None:
    rooms.change("handbook", state=ApprovalState.WITHDRAWN.value)
    text = Page(rooms.notebooks.leaving.html(ana, notebook.id)).text
    assert "16 weeks" not in text
    assert "no longer yours to read" in text


def test_a_note_keeps_its_headings_lists_tables_and_emphasis(rooms: Library, ana: User) -> None:
    notebook = rooms.notebooks.new(ana)
    text = (
        "# Plan\nfirst line  \nsecond **bold *both*** and `code` 5 * 3\n\n1. one\n2. two\n- three\n\n> said\n\n"
        "| a | b |\n|---|---|\n| x\\|y | [z](javascript:alert(1)) |\n\n```\n<b>raw</b>\n```"
    )
    rooms.notebooks.cells.add(ana, notebook.id, "note", {"text": text})
    written = rooms.notebooks.leaving.html(ana, notebook.id)
    for part in (
        "<h2>Plan</h2>",
        "first line<br>second <strong>bold </strong><strong><em>both</em></strong> and <code>code</code> 5 * 3",
        "<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n<ul>\n<li>three</li>\n</ul>",
        "<blockquote>said</blockquote>",
        "<td>x|y</td>",
        "<pre>&lt;b&gt;raw&lt;/b&gt;</pre>",
    ):
        assert part in written
    assert not Page(written).all("a")
