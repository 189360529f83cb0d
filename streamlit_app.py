"""The front door: sign-in, every page registered and gated in one place, one error boundary.

`streamlit run streamlit_app.py` finds `app` and serves it with the door before it; Streamlit then runs this file
again as `__main__` for each visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import streamlit as st

from components.app import boundary, person_here, services, show_fault, show_notice
from components.look import look
from components.sign_in import ask_to_sign_in, who_is_here
from services.errors import NotAllowed
from services.people.user import Role, User

ALL = frozenset(Role)
OVERSIGHT = frozenset({Role.STEWARD, Role.CDO})


class Place(NamedTuple):  # a dataclass would cost a millisecond at every rerun, for which this file runs anew
    """A page: its file, its name in the menu, its section ("" for the top), who may open it."""

    path: str
    title: str
    section: str
    url_path: str
    roles: frozenset[Role] = ALL
    visibility: Literal["visible", "hidden"] = "visible"


PLACES = (
    Place("pages/home/home.py", "Home", "", "home"),
    Place("pages/build/playground.py", "Playground", "", "playground"),
    Place("pages/know/knowledge.py", "Knowledge", "", "knowledge"),
    Place("pages/home/inbox.py", "Inbox", "", "inbox"),
    Place("pages/know/knowledge_base.py", "Knowledge base", "", "knowledge_base", visibility="hidden"),
    Place("pages/oversee/overview.py", "Overview", "Oversight", "overview", roles=OVERSIGHT),
    Place("pages/oversee/models.py", "Models", "Oversight", "models", roles=OVERSIGHT),
    Place("pages/oversee/questions.py", "Questions without answer", "Oversight", "questions", roles=OVERSIGHT),
    Place("pages/oversee/access_check.py", "Access check", "Oversight", "access_check", roles=OVERSIGHT),
    Place("pages/oversee/audit.py", "Audit", "Oversight", "audit", roles=OVERSIGHT),
)


def main() -> None:
    """Run one visit: the gate first, then the page that was asked for."""
    st.set_page_config(page_title="Accelerate", layout="wide")
    look()
    with boundary():
        user = person_here()
        # Registering comes before the gate: an unregistered address would be "Page not found" after sign-in.
        chosen = st.navigation(menu(user), position="top" if user else "hidden")
        if user is None:
            ask_to_sign_in(chosen.url_path)
            return
        who_is_here(user)
        show_notice()
        admit(user, next(each for each in PLACES if each.title == chosen.title.partition(" (")[0]))
        chosen.run()


def admit(user: User, place: Place) -> None:
    """Let `user` into `place`, or raise NotAllowed: that an entry is missing in the menu keeps nobody out."""
    if user.role not in place.roles:
        raise NotAllowed(f"{place.title} is not open to you.", "Ask a steward if you need it.")


def menu(user: User | None, places: Sequence[Place] = PLACES) -> dict[str, list[st.Page]]:
    """Give every page under its section. What `user` may not open is hidden, not missing: its link still answers."""
    entries: dict[str, list[st.Page]] = {}
    for place in places:
        page = st.Page(
            place.path,
            title=place.title + _count(user, place),
            url_path=place.url_path,
            default=place is places[0],
            visibility=place.visibility if user and user.role in place.roles else "hidden",
        )
        entries.setdefault(place.section, []).append(page)
    return entries


def _count(user: User | None, place: Place) -> str:
    """Say in the menu how much of the Inbox waits: " (2)"."""
    waits = services().governance.requests.count(user) if user and place.title == "Inbox" else 0
    return f" ({waits})" if waits else ""


if __name__ == "__main__":
    main()
else:
    from starlette.middleware import Middleware

    from components.door import Door, doorways
    from components.serving import House, open_house, people

    app = st.App(
        "streamlit_app.py",
        routes=doorways(people),
        middleware=[Middleware(House), Middleware(Door, people=people)],
        lifespan=open_house,
        on_script_error=show_fault,  # a callback runs outside the boundary
    )
