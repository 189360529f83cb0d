"""What every screen needs: faults become sentences, and a word after a write is seen."""

from __future__ import annotations

import logging

from streamlit.testing.v1 import AppTest

from tests.visits import FrontDoor


def page_with_a_known_error() -> None:
    import streamlit as st

    from components.app import boundary
    from services.errors import Conflict

    with boundary():
        raise Conflict("*Ana* changed <it> meanwhile.", "Open it again.")
    st.write("the rest")


def page_with_a_fault() -> None:
    from components.app import boundary

    with boundary():
        raise ValueError("how many days of parental leave?")


def page_with_a_write() -> None:
    import streamlit as st

    from components.app import done, show_notice

    show_notice()
    if st.button("Save"):
        done("Saved.")


def page_that_asks_who() -> None:
    import streamlit as st

    from components.app import boundary, current_user

    with boundary():
        st.write(current_user().name)


def test_an_error_is_shown_as_its_sentence_and_hint_word_for_word_and_the_page_goes_on() -> None:
    shown = AppTest.from_function(page_with_a_known_error).run()
    assert [each.value for each in shown.error] == [r"\*Ana\* changed \<it\> meanwhile."]
    assert [each.value for each in shown.markdown] == ["Open it again.", "the rest"]


def test_a_fault_is_shown_by_a_reference_that_stands_in_the_log_and_not_by_its_words(
    logged_errors: list[logging.LogRecord],
) -> None:
    shown = AppTest.from_function(page_with_a_fault).run()
    (record,) = logged_errors
    logged_errors.clear()
    reference = record.getMessage().removeprefix("reference ")
    assert len(reference) == 8
    assert [each.value for each in shown.error] == [
        f"Something went wrong here. It is in the log under reference {reference}."
    ]
    assert "parental" not in repr(shown)
    assert len(shown.exception) == 0


def test_the_word_after_a_write_is_said_once() -> None:
    shown = AppTest.from_function(page_with_a_write).run()
    shown.button[0].click().run()
    assert [each.value for each in shown.toast] == ["Saved."]
    assert [each.value for each in shown.run().toast] == []


def test_a_page_that_is_reached_without_signing_in_shows_nobody(app: FrontDoor) -> None:
    page = AppTest.from_function(page_that_asks_who)
    assert [each.value for each in page.run().error] == ["You are signed out."]
    page.user = {"signed_in": app.sign_in("ana")}
    assert [each.value for each in page.run().markdown] == ["Ana"]
