"""Journeys through a notebook: built from empty, out of date, written by a model, stopped, left and come back to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.bootstrap import build
from services.governance.life_cycle import Classification
from services.knowledge.passport_entries import PassportEntries
from services.ledger.receipt import Money
from services.settings import Settings
from tests.doubles.bedrock import BedrockStage
from tests.doubles.listening import listening
from tests.doubles.openai import KEY, OpenAIStage
from tests.doubles.scene import Scene
from tests.e2e.conftest import Enter
from tests.e2e.visitor import NEXT_QUESTION, Visitor
from tests.servers import Server, running_app

PARENTAL = "How many weeks of paid parental leave am I entitled to?"
MEMO = b"# Zephyr\n\nThe acquisition of Zephyr Robotics closes on 3 March for 41 million dollars.\n"
SENTENCES = ("You are entitled to twelve weeks ", "of paid parental leave. ", "Ask early. ", "The end is near.")


@dataclass(frozen=True)
class Modelled:
    """An app that reaches two models, each a double: the company's own endpoint and Amazon Bedrock."""

    server: Server
    own: OpenAIStage
    bedrock: BedrockStage


def furnish(data: Path) -> None:
    """Have Cleo own confidential papers that have been read, and her office a budget."""
    services = build(Settings(data=data, backend="embedded"))
    try:
        services.start()
        cleo = services.people.user("cleo")
        entries = PassportEntries(
            name="Board papers", purpose="For the board.", steward="sam", classification=Classification.CONFIDENTIAL
        )
        made = services.knowledge.approval.create(cleo, entries)
        services.knowledge.uploads.add(cleo, made.id, [("memo.md", MEMO)])
        while not services.knowledge.progress(cleo, made.id).ready:
            threading.Event().wait(0.1)
        ten = Money(Decimal(10), "USD")
        services.governance.budgets.set(cleo, cleo.line.id, ten, ten)
    finally:
        services.close()


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Modelled]:
    own, bedrock, data = OpenAIStage(), BedrockStage(), tmp_path_factory.mktemp("data")
    furnish(data)
    with listening(own.app) as own_url, listening(bedrock.app) as bedrock_url:
        more = {
            "APP_CHAT_URL": f"{own_url}/v1",
            "APP_CHAT_MODEL": "double",
            "APP_CHAT_KEY": KEY,
            "APP_BEDROCK_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock_url,
            "AWS_ACCESS_KEY_ID": "double",
            "AWS_SECRET_ACCESS_KEY": "double",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with running_app(data, more=more) as server:
            yield Modelled(server, own, bedrock)


def add(visitor: Visitor, what: str) -> Visitor:
    """Choose something from the + menu."""
    visitor.press(".st-key-playground-add button")
    visitor.press(visitor.page.get_by_role("menuitem", name=what, exact=True))
    return visitor.settle()


def save(visitor: Visitor) -> Visitor:
    visitor.press('[class*="st-key-playground-save"] button')
    return visitor.settle()


def empty_notebook(visitor: Visitor) -> Visitor:
    visitor.go("/playground").settle()
    visitor.press(visitor.button("Empty notebook")).settle()
    visitor.page.locator(".st-key-playground-add").wait_for()
    return visitor


def choose(visitor: Visitor, label: str, option: str) -> None:
    """Open a list and take one of it."""
    visitor.press(visitor.page.get_by_role("combobox", name=label))
    visitor.press(visitor.page.get_by_role("option", name=option)).settle()


def again(visitor: Visitor) -> None:
    """Run the last step again from its menu."""
    visitor.settle().press(visitor.page.locator('[class*="st-key-icon-more-"] button').last)
    visitor.press(visitor.page.get_by_role("menuitem", name="Run again"))


def ask_written(visitor: Visitor, question: str, model: str) -> Visitor:
    """Add a question that a model answers, and run it."""
    add(visitor, "Ask documents")
    visitor.page.locator(".stTextArea textarea").first.fill(question)
    visitor.press(visitor.page.locator(".stExpander summary", has_text="Options").first).settle()
    choose(visitor, "The answer is", model)
    visitor.press('[class*="st-key-playground-save"] button')
    return visitor


def read_to_the_end(enter: Enter, server: Server) -> None:
    """Wait until everything that ships has been read."""
    enter("Ana", url=server.url).ready_example(1).wait_for()


def test_the_sales_notebook_is_built_from_empty(enter: Enter) -> None:
    ana = empty_notebook(enter("Ana"))
    add(ana, "Bring a table")
    ana.press(ana.page.get_by_text("A table that ships")).settle()
    choose(ana, "Which table", "Quarterly sales")
    save(ana)
    ana.page.locator('[data-testid="stDataFrame"]').wait_for()
    assert "192 rows" in ana.reads()

    ana.press(ana.button("Draw it")).settle()
    chart = ana.page.locator(".js-plotly-plot")
    chart.wait_for()
    finding = ana.page.locator("h2.small-heading").last.inner_text()

    ana.press(ana.button("Write a note").last).settle()
    ana.page.locator(".stTextArea textarea").first.fill("We see: {{Chart 1}}")
    save(ana)
    assert f"We see: {finding}" in ana.reads()

    address = ana.page.url
    ana.page.reload()
    ana.settle()
    ana.page.locator(".js-plotly-plot").wait_for()
    assert ana.page.url == address
    assert f"We see: {finding}" in ana.reads()


def test_a_notebook_to_start_from_runs_and_follows_its_input(enter: Enter) -> None:
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    ana.go("/playground").settle()
    tab = ana.page.get_by_role("tab", name="Start from an example")
    whole = ana.page.locator(".stExpander summary", has_text="Start from a whole notebook")
    ana.press(tab.or_(whole)).settle()
    ana.press(ana.page.locator(".st-key-row-starter-sales-summary button")).settle()
    ana.page.locator(".js-plotly-plot").first.wait_for()
    assert "Desk, in a few words" in ana.reads()

    choose(ana, "Product", "Lamp")

    ana.page.get_by_text("Lamp, in a few words").wait_for()


def test_an_answer_says_that_it_is_out_of_date_and_why(enter: Enter, server: Server) -> None:
    read_to_the_end(enter, server)
    ana = empty_notebook(enter("Ana"))
    add(ana, "Ask for an input")
    ana.page.get_by_label("What to ask for").fill("Subject")
    ana.page.keyboard.press("Tab")
    save(ana.settle())
    ana.page.get_by_label("Subject").fill("parental leave")
    ana.page.keyboard.press("Enter")
    ana.settle()
    ana.press(ana.button("Ask about it")).settle()
    save(ana).answered()
    assert "What do our documents say about parental leave?" in ana.reads()

    ana.page.get_by_label("Subject").fill("sick leave")
    ana.page.keyboard.press("Enter")
    ana.page.get_by_text("Out of date, because “Subject” changed.").wait_for()
    ana.settle()
    ana.press(ana.button("Run again")).settle()

    ana.page.get_by_text("What do our documents say about sick leave?").wait_for()
    ana.page.get_by_text("Changed, because the question changed.").wait_for()
    assert "Out of date" not in ana.settle().reads()


def test_style_price_and_the_questions_above_are_chosen_under_options(enter: Enter, modelled: Modelled) -> None:
    read_to_the_end(enter, modelled.server)
    cleo = empty_notebook(enter("Cleo", url=modelled.server.url))
    cleo.ask("Who keeps their health insurance?").answered()
    add(cleo, "Ask documents")
    cleo.page.locator(".stTextArea textarea").first.fill("And when parental leave begins?")
    cleo.press(cleo.page.locator(".stExpander summary", has_text="Options").first).settle()
    choose(cleo, "Style of the answer", "As a list of points")
    cleo.press(cleo.page.locator("label", has_text="Remember the questions above")).settle()
    choose(cleo, "The answer is", "Amazon Nova Lite")
    expect(cleo.page.get_by_text("Less than $0.01", exact=True)).to_be_visible()  # beside Run, before anything is asked
    choose(cleo, "The answer is", "The company's own endpoint")
    modelled.own.plays(Scene(pieces=SENTENCES))
    save(cleo).page.get_by_text("Written by The company's own endpoint").wait_for()

    sent = " ".join(message["content"] for message in modelled.own.requests[-1]["messages"])
    assert "as a list of at most 8 points" in sent
    assert sent.index("Who keeps their health insurance?") < sent.index("And when parental leave begins?")

    twice = Scene(pieces=("You are entitled to 12 weeks of paid parental leave. ", "That leave is paid for 12 weeks."))
    modelled.own.plays(twice)
    again(cleo)
    cleo.page.get_by_text("Changed, and nothing that it was made of did.").wait_for()
    expect(cleo.page.locator(".sentence .number")).to_have_count(1)  # its source stands above already
    modelled.own.plays(twice)
    again(cleo)
    cleo.page.get_by_text("Same as before.").wait_for()


def test_a_stream_is_seen_and_stopped_and_what_was_written_stays(enter: Enter, modelled: Modelled) -> None:
    read_to_the_end(enter, modelled.server)
    modelled.own.go_on.clear()
    modelled.own.plays(Scene(pieces=SENTENCES, waits_after=2))
    ana = empty_notebook(enter("Ana", url=modelled.server.url))
    ask_written(ana, PARENTAL, "The company's own endpoint")
    ana.page.locator(".st-key-narrow-under-way", has_text="twelve weeks").wait_for()

    ana.press(".st-key-narrow-under-way button")
    ana.page.get_by_text("Written by The company's own endpoint").wait_for()
    modelled.own.go_on.set()

    read = ana.settle().reads()
    assert "twelve weeks" in read
    assert "The end is near" not in read
    assert "This answer was stopped before its end." in read
    assert "AI-generated" in read


def test_a_run_goes_on_while_its_tab_is_closed(enter: Enter, modelled: Modelled) -> None:
    read_to_the_end(enter, modelled.server)
    modelled.own.go_on.clear()
    modelled.own.plays(Scene(pieces=SENTENCES, waits_after=2))
    ana = empty_notebook(enter("Ana", url=modelled.server.url))
    ask_written(ana, PARENTAL, "The company's own endpoint")
    ana.page.locator(".st-key-narrow-under-way", has_text="twelve weeks").wait_for()
    address = ana.page.url
    ana.page.close()
    modelled.own.go_on.set()

    again = enter("Ana", url=modelled.server.url)
    again.page.goto(address)
    again.page.get_by_text("Written by The company's own endpoint").wait_for()
    read = again.settle().reads()
    assert "The end is near. Not in the sources" in read  # what no source says is marked where it stands
    assert "AI-generated. The check can err" in read


def test_the_budgets_last_cent_is_refused_in_a_sentence(enter: Enter, modelled: Modelled) -> None:
    read_to_the_end(enter, modelled.server)
    cleo = enter("Cleo", url=modelled.server.url).go("/models").settle()
    cleo.page.get_by_label("A month").fill("0.0001")
    cleo.page.get_by_label("A person and day").fill("1")
    cleo.press(cleo.button("Set budget"))
    cleo.page.get_by_text("is set").first.wait_for()
    line = cleo.settle().page.locator("td", has_text="$0.0001").locator("xpath=../td[1]").inner_text()
    person = {"Claims": "Ana", "People & Culture": "Ben", "Data Office": "Cleo"}[line]

    asker = empty_notebook(enter(person, url=modelled.server.url))
    ask_written(asker, PARENTAL, "Amazon Nova Lite")
    asker.page.get_by_text("This can cost").wait_for()

    assert "is left" in asker.settle().reads()
    assert modelled.bedrock.requests == []
    expect(asker.button("Run").first).to_be_visible()


def test_a_source_above_what_a_model_may_see_is_refused_before_anything_is_sent(
    enter: Enter, modelled: Modelled
) -> None:
    cleo = empty_notebook(enter("Cleo", url=modelled.server.url))
    ask_written(cleo, "When does the acquisition of Zephyr Robotics close?", "Amazon Nova Lite")

    cleo.page.get_by_text("Board papers is Confidential").wait_for()

    assert "Use The company's own endpoint." in cleo.settle().reads()
    assert modelled.bedrock.requests == []


def test_a_notebook_leaves_as_a_file_and_comes_back_as_it_was(enter: Enter, tmp_path: Path) -> None:
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    empty_notebook(ana)
    add(ana, "Note")
    ana.page.locator(".stTextArea textarea").first.fill("What I want to keep.")
    save(ana)
    left = ana.page.url
    ana.press(".st-key-icon-more button")
    ana.press(ana.page.get_by_role("menuitem", name="Download")).settle()
    with ana.page.expect_download() as download:
        ana.press(ana.page.get_by_role("dialog").get_by_role("button", name="Jupyter notebook"))
    file = tmp_path / "notebook.ipynb"
    download.value.save_as(file)
    with ana.page.expect_download() as download:
        ana.press(ana.page.get_by_role("dialog").get_by_role("button", name="Word"))
    assert download.value.suggested_filename.endswith(".docx")

    ana.go("/playground").settle()
    ana.press(ana.page.locator(".stExpander summary", has_text="Bring back a notebook")).settle()
    ana.page.locator(".st-key-playground\\.back input[type=file], .stMain input[type=file]").last.set_input_files(file)
    ana.press(ana.button("Bring it back")).settle()

    ana.page.locator('[class*="st-key-note-"]', has_text="What I want to keep.").wait_for()
    assert ana.page.url != left


def test_steps_are_added_moved_and_run_by_the_keyboard_alone(enter: Enter) -> None:
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    empty_notebook(ana)
    for text in ("first", "second"):
        by_keyboard(ana, ".st-key-playground-add button", "Note")
        ana.page.locator(".stTextArea textarea").first.focus()
        ana.page.keyboard.type(text)
        ana.page.keyboard.press("Control+Enter")
        ana.settle()
        ana.page.locator('[class*="st-key-playground-save"] button').focus()
        ana.page.keyboard.press("Enter")
        ana.page.locator('[class*="st-key-note-"]', has_text=text).wait_for()
        ana.settle()
    by_keyboard(ana, '[class*="st-key-cell-"] [class*="st-key-icon-more-"] button >> nth=1', "Move up")
    notes = ana.page.locator('[class*="st-key-note-"]')
    expect(notes.first).to_have_text("second")

    ana.page.locator(NEXT_QUESTION).focus()
    ana.page.keyboard.type("Who keeps their health insurance?")
    ana.page.keyboard.press("Enter")
    ana.page.locator("h2.question").wait_for()


def by_keyboard(visitor: Visitor, menu: str, what: str) -> None:
    """Open a menu and choose from it without touching the mouse."""
    visitor.settle().page.locator(menu).focus()
    visitor.page.keyboard.press("Enter")
    chosen = visitor.page.get_by_role("menuitem", name=what, exact=True)
    chosen.wait_for()
    in_focus = "(what) => document.activeElement.innerText.trim() === what"
    for _ in range(40):
        if visitor.page.evaluate(in_focus, what):
            break
        visitor.page.keyboard.press("ArrowDown")
        visitor.page.wait_for_timeout(50)
    assert visitor.page.evaluate(in_focus, what)
    visitor.page.keyboard.press("Enter")
    visitor.settle()


def test_typed_words_survive_a_reload_and_a_deleted_step_comes_back_from_the_bin(enter: Enter) -> None:
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    empty_notebook(ana)
    add(ana, "Note")
    ana.page.locator(".stTextArea textarea").first.fill("What I want to keep.")
    add(ana, "Ask for an input")
    ana.page.reload()
    note = ana.page.locator('[class*="st-key-note-"]', has_text="What I want to keep.")
    note.wait_for()

    ana.settle().press('[class*="st-key-icon-more-"] button >> nth=0')
    ana.press(ana.page.get_by_role("menuitem", name="Delete", exact=True))
    expect(note).to_have_count(0)
    ana.page.reload()
    ana.settle().press(".st-key-icon-more button")
    ana.press(ana.page.get_by_role("menuitem", name="Deleted steps"))
    ana.press(ana.page.get_by_role("dialog").get_by_role("button", name="Put back"))
    note.wait_for()


def test_a_table_that_is_too_large_or_none_is_a_sentence(enter: Enter, tmp_path: Path) -> None:
    ana = empty_notebook(enter("Ana"))
    add(ana, "Bring a table")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\x00\x01\x02\x03" * 500)
    ana.page.locator(".stMain input[type=file]").first.set_input_files(broken)
    ana.page.get_by_text("broken.csv").first.wait_for()
    save(ana)
    ana.page.locator(".stAlert").wait_for()
    assert "Edit" not in ana.page.locator(".stAlert").inner_text()

    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(60 * 1024**2)
    ana.press('[class*="st-key-icon-more-"] button >> nth=0')
    ana.press(ana.page.get_by_role("menuitem", name="Edit")).settle()
    ana.page.locator(".stMain input[type=file]").first.set_input_files(large)
    refused = ana.page.locator(".stFileChip [role=alert]", has_text="50.0MB or smaller")
    refused.wait_for()
    assert (refused.bounding_box() or {"width": 0})["width"] > 100  # where one sees it, not for screen readers alone
