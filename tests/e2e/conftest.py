"""A real server and a real Chromium; each test is a visitor with a browser context of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.visitor import FLAGS, PATIENCE, Visitor
from tests.servers import Server, running_app

Enter = Callable[..., Visitor]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as `streamlit run` serves it, first started for these tests on an empty data folder."""
    with running_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def enter(browser: Browser, server: Server, tmp_path: Path) -> Iterator[Enter]:
    """Enter the app: `enter("Ana")` signs in; `enter(None)` stays before the door. Sizes, themes and touch by name.

    Afterwards nobody has asked another host for anything, met a fault of a script, or been refused by the policy.
    """
    visitors: list[Visitor] = []

    def come_in(person: str | None = "Ana", url: str | None = None, **how: object) -> Visitor:
        visitor = Visitor.arrive(browser, url or server.url, **how)
        visitors.append(visitor)
        if person:
            visitor.sign_in(person)
        return visitor

    yield come_in
    for visitor in visitors:
        visitor.context.close()
    assert [each for visitor in visitors for each in visitor.requests_elsewhere] == []
    assert [each for visitor in visitors for each in visitor.faults] == []
    assert [each for visitor in visitors for each in visitor.refusals] == []
