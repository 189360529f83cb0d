"""A visit to the app without a browser: AppTest through the front door, signed in by a real cookie."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.testing.v1 import AppTest

from services.bootstrap import Services
from tests.servers import ROOT

PATIENCE = 30


@dataclass(frozen=True)
class FrontDoor:
    """The app on a data folder of its own. `services` are those that its pages use."""

    services: Services

    def visit(self, person: str | None = "ana", page: str | None = None, **query: str) -> AppTest:
        """Open `page`, such as "pages/know/knowledge.py" (None: the first one), with `query` in its address.

        `person` has signed in; None has not. Run the result again after using its widgets.
        """
        visit = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE)
        visit.user = {"signed_in": self.sign_in(person)} if person else {}
        if page:
            visit.run()  # AppTest learns the pages' addresses from a first run
            visit.switch_page(page)
        for name, value in query.items():
            visit.query_params[name] = value
        return visit.run()

    def sign_in(self, person: str) -> str:
        """Give the cookie of a new visit by `person`."""
        people = self.services.people
        return people.sign(people.user(person))
