"""The sign-in page: one card a person. Plain HTML outside Streamlit, so that nothing else loads before the gate."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote, urlencode

import streamlit as st

from services.people.user import User

STYLE = Path(__file__).with_name("sign_in.css")


def sign_in_page(personas: Sequence[User], here: User | None, back: str) -> str:
    """Give the page as HTML: a card for each persona, which returns to `back`; for `here` also the way out."""
    cards = "\n".join(_card(each, is_here=each == here) for each in personas)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · Accelerate</title>
<link rel="icon" href="/favicon.png">
<style>{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<h1>Accelerate</h1>
<p>Ask your organisation's documents. Every answer shows where it says so.</p>
<h2>Who are you?</h2>
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="{escape(back)}">
<div class="cards">
{cards}
</div>
</form>
{_way_out(here)}
<p class="small">This sign-in has no password, so the app answers only to this machine.</p>
</main>
</body>
</html>
"""


def _card(user: User, *, is_here: bool) -> str:
    note = '<span class="here">You are here</span>' if is_here else ""
    return (
        f'<button class="card" name="person" value="{escape(user.id)}">'
        f"<strong>{escape(user.name)}</strong><span>{escape(user.title)}</span>"
        f"<span>{escape(user.line.name)}</span>{note}</button>"
    )


def _way_out(here: User | None) -> str:
    if here is None:
        return ""
    return f'<form method="post" action="/sign-out"><button class="plain">Sign out {escape(here.name)}</button></form>'


def who_is_here(user: User) -> None:
    """Show in the header who is signed in; it is the way to the sign-in page, to switch or to sign out."""
    st.html(
        f'<a class="who" href="/sign-in" target="_self" title="Switch or sign out">'
        f"{escape(user.name)} <span>· {escape(user.line.name)}</span></a>"
    )


def ask_to_sign_in(url_path: str) -> None:
    """Show, where a visit has ended while its page was open, the way back in and to that page."""
    asked = urlencode(st.query_params.to_dict())
    back = f"/{url_path}?{asked}" if asked else f"/{url_path}"
    st.title("You are signed out")
    st.write("This visit has ended, here or in another tab.")
    # Streamlit's own links open a new tab, which would leave the old persona's tab behind.
    st.html(f'<a href="/sign-in?next={escape(quote(back, safe=""))}" target="_self">Sign in again</a>')
