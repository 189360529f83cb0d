"""Reading with verdicts, numbered changes with their day, requests and grants, glossaries, questions, quality."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.store.moment import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_person_object"), "grants", ["person", "object"], unique=False)
    op.create_table(
        "news",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index(op.f("ix_news_person_at"), "news", ["person", "at"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_object_kind"), "requests", ["object", "kind"], unique=False)
    op.create_index(op.f("ix_requests_person_at"), "requests", ["person", "at"], unique=False)
    op.create_index(op.f("ix_requests_state_kind"), "requests", ["state", "kind"], unique=False)
    op.create_table(
        "approved_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("knowledge_base_id", sa.Text(), nullable=False),
        sa.Column("open_question_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page_digest", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_until", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["knowledge_base_id"],
            ["knowledge_bases.id"],
            name=op.f("fk_approved_answers_knowledge_base_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_answers")),
    )
    op.create_index(
        op.f("ix_approved_answers_knowledge_base_id_state"),
        "approved_answers",
        ["knowledge_base_id", "state"],
        unique=False,
    )
    op.create_table(
        "glossary",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("knowledge_base_id", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["knowledge_base_id"],
            ["knowledge_bases.id"],
            name=op.f("fk_glossary_knowledge_base_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary")),
    )
    op.create_index(op.f("ix_glossary_knowledge_base_id"), "glossary", ["knowledge_base_id"], unique=False)
    op.create_table(
        "open_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("knowledge_base_id", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["knowledge_base_id"],
            ["knowledge_bases.id"],
            name=op.f("fk_open_questions_knowledge_base_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_questions")),
    )
    op.create_index(
        op.f("ix_open_questions_knowledge_base_id_state"),
        "open_questions",
        ["knowledge_base_id", "state"],
        unique=False,
    )
    op.create_index(op.f("ix_open_questions_person"), "open_questions", ["person"], unique=False)
    op.create_table(
        "quality_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("knowledge_base_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("splitting", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["knowledge_base_id"],
            ["knowledge_bases.id"],
            name=op.f("fk_quality_runs_knowledge_base_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_runs")),
    )
    op.create_index(
        op.f("ix_quality_runs_knowledge_base_id_at"), "quality_runs", ["knowledge_base_id", "at"], unique=False
    )
    op.create_table(
        "set_questions",
        sa.Column("knowledge_base_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("must_be_refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["knowledge_base_id"],
            ["knowledge_bases.id"],
            name=op.f("fk_set_questions_knowledge_base_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("knowledge_base_id", "ordinal", name=op.f("pk_set_questions")),
    )
    op.create_table(
        "snapshots",
        sa.Column("knowledge_base_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["knowledge_base_id"],
            ["knowledge_bases.id"],
            name=op.f("fk_snapshots_knowledge_base_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("knowledge_base_id", "number", name=op.f("pk_snapshots")),
    )
    op.drop_index(op.f("ix_ledger_entry_line_week_person_kind_outcome"), table_name="ledger")
    op.create_index(
        op.f("ix_ledger_entry_kind_cause_line_week_person_outcome"),
        "ledger",
        ["entry", "kind", "cause", "line", "week", "person", "outcome"],
        unique=False,
    )
    op.add_column("documents", sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("documents", sa.Column("unread", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("documents", sa.Column("characters", sa.Integer(), server_default="0", nullable=False))
    op.add_column("documents", sa.Column("added_by", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("documents", sa.Column("erased_at", Moment(), nullable=True))
    op.add_column("knowledge_bases", sa.Column("roles", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("knowledge_bases", sa.Column("shipped", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.add_column("knowledge_bases", sa.Column("splitting", sa.Text(), server_default="heading", nullable=False))
    op.add_column("knowledge_bases", sa.Column("threshold", sa.Float(), nullable=True))
    op.add_column("knowledge_bases", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("pages", sa.Column("label", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("pages", sa.Column("boxes", sa.LargeBinary(), nullable=True))

    # Whatever is not a person's own file has shipped so far. A change is dated by the first document that came with it.
    op.execute("UPDATE knowledge_bases SET shipped = 1 WHERE expires_at IS NULL")
    op.execute(
        "INSERT INTO snapshots (knowledge_base_id, number, at, person) "
        "SELECT knowledge_base_id, valid_from, min(created_at), '' FROM documents "
        "WHERE valid_from IS NOT NULL GROUP BY knowledge_base_id, valid_from"
    )
