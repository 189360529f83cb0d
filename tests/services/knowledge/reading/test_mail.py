from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from services.knowledge.document import Reason
from services.knowledge.reading.mail import read_mail, read_outlook
from services.knowledge.reading.refused import Refused

MAIL = Path(__file__).parents[3] / "data" / "documents" / "mail"


def message(text: str = "The rate is 80.", *, html: str = "") -> EmailMessage:
    written = EmailMessage()
    written["Subject"] = "Rates, größer"
    written["From"] = "Ana <ana@example.org>"
    written["To"] = "Ben <ben@example.org>"
    written["Date"] = "Mon, 02 Nov 2026 09:30:00 +0000"
    if text:
        written.set_content(text)
    if html:
        written.add_alternative(html, subtype="html")
    return written


def test_a_message_says_who_wrote_what_to_whom_and_when() -> None:
    subject, (page,) = read_mail(message().as_bytes())

    assert subject == "Rates, größer"
    assert page.text == (
        "# Rates, größer\n\nFrom: Ana <ana@example.org>\nTo: Ben <ben@example.org>\n"
        "Date: Mon, 02 Nov 2026 09:30:00 +0000\n\nThe rate is 80."
    )


def test_the_plain_text_goes_before_the_formatted_one_which_stands_in_for_it() -> None:
    assert "Formatted" not in read_mail(message(html="<p>Formatted").as_bytes())[1][0].text
    assert "Formatted" in read_mail(message("", html="<p>Formatted").as_bytes())[1][0].text


def test_a_message_within_a_message_is_read_and_what_is_attached_is_named() -> None:
    outer = message("See below.")
    outer.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="rates.pdf")
    outer.add_attachment(message("The first one."))

    text = read_mail(outer.as_bytes())[1][0].text

    assert "Attached: rates.pdf" in text
    assert text.index("See below.") < text.index("The first one.")


def test_an_outlook_message_reads_alike() -> None:
    subject, (page,) = read_outlook(MAIL / "msg_with_attachment.msg")
    assert page.text.startswith(f"# {subject}\n\nFrom: ")
    assert "Attached: " in page.text


def test_what_is_no_message_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.msg"
    broken.write_bytes((MAIL / "msg_with_attachment.msg").read_bytes()[:3000])
    with pytest.raises(Refused) as refused:
        read_outlook(broken)
    assert refused.value.reason is Reason.BROKEN


@pytest.mark.parametrize("head", [b"Subject: =?utf-8?q?=\nContent-Type: text/plain; charset=nonsense\n\n", b"", b":\n"])
def test_a_message_that_breaks_the_rules_is_read_as_far_as_it_goes(head: bytes) -> None:
    assert "Hello" in read_mail(head + b"Hello")[1][0].text
