"""Cells with names, what their last run was made of, and how it ended; versions, forks and readers of notebooks."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from alembic import op

from services.store.moment import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = {"ask": "Question", "note": "Note"}


def upgrade() -> None:
    op.create_table(
        "notebook_readers",
        sa.Column("notebook_id", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notebook_id"], ["notebooks.id"], name=op.f("fk_notebook_readers_notebook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notebook_id", "reader", name=op.f("pk_notebook_readers")),
    )
    op.create_index(op.f("ix_notebook_readers_reader"), "notebook_readers", ["reader"], unique=False)
    op.create_table(
        "notebook_versions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notebook_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notebook_id"], ["notebooks.id"], name=op.f("fk_notebook_versions_notebook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notebook_versions")),
    )
    op.create_index(
        op.f("ix_notebook_versions_notebook_id_at"), "notebook_versions", ["notebook_id", "at"], unique=False
    )
    op.add_column("notebooks", sa.Column("forked_from", sa.Text(), nullable=True))
    op.add_column("cells", sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("cells", sa.Column("made_of", sa.JSON(), nullable=True))
    op.add_column("cells", sa.Column("folded", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.add_column("cells", sa.Column("watched", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.add_column("cells", sa.Column("state", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("cells", sa.Column("fault", sa.Text(), server_default=sa.text("''"), nullable=False))
    _name_cells()


def _name_cells() -> None:
    """Name the cells that there are: "Question 1", "Note 1", each notebook counting for itself."""
    cells = sa.table("cells", *map(sa.column, ("id", "notebook_id", "kind", "name", "position")))
    connection = op.get_bind()
    counted: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(sa.select(cells).order_by(cells.c.notebook_id, cells.c.position, cells.c.id)).all():
        counted[row.notebook_id, row.kind] += 1
        name = f"{WORDS.get(row.kind, row.kind.capitalize())} {counted[row.notebook_id, row.kind]}"
        connection.execute(sa.update(cells).where(cells.c.id == row.id).values(name=name))
