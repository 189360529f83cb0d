"""Pictures and downloads in two browsers: an address opens for whom it was handed to, and for nobody else."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse

from tests.e2e.conftest import Enter
from tests.e2e.visitor import SOURCE, Visitor

PERKS = "How much can employees expense through PerksPlus?"
PICTURE = '[class*="st-key-source-panel"] img'
NOT_FOUND = 404


def asked_and_opened(visitor: Visitor) -> Visitor:
    """Ask a PDF, open its page, and open how the answer was found."""
    visitor.ready_example(1).wait_for()
    visitor.ask(PERKS)
    visitor.press(SOURCE).page.locator(PICTURE).wait_for()
    visitor.settle()
    visitor.press(visitor.page.get_by_text("How this was found")).settle()
    return visitor.press(visitor.page.get_by_text("Details for specialists")).settle()


def download(visitor: Visitor, name: str) -> tuple[str, str]:
    """Press a download; give the path of its address and what the file holds."""
    visitor.settle().button(name).scroll_into_view_if_needed()
    visitor.settle()  # what has just been opened still grows, and moves what is to be pressed
    with visitor.page.expect_download() as begun:
        visitor.press(visitor.button(name))
    return urlsplit(begun.value.url).path, Path(begun.value.path()).read_text(encoding="utf-8")


def picture_path(visitor: Visitor) -> str:
    source = visitor.page.locator(PICTURE).get_attribute("src")
    assert source
    return urlsplit(source).path


def picture_is_drawn(visitor: Visitor) -> bool:
    visitor.page.locator(PICTURE).wait_for()
    visitor.settle()
    return bool(visitor.page.locator(PICTURE).evaluate("(each) => each.complete && each.naturalWidth > 0"))


def fetched(visitor: Visitor, path: str) -> APIResponse:
    """Ask for an address as this visitor's browser would, with their cookie."""
    return visitor.context.request.get(visitor.url + path)


def private_addresses(ana: Visitor) -> dict[str, str]:
    """Give the paths of Ana's page picture, receipt and Markdown; each has been opened by her."""
    asked_and_opened(ana)
    receipt, receipt_text = download(ana, "Download receipt")
    markdown, markdown_text = download(ana, "Download as Markdown")
    assert PERKS in markdown_text
    assert '"question' in receipt_text
    return {"picture": picture_path(ana), "receipt": receipt, "markdown": markdown}


def test_nobody_else_opens_the_picture_the_receipt_or_the_markdown_of_ana(enter: Enter) -> None:
    ana, ben = enter("Ana"), enter("Ben")
    paths = private_addresses(ana)
    assert all(path.startswith("/media/") for path in paths.values())

    for name, path in paths.items():
        own = fetched(ana, path)
        assert (name, own.status, own.headers["cache-control"]) == (name, 200, "private, no-store")
        others = fetched(ben, path)
        assert (name, others.status, others.body()) == (name, NOT_FOUND, b"There is nothing here.")

    ben.ready_example(0).wait_for()
    ben.ask(f"What is {paths['receipt']}?")  # that words name an address hands it to nobody
    assert fetched(ben, paths["receipt"]).status == NOT_FOUND


def test_they_open_after_a_refresh_and_in_a_second_tab(enter: Enter) -> None:
    ana = asked_and_opened(enter("Ana"))
    assert picture_is_drawn(ana)
    ana.page.reload()
    assert picture_is_drawn(ana)
    second = Visitor(ana.context, ana.context.new_page(), ana.url)
    second.page.goto(ana.page.url)
    assert picture_is_drawn(second)
    assert PERKS in download(second, "Download as Markdown")[1]
    assert PERKS in download(ana, "Download as Markdown")[1]


@pytest.mark.parametrize("then", ["Ana", "Ben"])
def test_after_signing_out_the_addresses_open_for_no_later_visit(enter: Enter, then: str) -> None:
    ana = enter("Ana")
    paths = private_addresses(ana)
    ana.go("/sign-in").press(ana.button("Sign out Ana"))
    ana.page.get_by_role("heading", name="Who are you?").wait_for()
    assert [fetched(ana, path).status for path in paths.values()] == [403, 403, 403]
    ana.sign_in(then)
    assert [fetched(ana, path).status for path in paths.values()] == [NOT_FOUND] * 3
