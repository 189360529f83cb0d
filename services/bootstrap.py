"""The one place that builds the app: settings in, the rooms with their collaborators out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from services.governance.governance import Governance
from services.ledger.ledger import Ledger
from services.log import close_log, open_log
from services.people.people import People, read_people
from services.prompts.prompts import Prompts
from services.settings import Settings
from services.store.data_folder import open_data_folder
from services.store.database import open_database
from services.store.schema import bring_up_to_date

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Services:
    """Every room of the app, built once and shared by all visits."""

    settings: Settings
    people: People
    ledger: Ledger
    governance: Governance
    prompts: Prompts
    announce: Callable[[str], None]
    """Leaves word in the data folder where the app runs, for a second process that wants it."""
    close: Callable[[], None]
    """Stops what runs and lets go of the data folder; calling it twice does nothing."""


def build(settings: Settings) -> Services:
    """Build every room on `settings.data`, made when it is absent. What was opened is closed again on an error.

    Raises Unavailable where the folder can't be used or another process has it, Misconfigured where a newer version
    wrote it or a file of content breaks a rule.
    """
    with ExitStack() as opened:
        folder = open_data_folder(settings.data)
        opened.callback(folder.close)
        opened.callback(close_log, open_log(folder.path / "log"))
        database = open_database(folder.path / "accelerate.sqlite")
        opened.callback(database.engine.dispose)
        bring_up_to_date(database)

        ledger = Ledger(database)
        return Services(
            settings=settings,
            people=People(read_people(CONTENT / "people.toml"), folder.secret()),
            ledger=ledger,
            governance=Governance(ledger),
            prompts=Prompts.read(CONTENT / "templates"),
            announce=folder.announce,
            close=opened.pop_all().close,
        )
