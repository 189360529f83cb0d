"""Which addresses a visit was handed: what Streamlit put there, for as long as the visit lasts, and not too many."""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.handed_out import ADDRESSES_KEPT, HandedOut


def picture(*addresses: str) -> bytes:
    message = ForwardMsg()
    for address in addresses:
        message.delta.new_element.imgs.imgs.add(url=address)
    return bytes(message.SerializeToString())


def text(words: str) -> bytes:
    message = ForwardMsg()
    message.delta.new_element.markdown.body = words
    return bytes(message.SerializeToString())


def made_when_pressed(address: str) -> bytes:
    message = ForwardMsg()
    message.backend_operation_response.deferred_file.url = address
    return bytes(message.SerializeToString())


def test_an_address_is_for_the_visit_it_went_to() -> None:
    handed_out = HandedOut(lambda cookie: True)
    handed_out.note("ana", picture("/media/a.png", "/media/b.png"))
    handed_out.note("ana", made_when_pressed("/media/c.md"))

    assert [handed_out.to("ana", f"/media/{each}") for each in ("a.png", "b.png", "c.md", "d.png")] == [
        True,
        True,
        True,
        False,
    ]
    assert not handed_out.to("ben", "/media/a.png")
    assert not handed_out.to("", "/media/a.png")


def test_an_address_in_words_that_somebody_wrote_is_handed_to_nobody() -> None:
    handed_out = HandedOut(lambda cookie: True)
    handed_out.note("ben", text("/media/a.png"))
    handed_out.note("ben", b"\xff /media/a.png")

    assert not handed_out.to("ben", "/media/a.png")


def test_what_an_ended_visit_was_handed_is_forgotten_when_the_next_one_begins() -> None:
    here = {"ana"}
    handed_out = HandedOut(here.__contains__)
    handed_out.note("ana", picture("/media/a.png"))
    here.clear()
    handed_out.note("ben", picture("/media/b.png"))
    here.add("ana")

    assert not handed_out.to("ana", "/media/a.png")
    assert handed_out.to("ben", "/media/b.png")


def test_of_too_many_addresses_the_newest_stay_and_what_is_shown_again_is_new() -> None:
    handed_out = HandedOut(lambda cookie: True)
    handed_out.note("ana", picture("/media/shown-again.png", "/media/first.png"))
    for number in range(ADDRESSES_KEPT - 1):
        handed_out.note("ana", picture("/media/shown-again.png", f"/media/{number}.png"))

    assert handed_out.to("ana", "/media/shown-again.png")
    assert handed_out.to("ana", f"/media/{ADDRESSES_KEPT - 2}.png")
    assert not handed_out.to("ana", "/media/first.png")
