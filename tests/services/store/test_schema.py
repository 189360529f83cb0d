"""A database is brought up to date once, with a copy of what it was, and never by an older version."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.command import check
from alembic.script import ScriptDirectory
from sqlalchemy import text

from services.errors import Misconfigured
from services.store.database import Database, open_database
from services.store.dialect import protect
from services.store.schema import MIGRATIONS, bring_up_to_date, configuration_on, newest_revision, stored_revision
from services.store.tables import metadata


def shape(database: Database) -> list[tuple[str, ...]]:
    """Everything that the database says of itself: columns, keys, indexes, triggers."""
    with database.read() as connection:
        named = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY 1, 2"
        things = [tuple(row) for row in connection.execute(text(named))]
        for table in metadata.sorted_tables:
            for pragma in ("table_info", "foreign_key_list", "index_list"):
                rows = connection.execute(text(f"PRAGMA {pragma}({table.name})"))
                things += sorted((table.name, pragma, *map(str, row[1:])) for row in rows)
    return things


def test_the_migrations_build_exactly_the_declared_tables(tmp_path: Path) -> None:
    migrated, declared = open_database(tmp_path / "migrated.sqlite"), open_database(tmp_path / "declared.sqlite")
    bring_up_to_date(migrated)
    with declared.write() as connection:
        metadata.create_all(connection)
        protect(connection)

    assert shape(migrated) == shape(declared)
    with migrated.write() as connection:
        check(configuration_on(connection))


def test_the_revision_in_a_file_name_is_the_one_that_alembic_knows(database: Database) -> None:
    with database.read() as connection:
        assert ScriptDirectory.from_config(configuration_on(connection)).get_current_head() == newest_revision()


def test_a_database_that_is_up_to_date_is_left_alone_without_importing_alembic(tmp_path: Path) -> None:
    bring_up_to_date(open_database(tmp_path / "accelerate.sqlite"))
    program = (
        "import sys, pathlib; from services.store.database import open_database;"
        "from services.store.schema import bring_up_to_date;"
        "bring_up_to_date(open_database(pathlib.Path(sys.argv[1])));"
        "sys.exit('alembic' in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program, str(tmp_path / "accelerate.sqlite")], check=True)

    assert list(tmp_path.glob("*.before-*")) == []


def test_a_database_of_a_newer_version_is_refused_in_one_sentence(tmp_path: Path) -> None:
    database = open_database(tmp_path / "accelerate.sqlite")
    bring_up_to_date(database)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Misconfigured, match="newer version"):
        bring_up_to_date(database)


NEWEST = newest_revision()
NEXT = f"{int(NEWEST) + 1:04}"
NEXT_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{next}", "{newest}", None, None


def upgrade() -> None:
    op.create_table("sandwiches", sa.Column("id", sa.Text(), primary_key=True))
    {then}
"""


def later_migrations(folder: Path, then: str = "pass") -> Path:
    """The migrations as they are, and one more."""
    shutil.copytree(MIGRATIONS, folder)
    migration = NEXT_MIGRATION.format(next=NEXT, newest=NEWEST, then=then)
    (folder / "versions" / f"{NEXT}_sandwiches.py").write_text(migration)
    return folder


def test_an_older_database_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    database = open_database(tmp_path / "accelerate.sqlite")
    bring_up_to_date(database)

    bring_up_to_date(database, later_migrations(tmp_path / "later"))

    copy = open_database(tmp_path / f"accelerate.before-{NEXT}.sqlite")
    assert (stored_revision(copy), stored_revision(database)) == (NEWEST, NEXT)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM sandwiches")).scalar_one() == 0


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    database = open_database(tmp_path / "accelerate.sqlite")
    bring_up_to_date(database)
    before = shape(database)

    with pytest.raises(ZeroDivisionError):
        bring_up_to_date(database, later_migrations(tmp_path / "later", then="1 / 0"))

    assert stored_revision(database) == NEWEST
    assert shape(database) == before
