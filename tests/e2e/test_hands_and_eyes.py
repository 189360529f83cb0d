"""One hand on a small screen, the keyboard alone, and what axe-core finds."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from streamlit_app import PLACES
from tests.e2e.conftest import Enter
from tests.e2e.visitor import SOURCE, Visitor

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAGES = {
    "home": "/",
    "playground": "/playground",
    "knowledge": "/knowledge",
    "about": "/knowledge_base?id=employee-handbook",
    "ask": "/knowledge_base?id=employee-handbook&tab=Ask",
    "quality": "/knowledge_base?id=employee-handbook&tab=Quality",
    "documents": "/knowledge_base?id=employee-handbook&tab=Documents",
    "try search": "/knowledge_base?id=employee-handbook&tab=Try%20search&question=parental%20leave",
    "changes": "/knowledge_base?id=employee-handbook&tab=Changes",
    "access": "/knowledge_base?id=employee-handbook&tab=Access",
    "inbox": "/inbox",
    "audit": "/audit",
    "overview": "/overview",
    "models": "/models",
    "questions without answer": "/questions",
    "access check": "/access_check",
}


def test_every_place_of_the_front_door_is_looked_at_here() -> None:
    looked_at = {urlsplit(path).path.strip("/") or PLACES[0].url_path for path in PAGES.values()}
    assert looked_at == {place.url_path for place in PLACES}


def with_everything_open(visitor: Visitor) -> Visitor:
    """Open a PDF's source, how it was found and its details under an answer."""
    visitor.press(visitor.ready_example(1)).answered()
    visitor.press(SOURCE)
    visitor.page.locator("mark").wait_for()
    visitor.settle()
    visitor.press(visitor.page.get_by_text("How this was found")).settle()
    visitor.press(visitor.page.get_by_text("Details for specialists")).settle()
    return visitor


def test_with_one_hand_at_390_pixels_one_asks_opens_a_source_and_comes_back(enter: Enter) -> None:
    ana = enter("Ana", **PHONE)
    ana.ready_example(1).tap()
    ana.answered()
    assert ana.reaches_beyond_the_screen() == []
    assert ana.small_targets('[class*="st-key-cell-"]') == []

    ana.page.locator(SOURCE).first.tap()
    panel = ana.page.locator('[class*="st-key-source-panel"]')
    panel.wait_for()
    ana.settle()
    box, row = panel.bounding_box(), ana.page.locator(SOURCE).first.bounding_box()
    assert box is not None
    assert row is not None
    assert box["width"] >= 340  # full width, under its sentence
    assert 0 <= box["y"] - (row["y"] + row["height"]) < 40
    assert ana.reaches_beyond_the_screen() == []

    ana.button("Close").tap()
    expect(panel).to_have_count(0)
    assert ana.page.locator(".sentence").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone_on_any_page(enter: Enter, scheme: str) -> None:
    cleo = enter("Cleo", color_scheme=scheme, **PHONE)  # she may open every page
    too_wide = {name: cleo.go(path).settle().reaches_beyond_the_screen() for name, path in PAGES.items()}

    assert not any(too_wide.values()), too_wide


def test_two_hundred_per_cent_zoom_loses_nothing(enter: Enter) -> None:
    ana = enter("Ana", viewport={"width": 640, "height": 400})
    with_everything_open(ana)

    assert ana.reaches_beyond_the_screen() == []


def test_the_keyboard_alone_signs_in_asks_opens_and_closes_a_source(enter: Enter) -> None:
    ana = enter(None)
    ana.go("/sign-in")
    ana.page.keyboard.press("Tab")
    ana.page.keyboard.press("Enter")
    ana.settle()
    ana.ready_example(0).wait_for()

    tab_to(ana, "textarea")
    ana.page.keyboard.type("Which travel expenses require a receipt?")
    ana.page.keyboard.press("Enter")
    ana.answered()

    tab_to(ana, SOURCE)
    assert focus_is_visible(ana)
    ana.page.keyboard.press("Enter")
    ana.page.locator("mark").wait_for()
    ana.settle()

    ana.page.keyboard.press("Escape")
    expect(ana.page.locator("mark")).to_have_count(0)
    expect(ana.page.locator(SOURCE).first).to_be_focused()


def tab_to(visitor: Visitor, selector: str) -> None:
    """Press Tab until the focus is on what `selector` finds."""
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("(selector) => !!document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def focus_is_visible(visitor: Visitor) -> bool:
    """Tell whether what has the focus is outlined."""
    return bool(visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page(enter: Enter, scheme: str) -> None:
    ana = enter(None, color_scheme=scheme)
    faults = {"sign-in": ana.go("/sign-in").serious_faults()}
    ana.sign_in("Ana")
    faults |= {name: ana.go(path).settle().serious_faults() for name, path in PAGES.items()}
    cleo = enter("Cleo", color_scheme=scheme)
    faults |= {f"{name}, Cleo": cleo.go(path).settle().serious_faults() for name, path in PAGES.items()}
    ana.go("/").settle()
    faults["answer"] = with_everything_open(ana).serious_faults()
    ana.press(ana.button("Something is wrong")).settle()
    faults["something is wrong"] = ana.serious_faults()
    ana.press(ana.button("Cancel")).settle().press(ana.button("Add a note")).settle()
    faults["note"] = ana.serious_faults()
    ana.press('[class*="st-key-icon-more"] button').press(ana.page.get_by_role("menuitem", name="Delete", exact=True))
    ana.page.get_by_role("dialog").wait_for()
    faults["dialog"] = ana.serious_faults()

    assert not any(faults.values()), faults


def test_the_type_is_the_bundled_family_in_two_weights(enter: Enter) -> None:
    ana = enter("Ana")

    faces = ana.page.evaluate("[...document.fonts].map((face) => [face.family, face.weight, face.status])")
    assert sorted(face for face in faces if "Inter" in face[0] and face[2] == "loaded") == [
        ["Inter", "400", "loaded"],
        ["Inter", "600", "loaded"],
    ]
