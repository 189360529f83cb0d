"""Oversight › Models: passports, withdrawing, asking for approval, and budgets."""

from __future__ import annotations

import fcntl
import os
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from services.errors import Unavailable
from services.governance.life_cycle import ApprovalState
from services.people.user import User
from tests.pages.screen import html, press, words
from tests.services.answers.library import Library
from tests.visits import FrontDoor

PAGE = "pages/oversee/models.py"
LOCAL = "local"
FILE = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"


def test_every_model_shows_where_it_runs_what_it_may_see_and_what_it_costs(app: FrontDoor, library: Library) -> None:
    shown = html(app.visit("cleo", PAGE))
    for each in app.services.models.all(app.services.people.user("cleo")):
        assert each.name.replace("'", "&#39;") in shown
    assert "Amazon Bedrock, outside the company; what is sent leaves the company" in shown
    assert "nothing above Internal" in shown
    assert "less than $0.01 an answer" in shown
    assert "This app was not told how to reach it." in shown


def test_how_soon_a_model_answers_stands_in_its_passport(app: FrontDoor, library: Library, ana: User) -> None:
    library.answers.ask(ana, "How many weeks of paid parental leave am I entitled to?")
    shown = html(app.visit("cleo", PAGE))
    assert "the median of 1 answer in the last 30 days" in shown
    assert "not measured: it gave no answer in the last 30 days" in shown


def test_a_member_is_not_let_in(app: FrontDoor, library: Library) -> None:
    assert "Models is not open to you." in words(app.visit("ana", PAGE))


def test_a_model_is_withdrawn_and_its_approval_asked_for_and_given(
    app: FrontDoor, library: Library, cleo: User, sam: User
) -> None:
    models = app.services.models
    models.withdraw(cleo, "nova-lite", "It invents numbers.")
    visit = app.visit("sam", PAGE)
    assert "Withdrawn" in html(visit)
    assert "Ask for approval" in [each.label for each in visit.button]
    models.submit(sam, "nova-lite", "Measured again.", models.passports.shipped["nova-lite"].approved_until)  # type: ignore[arg-type]

    inbox = app.visit("cleo", "pages/home/inbox.py")
    assert "Sam asks you to approve the model “Amazon Nova Lite”" in html(inbox)
    press(inbox, "inbox.Decide")
    assert "Look at Amazon Nova Lite" in [each.label for each in inbox.get("page_link")]
    (request,) = app.services.governance.requests.waiting_for(cleo)
    app.services.governance.requests.decide(cleo, request.id, True, "", request.until)
    assert models.state("nova-lite") is ApprovalState.APPROVED


@pytest.mark.parametrize(("typed", "amount"), [("50", "50"), ("1,000.50", "1000.50"), ("", None)])
def test_the_cdo_sets_what_a_line_may_spend(
    app: FrontDoor, library: Library, cleo: User, typed: str, amount: str | None
) -> None:
    visit = app.visit("cleo", PAGE)
    visit.text_input(key="models.month").set_value(typed)
    visit.text_input(key="models.day").set_value("2")
    next(each for each in visit.button if each.label == "Set budget").click().run()
    (budget,) = app.services.governance.budgets.all(cleo)
    assert (budget.per_month.amount if budget.per_month else None) == (Decimal(amount) if amount else None)


def test_what_is_no_amount_is_a_sentence(app: FrontDoor, library: Library, cleo: User) -> None:
    visit = app.visit("cleo", PAGE)
    visit.text_input(key="models.month").set_value("a lot")
    next(each for each in visit.button if each.label == "Set budget").click().run()
    assert "“a lot” is no amount." in words(visit)
    assert app.services.governance.budgets.all(cleo) == ()


def test_a_steward_reads_what_is_left_for_their_line(app: FrontDoor, library: Library) -> None:
    assert "may spend nothing a month; nothing of it is left" in words(app.visit("sam", PAGE))


def folder_of(app: FrontDoor) -> Path:
    folder = app.services.settings.data / "models"
    folder.mkdir(exist_ok=True)
    return folder


def test_a_model_whose_file_is_absent_says_so_and_is_not_offered(app: FrontDoor, library: Library, cleo: User) -> None:
    visit = app.visit("cleo", PAGE)
    assert "Its file (1,117 MB) is not on that computer yet, so that it can't be asked." in words(visit)
    assert "Its licence: Apache License 2.0." in words(visit)
    assert "Fetch it" in [each.label for each in visit.button]
    assert LOCAL not in [each.id for each in app.services.models.choices(cleo)]
    with pytest.raises(Unavailable, match="is not on the computer that runs this app"):
        app.services.models.choose(cleo, LOCAL, {})


def test_a_file_on_the_server_that_is_another_one_is_a_sentence(
    app: FrontDoor, library: Library, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_bytes(b"GGUF")
    visit = app.visit("cleo", PAGE)
    visit.text_input(key="models.path.local").set_value(str(tmp_path / "mine"))
    next(each for each in visit.button if each.label == "Use it").click().run()
    for thread in threading.enumerate():
        if thread.name == "model file":
            thread.join(20)
    shown = words(app.visit("sam", PAGE))
    assert "That is another file: it has 4 bytes" in shown
    assert "Name that file." in shown


def test_how_far_a_file_has_come_is_seen_and_can_be_stopped_from_where_it_was_begun(
    app: FrontDoor, library: Library
) -> None:
    with (folder_of(app) / f"{FILE}.fetching").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write("402000000")
        other.flush()
        visit = app.visit("sam", PAGE)
        assert "It goes on when you leave this page." in words(visit)
        (bar,) = visit.get("progress")
        assert bar.proto.text == "402 of 1,117 MB"
        press(visit, "models.stop.local")
        assert "The file is being fetched by" in words(visit)


def test_a_model_whose_file_is_here_is_offered_until_it_is_damaged(
    app: FrontDoor, library: Library, cleo: User
) -> None:
    with (folder_of(app) / FILE).open("wb") as file:
        file.truncate(1_117_320_768)
    shown = words(app.visit("cleo", PAGE))
    assert "Its file (1,117 MB) is on that computer" in shown
    assert LOCAL in [each.id for each in app.services.models.choices(cleo)]
    os.truncate(folder_of(app) / FILE, 1_000)
    assert "is damaged, so that it can't be asked" in words(app.visit("cleo", PAGE))
    assert LOCAL not in [each.id for each in app.services.models.choices(cleo)]
