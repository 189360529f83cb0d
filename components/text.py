"""Text that others wrote, shown as the data it is, and figures and times in plain words.

What goes into `st.html` is put together with `Markup`, which escapes every value it is given; what goes into a label
is escaped by `plain`, because Streamlit reads labels as Markdown, also those of pills and radio buttons. The entries of
a selectbox or multiselect are shown as they are: `one_line`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime

from markupsafe import Markup

from components.page_tables import BEGIN, END, with_tables
from services.knowledge.words import words_of
from services.store.moment import utc_now

_MARKDOWN = re.compile(r"([\\`*_\[\]<>$~#|])|(:)(?=[\w+/-]+[:\[])")


def plain(text: str) -> str:
    """Give `text` so that a Markdown label shows exactly these characters, on one line."""
    return _MARKDOWN.sub(lambda found: "\\" + found.group(0), one_line(text))


def one_line(text: str) -> str:
    """Give `text` on one line, for what shows it as it is."""
    return " ".join(text.split())


_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_LIST_MARK = re.compile(r"^( *)[*-] +(?=\S)", re.MULTILINE)
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_SIGNS = re.compile(f"[{BEGIN}{END}]")


def readable(text: str) -> Markup:
    """Give the text of a page, escaped, with headings and bold words in bold instead of their marks, and its tables."""
    escaped = with_tables(str(Markup.escape(text)))
    escaped = _HEADING.sub(r"<b>\1</b>", escaped)
    escaped = _LIST_MARK.sub(r"\1• ", escaped)
    return Markup(_BOLD.sub(r"<b>\1</b>", escaped))  # noqa: S704  (escaped above; the rest is our own tags)


def marked(text: str, terms: Collection[str]) -> Markup:
    """Give a page's text as `readable` does, with every word marked that is compared under one of `terms`."""
    text = _SIGNS.sub("", text)
    parts, done = [], 0
    for word in words_of(text):
        if word.term in terms:
            parts += [text[done : word.start], BEGIN, text[word.start : word.end], END]
            done = word.end
    return _with_marks("".join([*parts, text[done:]]))


def quoted(before: str, quote: str, after: str) -> Markup:
    """Give a quote where it stands, as `readable` does, with the whole of it marked."""
    before, quote, after = (_SIGNS.sub("", part) for part in (before, quote, after))
    return _with_marks(f"{before}{BEGIN}{quote}{END}{after}")


def _with_marks(text: str) -> Markup:
    return Markup(str(readable(text)).replace(BEGIN, "<mark>").replace(END, "</mark>"))  # noqa: S704  (escaped there)


def with_bold(text: str) -> Markup:
    """Give `text` with what stands between `**` in bold, and nothing else of it read as markup."""
    return Markup("").join(
        Markup("<b>{}</b>").format(part) if turn % 2 else part for turn, part in enumerate(text.split("**"))
    )


def shortened(text: str, length: int) -> str:
    """Give at most `length` characters of `text`, cut between words."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def counted(number: int, one: str, many: str = "") -> str:
    """Say how many: "1 source", "1,204 sources"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment: date) -> str:
    """Say the day: "12 November"; with the year when it is another one."""
    year = "" if moment.year == utc_now().year else f" {moment.year}"
    return f"{moment.day} {moment:%B}{year}"


def dated(day_: date) -> str:
    """Say a day with its year: "1 December 2026"."""
    return f"{day_.day} {day_:%B %Y}"


def exact(moment: datetime) -> str:
    """Say the exact time: "12 November, 14:05 UTC"."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def ago(moment: datetime) -> str:
    """Say how long ago: "just now", "5 minutes ago", "2 hours ago", "yesterday", "12 November"."""
    seconds = (utc_now() - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{counted(int(seconds // 60), 'minute')} ago"
    if seconds < 24 * 3600:
        return f"{counted(int(seconds // 3600), 'hour')} ago"
    return "yesterday" if seconds < 48 * 3600 else day(moment)


def when(moment: datetime) -> Markup:
    """Give how long ago it was, with the exact time on hover."""
    return Markup('<time title="{}">{}</time>').format(exact(moment), ago(moment))


def soon(seconds: int | None) -> str:
    """Say when something will be ready: "ready in about 40 s"; "being read" while nobody can tell."""
    if seconds is None:
        return "being read"
    if seconds < 90:
        return f"ready in about {max(5, round(seconds / 5) * 5)} s"
    return f"ready in about {round(seconds / 60)} min"
