"""Every table, declared once with SQLAlchemy Core; the migrations under `migrations/` build exactly these."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
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
    Index(None, "knowledge_base_id", "name", "digest"),
    Index(None, "stage"),
)

pages = Table(
    "pages",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
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
    Index(None, "notebook_id", "position"),
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
# `previous`; the other columns are copies of members of `body`, indexed for counting.
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
    Index(None, "entry", "line", "week", "person", "kind", "outcome"),
    Index(None, "person", "at", "kind", "outcome"),
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

# Money held and places taken by runs that were admitted and have not ended; a row past `until` holds nothing.
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
