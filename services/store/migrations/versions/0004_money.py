"""What each run cost, beside its receipt, and what a line of business may spend."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.store.moment import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTED = ("spent_currency", "at", "spent_millionths")


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("per_month", sa.Text(), nullable=True),
        sa.Column("per_person_day", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_budgets")),
    )
    # Nothing that ran before cost anything: what the new columns say by default is what the bodies say.
    op.add_column("ledger", sa.Column("spent_millionths", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("ledger", sa.Column("spent_currency", sa.Text(), server_default=sa.text("''"), nullable=False))
    for whose in ("line", "person"):
        op.create_index(
            op.f(f"ix_ledger_{whose}_spent_currency_at_spent_millionths"), "ledger", [whose, *COUNTED], unique=False
        )
