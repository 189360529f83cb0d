"""E-mail: who wrote what to whom and when, the text, and the names of what was attached."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path
from typing import TYPE_CHECKING

from services.knowledge.document import Page
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.html import html_as_text, html_decoded
from services.knowledge.reading.package import broken, empty
from services.knowledge.reading.text import decode

if TYPE_CHECKING:
    from oxmsg import Message as OutlookMessage

_BODY = "__substg1.0_1000001E"
"""Where the plain text stands in one byte a letter (MS-OXMSG §2.1.3, MS-OXPROPS PidTagBody)."""

MOST_DEEP = 5
"""Messages within messages."""


def read_mail(data: bytes) -> tuple[str, list[Page]]:
    """Give a message's subject and its text, messages within it after it. Raises Refused where it says nothing."""
    draft = Draft()
    message = message_from_bytes(data, policy=policy.default)
    _write(draft, message, 0)
    text = draft.text()
    if not text:
        raise empty("message")
    return _header(message, "Subject"), [Page(1, text)]


def read_outlook(path: Path) -> tuple[str, list[Page]]:
    """Give an Outlook message's subject and its text. Raises Refused where it can't be opened or says nothing."""
    from oxmsg import Message as OutlookMessage

    try:
        message = OutlookMessage.load(str(path))
        subject = (message.subject or "").strip()
        to = "; ".join(f"{each.name} <{each.email_address}>" for each in message.recipients)
        attached = [each.file_name or "" for each in message.attachments]
        when, sender = message.sent_date, message.sender or ""
    except Exception as error:  # What it raises for a broken file is of every kind.
        raise broken() from error
    body = _outlook_body(message, path)
    draft = Draft()
    _head(draft, subject, [("From", sender), ("To", to), ("Date", _day(when))])
    _body(draft, body)
    _attached(draft, attached)
    text = draft.text()
    if not text:
        raise empty("message")
    return subject, [Page(1, text)]


def _outlook_body(message: OutlookMessage, path: Path) -> str:
    """Give the plain text where it can be decoded, else the formatted one, else what the bytes look most like."""
    with suppress(Exception):  # Messages name encodings that Python does not have, and others than they are in.
        if message.body:
            return message.body
    with suppress(Exception):
        if message.html_body:
            return html_as_text(message.html_body)[1]
    from olefile import OleFileIO

    with suppress(Exception), OleFileIO(str(path)) as file:
        return decode(file.openstream(_BODY).read())
    return ""


def _write(draft: Draft, message: Message, depth: int) -> None:
    head = [(name, _header(message, name)) for name in ("From", "To", "Cc", "Date")]
    _head(draft, _header(message, "Subject"), head)
    within: list[Message] = []
    attached: list[str] = []
    _body(draft, _text_of(message))
    for part in _leaves(message):
        name = _name_of(part)
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            within += [each for each in (payload if isinstance(payload, list) else []) if isinstance(each, Message)]
        elif name:
            attached.append(name)
    _attached(draft, attached)
    for each in within if depth < MOST_DEEP else []:
        _write(draft, each, depth + 1)


def _head(draft: Draft, subject: str, lines: Iterable[tuple[str, str]]) -> None:
    draft.heading(1, subject)
    draft.paragraph("\n".join(f"{name}: {value}" for name, value in lines if value))


def _body(draft: Draft, text: str) -> None:
    for block in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        draft.paragraph(block)


def _attached(draft: Draft, names: Iterable[str]) -> None:
    listed = [name for name in names if name]
    if listed:
        draft.paragraph("Attached: " + ", ".join(listed))


def _text_of(message: Message) -> str:
    """Give a message's own text: the plain one where it says anything, else the words of the formatted one."""
    if not isinstance(message, EmailMessage):
        return ""
    for kind in ("plain", "html"):
        try:
            body = message.get_body(preferencelist=(kind,))
        except (AttributeError, KeyError, ValueError):
            body = None
        if body is not None and (text := _decoded(body, kind)).strip():
            return text
    return ""


def _decoded(part: Message, kind: str) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = str(part.get_content_charset("") or "")
    if kind == "html" and not charset:
        text = html_decoded(data)
    else:
        try:
            text = data.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError):
            text = decode(data) if data else ""
    return html_as_text(text)[1] if kind == "html" else text


def _leaves(message: Message) -> list[Message]:
    """Give the parts of a message, not those of messages within it."""
    found: list[Message] = []
    todo = [message]
    while todo:
        part = todo.pop()
        payload = part.get_payload()
        if part is not message and part.get_content_type() == "message/rfc822":
            found.append(part)
        elif part.is_multipart() and isinstance(payload, list):
            todo += [each for each in reversed(payload) if isinstance(each, Message)]
        else:
            found.append(part)
    return found


def _name_of(part: Message) -> str:
    try:
        return part.get_filename("") or ""
    except (TypeError, ValueError, KeyError):
        return ""


def _header(message: Message, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (TypeError, ValueError, IndexError, AttributeError):
        return ""  # The standard library trips over some headers (bpo-41401 and its like).


def _day(when: datetime | None) -> str:
    return when.isoformat(" ", "minutes") if when is not None else ""
