"""The front door in a real browser: a link on a fresh server, tabs, signing out, a small screen, the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Enter
from tests.e2e.visitor import PATIENCE
from tests.servers import running_app

LINK = "/knowledge_base?id=employee-handbook"


def greets(page: Page, name: str) -> None:
    """Wait until the header says who is here."""
    expect(page.get_by_text(f"{name} · ").first).to_be_visible(timeout=PATIENCE)


def asks_who_one_is(page: Page) -> None:
    """Wait for the sign-in page."""
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()


def test_a_link_on_a_fresh_server_leads_through_the_sign_in_to_its_page(enter: Enter, tmp_path: Path) -> None:
    with running_app(tmp_path) as fresh:
        ana = enter(None, fresh.url).go(LINK)
        asks_who_one_is(ana.page)
        ana.sign_in("Ana")
        expect(ana.page.get_by_text("Employee handbook").first).to_be_visible(timeout=PATIENCE)
        assert ana.page.url == fresh.url + LINK
        expect(ana.page.get_by_text("Page not found")).to_have_count(0)


def test_a_refresh_and_a_new_tab_stay_signed_in(enter: Enter) -> None:
    ben = enter("Ben")
    ben.page.reload()
    greets(ben.page, "Ben")
    second = ben.context.new_page()
    second.goto(f"{ben.url}/knowledge")
    greets(second, "Ben")


def test_signing_out_in_one_tab_ends_the_visit_in_the_other(enter: Enter) -> None:
    # Other pages may refresh a part of themselves, and so end on their own.
    ana = enter(None).go("/knowledge_base?id=nothing").sign_in("Ana")
    greets(ana.page, "Ana")
    left_open, used = ana.page, ana.context.new_page()
    used.goto(f"{ana.url}/sign-in")
    used.get_by_role("button", name="Sign out Ana").click()
    asks_who_one_is(used)
    left_open.get_by_role("link", name="Knowledge").first.click()
    expect(left_open.get_by_text("You are signed out")).to_be_visible(timeout=PATIENCE)
    left_open.get_by_role("link", name="Sign in again").click()
    asks_who_one_is(left_open)


def test_the_way_to_somebody_else_stays_in_the_tab(enter: Enter) -> None:
    visitor = enter("Ana").go("/sign-in")
    expect(visitor.page.get_by_text("You are here")).to_be_visible()
    visitor.sign_in("Cleo")
    greets(visitor.page, "Cleo")
    assert len(visitor.context.pages) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_small_screen_the_cards_fit_and_can_be_hit_with_a_thumb(enter: Enter, scheme: str) -> None:
    page = enter(None, viewport={"width": 390, "height": 844}, color_scheme=scheme).go().page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cards = page.get_by_role("button")
    assert cards.count() == 4
    boxes = [cards.nth(number).bounding_box() for number in range(4)]
    assert all(box and box["height"] >= 40 and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    background, text = page.evaluate("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")
    assert background != text


def test_the_keyboard_alone_signs_in(enter: Enter) -> None:
    page = enter(None).go().page
    asks_who_one_is(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    greets(page, "Ben")


def test_what_the_policy_refuses_is_noticed_so_that_the_visits_above_mean_something(enter: Enter) -> None:
    visitor = enter(None).go("/sign-in")
    visitor.page.evaluate("document.head.append(Object.assign(document.createElement('script'), {text: '1'}))")
    visitor.page.wait_for_timeout(250)
    assert len(visitor.refusals) == 1
    visitor.refusals.clear()
