"""Somebody in front of a browser: what they press, what they see, and what their browser asks of other hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.servers import ROOT

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "tests" / "data" / "axe" / "axe.min.js"
PATIENCE = 60_000  # milliseconds; other work may share the machine

SOURCE = '[class*="st-key-row-source"] button'
NEXT_QUESTION = '[class*="st-key-narrow-ask"] textarea'
QUIET = '.stApp[data-test-script-state="notRunning"]'


@dataclass
class Visitor:
    """One browser context with one page. `presses` counts what was pressed since it came in."""

    context: BrowserContext
    page: Page
    url: str
    presses: int = 0
    requests_elsewhere: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """What the content security policy kept a page from doing, in the browser's words."""

    @classmethod
    def arrive(cls, browser: Browser, url: str, **how: Any) -> Visitor:
        """Open a context; `how` is what Playwright calls it: viewport, color_scheme, has_touch, …"""
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **how})
        context.set_default_timeout(PATIENCE)
        visitor = cls(context, context.new_page(), url)
        context.on("request", lambda request: visitor._note(request.url))
        context.on("console", lambda message: visitor._overhear(message.text))
        context.on("weberror", lambda fault: visitor.faults.append(str(fault.error)))
        return visitor

    def _note(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.requests_elsewhere.append(address)

    def _overhear(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.refusals.append(text)

    def go(self, path: str = "/") -> Visitor:
        """Type an address."""
        self.page.goto(self.url + path)
        return self

    def sign_in(self, person: str) -> Visitor:
        """Press somebody's card, from the sign-in page or from wherever the gate has sent one."""
        if self.page.url == "about:blank":
            self.go()
        self.press(self.page.locator("button.card", has_text=person))
        return self.settle()

    def press(self, what: Locator | str) -> Visitor:
        """Press one thing once it can be pressed."""
        locator = self.page.locator(what) if isinstance(what, str) else what
        locator.first.click()
        self.presses += 1
        return self

    def button(self, name: str) -> Locator:
        """Find a button by how its name begins."""
        return self.page.get_by_role("button", name=name)

    def ready_example(self, number: int) -> Locator:
        """Find an example whose documents have been read."""
        return self.page.locator(f".st-key-row-example-{number} button:not([disabled])")

    def ask(self, question: str, box: str = "textarea") -> Visitor:
        """Type a question and press Enter."""
        self.page.locator(box).first.fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator("h2.question", has_text=question).wait_for()
        return self.settle()

    def attach(self, file: Path) -> Visitor:
        """Put a file on the question box and wait until it is there."""
        self.page.locator("input[type=file]").set_input_files(file)
        self.page.locator(".stChatInput", has_text=file.name).wait_for()
        self.page.locator('[data-testid="stChatInputSubmitButton"]:not([disabled])').wait_for()
        return self

    def settle(self) -> Visitor:
        """Wait until the script has run and what stood there before is gone."""
        self.page.locator(QUIET).wait_for()
        self.page.wait_for_timeout(250)
        self.page.locator(QUIET).wait_for()
        return self

    def answered(self) -> Visitor:
        """Wait for an answer."""
        self.page.locator(".badge").first.wait_for()
        return self.settle()

    def reads(self) -> str:
        """Give what is on the page, as it is read."""
        return self.page.locator("body").inner_text()

    def reaches_beyond_the_screen(self) -> list[str]:
        """Name what is wider than the screen; tables and tabs may scroll, and a hidden name is 1 px wide."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('.stMain *, body > main *')]
                .filter((each) => !each.closest('.wide, [role=tablist]') && each.parentElement.clientWidth !== 1)
                .filter((each) => each.clientWidth && each.getBoundingClientRect().right > innerWidth + 1)
                .map((each) => each.outerHTML.slice(0, 120))"""
        )
        return found

    def small_targets(self, within: str) -> list[str]:
        """Name the buttons and links that are lower than 40 px."""
        found: list[str] = self.page.evaluate(
            """(within) => [...document.querySelectorAll(`${within} button, ${within} a[href]`)]
                .filter((each) => { const box = each.getBoundingClientRect(); return box.height && box.height < 40 })
                .map((each) => `${each.getBoundingClientRect().height} ${each.innerText}`)""",
            within,
        )
        return found

    def serious_faults(self, within: str = "html") -> list[str]:
        """Let axe-core look at the page, or a part of it; give what it calls serious or critical."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate("(within) => axe.run(within, { resultTypes: ['violations'] })", within)
        return [
            f"{each['id']}: {node['target']}"
            for each in result["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    def picture(self, folder: Path, name: str) -> None:
        """Keep a picture of the screen."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")
