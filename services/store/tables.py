"""Every table, declared once with SQLAlchemy Core; the migrations under `migrations/` build exactly these."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)

from services.store.moment import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

knowledge_bases = Table(
    "knowledge_bases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("steward", Text, nullable=False),
    Column("classification", Text, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("approved_until", Date),
    Column("review_by", Date),
    Column("source", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("snapshot", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("roles", JSON, nullable=False, server_default="[]"),
    Column("shipped", Boolean, nullable=False, server_default=false()),
    Column("splitting", Text, nullable=False, server_default="heading"),
    Column("threshold", Float),
    Column("revision", Integer, nullable=False, server_default="1"),
)

# One row a change: when each numbered snapshot began, and by whom ("" where no person set it off).
snapshots = Table(
    "snapshots",
    metadata,
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("valid_from", Integer),
    Column("valid_to", Integer),
    Column("created_at", Moment, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("unread", JSON, nullable=False, server_default="[]"),
    Column("characters", Integer, nullable=False, server_default="0"),
    Column("added_by", Text, nullable=False, server_default=text("''")),
    Column("erased_at", Moment),
    Index(None, "knowledge_base_id", "name", "digest"),
    Index(None, "stage"),
)

pages = Table(
    "pages",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=text("''")),
    Column("boxes", LargeBinary),
)

# A passage's text is the range of its page: it stands in the database once.
passages = Table(
    "passages",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading", Text, nullable=False),
)

# What the index needs of one document, one row a document, written in the transaction that publishes it:
# analysed terms with their frequencies, vectors and token vectors (see backends/embedded for the arrays).
projections = Table(
    "projections",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("vectors", LargeBinary),
)

token_vectors = Table(
    "token_vectors",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("tokens", LargeBinary, nullable=False),
)

notebooks = Table(
    "notebooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("forked_from", Text),
    Index(None, "owner", "used_at"),
)

cells = Table(
    "cells",
    metadata,
    Column("id", Text, primary_key=True),
    Column("notebook_id", Text, ForeignKey("notebooks.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", JSON, nullable=False),
    Column("receipt_id", Text),
    Column("deleted_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("made_of", JSON),
    Column("folded", Boolean, nullable=False, server_default=false()),
    Column("watched", Boolean, nullable=False, server_default=false()),
    Column("state", Text, nullable=False, server_default=text("''")),
    Column("fault", Text, nullable=False, server_default=text("''")),
    Index(None, "notebook_id", "position"),
)

# A notebook as it was: its title and cells, written when somebody names it or something else takes its place.
notebook_versions = Table(
    "notebook_versions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("notebook_id", Text, ForeignKey("notebooks.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("content", JSON, nullable=False),
    Index(None, "notebook_id", "at"),
)

# Who may read a notebook that is not theirs: "person:ben" or "line:claims".
notebook_readers = Table(
    "notebook_readers",
    metadata,
    Column("notebook_id", Text, ForeignKey("notebooks.id", ondelete="CASCADE"), primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "reader"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("receipt_id", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# One chain for receipts and audit entries. `body` is the canonical JSON that `digest` covers together with
# `previous`; the other columns are copies of members of `body`, indexed for counting. What a run cost stands in
# millionths of its currency, rounded up; 0 and "" for what cost nothing.
ledger = Table(
    "ledger",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("entry", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("notebook_id", Text),
    Column("week", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("spent_millionths", BigInteger, nullable=False, server_default="0"),
    Column("spent_currency", Text, nullable=False, server_default=text("''")),
    Index(None, "entry", "kind", "cause", "line", "week", "person", "outcome"),
    Index(None, "person", "at", "kind", "outcome"),
    Index(None, "line", "spent_currency", "at", "spent_millionths"),
    Index(None, "person", "spent_currency", "at", "spent_millionths"),
)

# Question, answer and quotes, under the salted digest that the chain holds. Only *erase* deletes here: a trigger
# asks for the row of `erasures` that names the digest and the audit entry which says why.
texts = Table(
    "texts",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("keep_until", Date, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("number", Integer, ForeignKey("ledger.number"), nullable=False),
    Column("at", Moment, nullable=False),
)

# Money held and places taken by runs that were admitted and have not ended. A row past `until` takes no place, and
# its money counts until the next run that is admitted writes the receipt that says so.
reservations = Table(
    "reservations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "person", "kind"),
)

# What a line of business may spend in a month, and each of its people in a day; NULL: nothing. The audit says who
# set it to what before.
budgets = Table(
    "budgets",
    metadata,
    Column("line", Text, primary_key=True),
    Column("per_month", Text),
    Column("per_person_day", Text),
    Column("currency", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# Everything that somebody asks of somebody else (DESIGN §2): approval, access, erasing, a glossary row, an answer.
requests = Table(
    "requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Date),
    Column("facts", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Moment),
    Column("decision", Text, nullable=False),
    Index(None, "state", "kind"),
    Index(None, "person", "at"),
    Index(None, "object", "kind"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Text, nullable=False),
    Index(None, "person", "object"),
)

# What was decided about a model; its passport is a file.
models = Table(
    "models",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("approved_until", Date),
)

# How long whoever asked a model waited for the first words of each answer.
first_words = Table(
    "first_words",
    metadata,
    Column("receipt_id", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Index(None, "model", "at", "milliseconds"),
)

# What has happened to something of a person's: their request was decided, their question answered.
news = Table(
    "news",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("seen_at", Moment),
    Index(None, "person", "at"),
)

# Valid from one snapshot to another, as documents are: a search of an older version uses the rows of its day.
glossary = Table(
    "glossary",
    metadata,
    Column("id", Text, primary_key=True),
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("term", Text, nullable=False),
    Column("also", JSON, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("valid_from", Integer, nullable=False),
    Column("valid_to", Integer),
    Index(None, "knowledge_base_id"),
)

# Questions whose asker agreed that the owner is told: what was refused, what was reported wrong.
open_questions = Table(
    "open_questions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("receipt_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "knowledge_base_id", "state"),
    Index(None, "person"),
)

# An owner's answer with the place of its quote; the words of the quote stand on the page alone.
approved_answers = Table(
    "approved_answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("open_question_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page_digest", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_until", Date),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "knowledge_base_id", "state"),
)

set_questions = Table(
    "set_questions",
    metadata,
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("places", JSON, nullable=False),
    Column("words", Text, nullable=False),
    Column("must_be_refused", Boolean, nullable=False),
)

quality_runs = Table(
    "quality_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("knowledge_base_id", Text, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("person", Text, nullable=False),
    Column("snapshot", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("splitting", Text, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("outcomes", JSON, nullable=False),
    Index(None, "knowledge_base_id", "at"),
)
