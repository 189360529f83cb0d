"""What somebody reads on a screen, taken from an AppTest visit."""

from __future__ import annotations

import re
from html import unescape

from streamlit.testing.v1 import AppTest

_HIDDEN = re.compile(r"<(style|script)\b.*?</\1>|<div[^>]* hidden.*?</div>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LABELLED = ("button", "link_button", "page_link", "download_button", "menu_button", "expander", "multiselect")
_WRITTEN = ("title", "header", "subheader", "text", "markdown", "caption", "error", "warning", "info", "success")

# SCREENS, Words: what no member should meet outside a closed "Details for specialists".
SPECIALIST = re.compile(
    r"\b(passages?|chunks?|snapshots?|embeddings?|vectors?|BM25|RRF|re-?rank\w*|nDCG|recall@\w*|top-k|tokens?"
    r"|fingerprints?|digests?|workflows?|citizens?|refusals?)\b",
    re.IGNORECASE,
)
RAW = re.compile(r"\b[0-9a-f]{12,}\b|\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d)?|\{\s*\"")


def html(visit: AppTest) -> str:
    """Give the HTML on the screen, as it was sent."""
    return "\n".join(each.proto.body for each in visit.get("html"))


def words(visit: AppTest) -> str:
    """Give all that can be read: text, labels and placeholders."""
    read = [_TAG.sub(" ", _HIDDEN.sub("", each.proto.body)) for each in visit.get("html")]
    read += [str(each.value) for kind in _WRITTEN for each in visit.get(kind)]
    read += [_label(each) for kind in _LABELLED for each in visit.get(kind)]
    read += [each.placeholder for each in visit.chat_input]
    read += [option for each in visit.get("button_group") for option in each.options]
    return " ".join(unescape(" ".join(read)).split())


def body_words(visit: AppTest) -> str:
    """Give `words` without the header's, which every page has."""
    return words(visit).replace("Ana · Claims", "")


def buttons(visit: AppTest, start: str) -> list[str]:
    """Give the keys of the buttons that begin with `start`, in the order of the screen."""
    return [str(each.key) for each in visit.button if str(each.key).startswith(start)]


def press(visit: AppTest, start: str) -> AppTest:
    """Press the first button whose key begins with `start`."""
    return visit.button(key=buttons(visit, start)[0]).click().run()


def choose(visit: AppTest, start: str, option: str) -> AppTest:
    """Choose from the first menu whose key begins with `start`."""
    menu = next(each for each in visit.get("menu_button") if str(each.key).startswith(start))
    return menu.click(option).run()


def _label(element: object) -> str:
    proto = getattr(element, "proto", None)
    return re.sub(r"[*\\]", "", str(getattr(element, "label", "") or getattr(proto, "label", "")))
