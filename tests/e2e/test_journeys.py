"""Journeys of people in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Enter
from tests.e2e.visitor import NEXT_QUESTION, SOURCE
from tests.servers import ROOT, Server, running_app

CAFETERIA = "What is in the cafeteria today?"
PERKS = "How much can employees expense through PerksPlus?"
HANDBOOKS = ROOT / "services" / "content" / "knowledge_bases"


def marked(picture: Locator) -> int:
    """Count the pixels of a picture on the page that are as yellow as a marker."""
    pixels = Image.open(io.BytesIO(picture.screenshot())).convert("RGB").get_flattened_data()
    return sum(red > 220 and green > 190 and blue < 180 for red, green, blue in pixels)


def test_from_sign_in_to_the_highlighted_quote_takes_three_presses_and_no_setting(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()
    ana.press(SOURCE)
    ana.page.locator("mark").wait_for()

    assert ana.presses <= 3
    assert ana.page.locator("mark").inner_text() in ana.page.locator(".surroundings").inner_text()


def test_a_pdf_is_opened_as_its_page_with_the_words_marked_beside_the_answer(enter: Enter) -> None:
    ana = enter("Ana")
    ana.ready_example(1).wait_for()
    ana.ask(PERKS)
    ana.press(SOURCE)
    picture = ana.page.locator('[class*="st-key-source-panel"] img')
    picture.wait_for()
    ana.settle()

    assert marked(picture) > 100
    answer, panel = ana.page.locator(".sentence").first.bounding_box(), picture.bounding_box()
    assert answer is not None
    assert panel is not None
    assert panel["x"] > answer["x"] + answer["width"]
    assert 680 <= answer["width"] <= 720
    assert 380 <= panel["width"] <= 430


def test_the_answer_begins_at_the_top_of_the_screen_and_its_first_source_is_in_sight(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()

    first, source = ana.page.locator(".sentence").first.bounding_box(), ana.page.locator(SOURCE).first.bounding_box()
    assert first is not None
    assert source is not None
    assert 60 < first["y"] < 320
    assert source["y"] < 700


def test_home_is_one_box_and_examples_for_a_newcomer(enter: Enter) -> None:
    cleo = enter("Cleo")
    for example in (cleo.ready_example(0), cleo.ready_example(1), cleo.button(CAFETERIA)):
        expect(example).to_be_enabled(timeout=60_000)

    controls = cleo.page.locator(".stMain button:visible, .stMain a[href]:visible, .stMain textarea:visible").all()
    names = [each.inner_text() or each.get_attribute("aria-label") or "" for each in controls]
    assert len([each for each in names if each.endswith("?")]) == 3
    assert len(controls) == 3 + 3 + 1  # examples; the box with its file and send buttons; who is here
    assert len(cleo.page.locator(".st-key-centred").inner_text().replace("search", "").split()) <= 60


def test_what_is_not_in_the_documents_is_said_with_the_nearest_and_who_to_ask(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.button(CAFETERIA)).answered()

    read = ana.reads()
    assert "Not in these documents" in read
    assert "Who to ask" in read
    assert ana.page.locator(SOURCE).count() >= 1


def test_a_file_of_ones_own_is_asked_and_is_nobody_elses(enter: Enter) -> None:
    ana = enter("Ana")
    ana.attach(HANDBOOKS / "northwind-benefits/documents/PerksPlus.pdf").ask(PERKS)

    assert "$1000" in ana.reads()
    assert "Ask PerksPlus.pdf" in ana.reads()
    ana.go("/knowledge").settle()
    card = ana.page.locator('[class*="st-key-card-"]', has_text="PerksPlus.pdf")
    assert "Private, not approved" in card.inner_text()
    assert "PerksPlus.pdf" not in enter("Ben").go("/knowledge").settle().reads()

    ana.press(card.get_by_role("link")).settle()
    ana.press(ana.button("Delete this file"))
    ana.page.get_by_role("dialog").get_by_text("PerksPlus.pdf").wait_for()
    ana.press(ana.button("Delete file"))
    ana.page.get_by_text("is deleted").first.wait_for()
    ana.settle()
    assert ana.page.locator('[class*="st-key-card-"]', has_text="PerksPlus.pdf").count() == 0


def test_a_file_that_is_not_what_it_says_is_refused_in_one_sentence(enter: Enter, tmp_path: Path) -> None:
    ana = enter("Ana")
    fake = tmp_path / "report.pdf"
    fake.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    ana.attach(fake).page.locator("textarea").first.fill("What does it say?")
    ana.page.keyboard.press("Enter")

    ana.page.locator(".stAlert", has_text="but holds a picture").wait_for()
    assert CAFETERIA in ana.reads()  # the rest of Home is still there


def test_a_refresh_and_a_new_tab_keep_person_notebook_and_open_source(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()
    ana.press(SOURCE)
    ana.page.locator("mark").wait_for()
    ana.settle()

    ana.page.reload()
    ana.page.locator("mark").wait_for()
    assert "Ana" in ana.page.locator(".who").inner_text()

    other_tab = ana.context.new_page()
    other_tab.goto(ana.page.url)
    other_tab.locator("mark").wait_for()
    assert "Ana" in other_tab.locator(".who").inner_text()


def test_back_returns_to_home_and_forward_to_the_notebook(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()

    ana.page.go_back()
    ana.button(CAFETERIA).wait_for()
    ana.page.go_forward()
    ana.page.locator("h2.question").wait_for()


def test_another_person_cannot_open_somebodys_notebook_by_its_link(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()

    ben = enter("Ben")
    ben.page.goto(ana.page.url)
    ben.page.locator(".stAlert").wait_for()
    assert "parental" not in ben.reads().lower()


def test_a_deep_link_on_a_fresh_server_meets_the_gate_and_then_lands(enter: Enter, tmp_path: Path) -> None:
    with running_app(tmp_path / "fresh") as fresh:
        ana = enter(None, fresh.url)
        ana.go("/knowledge_base?id=employee-handbook&tab=Documents")
        assert "Who are you?" in ana.reads()

        ana.sign_in("Ana")
        ana.page.get_by_role("tab", name="Documents", selected=True).wait_for()
        assert ana.page.get_by_role("dialog").count() == 0
        assert "Employee handbook" in ana.reads()


def test_an_answer_is_pasted_with_its_quotes_and_pages(enter: Enter) -> None:
    ana = enter("Ana")
    ana.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ana.ready_example(1).wait_for()
    ana.ask(PERKS)
    ana.press(ana.button("Copy with sources"))
    ana.page.get_by_text("Copied.").wait_for()

    html = ana.page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
    )
    assert PERKS in html
    assert "PerksPlus, page 3, Northwind benefits" in html
    assert ana.page.locator(".sentence").first.inner_text()[:40] in html


def test_a_notebook_grows_is_renamed_deleted_and_comes_back(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()
    ana.ask("Which travel expenses require a receipt?", NEXT_QUESTION)
    question = ana.page.locator("h2.question")
    expect(question).to_be_in_viewport()
    top = question.bounding_box()
    assert top is not None
    assert top["y"] < 320

    ana.press('[class*="st-key-icon-more"] button').press(ana.page.get_by_role("menuitem", name="Rename"))
    ana.page.get_by_label("Title").fill("What I looked up")
    ana.press(ana.button("Save"))
    ana.page.locator("h1", has_text="What I looked up").wait_for()
    ana.settle()

    ana.press('[class*="st-key-icon-more"] button').press(ana.page.get_by_role("menuitem", name="Delete", exact=True))
    ana.page.get_by_role("dialog").get_by_text("What I looked up").wait_for()
    ana.press(ana.button("Delete notebook"))
    ana.press(ana.button("Undo"))
    ana.page.get_by_role("link", name="What I looked up").wait_for()


def test_a_notebook_is_downloaded_as_markdown(enter: Enter) -> None:
    ana = enter("Ana")
    ana.press(ana.ready_example(0)).answered()
    with ana.page.expect_download() as download:
        ana.press(ana.button("Download as Markdown"))

    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert "How many weeks of paid parental leave" in text
    assert "12 weeks" in text


def test_start_on_this_machine_is_quick(server: Server) -> None:
    assert server.seconds_to_start < 30
