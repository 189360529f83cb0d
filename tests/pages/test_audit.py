"""The audit page: acts as sentences, filtered and exported, for Oversight alone."""

from __future__ import annotations

from services.ledger.audit import Wanted, as_csv
from services.people.user import User
from tests.pages.screen import press, words
from tests.services.answers.library import Library
from tests.services.knowledge.test_approval import made_by
from tests.visits import FrontDoor

PAGE = "pages/oversee/audit.py"


def acted(library: Library, ben: User, sam: User) -> str:
    made = made_by(library, ben)
    request = library.knowledge.approval.submit(ben, made.id, "It is complete.")
    library.knowledge.governance.requests.decide(sam, request.id, True)
    return made.id


def test_every_act_is_a_sentence_and_filters_narrow_them(
    app: FrontDoor, library: Library, ben: User, sam: User
) -> None:
    acted(library, ben, sam)

    assert "Ben: ask for approval, Travel rules. “It is complete.”" in words(app.visit("cleo", PAGE))
    by_sam = words(app.visit("cleo", PAGE, who="Sam"))
    assert "Sam: approve approval, Travel rules." in by_sam
    assert "Ben: ask" not in by_sam
    assert "No entry is here" in words(app.visit("cleo", PAGE, who="Ana"))


def test_the_record_can_be_checked(app: FrontDoor, library: Library, ben: User, sam: User) -> None:
    acted(library, ben, sam)

    checked = press(app.visit("sam", PAGE), "audit.verify")

    assert "The record is whole: 3 entries, none changed." in words(checked)


def test_members_do_not_get_in(app: FrontDoor, library: Library) -> None:
    assert "Audit is not open to you" in words(app.visit("ana", PAGE))


def test_an_export_has_no_cell_that_a_spreadsheet_would_run(library: Library, ben: User, cleo: User) -> None:
    library.ledger.record_audit(ben, "=1+1", "@object", {"reason": "-1"})

    written = as_csv(library.ledger.audit(cleo, Wanted(person="ben")))

    assert ",'=1+1,'@object," in written
    assert "\n=" not in written
