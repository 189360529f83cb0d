"""The CDO's journey: from a figure to a receipt that was opened with a reason, and back to whose it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.bootstrap import build
from services.settings import Settings
from services.store.moment import utc_now
from tests.e2e.conftest import Enter
from tests.e2e.test_hands_and_eyes import PHONE
from tests.servers import CLOCK_DAYS, Server, running_app
from tests.services.ledger.receipts import ask_receipt

QUESTION = "How many weeks of paid parental leave are there?"


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """The app on a clock of its own, after four more people of Claims and five of another line have asked."""
    data, days = tmp_path / "data", tmp_path / "days"
    days.write_text("0")
    services = build(Settings(data=data, backend="embedded"))
    for line, people in (("claims", 4), ("people", 5)):
        for number in range(people):
            blank = ask_receipt(line=line, at=utc_now())
            services.ledger.record(replace(blank, id="", person=f"{line}-{number}", snapshots={"employee-handbook": 1}))
    services.close()
    with running_app(data, "clocked", {CLOCK_DAYS: str(days)}) as running:
        yield running, days


def receipt_of(data: Path, person: str) -> str:
    """Look behind the app's back: nothing on the screen says whose a receipt is."""
    with sqlite3.connect(f"file:{data}/accelerate.sqlite?mode=ro", uri=True) as database:
        (found,) = database.execute("SELECT id FROM ledger WHERE person = ?", [person]).fetchone()
    return str(found)


def test_a_figure_opens_its_receipts_and_whose_receipt_is_opened_reads_by_whom_and_why(
    enter: Enter, asked: tuple[Server, Path]
) -> None:
    server, days = asked
    ana = enter("Ana", url=server.url)
    ana.ready_example(0).wait_for()
    ana.ask(QUESTION).answered()
    days.write_text("8")

    cleo = enter("Cleo", url=server.url)
    assert "10 people asked" in cleo.reads().replace("\n", " ")
    cleo.press(cleo.page.locator(".figures a").first).settle()
    assert "the last 4 whole weeks" in cleo.reads()
    receipt = receipt_of(days.parent / "data", "ana")
    cleo.press(f'[class*="st-key-row-receipt-{receipt}"] button')
    dialog = cleo.page.get_by_role("dialog")
    dialog.get_by_label("Your reason").fill("A complaint was made.")
    cleo.press(dialog.get_by_role("button", name="Open it")).settle()
    expect(dialog.get_by_text(QUESTION)).to_be_visible()
    assert "Ana" in dialog.inner_text()

    ana.go("/inbox?tab=News").sign_in("Ana")  # the visit of eight days ago is over
    ana.go("/inbox?tab=News").settle()
    assert "Cleo, as Oversight, opened the receipt of a question you asked" in ana.reads()
    assert "A complaint was made." in ana.reads()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_overview_with_figures_has_no_serious_fault_and_fits_a_phone(
    enter: Enter, asked: tuple[Server, Path], scheme: str
) -> None:
    server, days = asked
    days.write_text("8")
    cleo = enter("Cleo", url=server.url, color_scheme=scheme, **PHONE)
    faults = {}
    for path in ("/", "/overview", "/overview?figure=questions&weeks=12"):
        cleo.go(path).settle()
        # Streamlit's own menu puts the name of a section into its list on a phone, which axe calls serious.
        faults[path] = [*cleo.serious_faults(".stMain"), *cleo.reaches_beyond_the_screen()]

    assert not any(faults.values()), faults
