"""Alembic's door: it works on the connection, and in the transaction, that `schema.upgrade` hands it."""

from __future__ import annotations

from alembic import context

from suyuan.database.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    user_module_prefix="types.",
    include_object=context.config.attributes.get("include_object"),
)
context.run_migrations()
