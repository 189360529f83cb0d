"""The web page of a notebook in a real browser, opened as a file: it draws, and asks nobody for anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from services.people.user import User
from services.store.database import Database
from tests.conftest import SettableClock
from tests.services.answers.library import furnish, library
from tests.services.notebooks.leaving.conftest import notebook_of


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_under_its_own_policy_and_nothing_in_it_acts(
    browser: Browser, database: Database, clock: SettableClock, ana: User, tmp_path: Path, scheme: str
) -> None:
    rooms = library(database, clock)
    furnish(rooms)
    notebook = notebook_of(rooms, ana)
    file = tmp_path / "left.html"
    file.write_text(rooms.notebooks.leaving.html(ana, notebook.id), encoding="utf-8")
    said, asked = list[str](), list[str]()

    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("[data-chart] .bars path")
    ink = page.evaluate("getComputedStyle(document.querySelector('.xtitle')).fill")
    body = page.evaluate("getComputedStyle(document.body).color")
    context.close()

    assert (said, asked) == ([], [file.as_uri()])
    assert ink == body
