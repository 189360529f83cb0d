from __future__ import annotations

import os

import pytest

from services.errors import NotFound
from services.people.user import User
from tests.services.knowledge.pdfs import pdf
from tests.services.knowledge.room import Room
from tests.services.knowledge.scans import saved, scan, scanned_pdf

PLAN = pdf(["Glasses are covered up to 300 dollars."])


@pytest.fixture
def document_id(room: Room) -> str:
    room.ship("plans", {"plan.pdf": PLAN, "plan.md": "# Plan\n\nText."}, audience=["claims"])
    room.bring_in()
    return next(document.id for document in room.documents() if document.name == "plan.pdf")


def test_a_picture_is_drawn_once_and_then_kept(room: Room, ana: User, document_id: str) -> None:
    drawn = room.knowledge.picture(ana, document_id, 1, 0, 7)
    room.publishing.originals.forget(room.documents(name="plan.pdf")[0].digest)
    assert room.knowledge.picture(ana, document_id, 1, 0, 7) == drawn
    assert drawn.startswith(b"\x89PNG")


def test_a_kept_picture_is_for_those_who_may_read_only(room: Room, ana: User, ben: User, document_id: str) -> None:
    room.knowledge.picture(ana, document_id, 1, 0, 7)
    with pytest.raises(NotFound):
        room.knowledge.picture(ben, document_id, 1, 0, 7)


@pytest.mark.parametrize(("page", "start", "end"), [(2, 0, 7), (1, 7, 7), (1, -1, 3), (1, 0, 9_999), (0, 0, 7)])
def test_what_is_not_on_a_page_has_no_picture(
    room: Room, ana: User, document_id: str, page: int, start: int, end: int
) -> None:
    with pytest.raises(NotFound):
        room.knowledge.picture(ana, document_id, page, start, end)


def test_a_scan_and_a_picture_are_shown_with_the_quote_marked(room: Room, ana: User) -> None:
    page = scan("Glasses are covered up to 300 dollars.")
    own = [("scan.pdf", scanned_pdf(page)), ("photo.jpg", saved(page, "JPEG"))]
    for name, data in own:
        knowledge_base = room.knowledge.ask_own_file(ana, name, data)
        room.publish_what_waits()
        (document,) = room.knowledge.documents(ana, knowledge_base.id)
        assert room.knowledge.open_source(ana, document.id, 1, 0, 7).has_picture
        marked = [room.knowledge.picture(ana, document.id, 1, *range_) for range_ in ((0, 7), (8, 19))]
        assert len(set(marked)) == 2


def test_text_files_have_no_picture(room: Room, ana: User, document_id: str) -> None:
    text = room.documents(name="plan.md")[0]
    assert not room.knowledge.open_source(ana, text.id, 1, 0, 4).has_picture
    with pytest.raises(NotFound):
        room.knowledge.picture(ana, text.id, 1, 0, 4)


def test_the_oldest_pictures_make_room(room: Room, ana: User, document_id: str) -> None:
    pictures = room.knowledge.pictures
    for end in (5, 6, 7):
        room.knowledge.picture(ana, document_id, 1, 0, end)
    for age, path in enumerate(sorted(pictures.folder.glob("*.png"))):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    size = max(path.stat().st_size for path in pictures.folder.glob("*.png"))
    pictures.make_room(2 * size)
    assert [path.name[-7:] for path in sorted(pictures.folder.glob("*.png"))] == ["0-5.png", "0-6.png"]
