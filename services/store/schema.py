"""Brings a database up to the tables of today, and keeps a copy of it as it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from services.errors import Misconfigured
from services.store.database import Database
from services.store.dialect import copy_database
from services.store.faults import explained

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Run the migrations that this database has not seen, in one transaction; do nothing when there are none.

    What was there is copied beside it first, as `accelerate.before-0002.sqlite`. Misconfigured when a newer version of
    Accelerate wrote it.
    """
    stored, newest = stored_revision(database), newest_revision(migrations)
    if stored == newest:
        return
    if stored is not None and stored > newest:
        raise Misconfigured(
            "The data folder was written by a newer version of Accelerate than this one.",
            "Start that version, or restore a backup that this version made into an empty folder.",
        )
    if stored is not None:
        with explained():
            copy_database(database.path, database.path.with_suffix(f".before-{newest}.sqlite"))
    with database.write() as connection:
        _upgrade(connection, migrations)


def newest_revision(migrations: Path = MIGRATIONS) -> str:
    """The revision of the last migration: the four digits that its file's name begins with."""
    return max(file.name[:4] for file in (migrations / "versions").glob("[0-9]*.py"))


def stored_revision(database: Database) -> str | None:
    """The revision that the database says it has; None for an empty one."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision


def configuration_on(connection: Connection, migrations: Path = MIGRATIONS) -> Config:
    """Give Alembic's commands the migrations and this connection, in whose transaction they then run."""
    from alembic.config import Config  # 0.3 s to import, and hardly ever needed

    configuration = Config()
    configuration.set_main_option("script_location", str(migrations).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _upgrade(connection: Connection, migrations: Path) -> None:
    from alembic.command import upgrade

    upgrade(configuration_on(connection, migrations), "head")
