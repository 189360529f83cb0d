"""The front door in a real browser: a link on a fresh server, tabs, signing out, a small screen, the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.servers import Server, running_app

PATIENCE = 30_000
LINK = "/knowledge_base?id=employee-handbook"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_app(tmp_path_factory.mktemp("data")) as running:
        yield running


class Watched:
    """A tab that remembers what it should not have met: requests to elsewhere, refusals by the policy, errors."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self._request(request.url, home))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._console(message.text))

    def _request(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:", "blob:")):
            self.complaints.append(f"asked {url}")

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.complaints.append(text)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def open_tab(visitor: BrowserContext, server: Server, path: str = "/") -> Page:
    page = Watched(visitor.new_page(), server.url).page
    page.goto(server.url + path)
    return page


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text(f"{name} · ").first).to_be_visible(timeout=PATIENCE)


def test_a_link_on_a_fresh_server_leads_through_the_sign_in_to_its_page(
    browser: Browser, visitor: BrowserContext, tmp_path: Path
) -> None:
    with running_app(tmp_path) as fresh:
        tab = Watched(visitor.new_page(), fresh.url)
        tab.page.goto(fresh.url + LINK)
        expect(tab.page.get_by_role("heading", name="Who are you?")).to_be_visible()
        sign_in(tab.page, "Ana")
        expect(tab.page.get_by_text("Employee handbook").first).to_be_visible(timeout=PATIENCE)
        assert tab.page.url == fresh.url + LINK
        expect(tab.page.get_by_text("Page not found")).to_have_count(0)
        assert tab.complaints == []


def test_a_refresh_and_a_new_tab_stay_signed_in(visitor: BrowserContext, server: Server) -> None:
    first = open_tab(visitor, server)
    sign_in(first, "Ben")
    first.reload()
    expect(first.get_by_text("Ben · ").first).to_be_visible(timeout=PATIENCE)
    second = open_tab(visitor, server, "/knowledge")
    expect(second.get_by_text("Ben · ").first).to_be_visible(timeout=PATIENCE)


def test_signing_out_in_one_tab_ends_the_visit_in_the_other(visitor: BrowserContext, server: Server) -> None:
    still_page = "/knowledge_base?id=nothing"  # other pages may refresh a part of themselves, and so end on their own
    left_open, used = open_tab(visitor, server, still_page), visitor.new_page()
    sign_in(left_open, "Ana")
    used.goto(f"{server.url}/sign-in")
    used.get_by_role("button", name="Sign out Ana").click()
    expect(used.get_by_role("heading", name="Who are you?")).to_be_visible()
    left_open.get_by_role("link", name="Knowledge").first.click()
    expect(left_open.get_by_text("You are signed out")).to_be_visible(timeout=PATIENCE)
    left_open.get_by_role("link", name="Sign in again").click()
    expect(left_open.get_by_role("heading", name="Who are you?")).to_be_visible()


def test_the_way_to_somebody_else_stays_in_the_tab(visitor: BrowserContext, server: Server) -> None:
    page = open_tab(visitor, server)
    sign_in(page, "Ana")
    page.goto(f"{server.url}/sign-in")
    expect(page.get_by_text("You are here")).to_be_visible()
    sign_in(page, "Cleo")
    assert len(visitor.pages) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_small_screen_the_cards_fit_and_can_be_hit_with_a_thumb(
    browser: Browser, server: Server, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = open_tab(context, server)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cards = page.get_by_role("button")
    assert cards.count() == 4
    boxes = [cards.nth(number).bounding_box() for number in range(4)]
    assert all(box and box["height"] >= 40 and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    background, text = page.evaluate("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")
    assert background != text
    context.close()


def test_the_keyboard_alone_signs_in(visitor: BrowserContext, server: Server) -> None:
    page = open_tab(visitor, server)
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ben · ").first).to_be_visible(timeout=PATIENCE)
