"""Journeys of those who answer for documents, of those who ask for them, and of a clock that goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter
from tests.e2e.visitor import Visitor
from tests.servers import CLOCK_DAYS, ROOT, Server, running_app
from tests.services.knowledge.office import word_file, word_xml, workbook
from tests.services.knowledge.pdfs import locked_pdf, pdf
from tests.services.knowledge.scans import saved, scan

HANDBOOK = ROOT / "services" / "content" / "knowledge_bases" / "employee-handbook"
HIDDEN = "What is the secret handshake of the archery club?"
LAST_READ = 90_000  # milliseconds until all of a few files have been read, on a busy machine


def ten_files(folder: Path) -> list[str]:
    """Write ten files of many kinds: one is encrypted, one broken, one a scan, one empty, one of no known type."""
    files = {
        "travel.docx": word_file(word_xml("Travel", "Every expense above 75 dollars needs a receipt.")),
        "letter.eml": b"From: ben@example.org\nSubject: Hotels\n\nA night may cost 140 dollars at most.\n",
        "meals.html": b"<html><body><h1>Meals</h1><p>A dinner may cost 45 dollars.</p></body></html>",
        "rates.xlsx": workbook({"Nights": [["City", "Rate"], ["Boston", 180], ["Denver", 150]]}),
        "plan.pdf": pdf(["Plan", "", "The plan begins in May."], ["Page two has words."]),
        "locked.pdf": locked_pdf("seventeen"),
        "broken.pdf": b"%PDF-1.7 nothing",
        "scan.png": saved(scan("The badge costs 12 dollars."), "PNG"),
        "empty.txt": b"",
        "odd.xyz": b"\x00\x01\x02\x03" * 100,
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]


def make(visitor: Visitor, name: str) -> str:
    """Make a knowledge base; gives its address."""
    visitor.go("/knowledge").settle()
    visitor.press(visitor.button("Make a knowledge base"))
    visitor.page.get_by_label("Name", exact=True).fill(name)
    visitor.page.get_by_label("What it is for").fill("What a journey may cost.")
    visitor.press(visitor.button("Make it"))
    visitor.page.get_by_role("heading", name=name).wait_for()
    visitor.settle()
    return visitor.page.url.removeprefix(visitor.url).replace("&tab=Documents", "").replace("tab=Documents&", "")


def add(visitor: Visitor, address: str, files: list[str]) -> None:
    visitor.go(f"{address}&tab=Documents").settle()
    visitor.page.locator("input[type=file]").set_input_files(files)
    visitor.page.get_by_text(Path(files[-1]).name).first.wait_for()
    visitor.press(visitor.page.get_by_role("button", name="Add", exact=True)).settle()


def row(visitor: Visitor, title: str) -> str:
    """Give what stands in the row of a document, once it says what became of it."""
    found = visitor.page.locator('[class*="st-key-document-"]', has=visitor.page.locator("b", has_text=title)).first
    expect(found.locator(".badge")).to_have_text(re.compile("Read|Refused"), timeout=LAST_READ)
    return found.inner_text()


def choose(visitor: Visitor, title: str, what: str) -> None:
    found = visitor.page.locator('[class*="st-key-document-"]', has=visitor.page.locator("b", has_text=title)).first
    found.get_by_role("button").click()
    visitor.page.get_by_role("menuitem", name=what).or_(visitor.page.get_by_role("option", name=what)).first.click()


def pick(visitor: Visitor, label: str, option: str) -> None:
    visitor.page.get_by_role("combobox", name=label).or_(visitor.page.get_by_label(label)).first.click()
    visitor.page.get_by_role("option", name=option).first.click()


def fill_passport(visitor: Visitor, address: str) -> None:
    visitor.go(address).settle()
    visitor.press('[class*="st-key-icon-more-passport"] button')
    visitor.press(visitor.page.get_by_text("Change the passport"))
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").wait_for()
    visitor.settle().press(dialog.get_by_text("Options")).settle()
    pick(visitor, "Steward, who reviews it", "Sam")
    dialog.get_by_role("spinbutton", name="year, Review it by").click()
    visitor.page.keyboard.type("20300630")
    dialog.get_by_label("Where it comes from").fill("The travel office")
    dialog.get_by_label("Licence").fill("For us alone")
    visitor.press(dialog.get_by_role("button", name="Save")).settle()


def test_ten_files_each_end_in_a_verdict_and_the_draft_ends_in_somebody_elses_answer(
    enter: Enter, tmp_path: Path
) -> None:
    ben = enter("Ben")
    address = make(ben, "Journeys")
    add(ben, address, ten_files(tmp_path))

    assert "source" in row(ben, "Travel")
    assert "2 pages" in row(ben, "Plan")
    assert "Read" in row(ben, "Scan")
    assert "Read" in row(ben, "Hotels")
    assert "Read" in row(ben, "Rates")
    assert "broken" in row(ben, "Broken")
    assert "empty" in row(ben, "Empty")
    assert "password" in row(ben, "Locked")
    assert "Refused" in row(ben, "Odd")
    choose(ben, "Locked", "Give the password")
    ben.page.locator("input[type=password]").fill("seventeen")
    ben.press(ben.button("Open the file"))
    expect(ben.page.locator('[class*="st-key-document-"]', has_text="Locked").locator(".badge.good")).to_be_visible(
        timeout=LAST_READ
    )

    fill_passport(ben, address)
    ben.press(ben.button("Submit for approval"))
    ben.page.get_by_label("Why should it be approved?").fill("It is complete.")
    ben.press(ben.page.get_by_role("dialog").get_by_role("button", name="Submit")).settle()

    sam = enter("Sam")
    expect(sam.page.get_by_text("Inbox (1)").first).to_be_attached()
    sam.go("/inbox").settle()
    sam.press(sam.button("Decide"))
    sam.press(sam.page.get_by_role("dialog").get_by_role("button", name="Approve")).settle()

    ana = enter("Ana")
    ana.go(f"{address}&tab=Ask").settle()
    ana.ask("Which expense needs a receipt?").answered()
    assert "75 dollars" in ana.reads()
    ana.go(f"{address}&tab=Ask").settle()
    ana.ask("What is the rate of a night in Boston?").answered()
    assert "Boston | 180" in ana.reads()
    assert "Sheet Nights" in ana.reads()


def test_a_question_without_answer_goes_to_its_owner_and_comes_back_approved(enter: Enter) -> None:
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    ana.go("/knowledge_base?id=employee-handbook&tab=Ask").settle()
    ana.ask(HIDDEN).answered()
    ana.press(ana.button("Ask Ben"))
    ana.press(ana.page.get_by_role("dialog").get_by_role("button", name="Send")).settle()
    assert "Sent to Ben" in ana.reads()

    ben = enter("Ben")
    ben.go("/knowledge_base?id=employee-handbook&tab=Quality").settle()
    ben.press(ben.button("Answer"))
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("Find the source").fill("paid parental leave weeks")
    ben.page.keyboard.press("Enter")
    ben.settle()
    ben.press(dialog.get_by_role("button", name="Send for approval")).settle()

    sam = enter("Sam")
    sam.go("/inbox").settle()
    sam.press(sam.button("Decide"))
    sam.press(sam.page.get_by_role("dialog").get_by_role("button", name="Approve")).settle()

    ana.go("/inbox?tab=News").settle()
    assert "Ben" in ana.reads()
    ana.go("/knowledge_base?id=employee-handbook&tab=Ask").settle()
    ana.ask(HIDDEN).answered()
    assert "Approved answer" in ana.reads()
    assert "by Ben until" in ana.reads()

    ben.go("/knowledge_base?id=employee-handbook&tab=Quality").settle()
    ben.press(ben.button("Withdraw"))
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("Why? Those who asked will read it.").fill("The rule has changed.")
    ben.press(dialog.get_by_role("button", name="Withdraw it")).settle()
    assert "Withdrawn" in ben.reads()
    ana.go("/knowledge_base?id=employee-handbook&tab=Ask").settle()
    ana.ask(HIDDEN).answered()
    assert "Approved answer" not in ana.reads()


def test_the_walker_names_the_cause_of_a_planted_miss(enter: Enter) -> None:
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    ana.go("/knowledge_base?id=employee-handbook&tab=Try+search&question=cafeteria+menu").settle()
    ana.press(ana.page.get_by_text("Why didn't it find it?").first).settle()
    ana.page.get_by_label("Paste the sentence you expected").fill("The moon is made of green cheese on Wednesdays.")
    ana.press(ana.button("Find out")).settle()

    expect(ana.page.locator('.sentence[role="status"]')).to_contain_text("documents says this")


def test_of_two_who_decide_at_once_the_second_reads_what_was_decided(enter: Enter) -> None:
    ben = enter("Ben")
    address = make(ben, "Hotels")
    add(ben, address, [str(HANDBOOK / "LICENSE")])
    row(ben, "LICENSE")
    fill_passport(ben, address)
    ben.press(ben.button("Submit for approval"))
    ben.page.get_by_label("Why should it be approved?").fill("It is complete.")
    ben.press(ben.page.get_by_role("dialog").get_by_role("button", name="Submit")).settle()
    sam, cleo = enter("Sam"), enter("Cleo")
    for each in (sam, cleo):
        each.go("/inbox").settle()
        each.press(each.page.locator('[class*="st-key-item-"]', has_text="Hotels").get_by_role("button")).settle()

    sam.press(sam.page.get_by_role("dialog").get_by_role("button", name="Approve")).settle()
    cleo.press(cleo.page.get_by_role("dialog").get_by_role("button", name="Approve")).settle()

    expect(cleo.page.get_by_text("This was approved meanwhile.")).to_be_visible()

    ana = enter("Ana")
    ana.go(f"{address}&tab=Ask").settle()
    sam.go(address).settle()
    sam.press('[class*="st-key-icon-more-passport"] button')
    sam.page.get_by_text("Withdraw").first.click()
    dialog = sam.page.get_by_role("dialog")
    dialog.get_by_label("Why? Whoever used it will read this.").fill("It is out of date.")
    sam.press(dialog.get_by_role("button", name="Withdraw")).settle()
    ana.page.locator("textarea").first.fill("What is the licence?")
    ana.page.keyboard.press("Enter")
    expect(ana.page.get_by_text("not there, or not for you").first).to_be_visible()


def test_five_hundred_files_at_once_are_listed_in_order_and_a_question_is_answered_meanwhile(
    enter: Enter, tmp_path: Path
) -> None:
    ben = enter("Ben")
    ben.ready_example(0).wait_for()
    address = make(ben, "Many rules")
    files = [tmp_path / f"{number:03} \u202egnp.md" for number in range(500)]
    for number, file in enumerate(files):
        file.write_text(f"# Rule {number}\n\nRule number {number} is that number {number} is kept.\n")
    add(ben, address, [str(each) for each in files])

    assert "500 files added" in ben.reads() or "of 500 documents read" in ben.reads()
    titles = ben.page.locator('[class*="st-key-document-"] b').all_inner_texts()
    assert titles == sorted(titles)
    assert len(titles) == 25
    ana = enter("Ana")
    ana.ask("How many weeks of paid parental leave?", "textarea").answered()


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """The app on a clock of its own; the file says how many days are added."""
    days = tmp_path / "days"
    days.write_text("0")
    with running_app(tmp_path / "data", "clocked", {CLOCK_DAYS: str(days)}) as running:
        yield running, days


def test_access_for_a_day_is_asked_for_given_and_over_the_day_after(enter: Enter, clocked: tuple[Server, Path]) -> None:
    server, days = clocked
    ben = enter("Ben", url=server.url)
    ben.go("/knowledge").settle()
    ben.press(ben.button("Ask for access"))
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("What do you need it for?").fill("I write the report.")
    ben.press(dialog.get_by_role("button", name="Ask", exact=True)).settle()

    cleo = enter("Cleo", url=server.url)
    cleo.go("/inbox").settle()
    assert "Ben asks to read “Quarterly reports”" in cleo.reads()
    cleo.press(cleo.button("Decide"))
    cleo.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    cleo.settle()

    ben.go("/knowledge_base?id=quarterly-reports&tab=Access").settle()
    assert "access was given to you" in ben.reads()
    days.write_text("40")
    ben.go("/knowledge_base?id=quarterly-reports&tab=Access").sign_in("Ben")  # the visit of 40 days ago is over too
    expect(ben.page.get_by_text("It is not there, or not for you.")).to_be_visible()


def test_a_file_of_a_thousand_pages_says_how_far_it_is_while_others_ask_and_is_then_asked(
    enter: Enter, tmp_path: Path
) -> None:
    ben = enter("Ben")
    address = make(ben, "Long rules")
    long = tmp_path / "long.pdf"
    rules = [[f"Rule {number}", "", f"Rule {number} is kept in room {9_000 - number}."] for number in range(1_000)]
    long.write_bytes(pdf(*rules))
    add(ben, address, [str(long)])

    so_far = ben.page.get_by_text(re.compile(r"(page|source) [\d,]+ of 1,?000", re.IGNORECASE)).first
    expect(so_far).to_be_visible(timeout=LAST_READ)
    ana = enter("Ana")
    ana.ready_example(0).wait_for()
    ana.ask("How many weeks of paid parental leave?").answered()
    assert "1,000 pages" in row(ben, "Long")
    ben.go(f"{address}&tab=Ask").settle()
    ben.ask("Which room is rule 512 kept in?").answered()
    assert "8488" in ben.reads()
    assert "page 513" in ben.reads()
