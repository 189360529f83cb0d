"""How soon each answer began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.store.moment import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "first_words",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_first_words")),
    )
    op.create_index(op.f("ix_first_words_model_at_milliseconds"), "first_words", ["model", "at", "milliseconds"])
