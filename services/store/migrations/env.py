"""How Alembic runs a migration: on the connection, and in the transaction, that `services.store.schema` hands in."""

from __future__ import annotations

from alembic import context

from services.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    transactional_ddl=True,
)
context.run_migrations()
